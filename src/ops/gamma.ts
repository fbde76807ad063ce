/**
 * The complementary error function and its like, the modified Bessel function I₀, and incomplete gamma functions, as methods.
 */
import { record } from "../autograd/record.js";
import { wanted } from "../autograd/wanted.js";
import { binary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { add, mul, neg, sub } from "./arithmetic.js";
import { inPlace } from "./change.js";
import { smooth } from "./elementwise.js";
import { exp, log } from "./exponential.js";
import { checkTensor, floating } from "./operand.js";
import { lgamma } from "./special.js";
import { modifiedBesselI0, operands } from "./special-functions.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** 1 − erf(x), with all digits where that is small (`torch.erfc`). */
    erfc(): Tensor<S>;
    /** `erfc` in place. */
    erfc_(): this;
    /** The y of erf(y) = x; ±∞ at ±1, NaN beyond (`torch.erfinv`). */
    erfinv(): Tensor<S>;
    /** `erfinv` in place. */
    erfinv_(): this;
    /** I₀, the modified Bessel function of the first kind of order 0 (`torch.i0`). */
    i0(): Tensor<S>;
    /** `i0` in place. */
    i0_(): this;
    /** ln Γₚ(x) = p (p − 1) / 4 · ln π + Σ ln Γ(x − j / 2) for j from 0 to p − 1 (`torch.mvlgamma`). @throws RangeError for p < 1 */
    mvlgamma(p: number | { p: number }): Tensor<S>;
    /** `mvlgamma` in place. */
    mvlgamma_(p: number | { p: number }): this;
    /** The lower incomplete gamma function γ(this, x) / Γ(this); its derivative by the first is not there (`torch.igamma`). */
    igamma<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: Checked<Broadcast<"igamma", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** `igamma` in place. */
    igamma_(other: Tensor): this;
    /** The upper incomplete gamma function Γ(this, x) / Γ(this); its derivative by the first is not there (`torch.igammac`). */
    igammac<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: Checked<Broadcast<"igammac", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** `igammac` in place. */
    igammac_(other: Tensor): this;
  }
}

export const erfc = smooth("erfc", (_y, x) => mul(exp(neg(mul(x, x))), -2 / Math.sqrt(Math.PI)));
inPlace("erfc_", erfc);

export const erfinv = smooth("erfinv", (y) => mul(exp(mul(y, y)), Math.sqrt(Math.PI) / 2));
inPlace("erfinv_", erfinv);

export const i0 = operation("i0", (x) => modifiedBesselI0(x));
inPlace("i0_", i0);

export const mvlgamma = operation("mvlgamma", "p |", (input: Tensor, p: number): Tensor => {
  if (!Number.isInteger(p) || p < 1)
    throw new RangeError(`mvlgamma: expected a whole p ≥ 1, got ${String(p)}`);
  const x = floating(input);
  let sum = lgamma(x);
  for (let j = 1; j < p; j++) sum = add(sum, lgamma(sub(x, j / 2)));
  return add(sum, ((p * (p - 1)) / 4) * Math.log(Math.PI));
});
inPlace("mvlgamma_", "p |", mvlgamma);

/** ± e^((a − 1) ln x − x − ln Γ(a)). */
function incompleteOp(name: string, way: 1 | -1): Op {
  return {
    name: `${name[0]!.toUpperCase()}${name.slice(1)}Backward0`,
    saves: true,
    gradient(y, g) {
      const a = y._a;
      const x = y._b;
      if (wanted(a))
        throw new Error(
          `${name}: its derivative by the first argument is not there, in PyTorch neither; use detach()`,
        );
      const slope = exp(sub(sub(mul(sub(a, 1), log(x)), x), lgamma(a)));
      return [null, mul(g, way === 1 ? slope : neg(slope))];
    },
  };
}

function incomplete(name: "igamma" | "igammac", way: 1 | -1) {
  const op = incompleteOp(name, way);
  return operation(name, "other |", (x: Tensor, other: Tensor) => {
    checkTensor(name, other);
    const [a, b] = operands(name, x, other);
    return record(op, binary(name, a.node, b.node), a, b);
  });
}

export const igamma = incomplete("igamma", 1);
inPlace("igamma_", "other |", igamma);
export const igammac = incomplete("igammac", -1);
inPlace("igammac_", "other |", igammac);
