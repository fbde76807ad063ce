/**
 * Remainders and rounded quotients.
 *
 * Integers divided by 0 give 0: the values may not be there yet when the operation is written, and a run does not stop for them.
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import { binary, scalar, select, unary } from "../graph/build.js";
import type { Node } from "../graph/node.js";
import { defineMethods, type Op, Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
import type { Broadcast, Checked, Elementwise, Shape } from "../tensor/shape-types.js";
import { div, mul, neg } from "./arithmetic.js";
import { cast } from "./cast.js";
import { checkTensor, commonDType, numberTensor, zeroLike } from "./operand.js";

declare module "../tensor/core.js" {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- merging needs the class's parameters
  interface Tensor<S extends Shape = Shape> {
    /**
     * this / other (`torch.div`). Integers give float32, unless `roundingMode` rounds the quotient: "trunc" towards 0, "floor" down.
     */
    div<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"div", A, B>, Tensor<B>>,
      options?: { roundingMode?: "trunc" | "floor" },
    ): Tensor<Elementwise<A, B>>;
    /** ⌊this / other⌋ (`torch.floor_divide`, Python's //). Its gradient is 0. */
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
  }
}

type Rounding = "trunc" | "floor";

/** The first operand's remainder passes its gradient on; the second gets −g · quotient, the quotient being constant. */
function remainderOp(name: string, rounding: Rounding): Op {
  return {
    name,
    saves: true,
    gradient(y, g) {
      const a = y._a!;
      const b = y._b!;
      return [g, wanted(b) ? neg(mul(g, divide(a, b, rounding))) : null];
    },
  };
}

const REMAINDER = remainderOp("RemainderBackward0", "floor");
const FMOD = remainderOp("FmodBackward0", "trunc");

const ROUNDED: Op = {
  name: "DivBackward1",
  saves: false,
  gradient(y) {
    return [zeroLike(y._a!), wanted(y._b) ? zeroLike(y._b) : null];
  },
};

/** Both operands in the dtype that they have together. @throws TypeError for bool and for the number 0 under integers. */
function operands(name: string, a: Tensor, b: Tensor | number): readonly [Tensor, Tensor] {
  const other = numberTensor(a, b);
  checkTensor(name, other);
  const dtype = commonDType(name, a, other);
  if (dtype === "bool") throw new TypeError(`${name}: bool tensors cannot be divided; use int() first`);
  if (b === 0 && dtype === "int32") throw new RangeError(`${name}: integers cannot be divided by 0`);
  return [cast(a, dtype), cast(other, dtype)];
}

/** A zero with the sign of `a` where `y` is 0, which only a finite `a` leaves. */
function signedZero(y: Node, a: Node): Node {
  const zero = scalar(0, y.dtype);
  return select(binary("eq", y, zero), binary("mul", a, zero), y);
}

/** The remainder with the dividend's sign. */
function fmodNode(a: Node, b: Node): Node {
  const zero = scalar(0, a.dtype);
  if (isFloating(a.dtype)) {
    const magnitude = binary("mod", unary("abs", a), unary("abs", b));
    return signedZero(binary("mul", magnitude, unary("sign", a)), a);
  }
  // The least integer has no magnitude.
  const m = binary("mod", a, b);
  const otherSide = binary("xor", binary("lt", m, zero), binary("lt", a, zero));
  return select(binary("and", binary("ne", m, zero), otherSide), binary("sub", m, b), m);
}

/**
 * ⌊a / b⌋ from the exact remainder: the quotient of 1 and 0.1 rounds to 10, but 0.1 is more than a tenth, so it goes into 1 nine times.
 */
function floorQuotient(a: Node, b: Node): Node {
  const zero = scalar(0, a.dtype);
  const one = scalar(1, a.dtype);
  const rest = fmodNode(a, b);
  const other = binary("xor", binary("lt", b, zero), binary("lt", rest, zero));
  const below = binary("and", binary("ne", rest, zero), other);
  const near = binary("div", binary("sub", a, rest), b);
  const exact = select(below, binary("sub", near, one), near);
  const whole = unary("floor", exact);
  const rounded = select(
    binary("gt", binary("sub", exact, whole), scalar(0.5, a.dtype)),
    binary("add", whole, one),
    whole,
  );
  const quotient = binary("div", a, b);
  const signed = select(binary("eq", exact, zero), binary("mul", quotient, zero), rounded);
  return select(binary("eq", b, zero), quotient, signed);
}

/** The quotient of integers, which is cut off, rounded down: 1 less where something is left and the signs differ. */
function floored(quotient: Node, a: Node, b: Node): Node {
  const zero = scalar(0, a.dtype);
  const left = binary("ne", binary("mod", a, b), zero);
  const differ = binary("xor", binary("lt", a, zero), binary("lt", b, zero));
  return select(binary("and", left, differ), binary("sub", quotient, scalar(1, a.dtype)), quotient);
}

function remainder(a: Tensor, b: Tensor | number): Tensor {
  const [x, y] = operands("remainder", a, b);
  const node = binary("mod", x.node, y.node);
  return record(REMAINDER, isFloating(node.dtype) ? signedZero(node, x.node) : node, x, y);
}

function fmod(a: Tensor, b: Tensor | number): Tensor {
  const [x, y] = operands("fmod", a, b);
  return record(FMOD, fmodNode(x.node, y.node), x, y);
}

/** The quotient, rounded if wanted. */
function divide(a: Tensor, b: Tensor | number, rounding?: Rounding, name = "div"): Tensor {
  if (rounding === undefined) return div(a, b);
  if (rounding !== "trunc" && rounding !== "floor") {
    throw new TypeError(`div: roundingMode is "trunc" or "floor", got ${JSON.stringify(rounding)}`);
  }
  const [x, y] = operands(name, a, b);
  const quotient = binary("div", x.node, y.node);
  if (!isFloating(x.dtype))
    return new Tensor(rounding === "trunc" ? quotient : floored(quotient, x.node, y.node));
  const node = rounding === "trunc" ? unary("trunc", quotient) : floorQuotient(x.node, y.node);
  return record(ROUNDED, node, x, y);
}

defineMethods({
  div(other: Tensor | number, options?: { roundingMode?: "trunc" | "floor" }) {
    return divide(this, other, options?.roundingMode);
  },
  floorDivide(other: Tensor | number) {
    return divide(this, other, "floor", "floorDivide");
  },
  remainder(other: Tensor | number) {
    return remainder(this, other);
  },
  fmod(other: Tensor | number) {
    return fmod(this, other);
  },
});
