/**
 * The middle and the most frequent of the elements.
 */
import { record } from "../autograd/record.js";
import type { Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
import { type FunctionOf, operation } from "../tensor/operation.js";
import { arange } from "../tensor/creation/range.js";
import { formatShape, normalizeDim } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import type { Given } from "../tensor/signature.js";
import { add, sub } from "./arithmetic.js";
import { floorDivide } from "./division.js";
import { clamp } from "./clamp.js";
import { lt, ne } from "./compare.js";
import { argmax, oneOfAll, type ValuesAndIndices } from "./extreme.js";
import { isnan } from "./finite.js";
import { gatherAt } from "./indexing.js";
import { concat } from "./join.js";
import { logicalNot } from "./logical.js";
import { narrow, reshape } from "./movement.js";
import { zeroLike } from "./operand.js";
import { sum } from "./reduce.js";
import { cummax } from "./scan.js";
import { where } from "./select.js";
import { entryOfRows, sort } from "./sort.js";

export interface AlongDim {
  /** Without one, of all elements. */
  dim?: number;
  /** Keep the dim with size 1. Default false. */
  keepdim?: boolean;
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The middle element in order, of an even number the lower one, NaN where one is there; with a dim, `{ values, indices }` along it (`torch.median`). */
    median(): Tensor<[]>;
    median(
      dim: number | (AlongDim & { dim: number }),
      keepdim?: boolean | { keepdim?: boolean },
    ): ValuesAndIndices;
    /** The median of what is not NaN, and NaN where nothing is (`torch.nanmedian`). */
    nanmedian(): Tensor<[]>;
    nanmedian(
      dim: number | (AlongDim & { dim: number }),
      keepdim?: boolean | { keepdim?: boolean },
    ): ValuesAndIndices;
    /** The most frequent entry along `dim`, the least of several, and where its last one stands (`torch.mode`). */
    mode(...args: Given<AlongDim, [dim: "dim", keepdim: "keepdim"]>): ValuesAndIndices;
  }
}

/** How the middle is found: where NaN is the median of a row that has one, or is left out. */
type Rule = "median" | "nanmedian";

/** Where the middle of each row along dim `d` stands: of an even number the lower one. */
function middles(name: Rule, x: Tensor, d: number): Tensor {
  const shape = x.shape;
  const n = shape[d] ?? 1;
  if (n === 0) throw new Error(`${name}: shape ${formatShape(shape)} is empty along dim ${d}`);
  const { values, indices } = sort(x.detach(), d);
  if (x.ndim === 0) return indices;
  if (!isFloating(x.dtype)) return narrow(indices, d, (n - 1) >> 1, 1);
  // NaN sorts last, so as many come before it as are numbers.
  const numbers = sum(logicalNot(isnan(values)), d, { keepdim: true });
  const rank =
    name === "median"
      ? where(lt(numbers, n), numbers, (n - 1) >> 1)
      : floorDivide(clamp(sub(numbers, 1), 0), 2);
  return gatherAt(indices, d, rank.int());
}

function medianAlong(name: Rule, x: Tensor, dim: number, keepdim: boolean): ValuesAndIndices {
  const d = normalizeDim(name, dim, x.ndim);
  return entryOfRows(x, d, middles(name, x, d), keepdim);
}

/** The median of all elements; those that equal it share the gradient. */
function medianOfAll(name: Rule, x: Tensor): Tensor {
  const flat = reshape(x, [x.numel()]);
  if (flat.numel() === 0 && isFloating(x.dtype)) return add(zeroLike(sum(x)), NaN);
  const value = gatherAt(flat.detach(), 0, middles(name, flat, 0));
  return record(name === "median" ? MEDIAN_ALL : NANMEDIAN_ALL, reshape(value, []).node, x);
}

const MEDIAN_ALL = oneOfAll("MedianBackward0");
const NANMEDIAN_ALL = oneOfAll("NanmedianBackward0");

function medianBy(name: Rule) {
  return operation(
    name,
    "dim | keepdim",
    (x: Tensor, dim?: number | null, { keepdim = false }: AlongDim = {}) =>
      dim === undefined || dim === null ? medianOfAll(name, x) : medianAlong(name, x, dim, keepdim),
  );
}

export const median = medianBy("median") as FunctionOf<"median">;
export const nanmedian = medianBy("nanmedian") as FunctionOf<"nanmedian">;

export const mode = operation(
  "mode",
  "dim | keepdim",
  (x: Tensor, dim?: number, { keepdim = false }: AlongDim = {}): ValuesAndIndices => {
    const d = normalizeDim("mode", dim ?? -1, x.ndim);
    const { values, indices } = sort(x.detach(), d);
    if (x.ndim === 0) return entryOfRows(x, d, indices, keepdim);
    const n = x.shape[d]!;
    if (n === 0) throw new Error(`mode: shape ${formatShape(x.shape)} is empty along dim ${d}`);
    if (n === 1) return entryOfRows(x, d, indices, keepdim);
    // Each entry's number within its run of equal ones; the first greatest number ends the first longest run.
    const shape = x.shape.map((size, i) => (i === d ? size : 1));
    const places = reshape(arange(n), shape);
    const isNew = ne(narrow(values, d, 1, n - 1), narrow(values, d, 0, n - 1));
    const starts = where(isNew, narrow(places, d, 1, n - 1), 0);
    const first = concat([zeroLike(narrow(starts, d, 0, 1)), starts], d);
    const within = sub(places, cummax(first, d).values);
    const at = argmax(within, d, { keepdim: true });
    return entryOfRows(x, d, gatherAt(indices, d, at), keepdim);
  },
);
