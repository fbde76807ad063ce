/**
 * Addition, subtraction, multiplication, division, remainder and powers, with NumPy's broadcasting.
 *
 * Numbers are weak operands: they never widen a tensor's dtype, only its kind (an int32 tensor plus 0.5 is float32).
 */
import { accumulate, accumulateBroadcast, wanted } from "../autograd/accumulate.js";
import { record } from "../autograd/record.js";
import { binary, scalar, unary } from "../graph/build.js";
import type { BinaryOp } from "../engine/program.js";
import { defineMethods, type Op, type Tensor } from "../tensor/core.js";
import { isFloating, promoteWithNumber } from "../tensor/dtype.js";
import { checkBroadcast } from "../tensor/shape.js";
import type { Broadcast, Checked, Elementwise, Shape } from "../tensor/shape-types.js";
import { cast } from "./cast.js";
import { eq, ge } from "./compare.js";
import { logicalAnd } from "./logical.js";
import { checkTensor, commonDType, constant, floating } from "./operand.js";
import { where } from "./select.js";
import { floor, log, trunc } from "./unary.js";

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
    /**
     * this / other (`torch.div`). Integers give float32, unless `roundingMode` rounds the quotient: "trunc" towards 0, "floor" down.
     */
    div<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"div", A, B>, Tensor<B>>,
      options?: { roundingMode?: "trunc" | "floor" },
    ): Tensor<Elementwise<A, B>>;
    /** ⌊this / other⌋ (`torch.floor_divide`). */
    floorDivide<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"floorDivide", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** this − ⌊this / other⌋ · other: the remainder with the divisor's sign (`torch.remainder`, Python's %). */
    remainder<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"remainder", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** The remainder with the dividend's sign (`torch.fmod`, JavaScript's %). */
    fmod<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"fmod", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** this to the power of `exponent` (`torch.pow`). */
    pow<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      exponent: number | Checked<Broadcast<"pow", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** other − this (`torch.rsub`). */
    rsub<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"rsub", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** The angle of the point (other, this), in (−π, π] (`torch.atan2`). */
    atan2<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"atan2", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** this + (end − this) · weight (`torch.lerp`). */
    lerp<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      end: Checked<Broadcast<"lerp", A, B>, Tensor<B>>,
      weight: number | Tensor,
    ): Tensor<Elementwise<A, B>>;
    /** this + value · a · b (`torch.addcmul`). */
    addcmul(a: Tensor, b: Tensor, options?: { value?: number }): Tensor;
    /** this + value · a / b (`torch.addcdiv`). */
    addcdiv(a: Tensor, b: Tensor, options?: { value?: number }): Tensor;
  }
}

const ADD: Op = {
  name: "AddBackward0",
  saves: false,
  gradient(y, g) {
    accumulateBroadcast(y._a!, g);
    if (y._b !== null) accumulateBroadcast(y._b, g);
  },
};

const SUB: Op = {
  name: "SubBackward0",
  saves: false,
  gradient(y, g) {
    accumulateBroadcast(y._a!, g);
    if (wanted(y._b)) accumulateBroadcast(y._b, neg(g));
  },
};

const RSUB: Op = {
  name: "RsubBackward1",
  saves: false,
  gradient(y, g) {
    accumulate(y._a!, neg(g));
  },
};

const MUL: Op = {
  name: "MulBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const b = y._b!;
    if (wanted(a)) accumulateBroadcast(a, mul(g, b));
    if (wanted(b)) accumulateBroadcast(b, mul(g, a));
  },
};

const MUL_NUMBER: Op = {
  name: "MulBackward0",
  saves: false,
  gradient(y, g) {
    accumulate(y._a!, mul(g, y._attributes as number));
  },
};

const DIV: Op = {
  name: "DivBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const b = y._b!;
    if (wanted(a)) accumulateBroadcast(a, div(g, b));
    if (wanted(b)) accumulateBroadcast(b, neg(mul(g, div(div(a, b), b))));
  },
};

