/** Operations of PyTorch's table that differ here, and why: reasons that a user would accept. */
import type { Fault } from "./judge.js";

export interface Known {
  readonly fault: Fault | readonly Fault[];
  readonly reason: string;
}

const imprecise: Known = {
  fault: "wrong",
  reason: "PyTorch's results are off by 1e-8; those here agree with SciPy's to 1e-12",
};
const counts: Known = {
  fault: "takes",
  reason: "PyTorch refuses 1.0 as a count; in JavaScript 1.0 is 1",
};

const truncates: Known = {
  fault: "refuses",
  reason:
    "of integer tensors PyTorch asks for whole factors, and takes 0.6 for 0 without a word; here it is told",
};

export const known: Readonly<Record<string, Known>> = {
  addbmm: truncates,
  addmv: truncates,
  baddbmm: truncates,
  cov: {
    fault: ["wrong", "gradient"],
    reason:
      "of float64 observations with float32 weights PyTorch adds the weights up in float32, here they are float64",
  },
  as_strided_scatter: {
    fault: "gradient",
    reason: "PyTorch gives elements that were overwritten a gradient, though nothing depends on them",
  },
  linspace: counts,
  logspace: counts,
  "special.airy_ai": imprecise,
  "special.bessel_j0": imprecise,
  "special.bessel_j1": imprecise,
  "special.bessel_y0": imprecise,
  "special.bessel_y1": imprecise,
};
