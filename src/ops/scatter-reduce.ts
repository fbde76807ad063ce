/** Combining values at positions with what stands there (scatter-reduce-at.ts): scatterReduce, and indexReduce with a position for each entry. */
import type { Tensor } from "../tensor/core.js";
import { operation } from "../tensor/operation.js";
import { formatShape, normalizeDim, sameShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { inPlace } from "./change.js";
import { type Index, indexTensor } from "./indexing.js";
import { expand, reshape } from "./movement.js";
import { checkTensor } from "./operand.js";
import { scattered } from "./scatter.js";
import { reduceElements, type ScatterReduction } from "./scatter-reduce-at.js";

export interface ScatterReduceOptions {
  /** Whether what stands at a place counts too. Default true. */
  readonly includeSelf?: boolean;
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * A copy in which each place has the sum, product, mean, greatest or least of what stands there and of all src[i][j] with
     * [index[i][j]][j] (dim 0) for it (`torch.scatter_reduce`).
     */
    scatterReduce(
      dim: number,
      index: Tensor,
      src: Tensor,
      reduce: ScatterReduction,
      options?: ScatterReduceOptions,
    ): Tensor<S>;
    /** Combines what stands at each place with what comes there. */
    scatterReduce_(
      dim: number,
      index: Tensor,
      src: Tensor,
      reduce: ScatterReduction,
      options?: ScatterReduceOptions,
    ): this;
    /** As `scatterReduce` with a position for each entry of `dim`: entry i of `source` comes to entry index[i] (`torch.index_reduce`). */
    indexReduce(
      dim: number,
      index: Index,
      source: Tensor,
      reduce: Exclude<ScatterReduction, "sum">,
      options?: ScatterReduceOptions,
    ): Tensor<S>;
    /** Combines entry i of `source` along `dim` with entry index[i]. */
    indexReduce_(
      dim: number,
      index: Index,
      source: Tensor,
      reduce: Exclude<ScatterReduction, "sum">,
      options?: ScatterReduceOptions,
    ): this;
  }
}

const words: readonly string[] = ["sum", "prod", "mean", "amax", "amin"];

function checkReduction(name: string, reduce: string, known: readonly string[]): void {
  if (!known.includes(reduce)) {
    const list = known.map((word) => `"${word}"`).join(", ");
    throw new TypeError(`${name}: reduce is one of ${list}, got ${JSON.stringify(reduce)}`);
  }
}

const SCATTER = "dim, index, src, reduce | *, includeSelf";

export const scatterReduce = operation(
  "scatterReduce",
  SCATTER,
  (
    x: Tensor,
    dim: number,
    index: Tensor,
    src: Tensor,
    reduce: ScatterReduction,
    { includeSelf = true }: ScatterReduceOptions = {},
  ) => {
    checkReduction("scatterReduce", reduce, words);
    checkTensor("scatterReduce", src);
    return scattered("scatterReduce", x, dim, index, src, (part, d, i, values) =>
      reduceElements(part, d, i, values, reduce, includeSelf),
    );
  },
);
inPlace("scatterReduce_", SCATTER, scatterReduce);

const INDEX = "dim, index, source, reduce | *, includeSelf";

export const indexReduce = operation(
  "indexReduce",
  INDEX,
  (
    x: Tensor,
    dim: number,
    index: Index,
    source: Tensor,
    reduce: ScatterReduction,
    { includeSelf = true }: ScatterReduceOptions = {},
  ): Tensor => {
    checkReduction("indexReduce", reduce, words.slice(1));
    checkTensor("indexReduce", source);
    const d = normalizeDim("indexReduce", dim, x.ndim);
    const i = indexTensor("indexReduce", index, x.shape[d] ?? 1);
    if (i.ndim > 1)
      throw new Error(`indexReduce: expected positions as a vector, got ${formatShape(i.shape)}`);
    const base = x.ndim === 0 ? reshape(x, [1]) : x;
    const values = source.ndim === 0 ? reshape(source, [1]) : source;
    const sizes = base.shape.with(d, i.numel());
    if (!sameShape(values.shape, sizes)) {
      throw new Error(
        `indexReduce: expected a source of shape ${formatShape(sizes)}, got ${formatShape(source.shape)}`,
      );
    }
    if (source.dtype !== x.dtype)
      throw new TypeError(`indexReduce: expected a source of ${x.dtype}, got ${source.dtype}`);
    const along = expand(
      reshape(
        i,
        sizes.map((n, k) => (k === d ? n : 1)),
      ),
      sizes,
    );
    return reshape(reduceElements(base, d, along, values, reduce, includeSelf), x._node.shape);
  },
);
inPlace("indexReduce_", INDEX, indexReduce);
