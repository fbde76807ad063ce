/**
 * Addition, subtraction, multiplication and division, with NumPy's broadcasting.
 *
 * Numbers are weak operands: they never widen a tensor's dtype, only its kind (an int32 tensor plus 0.5 is float32).
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import { binary, scalar, unary } from "../graph/build.js";
import { defineMethods, type Op, type Tensor } from "../tensor/core.js";
import { isFloating, promoteWithNumber } from "../tensor/dtype.js";
import { checkBroadcast } from "../tensor/shape.js";
import type { Broadcast, Checked, Elementwise, Shape } from "../tensor/shape-types.js";
import { cast } from "./cast.js";
import { checkTensor, commonDType, constant, floating } from "./operand.js";
import type { BinaryOp } from "../primitives/elementwise.js";

declare module "../tensor/core.js" {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- merging needs the class's parameters
  interface Tensor<S extends Shape = Shape> {
    /** this + alpha · other (`torch.add`). */
    add<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"add", A, B>, Tensor<B>>,
      options?: { alpha?: number },
    ): Tensor<Elementwise<A, B>>;
    /** this − alpha · other (`torch.sub`). */
    sub<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"sub", A, B>, Tensor<B>>,
      options?: { alpha?: number },
    ): Tensor<Elementwise<A, B>>;
    /** this · other, element by element (`torch.mul`). */
    mul<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"mul", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** other − this (`torch.rsub`). */
    rsub<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"rsub", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** value / this: `x.rdiv(1)` is 1 / x. */
    rdiv<A extends Shape>(this: Tensor<A>, value: number): Tensor<A>;
  }
}

const ADD: Op = {
  name: "AddBackward0",
  saves: false,
  gradient(_y, g) {
    return [g, g];
  },
};

const SUB: Op = {
  name: "SubBackward0",
  saves: false,
  gradient(y, g) {
    return [g, wanted(y._b) ? neg(g) : null];
  },
};

const RSUB: Op = {
  name: "RsubBackward1",
  saves: false,
  gradient(_y, g) {
    return [neg(g)];
  },
};

const MUL: Op = {
  name: "MulBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const b = y._b!;
    return [wanted(a) ? mul(g, b) : null, wanted(b) ? mul(g, a) : null];
  },
};

const MUL_NUMBER: Op = {
  name: "MulBackward0",
  saves: false,
  gradient(y, g) {
    return [mul(g, y._attributes as number)];
  },
};

const DIV: Op = {
  name: "DivBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const b = y._b!;
    return [wanted(a) ? div(g, b) : null, wanted(b) ? neg(mul(g, div(div(a, b), b))) : null];
  },
};

const DIV_NUMBER: Op = {
  name: "DivBackward0",
  saves: false,
  gradient(y, g) {
    return [div(g, y._attributes as number)];
  },
};

/** A number divided by a tensor. */
const RDIV: Op = {
  name: "DivBackward0",
  saves: true,
  gradient(y, g) {
    return [neg(div(mul(g, y), y._a!))];
  },
};

const NEG: Op = {
  name: "NegBackward0",
  saves: false,
  gradient(_y, g) {
    return [neg(g)];
  },
};

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

export function add(a: Tensor, b: Tensor | number): Tensor {
  if (typeof b === "number") {
    const x = withNumber(a, b);
    return record(ADD, binary("add", x.node, scalar(b, x._node.dtype)), x);
  }
  return between("add", a._node.dtype === "bool" && b._node?.dtype === "bool" ? "or" : "add", ADD, a, b);
}

export function sub(a: Tensor, b: Tensor | number): Tensor {
  if (a._node.dtype === "bool" && typeof b !== "number" && b._node?.dtype === "bool") {
    throw new TypeError("sub: bool tensors cannot be subtracted; use logicalXor, or int() first");
  }
  if (typeof b === "number") {
    const x = withNumber(a, b);
    return record(SUB, binary("sub", x.node, scalar(b, x._node.dtype)), x);
  }
  return between("sub", "sub", SUB, a, b);
}

/** value − a. */
export function rsub(a: Tensor, value: number): Tensor {
  const x = withNumber(a, value);
  return record(RSUB, binary("sub", scalar(value, x._node.dtype), x.node), x);
}

export function mul(a: Tensor, b: Tensor | number): Tensor {
  if (typeof b === "number") {
    const x = withNumber(a, b);
    return record(MUL_NUMBER, binary("mul", x.node, scalar(b, x._node.dtype)), x, null, null, b);
  }
  return between("mul", a._node.dtype === "bool" && b._node?.dtype === "bool" ? "and" : "mul", MUL, a, b);
}

export function div(a: Tensor, b: Tensor | number): Tensor {
  if (typeof b === "number") {
    const x = floating(a);
    return record(DIV_NUMBER, binary("div", x.node, scalar(b, x._node.dtype)), x, null, null, b);
  }
  checkTensor("div", b);
  const dtype = commonDType("div", a, b);
  if (isFloating(dtype)) return between("div", "div", DIV, a, b);
  const x = cast(a, "float32");
  const y = cast(b, "float32");
  return record(DIV, binary("div", x.node, y.node), x, y);
}

/** value / a. */
function rdiv(a: Tensor, value: number): Tensor {
  const x = floating(a);
  return record(RDIV, binary("div", scalar(value, x._node.dtype), x.node), x);
}

export function neg(a: Tensor): Tensor {
  if (a._node.dtype === "bool") throw new TypeError("neg: a bool tensor has no negative; use logicalNot()");
  return record(NEG, unary("neg", a.node), a);
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
  if (!isFloating(dtype) && !Number.isInteger(alpha)) {
    throw new TypeError(`${name}: expected a whole alpha for ${dtype} tensors, got ${alpha}`);
  }
  return mul(cast(b, dtype), dtype === "bool" ? constant(alpha !== 0, dtype) : alpha);
}

defineMethods({
  add(other: Tensor | number, options?: { alpha?: number }) {
    return add(this, scaled("add", this, other, options?.alpha));
  },
  sub(other: Tensor | number, options?: { alpha?: number }) {
    return sub(this, scaled("sub", this, other, options?.alpha));
  },
  mul(other: Tensor | number) {
    return mul(this, other);
  },
  rdiv(value: number) {
    return rdiv(this, value);
  },
  rsub(other: Tensor | number) {
    return typeof other === "number" ? rsub(this, other) : sub(other, this);
  },
});
