/**
 * Operations that only move elements, each one step of the graph: reshape, permute, expand, slice, flip and pad. Nothing is copied until
 * somebody needs it dense.
 *
 * The functions compute values; the methods give views as PyTorch does: what changes one in place changes the other.
 */
import { record } from "../autograd/record.js";
import * as graph from "../graph/build.js";
import { geometryOf } from "../tensor/alias.js";
import { defineGetters, defineMethods, type Op, type Tensor } from "../tensor/core.js";
import {
  expanded,
  isContiguous,
  permuted,
  reshaped,
  selected,
  sliced,
  squeezed,
  unsqueezed,
} from "../tensor/geometry.js";
import {
  allDims,
  formatShape,
  listOfSizes,
  normalizeDim,
  normalizeDims,
  resolveReshape,
  sameShape,
} from "../tensor/shape.js";
import type {
  Mutable,
  Permute,
  Reshape,
  Shape,
  Transpose,
  TransposeLast,
  Unsqueeze,
  WithSize,
} from "../tensor/shape-types.js";
import { viewed } from "./region.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The elements in row-major order with a new shape; one size may be −1. `reshape([2, -1])` or `reshape(2, -1)`. */
    reshape<const R extends Shape>(shape: R): Tensor<Reshape<R>>;
    reshape<const R extends Shape>(...shape: R): Tensor<Reshape<R>>;
    /** As `reshape`, and always a view. @throws Error where only a copy can have the shape, as of a transposed matrix. */
    view<const R extends Shape>(shape: R): Tensor<Reshape<R>>;
    view<const R extends Shape>(...shape: R): Tensor<Reshape<R>>;
    /** The shape of `other`. */
    viewAs<B extends Shape>(other: Tensor<B>): Tensor<B>;
    /** Dims `startDim` to `endDim` as one. Default: all. */
    flatten(startDim?: number, endDim?: number): Tensor;
    /** Dim `dim` split into `sizes`, of which one may be −1. */
    unflatten(dim: number, sizes: Shape): Tensor;
    /** Without the dims of size 1, or without dim `dim` (one or several) if its size is 1. */
    squeeze(dim?: number | readonly number[]): Tensor;
    /** With a dim of size 1 put in at `dim`. */
    unsqueeze<A extends Shape, const D extends number>(this: Tensor<A>, dim: D): Tensor<Unsqueeze<A, D>>;
    /** Dims in a new order: dim i of the result is dim `order[i]`. */
    permute<A extends Shape, const O extends Shape>(this: Tensor<A>, order: O): Tensor<Permute<A, O>>;
    permute<A extends Shape, const O extends Shape>(this: Tensor<A>, ...order: O): Tensor<Permute<A, O>>;
    /** Two dims exchanged. */
    transpose<A extends Shape, const D extends number, const E extends number>(
      this: Tensor<A>,
      dim0: D,
      dim1: E,
    ): Tensor<Transpose<A, D, E>>;
    /** A matrix transposed; a vector stays. @throws Error for more than two dims: use mT. */
    t<A extends Shape>(this: Tensor<A>): Tensor<TransposeLast<A>>;
    /** Dims in reverse order; `t()` keeps the shape's type. */
    readonly T: Tensor;
    /** The last two dims exchanged; `transpose(-1, -2)` keeps the shape's type. */
    readonly mT: Tensor;
    /** Dim `source` moved to `destination`. */
    movedim(source: number, destination: number): Tensor;
    /** Dims of size 1 repeated to the given sizes; −1 keeps a size, and leading dims may be added. */
    expand(shape: Shape): Tensor;
    expand(...shape: Shape): Tensor;
    /** Expanded to the shape of `other`. */
    expandAs<B extends Shape>(other: Tensor<B>): Tensor<B>;
    /** Broadcast to a shape. */
    broadcastTo<const R extends Shape>(shape: R): Tensor<Mutable<R>>;
    /** Entries start … start + length − 1 of a dim. */
    narrow<A extends Shape, const D extends number, const N extends number>(
      this: Tensor<A>,
      dim: D,
      start: number,
      length: N,
    ): Tensor<WithSize<A, D, N>>;
    /** Entry `index` of a dim, which goes away. */
    select(dim: number, index: number): Tensor;
    /** The order along dims reversed. */
    flip(dims: number | Shape): Tensor<S>;
    /** The tensor itself where its elements stand in row-major order, else a copy in that order. */
    contiguous(): Tensor<S>;
  }
}

