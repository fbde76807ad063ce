/**
 * Reading at positions that an int32 tensor gives, and adding along a dim; scatter.ts adds and puts single elements.
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import * as graph from "../graph/record/build.js";
import { broadcast } from "../graph/record/shapes.js";
import { holds } from "../primitives/dtypes.js";
import { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { zeros } from "../tensor/creation/constant.js";
import { fromTyped } from "../tensor/creation/from-data.js";
import { type DType, isInteger } from "../tensor/dtype.js";
import { type FunctionOf, operation } from "../tensor/operation.js";
import { readNumbers } from "../tensor/reading.js";
import { checkBroadcast, formatShape, normalizeDim } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { cast } from "./cast.js";
import { checkedRange, checkPositions } from "./check.js";
import { broadcastTo, narrow, reshape, sliceOf } from "./movement.js";
import { checkTensor } from "./operand.js";

/** Positions: an int32 tensor, or an array of whole numbers. */
export type Index = Tensor | readonly number[] | Int32Array;

/**
 * Elements of the first input along a dim, which is the attribute, at the positions that the second input holds: each gives its gradient
 * to the place where it was.
 */
export function picking(name: string): Op<number> {
  return {
    name,
    saves: true,
    gradient(y, g) {
      const a = y._a;
      const dim = y._attributes;
      return [addAt(zerosOf(a), dim, y._b, g)];
    },
  };
}

const GATHER = picking("GatherBackward0");

const TAKE: Op<number> = {
  name: "IndexSelectBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    return [addEntriesAt(zerosOf(a), y._attributes, y._b, g)];
  },
};

/** Inputs: base, index, source. */
const SCATTER_ADD: Op<number> = {
  name: "ScatterAddBackward0",
  saves: true,
  gradient(y, g) {
    return [g, null, wanted(y._c) ? gatherAt(g, y._attributes, y._b) : null];
  },
};

/** Inputs: base, index, source. */
const TAKE_ADD: Op<{ readonly dim: number; readonly alpha: number }> = {
  name: "IndexAddBackward0",
  saves: true,
  gradient(y, g) {
    const { dim, alpha } = y._attributes;
    const slope = wanted(y._c) ? takeAt(g, dim, y._b) : null;
    return [g, null, alpha === 1 ? slope : (slope?.mul(alpha) ?? null)];
  },
};

export function zerosOf(x: Tensor): Tensor {
  return zeros(x._node.shape, { dtype: x._node.dtype });
}

/** Elements at positions that have been checked. */
export function gatherAt(x: Tensor, dim: number, index: Tensor): Tensor {
  return record(GATHER, graph.gather(x.node, dim, index.node), x, index, null, dim);
}

/** Entries of dim `dim` at positions that have been checked. */
export function takeAt(x: Tensor, dim: number, index: Tensor): Tensor {
  return record(TAKE, graph.take(x.node, dim, index.node), x, index, null, dim);
}

/** Adds at positions that have been checked. */
export function addAt(base: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  return record(
    SCATTER_ADD,
    graph.scatterAdd(base.node, dim, index.node, source.node),
    base,
    index,
    source,
    dim,
  );
}

/** Adds entries at positions that have been checked. */
export function addEntriesAt(base: Tensor, dim: number, index: Tensor, source: Tensor, alpha = 1): Tensor {
  const node = graph.takeAdd(base.node, dim, index.node, source.node, alpha);
  return record(TAKE_ADD, node, base, index, source, { dim, alpha });
}

/**
 * Positions as an int32 or int64 tensor.
 * @throws TypeError for what is no integer, and for uint8, which PyTorch takes for a mask; RangeError for fractions, and for what lies outside [-size, size), at the latest when it is computed
 * @internal
 */
export function indexTensor(name: string, index: Index, size?: number): Tensor {
  if (index instanceof Tensor) {
    const { dtype } = index;
    if (dtype === "uint8")
      throw new TypeError(
        `${name}: expected positions, got uint8, which may mean a mask too; use index.int() for positions, index.bool() for a mask`,
      );
    if (!isInteger(dtype))
      throw new TypeError(`${name}: expected integers as positions, got ${dtype}; use index.int()`);
    const wide = dtype === "int8" ? cast(index, "int32") : index;
    if (size !== undefined) checkPositions(wide, size, outside(name, size));
    return wide;
  }
  if (!Array.isArray(index) && !(index instanceof Int32Array)) {
    throw new TypeError(`${name}: expected positions as a tensor of integers or an array of whole numbers`);
  }
  const wrong = index.find((position) => !isPosition(position));
  if (wrong !== undefined)
    throw new RangeError(`${name}: position ${String(wrong)} is not a whole number of 32 bits`);
  const t = fromTyped(Int32Array.from(index), "int32", [index.length]);
  if (size !== undefined) checkPositions(t, size, outside(name, size));
  return t;
}

