/**
 * Putting values in the place of others, or adding to them: at the positions of index tensors, of the flattened tensor, along a dim, or
 * where a mask is true.
 */
import { Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import { isComputed, readNumbers } from "../tensor/reading.js";
import { checkBroadcast, formatShape, normalizeDim, sameShape } from "../tensor/shape.js";
import { broadcast } from "../graph/record/shapes.js";
import type { Shape } from "../tensor/shape-types.js";
import { cast } from "./cast.js";
import { inPlace } from "./change.js";
import { checkPositions } from "./check.js";
import { addEntriesAt, elementIndex, gather, type Index, indexTensor, takeAt } from "./indexing.js";
import { broadcastTo, reshape } from "./movement.js";
import { checkTensor, constant } from "./operand.js";
import { maskPicks, type Picks, place } from "./pick.js";
import { putEntries } from "./put-at.js";
import { cumsum } from "./scan.js";
import { where } from "./select.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * A copy in which `values`, broadcast to the shape of `x.slice(...indices)`, were put at these positions, or with `accumulate` added to what
     * is there (`torch.index_put`). Each index is a tensor of integers, which broadcast with each other, a boolean mask of one or more dims, or
     * null for a whole dim. Of several values for one place the last one stays.
     * @throws TypeError when the dtypes differ; Error when shapes do not fit
     */
    indexPut(
      indices: readonly (Tensor | null)[],
      values: Tensor,
      accumulate?: boolean | { accumulate?: boolean },
    ): Tensor<S>;
    /** Puts or adds `values` at the positions. */
    indexPut_(
      indices: readonly (Tensor | null)[],
      values: Tensor,
      accumulate?: boolean | { accumulate?: boolean },
    ): this;
    /**
     * A copy in which the elements of `source` were put at positions of the flattened tensor, or with `accumulate` added to what is there
     * (`torch.put`); `index` and `source` have as many elements.
     */
    put(index: Index, source: Tensor, accumulate?: boolean | { accumulate?: boolean }): Tensor<S>;
    /** Puts or adds the elements of `source` at positions of the flattened tensor. */
    put_(index: Index, source: Tensor, accumulate?: boolean | { accumulate?: boolean }): this;
    /** The elements of each row along `dim` at the positions in `indices`; without a dim of the flattened tensor (`torch.take_along_dim`). */
    takeAlongDim(indices: Tensor, dim?: number | { dim?: number }): Tensor;
  }
}

/** Which positions the indices of `indexPut` name, one for each dim that is not whole. */
function picksOf(name: string, x: Tensor, indices: readonly (Tensor | null)[]): Picks[] {
  if (!Array.isArray(indices))
    throw new TypeError(`${name}: expected a list of index tensors, such as [rows, columns]`);
  const picks: Picks[] = [];
  let dim = 0;
  for (const index of indices as readonly (Tensor | null | undefined)[]) {
    if (index === null || index === undefined) {
      dim++;
      continue;
    }
    checkTensor(name, index);
    const list = index.dtype === "bool" ? maskPicks(name, index, x._node.shape, dim) : [index];
    for (const positions of list) picks.push({ dim: dim++, index: positions });
  }
  if (dim > x.ndim)
    throw new RangeError(
      `${name}: ${dim} indices for ${x.ndim} dimension(s) of shape ${formatShape(x.shape)}`,
    );
  if (picks.length === 0) throw new Error(`${name}: expected at least one index tensor`);
  return picks;
}

function checkSameDType(name: string, x: Tensor, source: Tensor): void {
  if (source.dtype !== x.dtype)
    throw new TypeError(
      `${name}: expected values of ${x.dtype}, got ${source.dtype}; use values.to("${x.dtype}")`,
    );
}

interface Accumulate {
  readonly accumulate?: boolean;
}

const PUT_AT = "indices, values | accumulate";

export const indexPut = operation(
  "indexPut",
  PUT_AT,
  (
    x: Tensor,
    indices: readonly (Tensor | null)[],
    values: Tensor,
    { accumulate = false }: Accumulate = {},
  ) => {
    checkTensor("indexPut", values);
    checkSameDType("indexPut", x, values);
    return place("indexPut", x, picksOf("indexPut", x, indices), values, accumulate);
  },
);
inPlace("indexPut_", PUT_AT, indexPut);

const PUT = "index, source | accumulate";