const VIEW: Op = {
  name: "ViewBackward0",
  saves: false,
  gradient(y, g) {
    const a = y._a!;
    return [reshape(g, a._node.shape)];
  },
};
const SQUEEZE: Op = { ...VIEW, name: "SqueezeBackward0" };
const UNSQUEEZE: Op = { ...VIEW, name: "UnsqueezeBackward0" };

const PERMUTE: Op = {
  name: "PermuteBackward0",
  saves: false,
  gradient(y, g) {
    const order = y._attributes as readonly number[];
    const inverse = new Array<number>(order.length);
    for (let i = 0; i < order.length; i++) inverse[order[i]!] = i;
    return [permute(g, inverse)];
  },
};
const TRANSPOSE: Op = { ...PERMUTE, name: "TransposeBackward0" };
const T: Op = { ...PERMUTE, name: "TBackward0" };

const EXPAND: Op = {
  name: "ExpandBackward0",
  saves: false,
  gradient(_y, g) {
    return [g];
  },
};

const FLIP: Op = {
  name: "FlipBackward0",
  saves: false,
  gradient(y, g) {
    return [flip(g, y._attributes as readonly number[])];
  },
};

interface PadAttributes {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const PAD: Op = {
  name: "ConstantPadNdBackward0",
  saves: false,
  gradient(y, g) {
    const a = y._a!;
    return [sliceOf(g, (y._attributes as PadAttributes).before, a._node.shape, null)];
  },
};

interface SliceAttributes {
  readonly starts: readonly number[];
  /** Null where all are 1. */
  readonly steps: readonly number[] | null;
}

const SLICE: Op = {
  name: "SliceBackward0",
  saves: false,
  gradient(y, g) {
    const { starts, steps } = y._attributes as SliceAttributes;
    const a = y._a!;
    return [unslice(g, a._node.shape, starts, steps)];
  },
};

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

export function reshape(x: Tensor, shape: Shape, how: Op = VIEW): Tensor {
  return record(how, graph.reshape(x.node, shape), x);
}

export function permute(x: Tensor, order: readonly number[], how: Op = PERMUTE): Tensor {
  return record(how, graph.permute(x.node, order), x, null, null, order);
}

export function expand(x: Tensor, shape: Shape): Tensor {
  return sameShape(x._node.shape, shape) ? x : record(EXPAND, graph.expand(x.node, shape), x);
}

export function flip(x: Tensor, dims: readonly number[]): Tensor {
  return record(FLIP, graph.flip(x.node, dims), x, null, null, dims);
}

/** Puts a constant around each dim. */
export function padOf(x: Tensor, before: readonly number[], after: readonly number[], value: number): Tensor {
  const node = graph.pad(x.node, before, after, value);
  return node === x.node ? x : record(PAD, node, x, null, null, { before, after } satisfies PadAttributes);
}

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
  return record(SLICE, node, x, null, null, { starts, steps } satisfies SliceAttributes);
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

const SWAP: (readonly number[])[] = [];

/** The order of dims that exchanges the last two. */
function swapLast(rank: number): readonly number[] {
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

function transposed(rank: number, dim0: number, dim1: number): readonly number[] {
  const d = normalizeDim("transpose", dim0, rank);
  const e = normalizeDim("transpose", dim1, rank);
  const order = allDims(rank).slice();
  if (rank > 0) {
    order[d] = e;
    order[e] = d;
  }
  return order;
}

function checkedOrder(x: Tensor, list: Shape): readonly number[] {
  const rank = x._node.shape.length;
  if (list.length !== rank) {
    throw new Error(
      `permute: expected ${rank} dims for shape ${formatShape(x.shape)}, got [${list.join(", ")}]`,
    );
  }
  const order = list.map((d) => normalizeDim("permute", d, rank));
  if (new Set(order).size !== rank) throw new Error(`permute: a dim appears twice in [${list.join(", ")}]`);
  return order;
}

export function unsqueeze(x: Tensor, dim: number): Tensor {
  const shape = x._node.shape;
  const d = normalizeDim("unsqueeze", dim, shape.length + 1);
  const out = shape.slice();
  out.splice(d, 0, 1);
  return reshape(x, out, UNSQUEEZE);
}

/** As normalizeDims, but an empty list names no dim: reductions alone take it for all. */
function listedDims(
  name: string,
  dim: number | readonly number[] | undefined,
  rank: number,
): readonly number[] {
  return Array.isArray(dim) && dim.length === 0 ? [] : normalizeDims(name, dim, rank);
}

/** Dims from `startDim` to `endDim` as one. */
export function flatten(x: Tensor, startDim: number, endDim: number): Tensor {
  return reshape(x, flattened(x._node.shape, startDim, endDim));
}

function flattened(shape: Shape, startDim: number, endDim: number): Shape {
  if (shape.length === 0) return [1];
  const start = normalizeDim("flatten", startDim, shape.length);
  const end = normalizeDim("flatten", endDim, shape.length);
  if (start > end) throw new RangeError(`flatten: startDim ${startDim} comes after endDim ${endDim}`);
  let n = 1;
  for (let i = start; i <= end; i++) n *= shape[i]!;
  return [...shape.slice(0, start), n, ...shape.slice(end + 1)];
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

/** A view of a new shape, or a copy where the elements do not stand so that a view can have it. */
function reshapedView(x: Tensor, shape: Shape): Tensor {
  const y = reshape(x, shape);
  const geometry = reshaped(geometryOf(x), shape);
  return geometry === null ? y : viewed(x, y, geometry);
}

/** A view of a new shape. @throws Error where only a copy can have it. */
function strictView(name: string, x: Tensor, shape: Shape): Tensor {
  const geometry = reshaped(geometryOf(x), shape);
  if (geometry === null) {
    throw new Error(
      `${name}: the elements of this view of shape ${formatShape(x.shape)} do not follow each other so that a view of shape ${formatShape(shape)} could show them; use reshape(), which copies`,
    );
  }
  return viewed(x, reshape(x, shape), geometry);
}

export function permutedView(x: Tensor, order: readonly number[], how: Op = PERMUTE): Tensor {
  return viewed(x, permute(x, order, how), permuted(geometryOf(x), order));
}

export function selectedView(x: Tensor, dim: number, index: number): Tensor {
  const y = select(x, dim, index);
  const { shape } = x._node;
  const d = normalizeDim("select", dim, shape.length);
  return viewed(x, y, selected(geometryOf(x), d, normalizeIndex("select", index, d, shape)));
}

/** Entries start … start + length − 1 of dim `dim`, all arguments in range, as a view. */
export function narrowedView(x: Tensor, dim: number, start: number, length: number): Tensor {
  const g = geometryOf(x);
  const starts = g.shape.map((_, d) => (d === dim ? start : 0));
  const sizes = g.shape.map((n, d) => (d === dim ? length : n));
  return viewed(x, narrow(x, dim, start, length), sliced(g, starts, sizes, null));
}

function expandedView(name: string, x: Tensor, target: Shape): Tensor {
  const y = broadcastTo(name, x, target);
  return viewed(x, y, expanded(geometryOf(x), y.shape));
}

function squeezedView(x: Tensor, dim?: number | readonly number[]): Tensor {
  const { shape } = x._node;
  const dims = listedDims("squeeze", dim, shape.length);
  const drops = (d: number) => shape[d] === 1 && dims.includes(d);
  const y = reshape(
    x,
    shape.filter((_, d) => !drops(d)),
    SQUEEZE,
  );
  return viewed(x, y, squeezed(geometryOf(x), drops));
}

defineMethods({
  reshape(...sizes: unknown[]) {
    return reshapedView(this, resolveReshape("reshape", this._node.shape, listOfSizes("reshape", sizes)));
  },
  view(...sizes: unknown[]) {
    return strictView("view", this, resolveReshape("view", this._node.shape, listOfSizes("view", sizes)));
  },
  viewAs(other: Tensor) {
    return strictView("viewAs", this, resolveReshape("viewAs", this._node.shape, other.shape));
  },
  flatten(startDim = 0, endDim = -1) {
    const shape = flattened(this._node.shape, startDim, endDim);
    return shape.length === this.ndim ? this : reshapedView(this, shape);
  },
  unflatten(dim: number, sizes: Shape) {
    const shape = this._node.shape;
    const d = normalizeDim("unflatten", dim, shape.length);
    const inner = resolveReshape("unflatten", [shape[d]!], sizes);
    return strictView("unflatten", this, [...shape.slice(0, d), ...inner, ...shape.slice(d + 1)]);
  },
  squeeze(dim?: number | readonly number[]) {
    return squeezedView(this, dim);
  },
  unsqueeze(dim: number) {
    const d = normalizeDim("unsqueeze", dim, this.ndim + 1);
    return viewed(this, unsqueeze(this, d), unsqueezed(geometryOf(this), d));
  },
  permute(...order: unknown[]) {
    return permutedView(this, checkedOrder(this, listOfSizes("permute", order)));
  },
  transpose(dim0: number, dim1: number) {
    return permutedView(this, transposed(this.ndim, dim0, dim1), TRANSPOSE);
  },
  t() {
    const rank = this._node.shape.length;
    if (rank > 2)
      throw new Error(`t: expected at most 2 dimensions, got shape ${formatShape(this.shape)}; use mT`);
    return permutedView(this, rank < 2 ? allDims(rank) : swapLast(2), T);
  },
  movedim(source: number, destination: number) {
    const rank = this._node.shape.length;
    const from = normalizeDim("movedim", source, rank);
    const to = normalizeDim("movedim", destination, rank);
    const order = allDims(rank).filter((d) => d !== from);
    if (rank > 0) order.splice(to, 0, from);
    return permutedView(this, order);
  },
  expand(...shape: unknown[]) {
    return expandedView("expand", this, listOfSizes("expand", shape));
  },
  expandAs(other: Tensor) {
    return expandedView("expandAs", this, other.shape);
  },
  broadcastTo(shape: Shape) {
    return expandedView("broadcastTo", this, shape);
  },
  narrow(dim: number, start: number, length: number) {
    const shape = this._node.shape;
    if (shape.length === 0) throw new RangeError("narrow: a 0-dimensional tensor has no dim to narrow");
    const d = normalizeDim("narrow", dim, shape.length);
    const n = shape[d]!;
    const from = start < 0 ? start + n : start;
    if (!Number.isInteger(from) || !Number.isInteger(length) || from < 0 || length < 0 || from + length > n) {
      throw new RangeError(`narrow: start ${start} and length ${length} do not lie in dim ${d} of size ${n}`);
    }
    return narrowedView(this, d, from, length);
  },
  select(dim: number, index: number) {
    return selectedView(this, dim, index);
  },
  flip(dims: number | Shape) {
    return flip(this, listedDims("flip", dims, this.ndim));
  },
  contiguous() {
    return isContiguous(geometryOf(this)) ? this : this.clone();
  },
});

defineGetters({
  T(x) {
    return permutedView(x, allDims(x.ndim).toReversed());
  },
  mT(x) {
    if (x.ndim === 1)
      throw new Error(`mT: expected at least 2 dimensions, got shape ${formatShape(x.shape)}`);
    return permutedView(x, x.ndim === 0 ? [] : swapLast(x.ndim), TRANSPOSE);
  },
});
