/** ln of running sums of exponentials. */
import { noGrad } from "../autograd/mode.js";
import { record } from "../autograd/record.js";
import type { Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import { normalizeDim } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { add, mul, sub } from "./arithmetic.js";
import { eq } from "./compare.js";
import { exp, log } from "./exponential.js";
import { fused } from "./fused.js";
import { cummax, recurrence, shifted } from "./scan.js";
import { where } from "./select.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** ln Σ eˣ over the entries up to each one along `dim`, without overflow (`torch.logcumsumexp`). @throws TypeError for integers */
    logcumsumexp(dim: number | { dim: number }): Tensor<S>;
  }
}

/** e^(p − q), and 1 where both are the same infinity. */
function ratio(p: Tensor, q: Tensor): Tensor {
  return exp(where(eq(p, q), 0, sub(p, q)));
}

/**
 * xᵢ has the gradient e^(xᵢ − yᵢ) · tᵢ with tᵢ = Σⱼ gⱼ e^(yᵢ − yⱼ) over j ≥ i, which is gᵢ + e^(yᵢ − yᵢ₊₁) tᵢ₊₁. No exponent is above 0, as y never falls.
 */
const LOGCUMSUMEXP: Op<number> = {
  name: "LogcumsumexpBackward0",
  saves: true,
  gradient(y, g) {
    const dim = y._attributes;
    const t = recurrence(ratio(y, shifted(y, dim, -1, Infinity)), g, { dim, reversed: true });
    return [mul(ratio(y._a, y), t)];
  },
};

/** m + ln s with m the greatest entry so far and s the sum of e^(x − m) so far, which is scaled anew where m grows. */
function sums(x: Tensor, dim: number): Tensor {
  const most = cummax(x, dim).values;
  const before = shifted(most, dim, 1, -Infinity);
  const s = recurrence(ratio(before, most), ratio(x, most), { dim, reversed: false });
  return add(most, log(s));
}

export const logcumsumexp = operation("logcumsumexp", "dim |", (x: Tensor, dim: number): Tensor => {
  if (!isFloating(x.dtype))
    throw new TypeError(`logcumsumexp: expected a floating tensor, got ${x.dtype}; use x.float()`);
  const d = normalizeDim("logcumsumexp", dim, x.ndim);
  // A number is its own sum.
  if (x.ndim === 0) return x.clone();
  return fused([x], (a) => record(LOGCUMSUMEXP, noGrad(() => sums(a.detach(), d)).node, a, null, null, d));
});
