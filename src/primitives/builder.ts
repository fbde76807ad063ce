/**
 * What a kernel is composed of where an engine lacks it: the primitives that every engine has. A row of the table of kernels says it in these
 * words, from which nodes of a graph are made (graph/record/build.ts) or values of a plan (graph/plan/compose.ts).
 */
import { type DTypeName, dtypes } from "./dtypes.js";
import type { BinaryOp, UnaryOp } from "./elementwise.js";
import { product, type Shaped } from "./shaped.js";
import type { ReduceOp } from "./reductions.js";

/** Makes values of others. Shapes broadcast, dtypes do not: two operands have one dtype. */
export interface Builder<Value extends Shaped> {
  scalar(value: number, dtype: DTypeName): Value;
  /** The row-major number of each element. */
  iota(shape: readonly number[], dtype: DTypeName): Value;
  unary(op: UnaryOp, a: Value): Value;
  binary(op: BinaryOp, a: Value, b: Value): Value;
  select(condition: Value, a: Value, b: Value): Value;
  cast(a: Value, dtype: DTypeName): Value;
  reduce(op: ReduceOp, a: Value, dims: readonly number[], keepdim: boolean): Value;
  reshape(a: Value, shape: readonly number[]): Value;
  expand(a: Value, shape: readonly number[]): Value;
  /** Elements start, start + step, … (`sizes[i]` of them) along each dim. */
  slice(a: Value, starts: readonly number[], sizes: readonly number[], steps: readonly number[]): Value;
  flip(a: Value, dims: readonly number[]): Value;
  pad(a: Value, before: readonly number[], after: readonly number[], value: number): Value;
  /** For `index` the positions from the front of a dim of size `rows`; an engine that can stop a run does so where one is out of range. */
  positions(index: Value, rows: number): Value;
}

/** The results of a kernel, composed. Its scalars are float64 values of no dim. */
export type Compose = <Value extends Shaped>(
  b: Builder<Value>,
  operands: readonly Value[],
  attributes: readonly number[],
  scalars: readonly Value[],
) => readonly Value[];

/** Sizes [outer, n, inner] of a value along a dim. */
export function alongDim(shape: readonly number[], dim: number): [outer: number, n: number, inner: number] {
  return [product(shape.slice(0, dim)), shape[dim] ?? 1, product(shape.slice(dim + 1))];
}

/** Not above any element. */
export function lowest(dtype: DTypeName): number {
  const { bytes, kind } = dtypes[dtype];
  return kind === "float" ? -Infinity : kind === "int" ? -(2 ** (8 * bytes - 1)) : 0;
}

/** Of at most one element along `dim`, where the mask is true: exactly that element. Of none it is the lowest one there is. */
export function only<Value extends Shaped>(b: Builder<Value>, mask: Value, a: Value, dim: number): Value {
  return b.reduce("max", b.select(mask, a, b.scalar(lowest(a.dtype), a.dtype)), [dim], false);
}