export const put = operation(
  "put",
  PUT,
  (x: Tensor, index: Index, source: Tensor, { accumulate = false }: Accumulate = {}) => {
    checkTensor("put", source);
    checkSameDType("put", x, source);
    const i = indexTensor("put", index, x.numel());
    if (i.numel() !== source.numel())
      throw new Error(`put: expected as many positions as elements, got ${i.numel()} and ${source.numel()}`);
    const [flat, positions, values] = [x, i, source].map((t) => reshape(t, [t.numel()])) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const y = accumulate ? addEntriesAt(flat, 0, positions, values) : putEntries(flat, 0, positions, values);
    return reshape(y, x._node.shape);
  },
);
inPlace("put_", PUT, put);

export const takeAlongDim = operation(
  "takeAlongDim",
  "indices | dim",
  (x: Tensor, indices: Tensor, { dim }: { dim?: number } = {}): Tensor => {
    checkTensor("takeAlongDim", indices);
    if (dim === undefined) {
      const flat = reshape(x, [x.numel()]);
      return takeAt(flat, 0, elementIndex("takeAlongDim", reshape(indices, [indices.numel()]), x.numel()));
    }
    if (x.ndim !== indices.ndim) {
      throw new Error(
        `takeAlongDim: expected indices of ${x.ndim} dimensions as ${formatShape(x.shape)} has, got ${formatShape(indices.shape)}`,
      );
    }
    const d = normalizeDim("takeAlongDim", dim, x.ndim);
    const but = (shape: Shape) => shape.map((n, i) => (i === d ? 1 : n));
    checkBroadcast("takeAlongDim", but(x.shape), but(indices.shape));
    const common = broadcast(but(x.shape), but(indices.shape));
    const wide = (t: Tensor) =>
      broadcastTo(
        "takeAlongDim",
        t,
        common.map((n, i) => (i === d ? t.shape[d]! : n)),
      );
    return gather(wide(x), d, wide(indices));
  },
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** A copy in which entry i of `source` along `dim`, times alpha (1 unless given), was added to entry index[i] (`torch.index_add`). */
    indexAdd(dim: number, index: Index, source: Tensor, options?: { alpha?: number }): Tensor<S>;
    /** Adds entry i of `source` along `dim`, times alpha (1 unless given), to entry index[i]. */
    indexAdd_(dim: number, index: Index, source: Tensor, options?: { alpha?: number }): this;
    /** A copy in which entry i of `source` along `dim` was put at entry index[i] (`torch.index_copy`). */
    indexCopy(dim: number, index: Index, source: Tensor): Tensor<S>;
    /** Puts entry i of `source` along `dim` at entry index[i]. */
    indexCopy_(dim: number, index: Index, source: Tensor): this;
    /** A copy in which the entries of `dim` at the positions are `value`, a number or a tensor of 0 dimensions (`torch.index_fill`). */
    indexFill(dim: number, index: Index, value: number | Tensor): Tensor<S>;
    /** Makes the entries of `dim` at the positions `value`. */
    indexFill_(dim: number, index: Index, value: number | Tensor): this;
  }
}

/** The index as a vector and the shape that a source for it has. */
function entriesOf(
  name: string,
  x: Tensor,
  dim: number,
  index: Index,
): { d: number; i: Tensor; sizes: Shape } {
  const d = normalizeDim(name, dim, x.ndim);
  const i = indexTensor(name, index, x.shape[d] ?? 1);
  if (i.ndim > 1) throw new Error(`${name}: expected positions as a vector, got ${formatShape(i.shape)}`);
  const sizes = x.ndim === 0 ? [] : x.shape.map((n, k) => (k === d ? i.numel() : n));
  return { d, i: reshape(i, [i.numel()]), sizes };
}

/** @throws Error for a source of another shape; one of no dims stands for a single entry of a vector */
function entrySource(name: string, source: Tensor, i: Tensor, sizes: Shape): Tensor {
  const isSingle = sizes.length <= 1 && i.numel() === 1 && source.numel() === 1 && source.ndim <= 1;
  if (isSingle) return reshape(source, [1]);
  if (!sameShape(source.shape, sizes)) {
    throw new Error(
      `${name}: expected a source of shape ${formatShape(sizes)}, got ${formatShape(source.shape)}`,
    );
  }
  return source;
}

