/**
 * Choosing between values by a condition: where, masks, and what replaces NaN and infinities.
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import { select } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { greatestFinite } from "../primitives/dtypes.js";
import { checkNumber, isFloating, promoteWithNumber, getDefaultDtype } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import { checkBroadcast } from "../tensor/shape.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { cast } from "./cast.js";
import { inPlace } from "./change.js";
import { eq } from "./compare.js";
import { checkTensor, commonDType, constant } from "./operand.js";
import { isnan } from "./finite.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** This where the condition is true, else `other` (`torch.Tensor.where`). */
    where(condition: Tensor, other: number | Tensor): Tensor;
  }
}

const WHERE: Op = {
  name: "WhereBackward0",
  saves: true,
  gradient(y, g) {
    const condition = y._a;
    const a = y._b;
    const b = y._c;
    return [null, wanted(a) ? where(condition, g, 0) : null, wanted(b) ? where(condition, 0, g) : null];
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
/** The positions of what differs from 0, a vector for each dim; reads the values. */
export function where(condition: Tensor): Tensor[];
export function where(condition: Tensor, a?: Tensor | number, b?: Tensor | number): Tensor | Tensor[] {
  if (a === undefined && b === undefined) {
    checkTensor("where", condition);
    const rows = (condition.ndim === 0 ? condition.reshape([1]) : condition).nonzero();
    return rows.unbind(1);
  }
  return chosen(condition, a!, b!);
}

function chosen(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  checkTensor("where", condition);
  if (condition._node.dtype !== "bool") {
    throw new TypeError(
      `where: expected a bool condition, got ${condition._node.dtype}; compare first, as x.gt(0)`,
    );
  }
  let x: Tensor;
  let y: Tensor;
  if (typeof a === "number") {
    const dtype = typeof b === "number" ? getDefaultDtype() : promoteWithNumber(b._node.dtype, a);
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

operation("where", "condition, other |", (x, condition, other) => where(condition, x, other));

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** `value` where the mask is true (`torch.Tensor.masked_fill`). */
    maskedFill<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      mask: Checked<Broadcast<"maskedFill", A, B>, Tensor<B>>,
      value: number | Tensor,
    ): Tensor<Elementwise<A, B>>;
    /** Puts `value` where the mask is true. */
    maskedFill_(mask: Tensor, value: number | Tensor): this;
  }
}

export const maskedFill = operation("maskedFill", "mask, value |", (x, mask, value) => {
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
    return where(mask, cast(value, x._node.dtype), x);
  }
  checkNumber("maskedFill", value, x._node.dtype);
  return where(mask, constant(value, x._node.dtype), x);
});
inPlace("maskedFill_", "mask, value |", maskedFill);

/** What stands for NaN and the infinities. */
export interface Numbers {
  nan?: number;
  posinf?: number;
  neginf?: number;
}

const NUMBERS = "| nan, posinf, neginf";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** x with NaN, +∞ and −∞ replaced: by 0 and the greatest and least number of the dtype, unless said otherwise; integers as they are. */
    nanToNum(options?: Numbers): Tensor<S>;
    nanToNum(nan?: number, posinf?: number, neginf?: number): Tensor<S>;
    /** Replaces NaN, +∞ and −∞. */
    nanToNum_(options?: Numbers): this;
    nanToNum_(nan?: number, posinf?: number, neginf?: number): this;
  }
}

export const nanToNum = operation("nanToNum", NUMBERS, (x: Tensor, options: Numbers = {}) => {
  if (!isFloating(x.dtype)) return x.clone();
  const greatest = greatestFinite[x.dtype];
  const y = where(isnan(x), options.nan ?? 0, x);
  const z = where(eq(y, Infinity), options.posinf ?? greatest, y);
  return where(eq(z, -Infinity), options.neginf ?? -greatest, z);
});
inPlace("nanToNum_", NUMBERS, nanToNum);
