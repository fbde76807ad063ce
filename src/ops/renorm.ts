/** Parts of a tensor shortened to a greatest norm. */
import { operation } from "../tensor/operation.js";
import { allDims, formatShape, normalizeDim } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { add, mul } from "./arithmetic.js";
import { inPlace } from "./change.js";
import { gt } from "./compare.js";
import { div } from "./division.js";
import { fused } from "./fused.js";
import { norm } from "./norm.js";
import { numberTensor } from "./operand.js";
import { where } from "./select.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Each entry along `dim` scaled so that its p-norm is at most `maxnorm` (`torch.renorm`). */
    renorm(p: number, dim: number, maxnorm: number): Tensor<S>;
    /** `renorm` in place. */
    renorm_(p: number, dim: number, maxnorm: number): this;
  }
}

export const renorm = operation("renorm", (x, p, dim, maxnorm) => {
  if (x.ndim < 2)
    throw new Error(`renorm: expected at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  if (!(p > 0)) throw new RangeError(`renorm: expected p > 0, got ${p}`);
  if (!(maxnorm >= 0)) throw new RangeError(`renorm: expected maxnorm ≥ 0, got ${maxnorm}`);
  const d = normalizeDim("renorm", dim, x.ndim);
  const others = allDims(x.ndim).filter((i) => i !== d);
  return fused([x], (a) => {
    const length = norm(a, p, others, { keepdim: true });
    const factor = where(gt(length, maxnorm), div(numberTensor(length, maxnorm), add(length, 1e-7)), 1);
    return mul(a, factor);
  });
});
inPlace("renorm_", renorm);
