/**
 * Order statistics and counts. They read values, because the size or the place of what they give depends on them.
 */
import { record } from "../autograd/record.js";
import type { Tensor } from "../tensor/core.js";
import { fromTyped } from "../tensor/creation/from-data.js";
import { isFloating, isInteger } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import { readNumbers } from "../tensor/reading.js";
import { formatShape, keptShape, normalizeDim, sizeOf } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { ne } from "./compare.js";
import { oneOfAll, type ValuesAndIndices } from "./extreme.js";
import { takeAt } from "./indexing.js";
import { zeroLike } from "./operand.js";
import { where } from "./select.js";
import { isnan } from "./finite.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The middle element in order, of an even number the lower one, NaN where one is there; with a dim, `{ values, indices }` along it (`torch.median`). */
    median(): Tensor<[]>;
    median(dim: number, options?: { keepdim?: boolean }): ValuesAndIndices;
  }
}

/** Where the middle of each row along dim `d` stands: of an even number the lower one, the first NaN if there is one. */
function middles(x: Tensor, d: number): Tensor {
  const shape = x.shape;
  const n = shape[d] ?? 1;
  if (n === 0) throw new Error(`median: shape ${formatShape(shape)} is empty along dim ${d}`);
  const inner = sizeOf(shape.slice(d + 1));
  const order = readNumbers(x.argsort(d), "median");
  const data = readNumbers(x, "median");
  const out = new Int32Array(x.numel() / n);
  for (let row = 0; row < out.length; row++) {
    const start = Math.floor(row / inner) * n * inner + (row % inner);
    const position = (rank: number) => order[start + rank * inner]!;
    const isNaNAt = (rank: number) => Number.isNaN(data[start + position(rank) * inner]!);
    // NaN sorts last.
    let rank = n;
    while (rank > 0 && isNaNAt(rank - 1)) rank--;
    out[row] = position(rank < n ? rank : (n - 1) >> 1);
  }
  return fromTyped(out, "int32", keptShape(shape, shape.length === 0 ? [] : [d]));
}

function medianAlong(x: Tensor, dim: number, keepdim: boolean): ValuesAndIndices {
  const d = normalizeDim("median", dim, x.ndim);
  const indices = middles(x, d);
  const values = x.gather(d, indices);
  if (keepdim || x.ndim === 0) return { values, indices };
  return { values: values.squeeze(d), indices: indices.squeeze(d) };
}

const MEDIAN_ALL = oneOfAll("MedianBackward0");

/** The median of all elements; those that equal it share the gradient. */
function medianOfAll(x: Tensor): Tensor {
  const flat = x.flatten();
  if (flat.numel() === 0 && isFloating(x.dtype)) return zeroLike(x.sum()).add(NaN);
  const value = flat.gather(0, middles(flat, 0)).reshape([]);
  return record(MEDIAN_ALL, value.node, x);
}

export const median = operation("median", (x, dim, options) => {
  if (dim === undefined) return medianOfAll(x);
  return medianAlong(x, dim, options?.keepdim ?? false);
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The value below which the part q of the elements lies, interpolated linearly, NaN where one is there (`torch.quantile`). */
    quantile(q: number, dim?: number, options?: { keepdim?: boolean }): Tensor;
  }
}

function quantileAlong(x: Tensor, q: number, dim: number, keepdim: boolean): Tensor {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`quantile: expected q in [0, 1], got ${q}`);
  if (!isFloating(x.dtype))
    throw new TypeError(`quantile: expected a floating tensor, got ${x.dtype}; use x.float()`);
  if (x.ndim === 0) return quantileAlong(x.reshape([1]), q, dim, false);
  const d = normalizeDim("quantile", dim, x.ndim);
  const n = x.shape[d]!;
  if (x.numel() === 0) throw new Error(`quantile: shape ${formatShape(x.shape)} is empty`);
  const sorted = x.sort(d).values;
  const at = q * (n - 1);
  const low = sorted.narrow(d, Math.floor(at), 1);
  const high = sorted.narrow(d, Math.ceil(at), 1);
  const last = sorted.narrow(d, n - 1, 1);
  // NaN sorts last; a row that has one is NaN.
  const y = where(isnan(last), last, low.lerp(high, at - Math.floor(at)));
  return keepdim ? y : y.squeeze(d);
}

export const quantile = operation("quantile", (x, q, dim, { keepdim = false } = {}) => {
  if (dim !== undefined) return quantileAlong(x, q, dim, keepdim);
  const y = quantileAlong(x.flatten(), q, 0, false);
  return keepdim ? y.reshape(x.shape.map(() => 1)) : y;
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The distinct elements in rising order, each NaN on its own (`torch.unique`). */
    unique(): Tensor<[number]>;
  }
}

/** Each NaN is an element of its own, as NaN ≠ NaN. One number is read: how many there are. */
export const unique = operation("unique", (x) => {
  // By number, NaN last.
  const sorted = x.detach().flatten().sort(0).values;
  const n = sorted.numel();
  if (n < 2) return sorted;
  const differs = ne(sorted.narrow(0, 1, n - 1), sorted.narrow(0, 0, n - 1));
  const [count] = readNumbers(differs.sum(), "unique, the shape of whose result depends on values");
  // The first of equal ones come first, in their order.
  const isFirst = differs.pad([1, 0], { value: 1 });
  return takeAt(sorted, 0, isFirst.argsort(0, { descending: true }).narrow(0, 0, 1 + Number(count)));
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** How often each whole number from 0 on stands in a vector of integers, as int64, or the sum of its weights, float32 if they are and else float64 (`torch.bincount`). */
    bincount(options?: { weights?: Tensor; minlength?: number }): Tensor<[number]>;
  }
}

export const bincount = operation("bincount", (x, { weights, minlength = 0 } = {}) => {
  if (x.ndim !== 1 || !isInteger(x.dtype)) {
    throw new TypeError(
      `bincount: expected a vector of integers, got ${x.dtype} of shape ${formatShape(x.shape)}`,
    );
  }
  if (weights !== undefined && (weights.ndim !== 1 || weights.numel() !== x.numel())) {
    throw new Error(`bincount: expected ${x.numel()} weights, got shape ${formatShape(weights.shape)}`);
  }
  if (!Number.isInteger(minlength) || minlength < 0)
    throw new RangeError(`bincount: expected a whole minlength ≥ 0, got ${minlength}`);
  const asking = "bincount, the shape of whose result depends on values";
  const w = weights && readNumbers(weights, asking);
  const data = readNumbers(x, asking);
  let length = minlength;
  for (const each of data) {
    const v = Number(each);
    if (v < 0) throw new RangeError(`bincount: expected numbers ≥ 0, got ${v}`);
    length = Math.max(length, v + 1);
  }
  const dtype = weights === undefined ? "int64" : weights.dtype === "float32" ? "float32" : "float64";
  const counts = dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
  data.forEach((v, i) => {
    counts[v] = counts[v]! + (w === undefined ? 1 : w[i]!);
  });
  return fromTyped(counts, dtype, [length]);
});
