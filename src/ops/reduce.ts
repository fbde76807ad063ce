/**
 * Reductions: sum, mean, any and all. Variance, extremes, products, norms and softmax have files of their own.
 *
 * `dim` is one dim, several, or all of them when it is left out; `keepdim` keeps reduced dims with size 1.
 */
import { spread } from "./spread.js";
import { record } from "../autograd/record.js";
import { binary, copy, reduce, scalar } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { type DType, isFloating } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import { allDims, keptShape, normalizeDims } from "../tensor/shape.js";
import type { Reduce } from "../tensor/reduction-types.js";
import type { Shape } from "../tensor/shape-types.js";
import { div } from "./division.js";
import { cast } from "./cast.js";
import { expand } from "./movement.js";

export interface ReduceOptions<K extends boolean = boolean> {
  /** Keep the reduced dims with size 1. Default false. */
  keepdim?: K;
}

/** One dim, several, or all when left out. */
export type Dims = number | readonly number[] | null | undefined;

/** Attributes of a reduction: the shape with reduced dims as 1, and the dims. */
export interface Reduced {
  readonly kept: Shape;
  readonly dims: readonly number[];
}

/** What sums and products fold: whole numbers as int64, which holds what they come to, and booleans as 0 and 1 of it, as in PyTorch. */
export function summable(x: Tensor): Tensor {
  return isFloating(x._node.dtype) ? x : cast(x, "int64");
}

/**
 * Checks that a number up to how many elements `dims` have is an int32.
 * @param what the number, with its article
 * @throws RangeError
 */
