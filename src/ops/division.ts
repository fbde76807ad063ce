/**
 * Quotients, rounded quotients and remainders.
 *
 * Integers divided by 0 give 0: the values may not be there yet when the operation is written, and a run does not stop for them.
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import { binary, scalar, select, unary } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { isFloating, isInteger, getDefaultDtype } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { between, mul, neg } from "./arithmetic.js";
import { cast } from "./cast.js";
import { inPlace } from "./change.js";
import { checkTensor, commonDType, floating, numberTensor, zeroLike } from "./operand.js";

/** How a quotient is rounded. */
export interface Rounding {
  /** "trunc" towards 0, "floor" down; null, the default, not at all. */
  roundingMode?: "trunc" | "floor" | null;
}

const ROUNDING = "other | *, roundingMode";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * this / other (`torch.div`). Integers give float32, unless `roundingMode` rounds the quotient: "trunc" towards 0, "floor" down.
     */
    div<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"div", A, B>, Tensor<B>>,
      options?: Rounding,
    ): Tensor<Elementwise<A, B>>;
    /** Divides this tensor by `other`. */
    div_(other: Tensor | number, options?: Rounding): this;
  }
}

const DIV: Op = {
  name: "DivBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const b = y._b;
    return [wanted(a) ? div(g, b) : null, wanted(b) ? neg(mul(g, div(div(a, b), b))) : null];
  },
};

const DIV_NUMBER: Op<number> = {
  name: "DivBackward0",
  saves: false,
  gradient(y, g) {
    return [div(g, y._attributes)];
  },
};

export const div = operation("div", ROUNDING, (a: Tensor, b: Tensor | number, options?: Rounding): Tensor => {
  if (options?.roundingMode) return rounded("div", a, b, options.roundingMode);
  if (typeof b === "number") {
    const x = floating(a);
    return record(DIV_NUMBER, binary("div", x.node, scalar(b, x._node.dtype)), x, null, null, b);
  }
  checkTensor("div", b);
  const dtype = commonDType("div", a, b);
  if (isFloating(dtype)) return between("div", "div", DIV, a, b);
  const x = cast(a, getDefaultDtype());
  const y = cast(b, getDefaultDtype());
  return record(DIV, binary("div", x.node, y.node), x, y);
});
inPlace("div_", ROUNDING, div);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** value / this: `x.rdiv(1)` is 1 / x. */
    rdiv<A extends Shape>(this: Tensor<A>, value: number): Tensor<A>;
  }
}

/** A number divided by a tensor. */
const RDIV: Op = {
  name: "DivBackward0",
  saves: true,
  gradient(y, g) {
    return [neg(div(mul(g, y), y._a))];
  },
};

export const rdiv = operation("rdiv", (a, value) => {
  const x = floating(a);
  return record(RDIV, binary("div", scalar(value, x._node.dtype), x.node), x);
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** ⌊this / other⌋ (`torch.floor_divide`, Python's //). Its gradient is 0. */
    floorDivide<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"floorDivide", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
  }
}

export const floorDivide = operation("floorDivide", "other |", (a, b) =>
  rounded("floorDivide", a, b, "floor"),
);

const ROUNDED: Op = {
  name: "DivBackward1",
  saves: false,
  gradient(y) {
    return [zeroLike(y._a), wanted(y._b) ? zeroLike(y._b) : null];
  },
};

/** The quotient, rounded. */
function rounded(name: string, a: Tensor, b: Tensor | number, rounding: "trunc" | "floor"): Tensor {
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

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** this − ⌊this / other⌋ · other: the remainder with the divisor's sign (`torch.remainder`, Python's %). */
    remainder<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"remainder", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** Takes the remainder of the division by `other`, with the sign of `other`. */
    remainder_(other: Tensor | number): this;
    /** The remainder with the dividend's sign (`torch.fmod`, JavaScript's %). */
    fmod<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"fmod", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
  }
}

/** The first operand's remainder passes its gradient on; the second gets −g · quotient, the quotient being constant. */
function remainderOp(name: string, rounding: "trunc" | "floor"): Op {
  return {
    name,
    saves: true,
    gradient(y, g) {
      const a = y._a;
      const b = y._b;
      return [g, wanted(b) ? neg(mul(g, rounded("div", a, b, rounding))) : null];
    },
  };
}

const REMAINDER = remainderOp("RemainderBackward0", "floor");

export const remainder = operation("remainder", "other |", (a, b) => {
  const [x, y] = operands("remainder", a, b);
  const node = binary("mod", x.node, y.node);
  return record(REMAINDER, isFloating(node.dtype) ? signedZero(node, x.node) : node, x, y);
});
inPlace("remainder_", "other |", remainder);

const FMOD = remainderOp("FmodBackward0", "trunc");

export const fmod = operation("fmod", "other |", (a, b) => {
  const [x, y] = operands("fmod", a, b);
  return record(FMOD, fmodNode(x.node, y.node), x, y);
});

/** Both operands in the dtype that they have together. @throws TypeError for bool and for the number 0 under integers. */
function operands(name: string, a: Tensor, b: Tensor | number): readonly [Tensor, Tensor] {
  const other = numberTensor(a, b);
  checkTensor(name, other);
  const dtype = commonDType(name, a, other);
  if (dtype === "bool") throw new TypeError(`${name}: bool tensors cannot be divided; use int() first`);
  if (b === 0 && isInteger(dtype)) throw new RangeError(`${name}: integers cannot be divided by 0`);
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
