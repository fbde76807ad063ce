/**
 * Order: sort, argsort, topk.
 */
import { record } from "../autograd/record.js";
import { call, cast, pick } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import { operation } from "../tensor/operation.js";
import { normalizeDim } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import type { ValuesAndIndices } from "./extreme.js";
import { picking } from "./indexing.js";
import { checkInt32Count } from "./reduce.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The entries along `dim` in rising order, equal ones in their old order, NaN last (`torch.sort`). */
    sort(dim?: number, options?: { descending?: boolean }): ValuesAndIndices<S>;
    /** The positions that sort would take the entries from (`torch.argsort`). */
    argsort(dim?: number, options?: { descending?: boolean }): Tensor<S>;
    /** The k greatest entries along `dim`, or the least ones, in order (`torch.topk`). */
    topk(k: number, dim?: number, options?: { largest?: boolean }): ValuesAndIndices;
  }
}

const SORT = picking("SortBackward0");

/** The first `count` entries of each row along `d` in order, and where they were. */
function sorted(name: string, x: Tensor, d: number, descending: boolean, count: number): ValuesAndIndices {
  checkInt32Count(name, x, x.ndim === 0 ? [] : [d], "a position");
  const from = call("sort", [x.node], [d, Number(descending), count]);
  const indices = new Tensor(pick(from, 1));
  return { values: record(SORT, cast(pick(from, 0), x.dtype), x, indices, null, d), indices };
}

export const sort = operation("sort", (x, dim = -1, { descending = false } = {}) => {
  const d = normalizeDim("sort", dim, x.ndim);
  return sorted("sort", x, d, descending, x.shape[d] ?? 1);
});

export const argsort = operation("argsort", (x, dim = -1, { descending = false } = {}) => {
  const d = normalizeDim("argsort", dim, x.ndim);
  checkInt32Count("argsort", x, x.ndim === 0 ? [] : [d], "a position");
  const from = call("sort", [x.node], [d, Number(descending), x.shape[d] ?? 1]);
  return new Tensor(pick(from, 1));
});

export const topk = operation("topk", (x, k, dim = -1, { largest = true } = {}) => {
  const d = normalizeDim("topk", dim, x.ndim);
  const n = x.shape[d] ?? 1;
  if (!Number.isInteger(k) || k < 0 || k > n)
    throw new RangeError(`topk: k is ${k}, dim ${d} has ${n} entries`);
  // PyTorch gives the element of a 0-dimensional tensor for k = 0 too.
  const count = x.ndim === 0 ? 1 : k;
  return sorted("topk", x, d, largest, count);
});
