/**
 * The positions of several index tensors at once, as `x[i, j]` in PyTorch: the indices broadcast with each other, and entry k of the result
 * stands at (i[k], j[k]). A boolean mask of n dims is n index tensors. Picking reads there, placing puts or adds values there.
 */
import { boundsOf } from "../graph/record/bounds.js";
import * as graph from "../graph/record/build.js";
import { broadcast } from "../graph/record/shapes.js";
import type { Node } from "../graph/record/node.js";
import { Tensor } from "../tensor/core.js";
import { isInteger } from "../tensor/dtype.js";
import { allDims, checkBroadcast, formatShape, sizeOf } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { addEntriesAt, indexTensor, takeAt } from "./indexing.js";
import { broadcastTo, permute, reshape } from "./movement.js";
import { putEntries } from "./put-at.js";

/** What picks along dim `dim`. */
export interface Picks {
  readonly dim: number;
  readonly index: Tensor;
}

/**
 * The positions where a mask that begins at dim `dim` of `shape` is true: one index tensor for each of its dims.
 * @throws Error when its shape is not that of the dims.
 */
export function maskPicks(name: string, mask: Tensor, shape: Shape, dim: number): readonly Tensor[] {
  const sizes = mask._node.shape;
  if (sizes.some((n, i) => n !== shape[dim + i])) {
    throw new Error(
      `${name}: mask ${formatShape(sizes)} does not fit shape ${formatShape(shape)} from dim ${dim} on`,
    );
  }
  const rows = mask.nonzero();
  return sizes.map((_, i) => rows.select(1, i));
}

/** The picked dims of a tensor brought to the front and made one: [rows, ...rest]. */
interface Rows {
  /** The number of a row for each entry that is picked. */
  readonly index: Tensor;
  /** The picked dims, then the rest. */
  readonly order: readonly number[];
  readonly sizes: Shape;
  readonly rest: Shape;
  /** Where the dims of [...index, ...rest] stand in the result: where the picked ones are neighbours in their place, else first. */
  readonly placed: readonly number[];
}

function rowsOf(name: string, shape: Shape, picks: readonly Picks[]): Rows {
  const dims = picks.map(({ dim }) => dim);
  const indices = picks.map(({ dim, index }) => indexTensor(name, index, shape[dim]!));
  let common: Shape = [];
  for (const index of indices) {
    checkBroadcast(`${name}: index tensors`, common, index._node.shape);
    common = broadcast(common, index._node.shape);
  }
  const others = allDims(shape.length).filter((d) => !dims.includes(d));
  const sizes = dims.map((d) => shape[d]!);
  const first = dims[0]!;
  const lead = allDims(common.length);
  const behind = others.map((_, i) => common.length + i);
  const placed = dims.every((d, i) => d === first + i)
    ? [...behind.slice(0, first), ...lead, ...behind.slice(first)]
    : [...lead, ...behind];
  return {
    index: rowNumbers(indices, sizes, common),
    order: [...dims, ...others],
    sizes,
    rest: others.map((d) => shape[d]!),
    placed,
  };
}

/** The entries at the given positions. Their shape takes the dims' place where these are neighbours, and comes first where not. */
export function pick(name: string, x: Tensor, picks: readonly Picks[]): Tensor {
  const single = picks.find(({ index }) => index.ndim === 0);
  if (single !== undefined) {
    // One position picks like a number: its dim goes away first.
    const y = takeAt(x, single.dim, indexTensor(name, single.index, x.shape[single.dim]!));
    const moved = withoutPick(picks, single);
    return moved.length === 0 ? y : pick(name, y, moved);
  }
  const shape = x._node.shape;
  if (picks.length === 1)
    return takeAt(x, picks[0]!.dim, indexTensor(name, picks[0]!.index, shape[picks[0]!.dim]!));
  const { index, order, sizes, rest, placed } = rowsOf(name, shape, picks);
  const rows = reshape(permute(x, order), [sizeOf(sizes), ...rest]);
  return permute(takeAt(rows, 0, index), placed);
}

/** The picks of a tensor that has lost the dim of one of them. */
export function withoutPick(picks: readonly Picks[], gone: Picks): readonly Picks[] {
  return picks
    .filter((each) => each !== gone)
    .map(({ dim, index }) => ({ dim: dim > gone.dim ? dim - 1 : dim, index }));
}

/**
 * A copy of `x` in which `values`, broadcast to what `pick` gives, were put at the positions or added to what is there.
 * @throws Error where the values cannot be broadcast
 */
export function place(
  name: string,
  x: Tensor,
  picks: readonly Picks[],
  values: Tensor,
  accumulate: boolean,
): Tensor {
  const shape = x._node.shape;
  const { index, order, sizes, rest, placed } = rowsOf(name, shape, picks);
  const lead = index._node.shape;
  const picked = [...lead, ...rest];
  const source = broadcastTo(
    name,
    values,
    placed.map((d) => picked[d]!),
  );
  const rows = reshape(permute(x, order), [sizeOf(sizes), ...rest]);
  const entries = permute(source, inverse(placed));
  const changed = accumulate ? addEntriesAt(rows, 0, index, entries) : putEntries(rows, 0, index, entries);
  return permute(reshape(changed, [...sizes, ...rest]), inverse(order));
}

function inverse(order: readonly number[]): readonly number[] {
  const back = new Array<number>(order.length);
  order.forEach((d, i) => (back[d] = i));
  return back;
}

/**
 * The positions along each dim of `shape` of elements that are numbered row by row (`torch.unravel_index`), in the shape and dtype of the numbers.
 * @throws TypeError for what is no integer
 */
export function unravelIndex(indices: Tensor, shape: number | Shape): Tensor[] {
  if (!isInteger(indices.dtype))
    throw new TypeError(`unravelIndex: expected integers, got ${indices.dtype}; use indices.int()`);
  const sizes = typeof shape === "number" ? [shape] : shape;
  let behind = sizeOf(sizes);
  const wide = indices.long();
  return sizes.map((n) => {
    behind = n === 0 ? 0 : behind / n;
    return wide.floorDivide(behind).remainder(n).to(indices.dtype);
  });
}

/** The number of the row at (i, j, …) when dims of these sizes are one. */
function rowNumbers(indices: readonly Tensor[], sizes: Shape, shape: Shape): Tensor {
  if (indices.length === 1) return indices[0]!;
  const isWide = sizeOf(sizes) > 2 ** 31 || indices.some((index) => index._node.dtype === "int64");
  const dtype = isWide ? "int64" : "int32";
  let number = graph.expand(graph.scalar(0, dtype), shape);
  indices.forEach((index, i) => {
    const position = graph.cast(fromFront(index.node, sizes[i]!), dtype);
    number = graph.binary("add", graph.binary("mul", number, graph.scalar(sizes[i]!, dtype)), position);
  });
  return new Tensor(number);
}

/** Positions counted from the front. Those that are not known yet are checked when they are. */
function fromFront(index: Node, size: number): Node {
  const known = boundsOf(index);
  if (known === null) return graph.positions(index, size);
  if (known.low >= 0) return index;
  const last = graph.scalar(size, index.dtype);
  const isFromEnd = graph.binary("lt", index, graph.scalar(0, index.dtype));
  return graph.select(isFromEnd, graph.binary("add", index, last), index);
}
