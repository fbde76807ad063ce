/**
 * Numbers by their mantissas and exponents, and whole numbers by their divisors and bits.
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import { binary, scalar, select, unary } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import { Tensor } from "../tensor/core.js";
import { type DType, isFloating, isInteger } from "../tensor/dtype.js";
import { namedTuple, type Positions } from "../tensor/named-tuple.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { computingDType } from "../primitives/dtypes.js";
import { mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { inPlace } from "./change.js";
import { div } from "./division.js";
import {
  checkedTensor,
  checkTensor,
  commonDType,
  constant,
  floating,
  numberTensor,
  zeroLike,
} from "./operand.js";
import { pow } from "./power.js";
import { sign } from "./rounding.js";

/** What `frexp` gives; it may be destructured by position too. */
export interface MantissaAndExponent<S extends Shape = Shape> extends Positions<Tensor<S>> {
  readonly mantissa: Tensor<S>;
  readonly exponent: Tensor<S>;
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** m and e of x = m · 2^e, 0.5 ≤ |m| < 1: `{ mantissa, exponent }`, the exponents as int32 (`torch.frexp`). */
    frexp(): MantissaAndExponent<S>;
    /** this · 2^other (`torch.ldexp`). */
    ldexp<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: Checked<Broadcast<"ldexp", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** `ldexp` in place. */
    ldexp_(other: Tensor): this;
    /** The next number of the dtype towards `other` (`torch.nextafter`). */
    nextafter<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: Checked<Broadcast<"nextafter", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** `nextafter` in place. */
    nextafter_(other: Tensor): this;
    /** this to the power of `exponent` as float64 (`torch.float_power`). */
    floatPower<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      exponent: number | Checked<Broadcast<"floatPower", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** `floatPower` in place, of float64. */
    floatPower_(exponent: Tensor | number): this;
    /** The greatest common divisor of integers, ≥ 0 (`torch.gcd`). */
    gcd<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: Checked<Broadcast<"gcd", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** `gcd` in place. */
    gcd_(other: Tensor): this;
    /** The least common multiple of integers, ≥ 0 (`torch.lcm`). */
    lcm<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: Checked<Broadcast<"lcm", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** `lcm` in place. */
    lcm_(other: Tensor): this;
    /** The bits moved up by `other` places, 0 where none of them is left (`torch.bitwise_left_shift`). @throws TypeError for floats */
    bitwiseLeftShift<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"bitwiseLeftShift", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** `bitwiseLeftShift` in place. */
    bitwiseLeftShift_(other: Tensor | number): this;
    /** The bits moved down by `other` places, the sign kept (`torch.bitwise_right_shift`). @throws TypeError for floats */
    bitwiseRightShift<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"bitwiseRightShift", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** `bitwiseRightShift` in place. */
    bitwiseRightShift_(other: Tensor | number): this;
    /** The tensor itself (`torch.positive`). @throws TypeError for bool */
    positive(): Tensor<S>;
    /** −1, 0 or 1 (`torch.sgn`). */
    sgn(): Tensor<S>;
    /** −1, 0 or 1 in place. */
    sgn_(): this;
    /** π of what is below 0, else 0; integers give float32 (`torch.angle`). */
    angle(): Tensor<S>;
    /** Whether it is real, which all are (`torch.isreal`). */
    isreal(): Tensor<S>;
  }
}

/** The attribute is 2 to the exponents. */
const FREXP: Op<Tensor> = {
  name: "FrexpBackward0",
  saves: false,
  gradient(y, g) {
    return [div(g, y._attributes)];
  },
};

export const frexp = operation("frexp", (x): MantissaAndExponent => {
  if (!isFloating(x.dtype))
    throw new TypeError(`frexp: expected a floating tensor, got ${x.dtype}; use x.float()`);
  const e = unary("exponent", x.node);
  const exponents = new Tensor(e);
  const powers = pow(constant(2, "float64"), cast(exponents, "float64"));
  const mantissa = record(
    FREXP,
    binary("ldexp", x.node, unary("neg", e)),
    x,
    null,
    null,
    cast(powers, x.dtype),
  );
  return namedTuple({ mantissa, exponent: cast(exponents, "int32") });
});

/** 2 to a power, a float. */
function powerOfTwo(x: Tensor, other: Tensor | number): Tensor {
  const exponents = floating(numberTensor(x, other));
  return pow(constant(2, exponents.dtype), exponents);
}

export const ldexp = operation("ldexp", "other |", (x: Tensor, other: Tensor) => {
  checkTensor("ldexp", other);
  return mul(x, powerOfTwo(x, other));
});
inPlace("ldexp_", "other |", ldexp);

/** Bits of the mantissa, and the exponent of the least number above 0. */
const FORMATS: Readonly<Partial<Record<DType, readonly [bits: number, least: number]>>> = {
  float64: [53, -1074],
  float32: [24, -149],
  bfloat16: [8, -133],
  float16: [11, -24],
};