/** A number as the vector that it stands for in operations along a dim. */
function asVector(x: Tensor): Tensor {
  return x.ndim === 0 ? reshape(x, [1]) : x;
}

const ADD = "dim, index, source | *, alpha";

export const indexAdd = operation(
  "indexAdd",
  ADD,
  (x: Tensor, dim: number, index: Index, source: Tensor, options?: { alpha?: number | boolean }): Tensor => {
    checkTensor("indexAdd", source);
    const { d, i, sizes } = entriesOf("indexAdd", x, dim, index);
    const entries = entrySource("indexAdd", source, i, sizes);
    const alpha = Number(options?.alpha ?? 1);
    if (!isFloating(x.dtype) && !Number.isInteger(alpha))
      throw new TypeError(`indexAdd: alpha of ${x.dtype} is a whole number, got ${alpha}`);
    return reshape(addEntriesAt(asVector(x), d, i, cast(entries, x.dtype), alpha), x._node.shape);
  },
);
inPlace("indexAdd_", ADD, indexAdd);

const COPY = "dim, index, source |";

export const indexCopy = operation(
  "indexCopy",
  COPY,
  (x: Tensor, dim: number, index: Index, source: Tensor): Tensor => {
    checkTensor("indexCopy", source);
    checkSameDType("indexCopy", x, source);
    const { d, i, sizes } = entriesOf("indexCopy", x, dim, index);
    const entries = entrySource("indexCopy", source, i, sizes);
    return reshape(putEntries(asVector(x), d, i, entries), x._node.shape);
  },
);
inPlace("indexCopy_", COPY, indexCopy);

const FILL = "dim, index, value |";

export const indexFill = operation(
  "indexFill",
  FILL,
  (x: Tensor, dim: number, index: Index, value: number | boolean | Tensor): Tensor => {
    const { d, i, sizes } = entriesOf("indexFill", x, dim, index);
    if (value instanceof Tensor && value.ndim !== 0)
      throw new Error(`indexFill: expected a value of 0 dimensions, got ${formatShape(value.shape)}`);
    const one = value instanceof Tensor ? cast(value, x.dtype) : constant(value, x.dtype);
    const entries = broadcastTo("indexFill", one, x.ndim === 0 ? [i.numel()] : sizes);
    return reshape(putEntries(asVector(x), d, i, entries), x._node.shape);
  },
);
inPlace("indexFill_", FILL, indexFill);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * A copy in which the places where the mask is true have the elements of `source`, one after the other (`torch.masked_scatter`); the mask
     * is broadcast.
     * @throws Error when the mask has more true places than `source` has elements
     */
    maskedScatter(mask: Tensor, source: Tensor): Tensor;
    /** Puts the elements of `source` where the mask is true. */
    maskedScatter_(mask: Tensor, source: Tensor): this;
  }
}

const SCATTER = "mask, source |";

export const maskedScatter = operation(
  "maskedScatter",
  SCATTER,
  (x: Tensor, mask: Tensor, source: Tensor) => {
    checkTensor("maskedScatter", mask);
    checkTensor("maskedScatter", source);
    if (mask.dtype !== "bool") throw new TypeError(`maskedScatter: expected a bool mask, got ${mask.dtype}`);
    checkSameDType("maskedScatter", x, source);
    checkBroadcast("maskedScatter", x.shape, mask.shape);
    const shape = broadcast(x.shape, mask.shape);
    const [wide, places] = [
      broadcastTo("maskedScatter", x, shape),
      broadcastTo("maskedScatter", mask, shape),
    ];
    const few = (count: number): string =>
      `maskedScatter: the mask is true at more places than the ${count} elements of the source`;
    const size = source.numel();
    if (size === 0 || isComputed(mask)) {
      let hits = 0;
      for (const hit of readNumbers(places, "maskedScatter")) hits += hit;
      if (hits > size) throw new Error(few(size));
      if (hits === 0) return wide.clone();
    }
    // The number of true places before each one is the position in the source.
    const before = cumsum(reshape(cast(places, "int32"), [places.numel()]), 0).sub(1);
    const positions = where(reshape(places, [places.numel()]), before, 0);
    checkPositions(positions, size, () => few(size));
    const values = takeAt(reshape(source, [size]), 0, positions);
    return where(places, reshape(values, shape), wide);
  },
);
inPlace("maskedScatter_", SCATTER, maskedScatter);
