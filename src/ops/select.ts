/**
 * Choosing between values: where, masks, minimum, maximum, clamp.
 */
import { accumulateBroadcast, wanted } from "../autograd/accumulate.js";
import { record } from "../autograd/record.js";
import { binary, select } from "../graph/build.js";
import { defineMethods, type Op, type Tensor } from "../tensor/core.js";
import { checkNumber, promote, promoteWithNumber } from "../tensor/dtype.js";
import { checkBroadcast } from "../tensor/shape.js";
import type { Broadcast, Checked, Elementwise, Shape } from "../tensor/shape-types.js";
import { mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { eq, gt, lt } from "./compare.js";
import { checkTensor, commonDType, constant, floating } from "./operand.js";
import { isnan } from "./unary.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The lesser of both, element by element; NaN wins, and equal elements share the gradient (`torch.minimum`). */
    minimum<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"minimum", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** The greater of both, element by element; NaN wins, and equal elements share the gradient (`torch.maximum`). */
    maximum<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"maximum", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** Each element brought into [min, max]; a bound that is left out does not bind (`torch.clamp`). */
    clamp(min?: number | Tensor | null, max?: number | Tensor | null): Tensor<S>;
    /** `value` where the mask is true (`torch.Tensor.masked_fill`). */
    maskedFill<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      mask: Checked<Broadcast<"maskedFill", A, B>, Tensor<B>>,
      value: number | Tensor,
    ): Tensor<Elementwise<A, B>>;
    /** This where the condition is true, else `other` (`torch.Tensor.where`). */
    where(condition: Tensor, other: number | Tensor): Tensor;
    /** x with NaN, +∞ and −∞ replaced: by 0 and the greatest and least number of the dtype, unless said otherwise. */
    nanToNum(options?: { nan?: number; posinf?: number; neginf?: number }): Tensor<S>;
  }
}

const WHERE: Op = {
  name: "WhereBackward0",
  saves: true,
  gradient(y, g) {
    const condition = y._a!;
    const a = y._b!;
    const b = y._c!;
    if (wanted(a)) accumulateBroadcast(a, where(condition, g, 0));
    if (wanted(b)) accumulateBroadcast(b, where(condition, 0, g));
  },
};

/** Equal elements get half of the gradient each. */
function extremum(name: string, wins: (a: Tensor, b: Tensor) => Tensor): Op {
  return {
    name,
    saves: true,
    gradient(y, g) {
      const a = y._a!;
      const b = y._b!;
      const equal = eq(a, b);
      const half = mul(g, 0.5);
      if (wanted(a)) accumulateBroadcast(a, where(equal, half, where(wins(a, b), g, 0)));
      if (wanted(b)) accumulateBroadcast(b, where(equal, half, where(wins(b, a), g, 0)));
    },
  };
}

const MINIMUM = extremum("MinimumBackward0", lt);
const MAXIMUM = extremum("MaximumBackward0", gt);

/** The gradient passes where the value was not changed, the bounds included. */
const CLAMP: Op = {
  name: "ClampBackward1",
  saves: true,
  gradient(y, g) {
    accumulateBroadcast(y._a!, where(eq(y, y._a!), g, 0));
  },
};

/**
 * `a` where the condition is true, else `b`; the three broadcast (`torch.where`).
 * @throws TypeError when the condition is not bool.
 */
export function where<C extends Shape, A extends Shape = [], B extends Shape = []>(
  condition: Tensor<C>,
  a: Tensor<A> | number,
  b: Tensor<B> | number,
): Tensor<Elementwise<C, Elementwise<A, B>>>;
export function where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  checkTensor("where", condition);
  if (condition._node.dtype !== "bool") {
    throw new TypeError(
      `where: expected a bool condition, got ${condition._node.dtype}; compare first, as x.gt(0)`,
    );
  }
  let x: Tensor;
  let y: Tensor;
  if (typeof a === "number") {
    const dtype = typeof b === "number" ? "float32" : promoteWithNumber(b._node.dtype, a);
    x = constant(a, dtype);
    y = typeof b === "number" ? constant(b, dtype) : cast(b, dtype);
  } else if (typeof b === "number") {
    checkTensor("where", a);
    const dtype = promoteWithNumber(a._node.dtype, b);
    x = cast(a, dtype);
    y = constant(b, dtype);
  } else {
    checkTensor("where", a);
    checkTensor("where", b);
    const dtype = commonDType("where", a, b);
    x = cast(a, dtype);
    y = cast(b, dtype);
  }
  checkBroadcast("where", condition._node.shape, x._node.shape);
  checkBroadcast("where", condition._node.shape, y._node.shape);
  return record(WHERE, select(condition.node, x.node, y.node), condition, x, y);
}

