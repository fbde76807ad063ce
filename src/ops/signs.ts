/** The sign of a number apart from its magnitude, and steps at 0. */
import { record } from "../autograd/record.js";
import { binary, scalar, select, unary } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import { Tensor } from "../tensor/core.js";
import { isFloating, getDefaultDtype } from "../tensor/dtype.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { eq } from "./compare.js";
import { div } from "./division.js";
import { checkTensor, commonDType, numberTensor } from "./operand.js";
import { where } from "./select.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Whether the sign is a minus, that of −0 too; which sign a NaN has is not told from +. */
    signbit(): Tensor<S>;
    /** The magnitude of this with the sign of `other`; integers give float32 (`torch.copysign`). */
    copysign<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"copysign", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** 1 above 0, the value of `values` at 0, else 0, at NaN too (`torch.heaviside`). @throws TypeError for two dtypes */
    heaviside<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      values: Checked<Broadcast<"heaviside", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
  }
}

/** −0 is not less than 0, but 1 / −0 is. */
function isNegative(x: Tensor): Node {
  const { node } = x;
  const zero = scalar(0, node.dtype);
  const less = binary("lt", node, zero);
  if (!isFloating(node.dtype)) return less;
  const inverse = unary("reciprocal", node);
  return binary(
    "or",
    less,
    binary("and", binary("eq", node, zero), binary("lt", inverse, scalar(0, inverse.dtype))),
  );
}

export const signbit = operation("signbit", "", (x) => {
  if (x._node.dtype === "bool") return new Tensor(binary("ne", x.node, x.node));
  return new Tensor(isNegative(x));
});

const COPYSIGN: Op = {
  name: "CopysignBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    return [where(eq(a, 0), 0, mul(g, div(y, a))), null];
  },
};

export const copysign = operation("copysign", "other |", (a, other) => {
  const b = numberTensor(a, other);
  checkTensor("copysign", b);
  const common = commonDType("copysign", a, b);
  const x = cast(a, isFloating(common) ? common : getDefaultDtype());
  const magnitude = unary("abs", x.node);
  return record(
    COPYSIGN,
    select(isNegative(cast(b, x._node.dtype)), unary("neg", magnitude), magnitude),
    x,
    b,
  );
});

export const heaviside = operation("heaviside", "values |", (x, values) => {
  checkTensor("heaviside", values);
  commonDType("heaviside", x, values);
  const { node } = x;
  const { dtype } = node;
  if (values._node.dtype !== dtype)
    throw new TypeError(
      `heaviside: expected values of ${dtype}, got ${values._node.dtype}; use values.to("${dtype}")`,
    );
  const zero = scalar(0, dtype);
  const isAbove = cast(new Tensor(binary("gt", node, zero)), dtype);
  return new Tensor(select(binary("eq", node, zero), values.node, isAbove.node));
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** √(a² + b²), without overflow on the way (`torch.hypot`). */
    hypot<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Broadcast<"hypot", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
  }
}

const HYPOT: Op = {
  name: "HypotBackward0",
  saves: true,
  gradient(y, g) {
    const share = div(g, y);
    return [mul(share, y._a), mul(share, y._b)];
  },
};

export const hypot = operation("hypot", "other |", (a, b) => {
  checkTensor("hypot", b);
  const dtype = commonDType("hypot", a, b);
  if (!isFloating(dtype))
    throw new TypeError(`hypot: expected floating tensors, got ${dtype}; use x.float()`);
  const x = cast(a, dtype);
  const y = cast(b, dtype);
  const [p, q] = [unary("abs", x.node), unary("abs", y.node)];
  const most = binary("max", p, q);
  const ratio = binary("div", binary("min", p, q), most);
  const one = scalar(1, dtype);
  const length = binary("mul", most, unary("sqrt", binary("add", binary("mul", ratio, ratio), one)));
  const infinity = scalar(Infinity, dtype);
  // ∞ has no ratio to ∞ that is a number, and 0 none to 0. One ∞ is the length, whatever the other is.
  const isInfinite = binary("or", binary("eq", p, infinity), binary("eq", q, infinity));
  const finite = select(binary("eq", most, scalar(0, dtype)), most, length);
  return record(HYPOT, select(isInfinite, infinity, finite), x, y);
});