const DIV_NUMBER: Op = {
  name: "DivBackward0",
  saves: false,
  gradient(y, g) {
    accumulate(y._a!, div(g, y._attributes as number));
  },
};

/** A number divided by a tensor. */
const RDIV: Op = {
  name: "DivBackward0",
  saves: true,
  gradient(y, g) {
    accumulate(y._a!, neg(div(mul(g, y), y._a!)));
  },
};

const NEG: Op = {
  name: "NegBackward0",
  saves: false,
  gradient(y, g) {
    accumulate(y._a!, neg(g));
  },
};

/** The first operand's remainder passes its gradient on; the second gets −g · quotient, the quotient being constant. */
const REMAINDER: Op = {
  name: "RemainderBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const b = y._b!;
    accumulateBroadcast(a, g);
    if (wanted(b)) accumulateBroadcast(b, neg(mul(g, floor(div(a, b)))));
  },
};

const FMOD: Op = {
  name: "FmodBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const b = y._b!;
    accumulateBroadcast(a, g);
    if (wanted(b)) accumulateBroadcast(b, neg(mul(g, trunc(div(a, b)))));
  },
};

const POW_NUMBER: Op = {
  name: "PowBackward0",
  saves: true,
  gradient(y, g) {
    const exponent = y._attributes as number;
    if (exponent === 2) accumulate(y._a!, mul(g, mul(y._a!, 2)));
    else if (exponent === 0) accumulate(y._a!, mul(g, 0));
    else accumulate(y._a!, mul(g, mul(pow(y._a!, exponent - 1), exponent)));
  },
};

const POW: Op = {
  name: "PowBackward1",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const b = y._b!;
    if (wanted(a)) {
      // b · a^(b−1), which is 0 and not NaN where b = 0 and a = 0.
      const slope = mul(b, pow(a, sub(b, 1)));
      accumulateBroadcast(a, mul(g, where(eq(b, 0), 0, slope)));
    }
    if (wanted(b)) {
      // a^b · ln a, which is 0 where a = 0 and b ≥ 0.
      const slope = mul(y, log(a));
      accumulateBroadcast(b, mul(g, where(logicalAnd(eq(a, 0), ge(b, 0)), 0, slope)));
    }
  },
};

const ATAN2: Op = {
  name: "Atan2Backward0",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const b = y._b!;
    const scaled = div(g, add(mul(a, a), mul(b, b)));
    if (wanted(a)) accumulateBroadcast(a, mul(scaled, b));
    if (wanted(b)) accumulateBroadcast(b, neg(mul(scaled, a)));
  },
};

