/**
 * Magnitude and sign, and the whole part of a number.
 */
import { record } from "../autograd/record.js";
import { binary, scalar, unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
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

export const abs = operation("abs", "", (x) =>
  x._node.dtype === "bool" ? clone(x) : record(ABS, unary("abs", x.node), x),
);
inPlace("abs_", abs);

const SIGN = steps("sign");

export const sign = operation("sign", "", (x) =>
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
    /** The nearest whole number, or the nearest with so many decimals, before the point where they are negative; halves go to the even one (`torch.round`). */
    round(options?: { decimals?: number }): Tensor<S>;
    /** `round` in place. */
    round_(options?: { decimals?: number }): this;
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

const ROUND_SIGNATURE = "| *, decimals";

export const floor = rounding("floor");
inPlace("floor_", floor);

export const ceil = rounding("ceil");
inPlace("ceil_", ceil);

const ROUND = steps("round");

export const round = operation("round", ROUND_SIGNATURE, (x: Tensor, options: { decimals?: number } = {}) => {
  const { decimals = 0 } = options;
  if (!Number.isInteger(decimals))
    throw new TypeError(`round: expected whole decimals, got ${String(decimals)}`);
  if (!isFloating(x.dtype)) {
    if (decimals !== 0)
      throw new TypeError(
        `round: ${x.dtype} has no decimals to round; use x.float().round({ decimals: ${decimals} })`,
      );
    return clone(x);
  }
  const { node } = x;
  if (decimals === 0) return record(ROUND, unary("round", node), x);
  const scale = scalar(10 ** Math.abs(decimals), node.dtype);
  const [there, back] = decimals > 0 ? (["mul", "div"] as const) : (["div", "mul"] as const);
  return record(ROUND, binary(back, unary("round", binary(there, node, scale)), scale), x);
});
inPlace("round_", ROUND_SIGNATURE, round);

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

export const frac = operation("frac", "", (a) => {
  const x = floating(a);
  return record(FRAC, binary("sub", x.node, unary("trunc", x.node)), x);
});
inPlace("frac_", frac);
