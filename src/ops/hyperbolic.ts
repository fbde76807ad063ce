/**
 * The inverses of the hyperbolic functions. They are made of logarithms in forms that lose no digits near 0 and do not overflow.
 */
import { record } from "../autograd/record.js";
import { binary, scalar, select, unary } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import type { Tensor } from "../tensor/core.js";
import { operation } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";
import { add, mul, rsub, sub } from "./arithmetic.js";
import { sloped } from "./elementwise.js";
import { floating } from "./operand.js";
import { reciprocal, rsqrt, square } from "./power.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The number whose sinh is x. */
    asinh(): Tensor<S>;
    /** The number ≥ 0 whose cosh is x; NaN below 1. */
    acosh(): Tensor<S>;
    /** The number whose tanh is x; ±∞ at ±1, NaN beyond. */
    atanh(): Tensor<S>;
  }
}

/** From here on 1 is nothing beside x², and ln 2x is the inverse of both sinh and cosh. */
const LARGE = 1e9;

function number(value: number, like: Node): Node {
  return scalar(value, like.dtype);
}

/** ln 2x where x is large, `otherwise` elsewhere. */
function whereLarge(x: Node, otherwise: Node): Node {
  const large = binary("add", unary("log", x), number(Math.LN2, x));
  return select(binary("gt", x, number(LARGE, x)), large, otherwise);
}

/** `y`, which was computed of |x|, with the sign of x; 0 and −0 are their own values. */
function signedAs(x: Node, y: Node): Node {
  const zero = number(0, x);
  const signed = select(binary("lt", x, zero), unary("neg", y), y);
  return select(binary("eq", x, zero), x, signed);
}

const ASINH = sloped("asinh", (_y, x) => rsqrt(add(square(x), 1)));

/** ln(a + √(a² + 1)) = ln(1 + a + a² / (1 + √(a² + 1))) of a = |x|. */
export const asinh = operation("asinh", "", (input) => {
  const x = floating(input);
  const a = unary("abs", x.node);
  const squared = binary("mul", a, a);
  const root = unary("sqrt", binary("add", squared, number(1, a)));
  const rest = binary("div", squared, binary("add", root, number(1, a)));
  const y = whereLarge(a, unary("log1p", binary("add", a, rest)));
  return record(ASINH, signedAs(x.node, y), x);
});

const ACOSH = sloped("acosh", (_y, x) => rsqrt(sub(square(x), 1)));

/** ln(1 + t + √(t² + 2t)) of t = x − 1. */
export const acosh = operation("acosh", "", (input) => {
  const x = floating(input);
  const t = binary("sub", x.node, number(1, x.node));
  const root = unary("sqrt", binary("mul", t, binary("add", t, number(2, t))));
  const y = whereLarge(x.node, unary("log1p", binary("add", t, root)));
  // Far below 1 rounding would make a number of it.
  const isBelow = binary("lt", x.node, number(1, x.node));
  return record(ACOSH, select(isBelow, number(NaN, y), y), x);
});

const ATANH = sloped("atanh", (_y, x): Tensor => reciprocal(rsub(square(x), 1)));

/** ln(1 + 2a / (1 − a)) / 2 of a = |x|. */
export const atanh = operation("atanh", "", (input) => {
  const x = floating(input);
  const a = unary("abs", x.node);
  const ratio = binary("div", binary("add", a, a), binary("sub", number(1, a), a));
  return record(ATANH, signedAs(x.node, binary("mul", unary("log1p", ratio), number(0.5, a))), x);
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Degrees as radians: x · π / 180. */
    deg2rad(): Tensor<S>;
    /** Radians as degrees: x · 180 / π. */
    rad2deg(): Tensor<S>;
  }
}

export const deg2rad = operation("deg2rad", "", (x) => mul(floating(x), Math.PI / 180));
export const rad2deg = operation("rad2deg", "", (x) => mul(floating(x), 180 / Math.PI));