/** `a op b` for tensors of one dtype or of several. */
function between(name: string, graph: BinaryOp, how: Op, a: Tensor, b: Tensor): Tensor {
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
function withNumber(a: Tensor, value: number): Tensor {
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
export function rdiv(a: Tensor, value: number): Tensor {
  const x = floating(a);
  return record(RDIV, binary("div", scalar(value, x._node.dtype), x.node), x);
}

export function neg(a: Tensor): Tensor {
  if (a._node.dtype === "bool") throw new TypeError("neg: a bool tensor has no negative; use logicalNot()");
  return record(NEG, unary("neg", a.node), a);
}

function tensorOf(a: Tensor, b: Tensor | number): Tensor {
  return typeof b === "number" ? constant(b, promoteWithNumber(a._node.dtype, b)) : b;
}

export function remainder(a: Tensor, b: Tensor | number): Tensor {
  return between("remainder", "mod", REMAINDER, a, tensorOf(a, b));
}

export function fmod(a: Tensor, b: Tensor | number): Tensor {
  const other = tensorOf(a, b);
  const dtype = commonDType("fmod", a, other);
  const x = cast(a, dtype);
  const y = cast(other, dtype);
  // The remainder of the magnitudes, with the dividend's sign.
  const magnitude = binary("mod", unary("abs", x.node), unary("abs", y.node));
  return record(FMOD, binary("mul", magnitude, unary("sign", x.node)), x, y);
}

export function pow(a: Tensor, exponent: Tensor | number): Tensor {
  if (typeof exponent !== "number") return between("pow", "pow", POW, a, exponent);
  const x = withNumber(a, exponent);
  if (x._node.dtype === "int32" && exponent < 0) {
    throw new RangeError(`pow: integers to the power of ${exponent} are not integers; use float() first`);
  }
  return record(POW_NUMBER, powNode(x, exponent), x, null, null, exponent);
}

/** The common exponents are cheaper, and exact, as products and roots. */
function powNode(x: Tensor, exponent: number) {
  const node = x.node;
  switch (exponent) {
    case 1:
      return binary("mul", node, scalar(1, node.dtype));
    case 2:
      return binary("mul", node, node);
    case 3:
      return binary("mul", binary("mul", node, node), node);
    case 0.5:
      return unary("sqrt", node);
    case -1:
      return unary("reciprocal", node);
    case -0.5:
      return unary("rsqrt", node);
    default:
      return binary("pow", node, scalar(exponent, node.dtype));
  }
}

/** base^exponent for a number and a tensor. */
export function rpow(base: number, exponent: Tensor): Tensor {
  return pow(constant(base, promoteWithNumber(exponent._node.dtype, base)), exponent);
}

export function atan2(a: Tensor, b: Tensor | number): Tensor {
  return between("atan2", "atan2", ATAN2, floating(a), floating(tensorOf(a, b)));
}

function scaled(b: Tensor | number, alpha: number | undefined): Tensor | number {
  if (alpha === undefined || alpha === 1) return b;
  return typeof b === "number" ? b * alpha : mul(b, alpha);
}

function divide(a: Tensor, b: Tensor | number, roundingMode?: "trunc" | "floor"): Tensor {
  if (roundingMode === undefined) return div(a, b);
  if (roundingMode !== "trunc" && roundingMode !== "floor") {
    throw new TypeError(`div: roundingMode is "trunc" or "floor", got ${JSON.stringify(roundingMode)}`);
  }
  const other = tensorOf(a, b);
  const dtype = commonDType("div", a, other);
  // Integers divide exactly in float64, not in float32.
  const quotient = isFloating(dtype) ? div(a, other) : div(cast(a, "float64"), cast(other, "float64"));
  return cast(roundingMode === "trunc" ? trunc(quotient) : floor(quotient), dtype);
}

defineMethods({
  add(other: Tensor | number, options?: { alpha?: number }) {
    return add(this, scaled(other, options?.alpha));
  },
  sub(other: Tensor | number, options?: { alpha?: number }) {
    return sub(this, scaled(other, options?.alpha));
  },
  mul(other: Tensor | number) {
    return mul(this, other);
  },
  div(other: Tensor | number, options?: { roundingMode?: "trunc" | "floor" }) {
    return divide(this, other, options?.roundingMode);
  },
  floorDivide(other: Tensor | number) {
    return divide(this, other, "floor");
  },
  remainder(other: Tensor | number) {
    return remainder(this, other);
  },
  fmod(other: Tensor | number) {
    return fmod(this, other);
  },
  pow(exponent: Tensor | number) {
    return pow(this, exponent);
  },
  rsub(other: Tensor | number) {
    return typeof other === "number" ? rsub(this, other) : sub(other, this);
  },
  atan2(other: Tensor | number) {
    return atan2(this, other);
  },
  lerp(end: Tensor, weight: number | Tensor) {
    return add(this, mul(sub(end, this), weight));
  },
  addcmul(a: Tensor, b: Tensor, options?: { value?: number }) {
    return add(this, scaled(mul(a, b), options?.value));
  },
  addcdiv(a: Tensor, b: Tensor, options?: { value?: number }) {
    return add(this, scaled(div(a, b), options?.value));
  },
});
