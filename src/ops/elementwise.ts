/**
 * What functions of one element have in common whose row is in primitives/elementwise.ts: how their operand is brought to a dtype, and the
 * gradient as g times a slope. A function of one of these families is one line beside its declaration.
 */
import { record } from "../autograd/record.js";
import { binary, scalar, select, unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { isFloating } from "../tensor/dtype.js";
import { type Method, operation } from "../tensor/operation.js";
import type { UnaryOp } from "../primitives/elementwise.js";
import { mul } from "./arithmetic.js";
import { clone } from "./copy.js";
import { floating, zeroLike } from "./operand.js";

/** Methods without parameters that give a tensor and have the name of a row. */
type Elementwise = {
  [K in Method & UnaryOp]: Tensor[K] extends () => Tensor ? K : never;
}[Method & UnaryOp];

/** How y changes with x, from both: dy/dx. */
type Slope = (y: Tensor, x: Tensor) => Tensor;

/** PyTorch's name for a function's backward function: "SinBackward0". */
function nameOfStep(name: string): string {
  return `${name[0]!.toUpperCase()}${name.slice(1)}Backward0`;
}

/** The gradient of a function: g times its slope. */
export function sloped(name: string, slope: Slope): Op {
  return {
    name: nameOfStep(name),
    saves: true,
    gradient(y, g) {
      return [mul(g, slope(y, y._a))];
    },
  };
}

/** The gradient of a function that is constant between jumps: 0, whatever g is. */
export function steps(name: string): Op {
  return {
    name: nameOfStep(name),
    saves: false,
    gradient(y) {
      return [zeroLike(y)];
    },
  };
}

/** A function that integers become float32 for. */
export function smooth(name: Elementwise, slope: Slope | Op) {
  const op = typeof slope === "function" ? sloped(name, slope) : slope;
  return operation(name, "", (a) => {
    const x = floating(a);
    return record(op, unary(name, x.node), x);
  });
}

/** As `smooth`, for odd functions that an engine computes through angles: −0 stays −0. */
export function odd(name: Elementwise, slope: Slope) {
  const op = sloped(name, slope);
  return operation(name, "", (a) => {
    const x = floating(a);
    const zero = binary("eq", x.node, scalar(0, x._node.dtype));
    return record(op, select(zero, x.node, unary(name, x.node)), x);
  });
}

/** A function whose result is whole: integers stay as they are. */
export function rounding(name: Elementwise) {
  const op = steps(name);
  return operation(name, "", (x) =>
    isFloating(x._node.dtype) ? record(op, unary(name, x.node), x) : clone(x),
  );
}
