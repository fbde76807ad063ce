/**
 * Bringing operands to one dtype: what elementwise operations do before they build a node.
 */
import { expand, scalar } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import { type DType, isFloating, promote, promoteWithNumber, getDefaultDtype } from "../tensor/dtype.js";
import { checkBroadcast } from "../tensor/shape.js";
import { cast } from "./cast.js";

/** A constant as a 0-dimensional tensor. */
export function constant(value: number | boolean, dtype: DType): Tensor {
  return new Tensor(scalar(Number(value), dtype));
}

/** A number as an operand beside `x`: a 0-dimensional tensor of the dtype that `x op value` has. */
export function numberTensor(x: Tensor, value: Tensor | number): Tensor {
  return typeof value === "number" ? constant(value, promoteWithNumber(x._node.dtype, value)) : value;
}

/** Zeros in the shape and dtype of `x`, as a gradient that is 0 whatever came in. */
export function zeroLike(x: Tensor): Tensor {
  return new Tensor(expand(scalar(0, x._node.dtype), x._node.shape));
}

/** `x` itself, or in the default dtype when it holds integers or booleans. */
export function floating(x: Tensor): Tensor {
  return isFloating(x._node.dtype) ? x : cast(x, getDefaultDtype());
}

/** The dtype of `a op b`, after the check that the shapes fit. */
export function commonDType(name: string, a: Tensor, b: Tensor): DType {
  const m = a._node;
  const n = b._node;
  checkBroadcast(name, m.shape, n.shape);
  return m.dtype === n.dtype ? m.dtype : promote(m.dtype, m.shape.length, n.dtype, n.shape.length);
}

/** The value, a tensor. @throws TypeError when it is none. */
export function checkedTensor(name: string, value: Tensor): Tensor {
  checkTensor(name, value);
  return value;
}

/** @throws TypeError when the value is not a tensor. */
export function checkTensor(name: string, value: unknown): asserts value is Tensor {
  if (!(value instanceof Tensor)) {
    const what =
      value === null ? "null" : Array.isArray(value) ? "an array; wrap it: tensor([...])" : typeof value;
    throw new TypeError(`${name}: expected a tensor, got ${what}`);
  }
}
