/**
 * What operations on matrices ask of their operands, and small parts that their gradients are made of.
 */
import { checkedRange } from "../ops/check.js";
import { cast } from "../ops/cast.js";
import { checkTensor } from "../ops/operand.js";
import { expand, reshape } from "../ops/movement.js";
import { tril, triu } from "../ops/triangle.js";
import { add, mul } from "../ops/arithmetic.js";
import { where } from "../ops/select.js";
import { binary, iota, reshape as reshapeNode } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
import { checkBroadcast, formatShape, sameShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";

/** @throws where x is not a batch of floating matrices [*, m, n] */
export function checkMatrix(name: string, x: unknown): asserts x is Tensor {
  checkTensor(name, x);
  if (x.ndim < 2)
    throw new Error(
      `${name}: expected a matrix or a batch of them, [..., M, N], got shape ${formatShape(x.shape)}`,
    );
  if (!isFloating(x.dtype) || x.dtype === "float16" || x.dtype === "bfloat16") {
    throw new TypeError(`${name}: expected float32 or float64, got ${x.dtype}; use x.float()`);
  }
}

/** @throws where x is not a batch of floating square matrices [*, n, n] */
export function checkSquare(name: string, x: unknown): asserts x is Tensor {
  checkMatrix(name, x);
  const [m, n] = x.shape.slice(-2);
  if (m !== n)
    throw new Error(`${name}: expected square matrices, [..., N, N], got shape ${formatShape(x.shape)}`);
}

/** @throws where two operands differ in dtype */
export function checkSameDType(name: string, a: Tensor, b: Tensor): void {
  if (a.dtype !== b.dtype) {
    throw new TypeError(
      `${name}: expected operands of one dtype, got ${a.dtype} and ${b.dtype}; convert one, as x.to("${a.dtype}")`,
    );
  }
}

/** Two shapes broadcast. */
export function broadcastShapes(name: string, a: Shape, b: Shape): Shape {
  checkBroadcast(name, a, b);
  const rank = Math.max(a.length, b.length);
  const at = (shape: Shape, i: number): number => shape[shape.length - rank + i] ?? 1;
  return Array.from({ length: rank }, (_, i) => (at(a, i) === 1 ? at(b, i) : at(a, i)));
}

/** Two batches of matrices with the same, broadcast batch dims. */
export function sameBatch(name: string, a: Tensor, b: Tensor): readonly [Tensor, Tensor] {
  const lead = broadcastShapes(`${name}: batch sizes`, a.shape.slice(0, -2), b.shape.slice(0, -2));
  const of = (x: Tensor): Tensor => {
    const shape = [...lead, ...x.shape.slice(-2)];
    return sameShape(shape, x.shape) ? x : expand(x, shape);
  };
  return [of(a), of(b)];
}

/** `result`, on the condition that `info` is 0 for each matrix; else the words of `say` are thrown, with the matrix's number where there are several. */
export function whereWhole(
  name: string,
  result: Tensor,
  info: Tensor,
  say: (info: number) => string,
): Tensor {
  return checkedRange(result, info, 0, 0, (value, position) => {
    const which = info.ndim === 0 ? "" : ` matrix ${position} of the batch:`;
    return `${name}:${which} ${say(value)}`;
  });
}

export const singular = (info: number): string =>
  `the matrix is singular: pivot ${info} of its factorization is 0; use linalg.pinv or linalg.lstsq`;
export const notPositive = (info: number): string =>
  `the matrix is not positive-definite: its leading minor of order ${info} is not positive`;

/** Zeros off the diagonal, x [*, n] on it. */
export function diagonalMatrix(x: Tensor): Tensor {
  const n = x.shape.at(-1)!;
  return where(isDiagonal(n, n), reshape(x, [...x.shape, 1]), 0);
}

function numbers(op: "eq" | "gt" | "lt", m: number, n: number): Tensor {
  return new Tensor(binary(op, reshapeNode(iota([m], "int32"), [m, 1]), iota([n], "int32")));
}

/** Whether row and column have one number, [m, n]. */
export function isDiagonal(m: number, n: number): Tensor {
  return numbers("eq", m, n);
}

/** The identity in x's dtype, [n, n] or [m, n]. */
export function identity(x: Tensor, m: number, n = m): Tensor {
  return cast(isDiagonal(m, n), x.dtype);
}

/** The lower triangle with half of the diagonal. */
export function halfTriangle(x: Tensor): Tensor {
  const n = x.shape.at(-1)!;
  return tril(where(isDiagonal(n, n), mul(x, 0.5), x));
}

/** x + xᵀ. */
export function plusTransposed(x: Tensor): Tensor {
  return add(x, x.mT);
}

/** The strictly lower triangle. */
export const below = (x: Tensor): Tensor => tril(x, -1);
/** The strictly upper triangle. */
export const above = (x: Tensor): Tensor => triu(x, 1);
