/**
 * Addition, subtraction and multiplication, with NumPy's broadcasting.
 *
 * Numbers are weak operands: they never widen a tensor's dtype, only its kind (an int32 tensor plus 0.5 is float32).
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import { binary, scalar, unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { isFloating, promoteWithNumber } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import { checkBroadcast } from "../tensor/shape.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { cast } from "./cast.js";
import { inPlace } from "./change.js";
import { checkedTensor, checkTensor, commonDType, constant } from "./operand.js";
import type { BinaryOp } from "../primitives/elementwise.js";

/** `a op b` for tensors of one dtype or of several. */
export function between(name: string, graph: BinaryOp, how: Op, a: Tensor, b: Tensor): Tensor {
  checkTensor(name, b);
  if (a._node.dtype === b._node.dtype) {
    checkBroadcast(name, a._node.shape, b._node.shape);
    return record(how, binary(graph, a.node, b.node), a, b);
  }
  const dtype = commonDType(name, a, b);
  const x = cast(a, dtype);
  const y = cast(b, dtype);
  return record(how, binary(graph, x.node, y.node), x, y);
}

/** `a` in the dtype of `a op value`. */
export function withNumber(a: Tensor, value: number): Tensor {
  return cast(a, promoteWithNumber(a._node.dtype, value));
}

/**
 * alpha · b, in the dtype that `a` and `b` have together, bool too.
 * @throws TypeError for a fraction times integers.
 */
export function scaled(
  name: string,
  a: Tensor,
  b: Tensor | number,
  alpha: number | undefined,
): Tensor | number {
  if (alpha === undefined || alpha === 1) return b;
  if (typeof b === "number") return b * alpha;
  checkTensor(name, b);
  const dtype = commonDType(name, a, b);
  if (typeof alpha === "boolean" && dtype === "bool") return mul(cast(b, dtype), constant(alpha, dtype));
  if (!isFloating(dtype) && !Number.isInteger(alpha)) {
    throw new TypeError(`${name}: expected a whole alpha for ${dtype} tensors, got ${alpha}`);
  }
  return mul(cast(b, dtype), dtype === "bool" ? constant(alpha !== 0, dtype) : alpha);
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** −x. */
    neg(): Tensor<S>;
    /** Changes the sign. */
    neg_(): this;
  }
}

const NEG: Op = {
  name: "NegBackward0",
  saves: false,
  gradient(_y, g) {
    return [neg(g)];
  },
};

export const neg = operation("neg", "", (a) => {
  if (a._node.dtype === "bool") throw new TypeError("neg: a bool tensor has no negative; use logicalNot()");
  return record(NEG, unary("neg", a.node), a);
});
inPlace("neg_", neg);

/** What the second operand of a sum is multiplied with. */
export interface Scale {
  /** Default 1. */
  alpha?: number;
}

const SCALED = "other | *, alpha";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** this + alpha · other (`torch.add`). */
    add<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"add", A, B>, Tensor<B>>,
      options?: Scale,
    ): Tensor<Elementwise<A, B>>;
    /** Adds alpha · other to this tensor. */
    add_(other: Tensor | number, options?: Scale): this;
  }
}

const ADD: Op = {
  name: "AddBackward0",
  saves: false,
  gradient(_y, g) {
    return [g, g];
  },
};

export const add = operation("add", SCALED, (a: Tensor, other: Tensor | number, options?: Scale) => {
  const b = options === undefined ? other : scaled("add", a, other, options.alpha);
  if (typeof b === "number") {
    const x = withNumber(a, b);
    return record(ADD, binary("add", x.node, scalar(b, x._node.dtype)), x);
  }
  return between("add", a._node.dtype === "bool" && b._node?.dtype === "bool" ? "or" : "add", ADD, a, b);
});
inPlace("add_", SCALED, add);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** this − alpha · other (`torch.sub`). */
    sub<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"sub", A, B>, Tensor<B>>,
      options?: Scale,
    ): Tensor<Elementwise<A, B>>;
    /** Subtracts alpha · other from this tensor. */
    sub_(other: Tensor | number, options?: Scale): this;
  }
}

const SUB: Op = {
  name: "SubBackward0",
  saves: false,
  gradient(y, g) {
    return [g, wanted(y._b) ? neg(g) : null];
  },
};

export const sub = operation("sub", SCALED, (a: Tensor, other: Tensor | number, options?: Scale) => {
  const b = options === undefined ? other : scaled("sub", a, other, options.alpha);
  if (typeof b === "number") {
    const x = withNumber(a, b);
    return record(SUB, binary("sub", x.node, scalar(b, x._node.dtype)), x);
  }
  if (a._node.dtype === "bool" && b._node?.dtype === "bool") {
    throw new TypeError("sub: bool tensors cannot be subtracted; use logicalXor, or int() first");
  }
  return between("sub", "sub", SUB, a, b);
});
inPlace("sub_", SCALED, sub);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** other − alpha · this (`torch.rsub`). */
    rsub<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"rsub", A, B>, Tensor<B>>,
      options?: Scale,
    ): Tensor<Elementwise<A, B>>;
  }
}

/** A number less a tensor. */
const RSUB: Op = {
  name: "RsubBackward1",
  saves: false,
  gradient(_y, g) {
    return [neg(g)];
  },
};

export const rsub = operation(
  "rsub",
  SCALED,
  (input: Tensor, other: Tensor | number, options?: Scale): Tensor => {
    if (typeof other !== "number") return sub(checkedTensor("rsub", other), input, options);
    const alpha = options?.alpha ?? 1;
    const a = alpha === 1 ? input : mul(input, alpha);
    const x = withNumber(a, other);
    return record(RSUB, binary("sub", scalar(other, x._node.dtype), x.node), x);
  },
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** this · other, element by element (`torch.mul`). */
    mul<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"mul", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** Multiplies this tensor by `other`. */
    mul_(other: Tensor | number): this;
  }
}

const MUL: Op = {
  name: "MulBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const b = y._b;
    return [wanted(a) ? mul(g, b) : null, wanted(b) ? mul(g, a) : null];
  },
};

const MUL_NUMBER: Op<number> = {
  name: "MulBackward0",
  saves: false,
  gradient(y, g) {
    return [mul(g, y._attributes)];
  },
};

export const mul = operation("mul", "other |", (a, b) => {
  if (typeof b === "number") {
    const x = withNumber(a, b);
    return record(MUL_NUMBER, binary("mul", x.node, scalar(b, x._node.dtype)), x, null, null, b);
  }
  return between("mul", a._node.dtype === "bool" && b._node?.dtype === "bool" ? "and" : "mul", MUL, a, b);
});
inPlace("mul_", "other |", mul);
