/**
 * Order: sort, argsort, msort, topk, kthvalue. Equal entries keep their order whether `stable` asks for it or not.
 */
import { record } from "../autograd/record.js";
import { call, cast, pick } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import { namedTuple } from "../tensor/named-tuple.js";
import { operation } from "../tensor/operation.js";
import { normalizeDim } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import type { Given } from "../tensor/signature.js";
import type { ValuesAndIndices } from "./extreme.js";
import { gatherAt, picking } from "./indexing.js";
import { narrow, reshape } from "./movement.js";
import { checkInt32Count } from "./reduce.js";

export interface SortOptions {
  /** Default −1, the last one. */
  dim?: number;
  /** The greatest first. Default false. */
  descending?: boolean;
  /** Equal entries keep their order, which they do anyway. */
  stable?: boolean;
}

export interface TopkOptions {
  /** Default −1, the last one. */
  dim?: number;
  /** The greatest entries; the least ones where false. Default true. */
  largest?: boolean;
  /** In order, which they are anyway. */
  sorted?: boolean;
}

export interface KthOptions {
  /** Default −1, the last one. */
  dim?: number;
  /** Keep the dim with size 1. Default false. */
  keepdim?: boolean;
}

type SortArguments = Given<SortOptions, [dim: "dim", descending: "descending", stable: "stable"]>;

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The entries along `dim` in rising order, equal ones in their old order, NaN last (`torch.sort`). */
    sort(...args: SortArguments): ValuesAndIndices<S>;
    /** The positions that sort would take the entries from (`torch.argsort`). */
    argsort(...args: SortArguments): Tensor<S>;
    /** The entries along the first dim in rising order (`torch.msort`). */
    msort(): Tensor<S>;
    /** The k greatest entries along `dim`, or the least ones, in order (`torch.topk`). */
    topk(
      k: number | (TopkOptions & { k: number }),
      ...args: Given<TopkOptions, [dim: "dim", largest: "largest", sorted: "sorted"]>
    ): ValuesAndIndices;
    /** The k-th least entry along `dim`, counted from 1, and where it stands (`torch.kthvalue`). @throws RangeError for another k */
    kthvalue(
      k: number | (KthOptions & { k: number }),
      ...args: Given<KthOptions, [dim: "dim", keepdim: "keepdim"]>
    ): ValuesAndIndices;
  }
}

const SORT = picking("SortBackward0");

/** The first `count` entries of each row along `d` in order, and where they were. */
function sorted(name: string, x: Tensor, d: number, descending: boolean, count: number): ValuesAndIndices {
  checkInt32Count(name, x, x.ndim === 0 ? [] : [d], "a position");
  const from = call("sort", [x.node], [d, Number(descending), count]);
  const indices = new Tensor(pick(from, 1));
  return namedTuple({ values: record(SORT, cast(pick(from, 0), x.dtype), x, indices, null, d), indices });
}

const signature = "dim | descending, stable";

export const sort = operation(
  "sort",
  signature,
  (x: Tensor, dim?: number, { descending = false }: SortOptions = {}): ValuesAndIndices => {
    const d = normalizeDim("sort", dim ?? -1, x.ndim);
    return sorted("sort", x, d, descending, x.shape[d] ?? 1);
  },
);

export const argsort = operation(
  "argsort",
  signature,
  (x: Tensor, dim?: number, { descending = false }: SortOptions = {}): Tensor => {
    const d = normalizeDim("argsort", dim ?? -1, x.ndim);
    checkInt32Count("argsort", x, x.ndim === 0 ? [] : [d], "a position");
    const from = call("sort", [x.node], [d, Number(descending), x.shape[d] ?? 1]);
    return new Tensor(pick(from, 1));
  },
);

export const msort = operation("msort", (x) => sort(x, 0).values);

export const topk = operation(
  "topk",
  "k, dim | largest, sorted",
  (x: Tensor, k: number, dim?: number | null, { largest = true }: TopkOptions = {}): ValuesAndIndices => {
    const d = normalizeDim("topk", dim ?? -1, x.ndim);
    const n = x.shape[d] ?? 1;
    if (!Number.isInteger(k) || k < 0 || k > n)
      throw new RangeError(`topk: k is ${k}, dim ${d} has ${n} entries`);
    // PyTorch gives the element of a 0-dimensional tensor for k = 0 too.
    const count = x.ndim === 0 ? 1 : k;
    return sorted("topk", x, d, largest, count);
  },
);

export const kthvalue = operation(
  "kthvalue",
  "k, dim | keepdim",
  (x: Tensor, k: number, dim?: number, { keepdim = false }: KthOptions = {}): ValuesAndIndices => {
    const d = normalizeDim("kthvalue", dim ?? -1, x.ndim);
    const n = x.shape[d] ?? 1;
    if (!Number.isInteger(k) || k < 1 || k > n)
      throw new RangeError(`kthvalue: k is ${k}, expected 1 to ${n}, the size of dim ${d}`);
    if (x.dtype === "bool") throw new TypeError("kthvalue: bool has no order; use x.int()");
    const { indices } = sorted("kthvalue", x.detach(), d, false, k);
    return entryOfRows(x, d, x.ndim === 0 ? indices : narrow(indices, d, k - 1, 1), keepdim);
  },
);

/** The entry of each row along `d` that stands at a position; `at` has size 1 there. */
export function entryOfRows(x: Tensor, d: number, at: Tensor, keepdim: boolean): ValuesAndIndices {
  const values =
    x.ndim === 0 ? reshape(gatherAt(reshape(x, [1]), 0, reshape(at, [1])), []) : gatherAt(x, d, at);
  if (keepdim || x.ndim === 0) return namedTuple({ values, indices: at });
  const shape = at.shape.filter((_, i) => i !== d);
  return namedTuple({ values: reshape(values, shape), indices: reshape(at, shape) });
}
