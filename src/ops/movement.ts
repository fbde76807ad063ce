/**
 * The operations that only move elements: reshape, permute, expand, slice, flip and pad. Nothing is copied until somebody needs it dense.
 *
 * These functions compute values and take arguments that are checked; the methods (reshape.ts, views.ts) give views as PyTorch does: what
 * changes one in place changes the other.
 */
import { record } from "../autograd/record.js";
import * as graph from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { allDims, formatShape, normalizeDim, normalizeDims, sameShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";

const VIEW: Op = {
  name: "ViewBackward0",
  saves: false,
  gradient(y, g) {
    return [reshape(g, y._a._node.shape)];
  },
};
export const SQUEEZE: Op = { ...VIEW, name: "SqueezeBackward0" };
const UNSQUEEZE: Op = { ...VIEW, name: "UnsqueezeBackward0" };

export function reshape(x: Tensor, shape: Shape, how: Op = VIEW): Tensor {
  return record(how, graph.reshape(x.node, shape), x);
}

export function unsqueeze(x: Tensor, dim: number): Tensor {
  const shape = x._node.shape;
  const d = normalizeDim("unsqueeze", dim, shape.length + 1);
  const out = shape.slice();
  out.splice(d, 0, 1);
  return reshape(x, out, UNSQUEEZE);
}

/** Dims from `startDim` to `endDim` as one. */
export function flatten(x: Tensor, startDim: number, endDim: number): Tensor {
  return reshape(x, flattened(x._node.shape, startDim, endDim));
}

/** The shape with dims `startDim` to `endDim` as one. */
export function flattened(shape: Shape, startDim: number, endDim: number): Shape {
  if (shape.length === 0) return [1];
  const start = normalizeDim("flatten", startDim, shape.length);
  const end = normalizeDim("flatten", endDim, shape.length);
  if (start > end) throw new RangeError(`flatten: startDim ${startDim} comes after endDim ${endDim}`);
  let n = 1;
  for (let i = start; i <= end; i++) n *= shape[i]!;
  return [...shape.slice(0, start), n, ...shape.slice(end + 1)];
}

export const PERMUTE: Op<readonly number[]> = {
  name: "PermuteBackward0",
  saves: false,
  gradient(y, g) {
    const order = y._attributes;
    const inverse = new Array<number>(order.length);
    for (let i = 0; i < order.length; i++) inverse[order[i]!] = i;
    return [permute(g, inverse)];
  },
};
export const TRANSPOSE: Op<readonly number[]> = { ...PERMUTE, name: "TransposeBackward0" };

export function permute(x: Tensor, order: readonly number[], how: Op<readonly number[]> = PERMUTE): Tensor {
  return record(how, graph.permute(x.node, order), x, null, null, order);
}

const SWAP: (readonly number[])[] = [];

/** The order of dims that exchanges the last two. */
export function swapLast(rank: number): readonly number[] {
  let order = SWAP[rank];
  if (order === undefined) {
    const dims = allDims(rank).slice();
    dims[rank - 2] = rank - 1;
    dims[rank - 1] = rank - 2;
    SWAP[rank] = order = dims;
  }
  return order;
}

/** The last two dims exchanged. */
export function mT(x: Tensor): Tensor {
  const rank = x._node.shape.length;
  if (rank < 2) throw new Error(`mT: expected at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  return permute(x, swapLast(rank), TRANSPOSE);
}

const EXPAND: Op = {
  name: "ExpandBackward0",
  saves: false,
  gradient(_y, g) {
    return [g];
  },
};

export function expand(x: Tensor, shape: Shape): Tensor {
  return sameShape(x._node.shape, shape) ? x : record(EXPAND, graph.expand(x.node, shape), x);
}

export function broadcastTo(name: string, x: Tensor, target: Shape): Tensor {
  const shape = x._node.shape;
  const lead = target.length - shape.length;
  const fail = () => {
    throw new Error(
      `${name}: ${formatShape(shape)} cannot be expanded to ${formatShape(target)}: only sizes of 1 can grow`,
    );
  };
  if (lead < 0) fail();
  const out = target.map((n, i) => {
    const own = i < lead ? undefined : shape[i - lead]!;
    if (n === -1 && own !== undefined) return own;
    if (n < 0 || !Number.isInteger(n) || (own !== undefined && own !== 1 && own !== n)) fail();
    return n;
  });
  return expand(x, out);
}

const FLIP: Op<readonly number[]> = {
  name: "FlipBackward0",
  saves: false,
  gradient(y, g) {
    return [flip(g, y._attributes)];
  },
};

export function flip(x: Tensor, dims: readonly number[]): Tensor {
  return record(FLIP, graph.flip(x.node, dims), x, null, null, dims);
}

interface PadAttributes {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const PAD: Op<PadAttributes> = {
  name: "ConstantPadNdBackward0",
  saves: false,
  gradient(y, g) {
    return [sliceOf(g, y._attributes.before, y._a._node.shape, null)];
  },
};

/** Puts a constant around each dim. */
export function padOf(x: Tensor, before: readonly number[], after: readonly number[], value: number): Tensor {
  const node = graph.pad(x.node, before, after, value);
  return node === x.node ? x : record(PAD, node, x, null, null, { before, after });
}

interface SliceAttributes {
  readonly starts: readonly number[];
  /** Null where all are 1. */
  readonly steps: readonly number[] | null;
}

const SLICE: Op<SliceAttributes> = {
  name: "SliceBackward0",
  saves: false,
  gradient(y, g) {
    const { starts, steps } = y._attributes;
    return [unslice(g, y._a._node.shape, starts, steps)];
  },
};

const ONES: (readonly number[])[] = [];

/** `sizes[d]` entries from `starts[d]` on along each dim, every `steps[d]`-th (positive); null steps are all 1. */
export function sliceOf(
  x: Tensor,
  starts: readonly number[],
  sizes: readonly number[],
  steps: readonly number[] | null,
): Tensor {
  const rank = sizes.length;
  const ones = (ONES[rank] ??= new Array<number>(rank).fill(1));
  const node = graph.slice(x.node, starts, sizes, steps ?? ones);
  if (node === x.node) return x;
  return record(SLICE, node, x, null, null, { starts, steps });
}

/** Puts the elements of `g` back where a slice took them from, with 0 elsewhere. */
function unslice(
  g: Tensor,
  shape: Shape,
  starts: readonly number[],
  steps: readonly number[] | null,
): Tensor {
  let x = g;
  if (steps !== null) {
    for (let d = 0; d < shape.length; d++) {
      const n = x._node.shape[d]!;
      if (steps[d] !== 1 && n > 1) x = dilate(x, d, steps[d]!);
    }
  }
  const before = starts;
  const after = shape.map((n, d) => n - starts[d]! - x._node.shape[d]!);
  return padOf(x, before, after, 0);
}

/** step − 1 zeros between the entries of a dim. */
function dilate(x: Tensor, dim: number, step: number): Tensor {
  const shape = x._node.shape;
  const rank = shape.length;
  const n = shape[dim]!;
  const apart = reshape(x, [...shape.slice(0, dim + 1), 1, ...shape.slice(dim + 1)]);
  const zeros = new Array<number>(rank + 1).fill(0);
  const gap = zeros.slice();
  gap[dim + 1] = step - 1;
  const wide = reshape(padOf(apart, zeros, gap, 0), [
    ...shape.slice(0, dim),
    n * step,
    ...shape.slice(dim + 1),
  ]);
  const sizes = shape.slice();
  sizes[dim] = (n - 1) * step + 1;
  return sliceOf(wide, zeros.slice(1), sizes, null);
}

/** Entries start … start + length − 1 of dim `dim`, all arguments in range. */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  const sizes = x._node.shape.slice();
  sizes[dim] = length;
  const starts = new Array<number>(sizes.length).fill(0);
  starts[dim] = start;
  return sliceOf(x, starts, sizes, null);
}

/** The index of an entry, counted from the front. @throws RangeError when there is none. */
export function normalizeIndex(name: string, index: number, dim: number, shape: Shape): number {
  const n = shape[dim]!;
  if (!Number.isInteger(index) || index < -n || index >= n) {
    throw new RangeError(
      `${name}: index ${index} is out of range for dim ${dim} of size ${n} (shape ${formatShape(shape)})`,
    );
  }
  return index < 0 ? index + n : index;
}

export function select(x: Tensor, dim: number, index: number): Tensor {
  const shape = x._node.shape;
  if (shape.length === 0)
    throw new RangeError("select: a 0-dimensional tensor has no entries to select; use item()");
  const d = normalizeDim("select", dim, shape.length);
  const i = normalizeIndex("select", index, d, shape);
  return reshape(narrow(x, d, i, 1), withoutDim(shape, d));
}

function withoutDim(shape: Shape, dim: number): Shape {
  const out = shape.slice();
  out.splice(dim, 1);
  return out;
}

/** As normalizeDims, but an empty list names no dim: reductions alone take it for all. */
export function listedDims(
  name: string,
  dim: number | readonly number[] | undefined,
  rank: number,
): readonly number[] {
  return Array.isArray(dim) && dim.length === 0 ? [] : normalizeDims(name, dim, rank);
}
