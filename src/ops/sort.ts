/**
 * Order: sort, argsort, topk. The order is found in JavaScript on values that are read; what is picked by it is differentiable.
 */
import { defineMethods, type Tensor } from "../tensor/core.js";
import { fromTyped } from "../tensor/creation.js";
import { normalizeDim, sizeOf } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import type { ValuesAndIndices } from "./extreme.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The entries along `dim` in rising order, equal ones in their old order, NaN last; reads the values (`torch.sort`). */
    sort(dim?: number, options?: { descending?: boolean }): ValuesAndIndices<S>;
    /** The positions that sort would take the entries from (`torch.argsort`). */
    argsort(dim?: number, options?: { descending?: boolean }): Tensor<S>;
    /** The k greatest entries along `dim`, or the least ones, in order; reads the values (`torch.topk`). */
    topk(k: number, dim?: number, options?: { largest?: boolean }): ValuesAndIndices;
  }
}

/** Compares as if NaN were greater than every number. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  return Number.isNaN(b) ? -1 : a - b;
}

/** int32 positions along dim `d`, the first `k` of each row. */
function order(x: Tensor, d: number, descending: boolean, k: number): Tensor {
  const shape = x.shape;
  const n = shape[d] ?? 1;
  const inner = sizeOf(shape.slice(d + 1));
  const outer = x.numel() / Math.max(1, n * inner);
  const data = x._view();
  const out = new Int32Array(outer * k * inner);
  const positions = Array.from({ length: n }, (_, i) => i);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (p: number) => data[(o * n + p) * inner + i]!;
      const sorted = positions.toSorted((p, q) =>
        descending ? compare(at(q), at(p)) : compare(at(p), at(q)),
      );
      for (let r = 0; r < k; r++) out[(o * k + r) * inner + i] = sorted[r]!;
    }
  }
  const shapeOut = shape.slice();
  if (shape.length > 0) shapeOut[d] = k;
  return fromTyped(out, "int32", shapeOut);
}

function picked(x: Tensor, dim: number, indices: Tensor): ValuesAndIndices {
  return { values: x.gather(dim, indices), indices };
}

defineMethods({
  sort(dim = -1, options?: { descending?: boolean }) {
    const d = normalizeDim("sort", dim, this.ndim);
    return picked(this, d, order(this, d, options?.descending ?? false, this.shape[d] ?? 1));
  },
  argsort(dim = -1, options?: { descending?: boolean }) {
    const d = normalizeDim("argsort", dim, this.ndim);
    return order(this, d, options?.descending ?? false, this.shape[d] ?? 1);
  },
  topk(k: number, dim = -1, options?: { largest?: boolean }) {
    const d = normalizeDim("topk", dim, this.ndim);
    const n = this.shape[d] ?? 1;
    if (!Number.isInteger(k) || k < 0 || k > n)
      throw new RangeError(`topk: k is ${k}, dim ${d} has ${n} entries`);
    // PyTorch gives the element of a 0-dimensional tensor for k = 0 too.
    const count = this.ndim === 0 ? 1 : k;
    return picked(this, d, order(this, d, options?.largest ?? true, count));
  },
});
