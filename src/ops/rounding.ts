/**
 * Magnitude and sign, and the whole part of a number.
 */
import { record } from "../autograd/record.js";
import { binary, unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";
import { inPlace } from "./change.js";
import { clone } from "./copy.js";
import { rounding, sloped, steps } from "./elementwise.js";
import { floating } from "./operand.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** |x|; its gradient at 0 is 0. */
    abs(): Tensor<S>;
    /** |x| in place; the gradient at 0 is 0. */
    abs_(): this;
    /** −1, 0 or 1. */
    sign(): Tensor<S>;
    /** −1, 0 or 1 in place. */
    sign_(): this;
  }
}

const ABS = sloped("abs", (_y, x): Tensor => sign(x));

export const abs = operation("abs", (x) =>
  x._node.dtype === "bool" ? clone(x) : record(ABS, unary("abs", x.node), x),
);
inPlace("abs_", abs);

const SIGN = steps("sign");

export const sign = operation("sign", (x) =>
  x._node.dtype === "bool" ? clone(x) : record(SIGN, unary("sign", x.node), x),
);
inPlace("sign_", sign);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The greatest whole number ≤ x. */
    floor(): Tensor<S>;
    /** The greatest whole number ≤ x, in place. */
    floor_(): this;
    /** The least whole number ≥ x. */
    ceil(): Tensor<S>;
    /** The least whole number ≥ x, in place. */
    ceil_(): this;
    /** The nearest whole number; halves go to the even one. */
    round(): Tensor<S>;
    /** The nearest whole number, in place; halves go to the even one. */
    round_(): this;
    /** The whole part. */
    trunc(): Tensor<S>;
    /** x without its fraction, in place. */
    trunc_(): this;
    /** x − trunc(x). */
    frac(): Tensor<S>;
    /** The fraction of x, with its sign, in place. */
    frac_(): this;
  }
}

export const floor = rounding("floor");
inPlace("floor_", floor);

export const ceil = rounding("ceil");
inPlace("ceil_", ceil);

export const round = rounding("round");
inPlace("round_", round);

export const trunc = rounding("trunc");
inPlace("trunc_", trunc);

/** The slope is 1 everywhere. */
const FRAC: Op = {
  name: "FracBackward0",
  saves: false,
  gradient(_y, g) {
    return [g];
  },
};

export const frac = operation("frac", (a) => {
  const x = floating(a);
  return record(FRAC, binary("sub", x.node, unary("trunc", x.node)), x);
});
inPlace("frac_", frac);
