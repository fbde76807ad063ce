/**
 * Adding and putting values at positions that are given for each element: scatterAdd and scatter. scatter-reduce.ts combines them in other ways.
 */
import { Tensor } from "../tensor/core.js";
import { sliced, wholeOf } from "../tensor/geometry.js";
import { operation } from "../tensor/operation.js";
import { formatShape, normalizeDim, sameShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { inPlace } from "./change.js";
import { addAt, checkIndexShape, elementIndex, reach } from "./indexing.js";
import { broadcastTo, reshape } from "./movement.js";
import { checkTensor, constant } from "./operand.js";
import { putElements } from "./put-at.js";
import { written } from "./region.js";
import { reduceElements, type ScatterReduction } from "./scatter-reduce-at.js";

/** What is done to the part of a tensor that an index reaches, whose shape is that of the index apart from `dim`. */
type Change = (part: Tensor, dim: number, index: Tensor, source: Tensor) => Tensor;

/**
 * Checks the arguments of a scatter and applies `change` to the part of `x` that the index reaches.
 * @throws Error, TypeError or RangeError for what does not fit
 */
export function scattered(
  name: string,
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor | number | boolean,
  change: Change,
): Tensor {
  checkTensor(name, index);
  if (x.ndim === 0 || index.ndim === 0) {
    const d = normalizeDim(name, dim, x.ndim);
    if (x.ndim > 1 || index.ndim > 1) checkIndexShape(name, x.shape, d, index);
    const flat = (t: Tensor): Tensor => (t.ndim === 0 ? reshape(t, [1]) : t);
    const value = source instanceof Tensor ? flat(source) : source;
    return reshape(scattered(name, flat(x), d, flat(index), value, change), x._node.shape);
  }
  const d = normalizeDim(name, dim, x.ndim);
  const i = elementIndex(name, index, x.shape[d]!);
  checkIndexShape(name, x.shape, d, i);
  const sizes = i._node.shape;
  let values: Tensor;
  if (source instanceof Tensor) {
    if (source.dtype !== x.dtype)
      throw new TypeError(`${name}: expected a source of ${x.dtype}, got ${source.dtype}`);
    if (source.ndim !== i.ndim || sizes.some((n, k) => n > source.shape[k]!)) {
      throw new Error(
        `${name}: source ${formatShape(source.shape)} is smaller than index ${formatShape(sizes)}`,
      );
    }
    values = reach(source, -1, sizes);
  } else if (typeof source === "number" || typeof source === "boolean") {
    values = broadcastTo(name, constant(source, x.dtype), sizes);
  } else {
    throw new TypeError(`${name}: expected a tensor or a number as source, got ${typeof source}`);
  }
  const part = reach(x, d, sizes);
  if (sameShape(part.shape, x.shape)) return change(x, d, i, values);
  const none = sizes.map(() => 0);
  return written(x, sliced(wholeOf(x.shape), none, part.shape, null), change(part, d, i, values));
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** A copy in which src[i][j] was added at [index[i][j]][j] for dim 0, and likewise for others (`torch.scatter_add`). */
    scatterAdd(dim: number, index: Tensor, src: Tensor): Tensor<S>;
    /** Adds src[i][j] at [index[i][j]][j] for dim 0, and likewise for others. */
    scatterAdd_(dim: number, index: Tensor, src: Tensor): this;
  }
}

const ADD = "dim, index, src |";

export const scatterAdd = operation(
  "scatterAdd",
  ADD,
  (x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor => {
    checkTensor("scatterAdd", src);
    return scattered("scatterAdd", x, dim, index, src, addAt);
  },
);
inPlace("scatterAdd_", ADD, scatterAdd);

/** How `scatter` combines what is there with what comes. */
export interface ScatterOptions {
  readonly reduce?: "add" | "multiply";
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * A copy in which src[i][j], or a number, was put at [index[i][j]][j] for dim 0, and likewise for others, or with `reduce` added to what is
     * there or multiplied with it (`torch.scatter`). Of several sources for one place the last one stays, and it alone gets the gradient;
     * PyTorch promises neither.
     */
    scatter(dim: number, index: Tensor, src: Tensor | number, options?: ScatterOptions): Tensor<S>;
    scatter(dim: number, index: Tensor, options: ScatterOptions & { value: number }): Tensor<S>;
    /** Puts src[i][j], or a number, at [index[i][j]][j] for dim 0, and likewise for others. */
    scatter_(dim: number, index: Tensor, src: Tensor | number, options?: ScatterOptions): this;
    scatter_(dim: number, index: Tensor, options: ScatterOptions & { value: number }): this;
  }
}

const SCATTER = "dim, index, src | *, reduce, value";

const reductions: Readonly<Record<string, ScatterReduction>> = { add: "sum", multiply: "prod" };

export const scatter = operation(
  "scatter",
  SCATTER,
  (
    x: Tensor,
    dim: number,
    index: Tensor,
    src: Tensor | number | boolean | undefined,
    options: { reduce?: string; value?: number } = {},
  ): Tensor => {
    const source = (src ?? options.value)!;
    const { reduce } = options;
    if (reduce === undefined) return scattered("scatter", x, dim, index, source, putElements);
    const how = reductions[reduce];
    if (how === undefined)
      throw new TypeError(`scatter: reduce is "add" or "multiply", got ${JSON.stringify(reduce)}`);
    return scattered("scatter", x, dim, index, source, (part, d, i, values) =>
      reduceElements(part, d, i, values, how, true),
    );
  },
);
inPlace("scatter_", SCATTER, scatter);