function tensorOf(x: Tensor, value: number | Tensor): Tensor {
  if (typeof value === "number") return constant(value, promoteWithNumber(x._node.dtype, value));
  checkTensor("clamp", value);
  return value;
}

export function minimum(a: Tensor, other: Tensor | number): Tensor {
  const b = tensorOf(a, other);
  const dtype = commonDType("minimum", a, b);
  const x = cast(a, dtype);
  const y = cast(b, dtype);
  return record(MINIMUM, binary("min", x.node, y.node), x, y);
}

export function maximum(a: Tensor, other: Tensor | number): Tensor {
  const b = tensorOf(a, other);
  const dtype = commonDType("maximum", a, b);
  const x = cast(a, dtype);
  const y = cast(b, dtype);
  return record(MAXIMUM, binary("max", x.node, y.node), x, y);
}

export function clamp(x: Tensor, min?: number | Tensor | null, max?: number | Tensor | null): Tensor {
  if ((min ?? null) === null && (max ?? null) === null)
    throw new TypeError("clamp: expected min, max or both");
  if (min instanceof Object || max instanceof Object) {
    // Tensors as bounds get gradients too where they bind.
    const low = (min ?? null) === null ? x : maximum(x, min!);
    return (max ?? null) === null ? low : minimum(low, max!);
  }
  let dtype = x._node.dtype;
  if (typeof min === "number") dtype = promoteWithNumber(dtype, min);
  if (typeof max === "number") dtype = promoteWithNumber(dtype, max);
  const a = cast(x, dtype);
  let node = a.node;
  if (typeof min === "number") node = binary("max", node, constant(min, dtype).node);
  if (typeof max === "number") node = binary("min", node, constant(max, dtype).node);
  return record(CLAMP, node, a);
}

export function maskedFill(x: Tensor, mask: Tensor, value: number | Tensor): Tensor {
  checkTensor("maskedFill", mask);
  if (mask._node.dtype !== "bool") {
    throw new TypeError(
      `maskedFill: expected a bool mask, got ${mask._node.dtype}; compare first, as x.gt(0)`,
    );
  }
  checkBroadcast("maskedFill", x._node.shape, mask._node.shape);
  if (typeof value !== "number") {
    checkTensor("maskedFill", value);
    if (value.ndim !== 0)
      throw new Error(`maskedFill: expected a value of 0 dimensions, got ${value.ndim}; use where()`);
    return where(mask, cast(value, promote(x.dtype, x.ndim, value.dtype, 0)), x);
  }
  checkNumber("maskedFill", value, x._node.dtype);
  return where(mask, constant(value, x._node.dtype), x);
}

function nanToNum(x: Tensor, options: { nan?: number; posinf?: number; neginf?: number } = {}): Tensor {
  const greatest = x.dtype === "float64" ? Number.MAX_VALUE : 3.4028234663852886e38;
  const y = where(isnan(x), options.nan ?? 0, floating(x));
  const z = where(eq(y, Infinity), options.posinf ?? greatest, y);
  return where(eq(z, -Infinity), options.neginf ?? -greatest, z);
}

defineMethods({
  minimum(other: Tensor | number) {
    return minimum(this, other);
  },
  maximum(other: Tensor | number) {
    return maximum(this, other);
  },
  clamp(min?: number | Tensor | null, max?: number | Tensor | null) {
    return clamp(this, min, max);
  },
  maskedFill(mask: Tensor, value: number | Tensor) {
    return maskedFill(this, mask, value);
  },
  where(condition: Tensor, other: number | Tensor) {
    return where(condition, this, other);
  },
  nanToNum(options?: { nan?: number; posinf?: number; neginf?: number }) {
    return nanToNum(this, options);
  },
});
