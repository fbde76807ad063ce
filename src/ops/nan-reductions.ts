/** Sums and means that leave NaN out. */
import { operation } from "../tensor/operation.js";
import { type DType, isFloating } from "../tensor/dtype.js";
import type { Tensor } from "../tensor/core.js";
import type { Reduce } from "../tensor/reduction-types.js";
import type { Shape } from "../tensor/shape-types.js";
import { div } from "./division.js";
import { isnan } from "./finite.js";
import { logicalNot } from "./logical.js";
import { type Dims, mean, type ReduceOptions, sum } from "./reduce.js";
import { where } from "./select.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The sum without what is NaN (`torch.nansum`). */
    nansum<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K> & { dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
    nansum<A extends Shape, const D extends Dims, const K extends boolean>(
      this: Tensor<A>,
      dim: D,
      keepdim: K,
      options?: { dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
    nansum<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      options: ReduceOptions<K> & { dim?: D; dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
    /** The mean of what is not NaN (`torch.nanmean`). @throws TypeError for integers */
    nanmean<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K> & { dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
    nanmean<A extends Shape, const D extends Dims, const K extends boolean>(
      this: Tensor<A>,
      dim: D,
      keepdim: K,
      options?: { dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
    nanmean<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      options: ReduceOptions<K> & { dim?: D; dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
  }
}

type Options = ReduceOptions & { dtype?: DType };

export const nansum = operation(
  "nansum",
  "dim | keepdim, *, dtype",
  (x: Tensor, dim?: Dims, options: Options = {}) => {
    // Integers have no NaN.
    const numbers = isFloating(x.dtype) ? where(isnan(x), 0, x) : x;
    return sum(numbers, dim, options);
  },
);

export const nanmean = operation(
  "nanmean",
  "dim | keepdim, *, dtype",
  (x: Tensor, dim?: Dims, options: Options = {}): Tensor => {
    // Integers are refused by the words of `mean`.
    if (!isFloating(x.dtype)) return mean(x, dim, options);
    const { keepdim = false } = options;
    return div(nansum(x, dim, options), sum(logicalNot(isnan(x)), dim, { keepdim }));
  },
);
