/**
 * Powers and roots.
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import { binary, scalar, unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { isInteger, promoteWithNumber } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { between, mul, neg, sub, withNumber } from "./arithmetic.js";
import { cast } from "./cast.js";
import { inPlace } from "./change.js";
import { eq, ge } from "./compare.js";
import { div } from "./division.js";
import { smooth } from "./elementwise.js";
import { log } from "./exponential.js";
import { logicalAnd } from "./logical.js";
import { checkTensor, commonDType, constant } from "./operand.js";
import { where } from "./select.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** √x. */
    sqrt(): Tensor<S>;
    /** √x in place. */
    sqrt_(): this;
    /** 1/√x. */
    rsqrt(): Tensor<S>;
    /** 1/√x in place. */
    rsqrt_(): this;
    /** 1/x. */
    reciprocal(): Tensor<S>;
    /** 1/x in place. */
    reciprocal_(): this;
    /** x². */
    square(): Tensor<S>;
    /** x² in place. */
    square_(): this;
  }
}

const SQRT: Op = {
  name: "SqrtBackward0",
  saves: true,
  gradient(y, g) {
    return [div(g, mul(y, 2))];
  },
};

export const sqrt = smooth("sqrt", SQRT);
inPlace("sqrt_", sqrt);

export const rsqrt = smooth("rsqrt", (y) => mul(mul(mul(y, y), y), -0.5));
inPlace("rsqrt_", rsqrt);

export const reciprocal = smooth("reciprocal", (y) => neg(mul(y, y)));
inPlace("reciprocal_", reciprocal);

export const square = operation("square", "", (x) => pow(x, 2));
inPlace("square_", square);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** this to the power of `exponent` (`torch.pow`). */
    pow<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      exponent: number | Checked<Broadcast<"pow", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** Raises this tensor to a power. */
    pow_(exponent: Tensor | number): this;
    /** base to the power of this: `x.rpow(2)` is 2ˣ. */
    rpow<A extends Shape>(this: Tensor<A>, base: number): Tensor<A>;
  }
}

const POW_NUMBER: Op<number> = {
  name: "PowBackward0",
  saves: true,
  gradient(y, g) {
    const exponent = y._attributes;
    if (exponent === 2) return [mul(g, mul(y._a, 2))];
    if (exponent === 0) return [mul(g, 0)];
    return [mul(g, mul(pow(y._a, exponent - 1), exponent))];
  },
};

const POW: Op = {
  name: "PowBackward1",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const b = y._b;
    let [ofBase, ofExponent]: (Tensor | null)[] = [null, null];
    if (wanted(a)) {
      // b · a^(b−1), which is 0 and not NaN where b = 0 and a = 0.
      const given = y._c as Tensor | null;
      const less = given === null ? sub(b, 1) : cast(sub(given, 1), b._node.dtype);
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

export const pow = operation("pow", "exponent |", (a, exponent) => {
  if (typeof exponent !== "number") {
    if (a._node.dtype === "bool" && exponent._node?.dtype === "bool")
      throw new TypeError("pow: bool tensors have no powers; use int() first");
    return powTensor(a, exponent);
  }
  const x = withNumber(a, exponent);
  if (isInteger(x._node.dtype) && exponent < 0) {
    throw new RangeError(`pow: integers to the power of ${exponent} are not integers; use float() first`);
  }
  return record(POW_NUMBER, powNode(x, exponent), x, null, null, exponent);
});
inPlace("pow_", "exponent |", pow);

export const rpow = operation("rpow", (x, base) =>
  pow(constant(base, promoteWithNumber(x._node.dtype, base)), x),
);

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
