/**
 * Order statistics and counts. They read values, because the size or the place of what they give depends on them.
 */
import { defineMethods, type Tensor } from "../tensor/core.js";
import { fromTyped } from "../tensor/creation.js";
import { isFloating } from "../tensor/dtype.js";
import { formatShape, normalizeDim } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import type { ValuesAndIndices } from "./extreme.js";

declare module "../tensor/core.js" {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- merging needs the class's parameters
  interface Tensor<S extends Shape = Shape> {
    /** The middle element in order, of an even number the lower one; with a dim, `{ values, indices }` along it (`torch.median`). */
    median(): Tensor<[]>;
    median(dim: number, options?: { keepdim?: boolean }): ValuesAndIndices;
    /** The value below which the part q of the elements lies, interpolated linearly (`torch.quantile`). */
    quantile(q: number, dim?: number, options?: { keepdim?: boolean }): Tensor;
    /** The distinct elements in rising order (`torch.unique`). */
    unique(): Tensor<[number]>;
    /** How often each whole number from 0 on stands in a vector, or the sum of its weights (`torch.bincount`). */
    bincount(options?: { weights?: Tensor; minlength?: number }): Tensor<[number]>;
  }
}

function median(x: Tensor, dim: number, keepdim: boolean): ValuesAndIndices {
  const d = normalizeDim("median", dim, x.ndim);
  const n = x.shape[d] ?? 1;
  if (n === 0) throw new Error(`median: shape ${formatShape(x.shape)} is empty along dim ${d}`);
  const { values, indices } = x.sort(d);
  // NaN sorts last and wins, as everywhere in PyTorch.
  const middle = (t: Tensor) => {
    const picked = t.ndim === 0 ? t : t.narrow(d, (n - 1) >> 1, 1);
    return keepdim || t.ndim === 0 ? picked : picked.squeeze(d);
  };
  return { values: middle(values), indices: middle(indices) };
}

function quantile(x: Tensor, q: number, dim: number, keepdim: boolean): Tensor {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`quantile: expected q in [0, 1], got ${q}`);
  if (!isFloating(x.dtype))
    throw new TypeError(`quantile: expected a floating tensor, got ${x.dtype}; use x.float()`);
  const d = normalizeDim("quantile", dim, x.ndim);
  const n = x.shape[d] ?? 1;
  if (n === 0) throw new Error(`quantile: shape ${formatShape(x.shape)} is empty along dim ${d}`);
  const sorted = x.sort(d).values;
  const at = q * (n - 1);
  const low = sorted.narrow(d, Math.floor(at), 1);
  const high = sorted.narrow(d, Math.ceil(at), 1);
  const y = low.lerp(high, at - Math.floor(at));
  return keepdim ? y : y.squeeze(d);
}

function unique(x: Tensor): Tensor {
  const values = [...new Set(x._view())].sort((a, b) => a - b);
  return fromTyped(values, x.dtype, [values.length]);
}

function bincount(x: Tensor, weights: Tensor | undefined, minlength: number): Tensor {
  if (x.ndim !== 1 || x.dtype !== "int32") {
    throw new TypeError(
      `bincount: expected an int32 vector, got ${x.dtype} of shape ${formatShape(x.shape)}`,
    );
  }
  if (weights !== undefined && (weights.ndim !== 1 || weights.numel() !== x.numel())) {
    throw new Error(`bincount: expected ${x.numel()} weights, got shape ${formatShape(weights.shape)}`);
  }
  const data = x._view();
  const w = weights?._view();
  let length = minlength;
  for (const v of data) {
    if (v < 0) throw new RangeError(`bincount: expected numbers ≥ 0, got ${v}`);
    length = Math.max(length, v + 1);
  }
  const counts = new Float64Array(length);
  data.forEach((v, i) => {
    counts[v] = counts[v]! + (w === undefined ? 1 : w[i]!);
  });
  return fromTyped(counts, weights?.dtype ?? "int32", [length]);
}

defineMethods({
  median(dim?: number, options?: { keepdim?: boolean }) {
    if (dim === undefined) return median(this.flatten(), 0, false).values;
    return median(this, dim, options?.keepdim ?? false);
  },
  quantile(q: number, dim?: number, options?: { keepdim?: boolean }) {
    if (dim === undefined) return quantile(this.flatten(), q, 0, options?.keepdim ?? false);
    return quantile(this, q, dim, options?.keepdim ?? false);
  },
  unique() {
    return unique(this);
  },
  bincount(options: { weights?: Tensor; minlength?: number } = {}) {
    return bincount(this, options.weights, options.minlength ?? 0);
  },
});
