/** Nodes that move elements and compute nothing. */
import { Kind, type Node, dtypeMask, Flag, opShift, roundingMask } from "./node.js";
import { made, scalar } from "./make.js";
import { product, sameNumbers } from "./shapes.js";
import { computing, narrowMask, roundingOf } from "./rounding.js";

function moved(
  kind: number,
  a: Node,
  shape: readonly number[],
  attributes: readonly number[] | null,
  size = product(shape),
): Node {
  const node = made(kind | (a.code & narrowMask), a.dtype, shape, size, a, null, null);
  node.attributes = attributes;
  return node;
}

export function reshape(a: Node, shape: readonly number[]): Node {
  if (sameNumbers(a.shape, shape)) return a;
  return moved(Kind.reshape, a, shape, shape, a.size);
}

/** Dimension i of the result is dimension `order[i]` of the operand. */
export function permute(a: Node, order: readonly number[]): Node {
  const shape = new Array<number>(order.length);
  let moves = false;
  for (let i = 0; i < order.length; i++) {
    const from = order[i]!;
    shape[i] = a.shape[from]!;
    if (from !== i) moves = true;
  }
  return moves ? moved(Kind.permute, a, shape, order, a.size) : a;
}

/** Repeats dimensions of size 1, and adds leading ones. */
export function expand(a: Node, shape: readonly number[]): Node {
  if (sameNumbers(a.shape, shape)) return a;
  return moved(Kind.expand, a, shape, shape);
}

/** Elements start, start + step, … (`sizes[i]` of them) along each dimension; steps may be negative. */
export function slice(
  a: Node,
  starts: readonly number[],
  sizes: readonly number[],
  steps: readonly number[],
): Node {
  if (sameNumbers(a.shape, sizes) && steps.every((step) => step === 1)) return a;
  return moved(Kind.slice, a, sizes, [...starts, ...sizes, ...steps]);
}

export function flip(a: Node, dims: readonly number[]): Node {
  if (dims.length === 0) return a;
  return moved(Kind.flip, a, a.shape, dims, a.size);
}

/** Puts `before[i]` and `after[i]` elements of a constant around dimension i. */
export function pad(a: Node, before: readonly number[], after: readonly number[], value: number): Node {
  const shape = a.shape.map((size, i) => before[i]! + size + after[i]!);
  if (sameNumbers(a.shape, shape)) return a;
  const fill = scalar(value, a.dtype);
  const attributes = [...before, ...after];
  // Structure, unlike the value of a scalar: the planner adds zero-padded parts by putting them next to each other.
  const code = Kind.pad | (Number(value === 0) << opShift) | (a.code & narrowMask);
  const node = made(code, a.dtype, shape, product(shape), a, fill, null);
  node.attributes = attributes;
  return node;
}

/** So many parts are put together by one kernel each in one plan; more are put together in several rounds. */
const mostParts = 256;

export function concat(list: readonly Node[], dim: number): Node {
  if (list.length === 1) return list[0]!;
  if (list.length > mostParts) {
    const joined: Node[] = [];
    for (let i = 0; i < list.length; i += mostParts) joined.push(concat(list.slice(i, i + mostParts), dim));
    return concat(joined, dim);
  }
  const isMixed = list.some((part) => part.dtype !== list[0]!.dtype);
  const parts = isMixed ? list.map(computing) : list.slice();
  const rounding = list.reduce(
    (bits, part) => bits || (isMixed ? roundingOf(part) : part.code & roundingMask),
    0,
  );
  const first = parts[0]!;
  const shape = first.shape.slice();
  shape[dim] = parts.reduce((sum, part) => sum + part.shape[dim]!, 0);
  const code = Kind.concat | (first.code & dtypeMask);
  const node = made(code, first.dtype, shape, product(shape), null, null, null);
  node.list = parts;
  node.attributes = [parts.length, dim];
  node.code |= rounding;
  for (const part of parts) part.flags |= Flag.consumed;
  return node;
}

/** The same value as a node of its own. */
export function identity(a: Node): Node {
  return moved(Kind.reshape, a, a.shape, a.shape, a.size);
}