function isPosition(value: unknown): boolean {
  return typeof value === "number" && (value | 0) === value;
}

function outside(name: string, size: number): (position: number) => string {
  return (position) => `${name}: position ${position} is out of range for a dim of size ${size}`;
}

/** Positions, one for each element; where there are none PyTorch takes any dtype. @internal */
export function elementIndex(name: string, index: Tensor, size: number): Tensor {
  checkTensor(name, index);
  return indexTensor(name, index.numel() === 0 ? cast(index, "int32") : index, size);
}

/** PyTorch's rule: apart from `dim`, no size of the index exceeds the tensor's; what exceeds the index is left out. */
export function checkIndexShape(name: string, shape: Shape, dim: number, index: Tensor): void {
  const sizes = index._node.shape;
  if (sizes.length !== shape.length) {
    throw new Error(
      `${name}: expected an index of ${shape.length} dimensions as ${formatShape(shape)} has, got ${formatShape(sizes)}`,
    );
  }
  sizes.forEach((n, d) => {
    if (d !== dim && n > shape[d]!) {
      throw new Error(
        `${name}: index ${formatShape(sizes)} is larger than ${formatShape(shape)} in dim ${d}`,
      );
    }
  });
}

/** The part of `x` that an index smaller than it reaches. */
export function reach(x: Tensor, dim: number, sizes: Shape): Tensor {
  let y = x;
  sizes.forEach((n, d) => {
    if (d !== dim && n < y._node.shape[d]!) y = narrow(y, d, 0, n);
  });
  return y;
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** out[i][j] = this[index[i][j]][j] for dim 0, and likewise for others; the result has the shape of `index` (`torch.gather`). */
    gather<I extends Shape>(dim: number, index: Tensor<I>, options?: { sparseGrad?: boolean }): Tensor<I>;
  }
}

export const gather = operation(
  "gather",
  "dim, index | *, sparseGrad",
  (x: Tensor, dim: number, index: Tensor): Tensor => {
    checkTensor("gather", index);
    // Without positions PyTorch asks nothing of the other sizes.
    if (index.numel() === 0) {
      normalizeDim("gather", dim, x.ndim);
      return reshape(sliceOf(reshape(x, [x.numel()]), [0], [0], null), index.shape);
    }
    if (x.ndim === 0 || index.ndim === 0) {
      const d = normalizeDim("gather", dim, x.ndim);
      const [row, flat] = [x.ndim === 0 ? reshape(x, [1]) : x, reshape(index, [index.numel()])];
      if (index.ndim > 1 || row.ndim > 1) checkIndexShape("gather", x.shape, d, index);
      return reshape(gather(row, d, flat), index.shape);
    }
    const d = normalizeDim("gather", dim, x.ndim);
    const i = elementIndex("gather", index, x.shape[d]!);
    checkIndexShape("gather", x.shape, d, i);
    return gatherAt(reach(x, d, i.shape), d, i);
  },
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The entries of `dim` at the positions in `index`, whose shape takes the dim's place (`torch.index_select`, for any rank from 1 on; a single position keeps the dim). */
    indexSelect(dim: number, index: Index): Tensor;
    /** The elements at positions of the flattened tensor, in the shape of `index` (`torch.take`). */
    take(index: Index): Tensor;
  }
}

export const indexSelect = operation(
  "indexSelect",
  "dim, index |",
  (x: Tensor, dim: number, index: Index) => {
    const d = normalizeDim("indexSelect", dim, x.ndim);
    const i = indexTensor("indexSelect", index, x.shape[d] ?? 1);
    if (x.ndim === 0) {
      if (i.numel() !== 1)
        throw new Error(`indexSelect: a 0-dimensional tensor takes one position, got ${i.numel()}`);
      return reshape(takeAt(reshape(x, [1]), 0, reshape(i, [1])), []);
    }
    // A 0-dimensional index is one position, and the dim stays.
    return takeAt(x, d, i.ndim === 0 ? reshape(i, [1]) : i);
  },
);