/** The step is one unit of the last place, half of it where a power of two is left towards 0. */
function stepped(x: Node, towards: Node, dtype: DType): Node {
  const [bits, least] = FORMATS[dtype]!;
  const number = (value: number) => scalar(value, x.dtype);
  const e = unary("exponent", x);
  const one = number(1);
  const zero = number(0);
  const isRising = binary("gt", towards, x);
  const isOutwards = binary("eq", isRising, binary("gt", x, zero));
  const mantissa = binary("ldexp", unary("abs", x), unary("neg", e));
  const isNarrower = binary("and", binary("eq", mantissa, number(0.5)), unary("not", isOutwards));
  const place = binary("sub", e, select(isNarrower, number(bits + 1), number(bits)));
  const isZero = binary("eq", x, zero);
  const unit = binary("ldexp", one, select(isZero, number(least), binary("max", place, number(least))));
  const next = binary("add", x, select(isRising, unit, unary("neg", unit)));
  // The greatest number lies before ∞, and −0 keeps its sign on the way from below.
  const greatest = number(
    dtype === "float64" ? Number.MAX_VALUE : (2 - 2 ** (1 - bits)) * 2 ** (dtype === "float16" ? 15 : 127),
  );
  const inwards = select(binary("gt", x, zero), greatest, unary("neg", greatest));
  const isInfinite = binary("eq", unary("abs", x), number(Infinity));
  const moved = select(isInfinite, inwards, next);
  const same = select(binary("eq", x, towards), towards, moved);
  const isNone = binary("or", unary("isnan", x), unary("isnan", towards));
  return select(isNone, number(NaN), same);
}

/** It moves with the first operand. */
const NEXTAFTER: Op = {
  name: "NextafterBackward0",
  saves: false,
  gradient(y, g) {
    return [g, wanted(y._b) ? zeroLike(y._b) : null];
  },
};

export const nextafter = operation("nextafter", "other |", (x: Tensor, other: Tensor) => {
  checkTensor("nextafter", other);
  const dtype = commonDType("nextafter", x, other);
  if (!isFloating(dtype))
    throw new TypeError(`nextafter: expected floating tensors, got ${dtype}; use x.float()`);
  const wide = computingDType(dtype);
  const [a, b] = [cast(cast(x, dtype), wide), cast(cast(other, dtype), wide)];
  return cast(record(NEXTAFTER, stepped(a.node, b.node, dtype), a, b), dtype);
});
inPlace("nextafter_", "other |", nextafter);

export const floatPower = operation("floatPower", "exponent |", (x: Tensor, exponent: Tensor | number) =>
  pow(
    cast(x, "float64"),
    typeof exponent === "number" ? exponent : cast(checkedTensor("floatPower", exponent), "float64"),
  ),
);
inPlace("floatPower_", "exponent |", (x: Tensor, exponent: Tensor | number) => {
  if (x.dtype !== "float64")
    throw new TypeError(`floatPower_: expected float64, got ${x.dtype}; use x.double()`);
  return floatPower(x, exponent);
});

/** Both as integers of one dtype. */
function integers(name: string, x: Tensor, other: Tensor | number): readonly [Node, Node, DType] {
  const y = numberTensor(x, other);
  checkTensor(name, y);
  const dtype = commonDType(name, x, y);
  if (!isInteger(dtype)) throw new TypeError(`${name}: expected integers, got ${dtype}; use x.int()`);
  return [cast(x, dtype).node, cast(y, dtype).node, dtype];
}

export const gcd = operation("gcd", "other |", (x: Tensor, other: Tensor) => {
  checkTensor("gcd", other);
  const [a, b] = integers("gcd", x, other);
  return new Tensor(binary("gcd", a, b));
});
inPlace("gcd_", "other |", gcd);

export const lcm = operation("lcm", "other |", (x: Tensor, other: Tensor) => {
  checkTensor("lcm", other);
  const [a, b] = integers("lcm", x, other);
  // An integer divided by 0 is 0 here, so that nothing is the multiple of 0.
  return new Tensor(unary("abs", binary("mul", binary("div", a, binary("gcd", a, b)), b)));
});
inPlace("lcm_", "other |", lcm);

const BITS: Readonly<Partial<Record<DType, number>>> = { int8: 8, uint8: 8, int32: 32, int64: 64 };

function shift(name: "bitwiseLeftShift" | "bitwiseRightShift") {
  return operation(name, "other |", (x: Tensor, other: Tensor | number) => {
    const [a, b, dtype] = integers(name, x, other);
    const wide = a.dtype;
    const number = (value: number) => scalar(value, wide);
    const bits = BITS[dtype]!;
    const limit = dtype === "uint8" || name === "bitwiseLeftShift" ? bits : bits - 1;
    const isOut = binary("or", binary("lt", b, number(0)), binary("ge", b, number(limit)));
    const factor = binary("pow", number(2), select(isOut, number(0), b));
    if (name === "bitwiseLeftShift") return new Tensor(select(isOut, number(0), binary("mul", a, factor)));
    // What is taken off is not negative, so that the quotient is exact.
    const quotient = binary("div", binary("sub", a, binary("mod", a, factor)), factor);
    return new Tensor(select(isOut, select(binary("lt", a, number(0)), number(-1), number(0)), quotient));
  });
}

export const bitwiseLeftShift = shift("bitwiseLeftShift");
inPlace("bitwiseLeftShift_", "other |", bitwiseLeftShift);
export const bitwiseRightShift = shift("bitwiseRightShift");
inPlace("bitwiseRightShift_", "other |", bitwiseRightShift);

export const positive = operation("positive", (x) => {
  if (x.dtype === "bool") throw new TypeError("positive: a bool tensor has no sign; use x.int()");
  return x;
});

export const sgn = operation("sgn", (x) => sign(x));
inPlace("sgn_", sgn);

const ANGLE: Op = {
  name: "AngleBackward0",
  saves: false,
  gradient(y) {
    return [zeroLike(y._a)];
  },
};

export const angle = operation("angle", (input) => {
  const x = floating(input);
  const { node } = x;
  const number = (value: number) => scalar(value, node.dtype);
  const y = select(binary("lt", node, number(0)), number(Math.PI), number(0));
  return record(ANGLE, select(unary("isnan", node), node, y), x);
});

export const isreal = operation(
  "isreal",
  (x) => new Tensor(binary("eq", zeroLike(x).node, scalar(0, x.node.dtype))),
);
