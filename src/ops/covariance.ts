/**
 * Covariances and correlations of variables.
 */
import type { Tensor } from "../tensor/core.js";
import { isFloating, isInteger, promote } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import { formatShape } from "../tensor/shape.js";
import { mul, sub } from "./arithmetic.js";
import { cast } from "./cast.js";
import { clamp } from "./clamp.js";
import { div } from "./division.js";
import { matmul } from "./matmul.js";
import { mT, reshape, unsqueeze } from "./movement.js";
import { constant, floating } from "./operand.js";
import { sqrt } from "./power.js";
import { meanDims, sumAll, summable, sumDims } from "./reduce.js";

export interface CovOptions {
  /** The sum is divided by the number of observations less this. Default 1. */
  correction?: number;
  /** How often each observation counts, as integers. */
  fweights?: Tensor | null;
  /** What each observation weighs. */
  aweights?: Tensor | null;
}

declare module "../tensor/core.js" {
  interface Tensor {
    /**
     * The covariances of the variables that the rows are, observations being columns: [V, N] → [V, V]; of one variable [N] a number
     * (`torch.cov`).
     */
    cov(options?: CovOptions): Tensor;
    /** The correlation coefficients of the rows: covariances over the products of deviations (`torch.corrcoef`). */
    corrcoef(): Tensor;
  }
}

function checkWeights(what: string, weights: Tensor, n: number, whole: boolean): void {
  if (weights.ndim !== 1 || weights.numel() !== n)
    throw new Error(`cov: expected ${n} ${what}, got shape ${formatShape(weights.shape)}`);
  if (whole ? !isInteger(weights.dtype) : !isFloating(weights.dtype))
    throw new TypeError(`cov: expected ${what} as ${whole ? "integers" : "floats"}, got ${weights.dtype}`);
}

export const cov = operation(
  "cov",
  "| *, correction, fweights, aweights",
  (x: Tensor, options: CovOptions = {}) => {
    const { correction = 1, fweights, aweights } = options;
    if (x.ndim > 2) throw new Error(`cov: expected at most 2 dimensions, got shape ${formatShape(x.shape)}`);
    if (x.dtype === "bool") throw new TypeError("cov: bool tensors have no covariance; use x.float()");
    const rows = x.ndim < 2 ? reshape(x, [1, x.numel()]) : x;
    const n = rows.shape[1]!;
    let weights: Tensor | null = null;
    if (fweights) {
      checkWeights("fweights", fweights, n, true);
      weights = fweights;
    }
    if (aweights) {
      checkWeights("aweights", aweights, n, false);
      weights = weights === null ? aweights : mul(weights, aweights);
    }
    const given = floating(rows);
    const values = aweights ? cast(given, promote(given.dtype, 2, aweights.dtype, 1)) : given;
    const total =
      weights === null ? constant(n, values.dtype) : cast(sumAll(summable(weights)), values.dtype);
    const weighted = (t: Tensor) => (weights === null ? t : mul(t, cast(weights, values.dtype)));
    const average =
      weights === null ? meanDims(values, [1], true) : div(sumDims(weighted(values), [1], true), total);
    // With both weights each observation counts for the share that its weight has of its frequency.
    const lost =
      weights !== null && aweights && correction !== 0
        ? div(mul(sumAll(mul(cast(weights, values.dtype), cast(aweights, values.dtype))), correction), total)
        : constant(correction, values.dtype);
    const centered = sub(values, average);
    const divisor = clamp(sub(total, lost), { min: 0 });
    const c = div(matmul(weighted(centered), mT(centered)), divisor);
    return c.shape[0] === 1 ? reshape(c, []) : c;
  },
);

export const corrcoef = operation("corrcoef", (x) => {
  if (x.ndim > 2)
    throw new Error(`corrcoef: expected at most 2 dimensions, got shape ${formatShape(x.shape)}`);
  const c = cov(x);
  if (c.ndim === 0) return div(c, c);
  const deviation = sqrt(c.diagonal());
  const scaled = div(div(c, unsqueeze(deviation, -1)), unsqueeze(deviation, 0));
  return clamp(scaled, { min: -1, max: 1 });
});
