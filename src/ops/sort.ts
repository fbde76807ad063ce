/**
 * Order: sort, argsort, topk.
 */
import { record } from "../autograd/record.js";
import { call, pick } from "../graph/build.js";
import { defineMethods, Tensor } from "../tensor/core.js";
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
  return { values: record(SORT, pick(from, 0), x, indices, null, d), indices };
}

function argsort(x: Tensor, d: number, descending: boolean): Tensor {
  checkInt32Count("argsort", x, x.ndim === 0 ? [] : [d], "a position");
  const from = call("sort", [x.node], [d, Number(descending), x.shape[d] ?? 1]);
  return new Tensor(pick(from, 1));
}

defineMethods({
  sort(dim = -1, options?: { descending?: boolean }) {
    const d = normalizeDim("sort", dim, this.ndim);
    return sorted("sort", this, d, options?.descending ?? false, this.shape[d] ?? 1);
  },
  argsort(dim = -1, options?: { descending?: boolean }) {
    return argsort(this, normalizeDim("argsort", dim, this.ndim), options?.descending ?? false);
  },
  topk(k: number, dim = -1, options?: { largest?: boolean }) {
    const d = normalizeDim("topk", dim, this.ndim);
    const n = this.shape[d] ?? 1;
    if (!Number.isInteger(k) || k < 0 || k > n)
      throw new RangeError(`topk: k is ${k}, dim ${d} has ${n} entries`);
    // PyTorch gives the element of a 0-dimensional tensor for k = 0 too.
    const count = this.ndim === 0 ? 1 : k;
    return sorted("topk", this, d, options?.largest ?? true, count);
  },
});
