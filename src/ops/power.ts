/**
 * Powers and angles.
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import { binary, scalar, unary } from "../graph/build.js";
import { defineMethods, type Op, type Tensor } from "../tensor/core.js";
import { isFloating, promoteWithNumber } from "../tensor/dtype.js";
import type { Broadcast, Checked, Elementwise, Shape } from "../tensor/shape-types.js";
import { add, between, div, mul, neg, sub, withNumber } from "./arithmetic.js";
import { cast } from "./cast.js";
import { eq, ge } from "./compare.js";
import { logicalAnd } from "./logical.js";
import { checkTensor, commonDType, constant, numberTensor } from "./operand.js";
import { where } from "./select.js";
import { log } from "./unary.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** x². */
    square(): Tensor<S>;
    /** this to the power of `exponent` (`torch.pow`). */
    pow<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      exponent: number | Checked<Broadcast<"pow", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** The angle of the point (other, this), in (−π, π] (`torch.atan2`). */
    atan2<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"atan2", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** base to the power of this: `x.rpow(2)` is 2ˣ. */
    rpow<A extends Shape>(this: Tensor<A>, base: number): Tensor<A>;
  }
}

const POW_NUMBER: Op = {
  name: "PowBackward0",
  saves: true,
  gradient(y, g) {
    const exponent = y._attributes as number;
    if (exponent === 2) return [mul(g, mul(y._a!, 2))];
    if (exponent === 0) return [mul(g, 0)];
    return [mul(g, mul(pow(y._a!, exponent - 1), exponent))];
  },
};

const POW: Op = {
  name: "PowBackward1",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const b = y._b!;
    let [ofBase, ofExponent]: (Tensor | null)[] = [null, null];
    if (wanted(a)) {
      // b · a^(b−1), which is 0 and not NaN where b = 0 and a = 0.
      const less = y._c === null ? sub(b, 1) : cast(sub(y._c, 1), b._node.dtype);
      const slope = mul(b, pow(a, less));
      ofBase = mul(g, where(eq(b, 0), 0, slope));
    }
    if (wanted(b)) {
      // a^b · ln a, which is 0 where a = 0 and b ≥ 0.
      const slope = mul(y, log(a));
      ofExponent = mul(g, where(logicalAnd(eq(a, 0), ge(b, 0)), 0, slope));
    }
    return [ofBase, ofExponent];
  },
};

const ATAN2: Op = {
  name: "Atan2Backward0",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const b = y._b!;
    // At the origin, which has no angle, the gradient is taken as 0.
    const square = add(mul(a, a), mul(b, b));
    const origin = eq(square, 0);
    return [
      wanted(a) ? where(origin, 0, mul(g, div(b, square))) : null,
      wanted(b) ? where(origin, 0, neg(mul(g, div(a, square)))) : null,
    ];
  },
};

/**
 * The third input is the exponent as it was given, where it has another dtype: in float32 one is nothing to an exponent beyond 2²⁴, and the
 * slope has the exponent less one.
 */
function powTensor(a: Tensor, exponent: Tensor): Tensor {
  checkTensor("pow", exponent);
  if (a._node.dtype === exponent._node.dtype) return between("pow", "pow", POW, a, exponent);
  const dtype = commonDType("pow", a, exponent);
  const [x, y] = [cast(a, dtype), cast(exponent, dtype)];
  return record(POW, binary("pow", x.node, y.node), x, y, y === exponent ? null : exponent);
}

export function pow(a: Tensor, exponent: Tensor | number): Tensor {
  if (typeof exponent !== "number") {
    if (a._node.dtype === "bool" && exponent._node?.dtype === "bool")
      throw new TypeError("pow: bool tensors have no powers; use int() first");
    return powTensor(a, exponent);
  }
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
function rpow(base: number, exponent: Tensor): Tensor {
  return pow(constant(base, promoteWithNumber(exponent._node.dtype, base)), exponent);
}

export function atan2(a: Tensor, b: Tensor | number): Tensor {
  const other = numberTensor(a, b);
  checkTensor("atan2", other);
  const dtype = commonDType("atan2", a, other);
  const to = isFloating(dtype) ? dtype : "float32";
  return between("atan2", "atan2", ATAN2, cast(a, to), cast(other, to));
}

defineMethods({
  square() {
    return pow(this, 2);
  },
  rpow(base: number) {
    return rpow(base, this);
  },
  pow(exponent: Tensor | number) {
    return pow(this, exponent);
  },
  atan2(other: Tensor | number) {
    return atan2(this, other);
  },
});