export const take = operation("take", "index |", (x: Tensor, index: Index) =>
  takeAt(reshape(x, [x.numel()]), 0, indexTensor("take", index, x.numel())),
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The elements where the mask is true, as a vector; reads the mask (`torch.masked_select`). */
    maskedSelect(mask: Tensor): Tensor<[number]>;
    /** int32 positions of the elements that differ from 0, a row each; reads the values (`torch.nonzero`). */
    nonzero(options?: { asTuple?: false }): Tensor<[number, number]>;
    /** With `asTuple`, a vector of positions for each dim. */
    nonzero(options: boolean | { asTuple: true }): Tensor<[number]>[];
    /** As `nonzero()` (`torch.argwhere`). */
    argwhere(): Tensor<[number, number]>;
    /** 1 at the position that each element names along a new last dim of `numClasses`, 0 elsewhere; int64 of int64, else int32, unless a dtype is given. */
    oneHot(numClasses?: number, options?: { dtype?: DType }): Tensor;
    oneHot(options?: { numClasses?: number; dtype?: DType }): Tensor;
  }
}

/** Positions of what differs from 0, as flat numbers, for an operation that is `asking`. */
function positions(asking: string, x: Tensor): number[] {
  const data = readNumbers(x, `${asking}, the shape of whose result depends on values`);
  const found: number[] = [];
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) found.push(i);
  return found;
}

export const maskedSelect = operation("maskedSelect", (x, mask) => {
  checkTensor("maskedSelect", mask);
  if (mask.dtype !== "bool") throw new TypeError(`maskedSelect: expected a bool mask, got ${mask.dtype}`);
  checkBroadcast("maskedSelect", x.shape, mask.shape);
  const shape = broadcast(x.shape, mask.shape);
  const found = positions("maskedSelect", broadcastTo("maskedSelect", mask, shape));
  const all = broadcastTo("maskedSelect", x, shape);
  return takeAt(reshape(all, [all.numel()]), 0, indexTensor("maskedSelect", Int32Array.from(found)));
});

export const nonzero = operation("nonzero", "| asTuple", (x: Tensor, options: { asTuple?: boolean } = {}) => {
  if (options.asTuple !== true) return places("nonzero", x);
  const rows = places("nonzero", x.ndim === 0 ? reshape(x, [1]) : x);
  return Array.from({ length: rows.shape[1] }, (_, d) => rows.select(1, d));
}) as FunctionOf<"nonzero">;

export const argwhere = operation("argwhere", (x) => places("argwhere", x));

/** Where what differs from 0 stands, a row each. */
function places(name: string, x: Tensor): Tensor<[number, number]> {
  const shape = x.shape;
  const found = positions(name, x);
  const out = new Int32Array(found.length * shape.length);
  found.forEach((flat, row) => {
    let rest = flat;
    for (let d = shape.length - 1; d >= 0; d--) {
      out[row * shape.length + d] = rest % shape[d]!;
      rest = Math.floor(rest / shape[d]!);
    }
  });
  return fromTyped(out, "int32", [found.length, shape.length]) as Tensor<[number, number]>;
}

/** Classes are counted where no number of them, or PyTorch's −1, is given. */
export const oneHot = operation(
  "oneHot",
  "numClasses | *, dtype",
  function oneHot(
    x: Tensor,
    classCount?: number,
    { dtype = x.dtype === "int64" ? "int64" : "int32" }: { dtype?: DType } = {},
  ): Tensor {
    const numClasses = classCount === -1 ? undefined : classCount;
    if (!isInteger(x.dtype))
      throw new TypeError(`oneHot: expected integers as classes, got ${x.dtype}; use x.int()`);
    if (numClasses !== undefined && !(Number.isInteger(numClasses) && numClasses >= 0))
      throw new RangeError(`oneHot: expected a whole number of classes, got ${numClasses}`);
    let n = numClasses ?? 0;
    if (numClasses === undefined)
      for (const c of readNumbers(x, "oneHot without numClasses")) n = Math.max(n, c + 1);
    // In a dtype that has each class and each element: 256 as uint8 would be class 0.
    const wide = holds("int32", x.dtype) ? "int32" : "int64";
    const classes = graph.iota([n], wide);
    const column = graph.reshape(graph.cast(x.node, wide), [...x.shape, 1]);
    const y = new Tensor(graph.cast(graph.binary("eq", column, classes), dtype));
    return checkedRange(y, x, 0, n - 1, (c) => `oneHot: class ${c} is out of range for ${n} classes`);
  },
);
