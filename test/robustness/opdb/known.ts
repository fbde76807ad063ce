/** Operations of PyTorch's table that differ here, and why: reasons that a user would accept. */
import type { Fault } from "./judge.js";

export interface Known {
  readonly fault: Fault;
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

export const known: Readonly<Record<string, Known>> = {
  as_strided_scatter: {
    fault: "gradient",
    reason: "PyTorch gives elements that were overwritten a gradient, though nothing depends on them",
  },
  linspace: counts,
  logspace: counts,
  norm: { fault: "refuses", reason: 'the nuclear norm ("nuc") is still to come' },
  "special.airy_ai": imprecise,
  "special.bessel_j0": imprecise,
  "special.bessel_j1": imprecise,
  "special.bessel_y0": imprecise,
  "special.bessel_y1": imprecise,
};

/** Not there yet or not yet right, and not judged: a name leaves this list with the commit that brings the operation. */
export const toCome: ReadonlySet<string> = new Set(
  `addbmm addmv addr baddbmm cholesky_inverse cholesky_solve cov linalg.cross linalg.eig linalg.eigh linalg.eigvals
    linalg.eigvalsh linalg.householder_product linalg.ldl_factor linalg.ldl_factor_ex linalg.ldl_solve linalg.lstsq
    linalg.matrix_power linalg.norm linalg.pinv linalg.vander lu lu_solve matrix_exp nn.functional.pdist pca_lowrank
    stft svd_lowrank`.split(/\s+/),
);
