/**
 * Operations of three operands, each with its gradient as a whole: lerp, addcmul, addcdiv. Composed of two operations they would add up
 * intermediate gradients that cancel, or meet 0 · ∞ where PyTorch has neither.
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import { binary, scalar, select, unary } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { type DType, isFloating, promote, getDefaultDtype } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import { checkBroadcast } from "../tensor/shape.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { mul, neg, rsub, sub } from "./arithmetic.js";
import { cast } from "./cast.js";
import { inPlace } from "./change.js";
import { div } from "./division.js";
import { checkTensor, constant, floating } from "./operand.js";

/** The dtype of three operands, after the check that their shapes fit. */
function commonDType(name: string, x: Tensor, a: Tensor, b: Tensor): DType {
  checkTensor(name, a);
  checkTensor(name, b);
  checkBroadcast(name, a._node.shape, b._node.shape);
  checkBroadcast(name, x._node.shape, a._node.shape);
  checkBroadcast(name, x._node.shape, b._node.shape);
  const rank = Math.max(a.ndim, b.ndim);
  return promote(x.dtype, x.ndim, promote(a.dtype, a.ndim, b.dtype, b.ndim), rank);
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** this + (end − this) · weight, exact at weight 0 and at weight 1 (`torch.lerp`). */
    lerp<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      end: Checked<Broadcast<"lerp", A, B>, Tensor<B>>,
      weight: number | Tensor,
    ): Tensor<Elementwise<A, B>>;
    /** Moves this tensor towards `end` by the part `weight` of the way. */
    lerp_(end: Tensor, weight: number | Tensor): this;
  }
}

/** Inputs: start, end, and the weight where it is a tensor; else it is the attribute. */
const LERP: Op<number> = {
  name: "LerpBackward0",
  saves: true,
  gradient(y, g) {
    const start = y._a;
    const end = y._b;
    const weight = (y._c as Tensor | null) ?? y._attributes;
    const rest = typeof weight === "number" ? 1 - weight : wanted(start) ? rsub(weight, 1) : weight;
    return [
      wanted(start) ? mul(g, rest) : null,
      wanted(end) ? mul(g, weight) : null,
      wanted(y._c) ? mul(g, sub(end, start)) : null,
    ];
  },
};

/** From the start below a weight of one half, from the end above it: each is met exactly. */
function between(start: Node, end: Node, weight: Node, fromStart: boolean): Node {
  const distance = binary("sub", end, start);
  if (fromStart) return binary("add", start, binary("mul", weight, distance));
  return binary("sub", end, binary("mul", distance, binary("sub", scalar(1, weight.dtype), weight)));
}

export const lerp = operation("lerp", "end, weight |", (x, end, weight) => {
  checkTensor("lerp", end);
  if (typeof weight === "number") {
    const dtype = commonDType("lerp", x, end, end);
    const a = floating(cast(x, dtype));
    const b = cast(end, a.dtype);
    const node = between(a.node, b.node, scalar(weight, a.dtype), Math.abs(weight) < 0.5);
    return record(LERP, node, a, b, null, weight);
  }
  const dtype = commonDType("lerp", x, end, weight);
  const a = floating(cast(x, dtype));
  const b = cast(end, a.dtype);
  const w = cast(weight, a.dtype);
  const low = binary("lt", unary("abs", w.node), scalar(0.5, a.dtype));
  const node = select(low, between(a.node, b.node, w.node, true), between(a.node, b.node, w.node, false));
  return record(LERP, node, a, b, w);
});
inPlace("lerp_", "end, weight |", lerp);

const PRODUCT = "tensor1, tensor2 | *, value";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** this + value · a · b (`torch.addcmul`). */
    addcmul(a: Tensor, b: Tensor, options?: { value?: number }): Tensor;
    /** Adds value · a · b. */
    addcmul_(a: Tensor, b: Tensor, options?: { value?: number }): this;
  }
}

/** Inputs: x, a, b of x + value · a · b. */
const ADDCMUL: Op<number> = {
  name: "AddcmulBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._b;
    const b = y._c;
    const value = y._attributes;
    return [g, wanted(a) ? mul(g, mul(b, value)) : null, wanted(b) ? mul(g, mul(a, value)) : null];
  },
};

export const addcmul = operation(
  "addcmul",
  PRODUCT,
  (x: Tensor, a: Tensor, b: Tensor, { value = 1 }: { value?: number } = {}) =>
    accumulated(ADDCMUL, "addcmul", x, a, b, value),
);
inPlace("addcmul_", PRODUCT, addcmul);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** this + value · a / b (`torch.addcdiv`). */
    addcdiv(a: Tensor, b: Tensor, options?: { value?: number }): Tensor;
    /** Adds value · a / b. */
    addcdiv_(a: Tensor, b: Tensor, options?: { value?: number }): this;
  }
}

/** Inputs: x, a, b of x + value · a / b. */
const ADDCDIV: Op<number> = {
  name: "AddcdivBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._b;
    const b = y._c;
    const value = y._attributes;
    return [
      g,
      wanted(a) ? mul(g, div(constant(value, b._node.dtype), b)) : null,
      wanted(b) ? neg(mul(g, div(mul(a, value), mul(b, b)))) : null,
    ];
  },
};

export const addcdiv = operation(
  "addcdiv",
  PRODUCT,
  (x: Tensor, a: Tensor, b: Tensor, { value = 1 }: { value?: number } = {}) =>
    accumulated(ADDCDIV, "addcdiv", x, a, b, value),
);
inPlace("addcdiv_", PRODUCT, addcdiv);

/** x + (value · a) op b, in the dtype of the three. */
function accumulated(
  how: Op<number>,
  name: "addcmul" | "addcdiv",
  x: Tensor,
  a: Tensor,
  b: Tensor,
  value: number,
): Tensor {
  let dtype = commonDType(name, x, a, b);
  if (name === "addcdiv" && !isFloating(dtype)) dtype = getDefaultDtype();
  const [y, p, q] = [cast(x, dtype), cast(a, dtype), cast(b, dtype)];
  const scaled = value === 1 ? p.node : binary("mul", scalar(value, dtype), p.node);
  const change = binary(name === "addcmul" ? "mul" : "div", scaled, q.node);
  return record(how, binary("add", y.node, change), y, p, q, value);
}