export function checkInt32Count(name: string, x: Tensor, dims: readonly number[], what: string): void {
  const count = dims.reduce((n, d) => n * x._node.shape[d]!, 1);
  if (count >= 2 ** 31) {
    throw new RangeError(
      `${name}: ${what} among ${count} elements may not fit into int32; work on parts, such as x.narrow(0, 0, 1e9)`,
    );
  }
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The sum (`torch.sum`): int64 of integers and booleans, which count as 0 and 1, unless a dtype is given. */
    sum<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K> & { dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
    sum<A extends Shape, const D extends Dims, const K extends boolean>(
      this: Tensor<A>,
      dim: D,
      keepdim: K,
      options?: { dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
    sum<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      options: ReduceOptions<K> & { dim?: D; dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
  }
}

const SUM_ALL: Op = {
  name: "SumBackward0",
  saves: false,
  gradient(y, g) {
    return [expand(g, y._a._node.shape)];
  },
};

const SUM_DIMS: Op<Shape> = {
  name: "SumBackward1",
  saves: false,
  gradient(y, g) {
    const a = y._a;
    return [spread(g, y._attributes, a._node.shape)];
  },
};

/** The sum of all elements, in their dtype. */
export function sumAll(x: Tensor): Tensor {
  return record(SUM_ALL, reduce("sum", x.node, allDims(x._node.shape.length), false), x);
}

/** Sums over normalized dims, in the dtype of the elements. */
export function sumDims(x: Tensor, dims: readonly number[], keepdim: boolean): Tensor {
  const shape = x._node.shape;
  return record(SUM_DIMS, reduce("sum", x.node, dims, keepdim), x, null, null, keptShape(shape, dims));
}

export const sum = operation(
  "sum",
  "dim | keepdim, *, dtype",
  (x: Tensor, dim?: Dims, options: ReduceOptions & { dtype?: DType } = {}) => {
    const { keepdim = false, dtype } = options;
    // Of truths the sum is whether any is true.
    const a = dtype === undefined || dtype === "bool" ? summable(x) : cast(x, dtype);
    const ofAll = (dim === undefined || dim === null) && !keepdim;
    const y = ofAll ? sumAll(a) : sumDims(a, normalizeDims("sum", dim, a._node.shape.length), keepdim);
    return dtype === "bool" ? cast(y, dtype) : y;
  },
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** How many elements differ from 0, as int64 (`torch.count_nonzero`). */
    countNonzero<A extends Shape, const D extends Dims = undefined>(
      this: Tensor<A>,
      dim?: D | { dim?: D },
    ): Tensor<Reduce<A, D, false>>;
  }
}

export const countNonzero = operation("countNonzero", "dim |", (x: Tensor, dim?: Dims) =>
  sum(cast(x, "bool"), dim),
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The arithmetic mean (`torch.mean`). @throws TypeError for integers. */
    mean<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K> & { dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
    mean<A extends Shape, const D extends Dims, const K extends boolean>(
      this: Tensor<A>,
      dim: D,
      keepdim: K,
      options?: { dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
    mean<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      options: ReduceOptions<K> & { dim?: D; dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
  }
}

const MEAN_ALL: Op = {
  name: "MeanBackward0",
  saves: false,
  gradient(y, g) {
    const a = y._a;
    return [expand(div(g, a._node.size), a._node.shape)];
  },
};

const MEAN_DIMS: Op<Shape> = {
  name: "MeanBackward1",
  saves: false,
  gradient(y, g) {
    const a = y._a;
    return [spread(div(g, a._node.size / y._node.size), y._attributes, a._node.shape)];
  },
};

/** @throws TypeError for what is not floating. */
export function checkFloating(name: string, x: Tensor): void {
  if (!isFloating(x._node.dtype)) {
    throw new TypeError(`${name}: expected a floating tensor, got ${x._node.dtype}; use x.float().${name}()`);
  }
}

/** Mean over normalized dims. */
export function meanDims(x: Tensor, dims: readonly number[], keepdim: boolean): Tensor {
  const node = x.node;
  const total = reduce("sum", node, dims, keepdim);
  const mean = binary("div", total, scalar(node.size / total.size, node.dtype));
  return record(MEAN_DIMS, mean, x, null, null, keptShape(node.shape, dims));
}

export const mean = operation(
  "mean",
  "dim | keepdim, *, dtype",
  (a: Tensor, dim?: Dims, options: ReduceOptions & { dtype?: DType } = {}) => {
    const { keepdim = false, dtype } = options;
    const x = dtype === undefined ? a : cast(a, dtype);
    checkFloating("mean", x);
    if ((dim === undefined || dim === null) && !keepdim) {
      const node = x.node;
      const total = reduce("sum", node, allDims(node.shape.length), false);
      return record(MEAN_ALL, binary("div", total, scalar(node.size, node.dtype)), x);
    }
    return meanDims(x, normalizeDims("mean", dim, x._node.shape.length), keepdim);
  },
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Whether any element is true (`torch.any`). */
    any<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    any<A extends Shape, const D extends Dims, const K extends boolean>(
      this: Tensor<A>,
      dim: D,
      keepdim: K,
    ): Tensor<Reduce<A, D, K>>;
    any<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      options: ReduceOptions<K> & { dim?: D },
    ): Tensor<Reduce<A, D, K>>;
    /** Whether all elements are true (`torch.all`). */
    all<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    all<A extends Shape, const D extends Dims, const K extends boolean>(
      this: Tensor<A>,
      dim: D,
      keepdim: K,
    ): Tensor<Reduce<A, D, K>>;
    all<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      options: ReduceOptions<K> & { dim?: D },
    ): Tensor<Reduce<A, D, K>>;
  }
}

function truth(op: "any" | "all", x: Tensor, dim: Dims, keepdim = false): Tensor {
  const truths = cast(x, "bool");
  // As in PyTorch, and unlike sums: an empty list names no dim.
  if (Array.isArray(dim) && dim.length === 0) return new Tensor(copy(truths.node));
  return new Tensor(reduce(op, truths.node, normalizeDims(op, dim, x.ndim), keepdim));
}

export const any = operation("any", "dim | keepdim", (x: Tensor, dim?: Dims, options: ReduceOptions = {}) =>
  truth("any", x, dim, options.keepdim),
);

export const all = operation("all", "dim | keepdim", (x: Tensor, dim?: Dims, options: ReduceOptions = {}) =>
  truth("all", x, dim, options.keepdim),
);
