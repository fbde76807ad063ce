/**
 * Trigonometric and hyperbolic functions.
 */
import { wanted } from "../autograd/wanted.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { isFloating, getDefaultDtype } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { add, between, mul, neg, rsub } from "./arithmetic.js";
import { cast } from "./cast.js";
import { inPlace } from "./change.js";
import { eq } from "./compare.js";
import { div } from "./division.js";
import { odd, smooth } from "./elementwise.js";
import { checkTensor, commonDType } from "./operand.js";
import { reciprocal, rsqrt } from "./power.js";
import { where } from "./select.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** sin x, x in radians. */
    sin(): Tensor<S>;
    /** sin x in place, x in radians. */
    sin_(): this;
    /** cos x, x in radians. */
    cos(): Tensor<S>;
    /** cos x in place, x in radians. */
    cos_(): this;
    /** tan x, x in radians. */
    tan(): Tensor<S>;
    /** tan x in place, x in radians. */
    tan_(): this;
    /** The angle in [−π/2, π/2] whose sine is x; NaN outside of [−1, 1]. */
    asin(): Tensor<S>;
    /** The angle in [0, π] whose cosine is x; NaN outside of [−1, 1]. */
    acos(): Tensor<S>;
    /** The angle in (−π/2, π/2) whose tangent is x. */
    atan(): Tensor<S>;
    /** (eˣ − e⁻ˣ) / 2. */
    sinh(): Tensor<S>;
    /** (eˣ + e⁻ˣ) / 2. */
    cosh(): Tensor<S>;
    /** The hyperbolic tangent. */
    tanh(): Tensor<S>;
    /** tanh x in place. */
    tanh_(): this;
  }
}

export const sin = odd("sin", (_y, x): Tensor => cos(x));
inPlace("sin_", sin);

export const cos = smooth("cos", (_y, x): Tensor => neg(sin(x)));
inPlace("cos_", cos);

export const tan = odd("tan", (y) => add(mul(y, y), 1));
inPlace("tan_", tan);

export const asin = smooth("asin", (_y, x) => rsqrt(rsub(mul(x, x), 1)));
export const acos = smooth("acos", (_y, x) => neg(rsqrt(rsub(mul(x, x), 1))));
export const atan = smooth("atan", (_y, x) => reciprocal(add(mul(x, x), 1)));

export const sinh = smooth("sinh", (_y, x): Tensor => cosh(x));
export const cosh = smooth("cosh", (_y, x): Tensor => sinh(x));

export const tanh = smooth("tanh", (y) => rsub(mul(y, y), 1));
inPlace("tanh_", tanh);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The angle of the point (other, this), in (−π, π] (`torch.atan2`). */
    atan2<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: Checked<Broadcast<"atan2", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
  }
}

const ATAN2: Op = {
  name: "Atan2Backward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const b = y._b;
    // At the origin, which has no angle, the gradient is taken as 0.
    const square = add(mul(a, a), mul(b, b));
    const origin = eq(square, 0);
    return [
      wanted(a) ? where(origin, 0, mul(g, div(b, square))) : null,
      wanted(b) ? where(origin, 0, neg(mul(g, div(a, square)))) : null,
    ];
  },
};

export const atan2 = operation("atan2", "other |", (a, other) => {
  checkTensor("atan2", other);
  const dtype = commonDType("atan2", a, other);
  const to = isFloating(dtype) ? dtype : getDefaultDtype();
  return between("atan2", "atan2", ATAN2, cast(a, to), cast(other, to));
});
