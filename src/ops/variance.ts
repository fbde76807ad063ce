/**
 * Variance and standard deviation, and both with the mean.
 */
import { record } from "../autograd/record.js";
import { binary, reduce, scalar, unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import { type NamedTuple, namedTuple } from "../tensor/named-tuple.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import { keptShape, normalizeDims } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import type { Reduce } from "../tensor/reduction-types.js";
import type { Shape } from "../tensor/shape-types.js";
import { mul, sub } from "./arithmetic.js";
import { eq } from "./compare.js";
import { div } from "./division.js";
import { checkTensor } from "./operand.js";
import { checkFloating, type Dims, mean, meanDims, type Reduced, type ReduceOptions } from "./reduce.js";
import { where } from "./select.js";
import { spread } from "./spread.js";

/** What is taken from the number of elements before dividing: `correction`, or 1 where `unbiased` is true and 0 where it is false. */
export interface VarianceOptions<K extends boolean = boolean> extends ReduceOptions<K> {
  /** Default 1. */
  correction?: number;
  /** Another word for the correction 1 or 0. */
  unbiased?: boolean;
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Σ(x − mean)² / (n − correction) (`torch.var`); the default correction 1 gives the unbiased estimate. */
    var<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: VarianceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    var<A extends Shape, const D extends Dims, const K extends boolean = false>(
      this: Tensor<A>,
      dim: D,
      unbiased: boolean,
      keepdim?: K,
    ): Tensor<Reduce<A, D, K>>;
    var<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      options: boolean | (VarianceOptions<K> & { dim?: D }),
    ): Tensor<Reduce<A, D, K>>;
    /** The square root of `var` (`torch.std`). */
    std<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: VarianceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    std<A extends Shape, const D extends Dims, const K extends boolean = false>(
      this: Tensor<A>,
      dim: D,
      unbiased: boolean,
      keepdim?: K,
    ): Tensor<Reduce<A, D, K>>;
    std<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      options: boolean | (VarianceOptions<K> & { dim?: D }),
    ): Tensor<Reduce<A, D, K>>;
  }
}

interface VarAttributes extends Reduced {
  /** n − correction. */
  readonly divisor: number;
  /** No dims were named, or there are none. */
  readonly ofAll: boolean;
}

const VAR: Op<VarAttributes> = {
  name: "VarBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const { kept, dims, divisor, ofAll } = y._attributes;
    const average = meanDims(a, dims, true);
    // 2 / 0 times the distance from the mean. Of all elements PyTorch takes that for infinite, also where it is NaN.
    const slope =
      divisor === 0 && ofAll ? where(eq(a, average), NaN, Infinity) : mul(sub(a, average), 2 / divisor);
    return [mul(spread(g, kept, a._node.shape), slope)];
  },
};

const STD: Op<VarAttributes> = {
  name: "StdBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const { kept, dims, divisor } = y._attributes;
    const centered = sub(a, meanDims(a, dims, true));
    // Where all elements are equal the slope is taken as 0, as PyTorch does.
    const slope = where(eq(y, 0), 0, div(g, mul(y, divisor)));
    return [mul(spread(slope, kept, a._node.shape), centered)];
  },
};

/** A boolean in the place of the dims is `unbiased`. */
type DimsOrUnbiased = Dims | boolean;

function correctionOf(name: string, unbiased: boolean | undefined, correction: number | undefined): number {
  if (unbiased !== undefined && correction !== undefined)
    throw new TypeError(`${name}: unbiased and correction say the same; give one of them`);
  return correction ?? (unbiased === false ? 0 : 1);
}

function variance(name: "var" | "std", x: Tensor, given: DimsOrUnbiased, options: VarianceOptions): Tensor {
  const isUnbiased = typeof given === "boolean";
  const dim = isUnbiased ? undefined : given;
  const { keepdim = false } = options;
  const correction = correctionOf(name, isUnbiased ? given : options.unbiased, options.correction);
  checkFloating(name, x);
  const node = x.node;
  const dims = normalizeDims(name, dim, node.shape.length);
  let n = 1;
  for (const d of dims) n *= node.shape[d]!;
  const divisor = Math.max(0, n - correction);
  const average = binary("div", reduce("sum", node, dims, true), scalar(n, node.dtype));
  const centered = binary("sub", node, average);
  const squares = reduce("sum", binary("mul", centered, centered), dims, keepdim);
  const y = binary("div", squares, scalar(divisor, node.dtype));
  const ofAll = dim === undefined || dim === null || node.shape.length === 0;
  const attributes: VarAttributes = { kept: keptShape(node.shape, dims), dims, divisor, ofAll };
  return name === "var"
    ? record(VAR, y, x, null, null, attributes)
    : record(STD, unary("sqrt", y), x, null, null, attributes);
}

const signature = "dim | unbiased, keepdim, *, correction";

export const varOf = operation(
  "var",
  signature,
  (x: Tensor, dim?: DimsOrUnbiased, options: VarianceOptions = {}) => variance("var", x, dim, options),
);

export const std = operation(
  "std",
  signature,
  (x: Tensor, dim?: DimsOrUnbiased, options: VarianceOptions = {}) => variance("std", x, dim, options),
);

type WithMean<K extends "var" | "std"> = NamedTuple<Record<K | "mean", Tensor>>;
type WithMeanOptions = VarianceOptions & { dim?: Dims };

/** How `varMean` and `stdMean` are called. */
interface BothOf<K extends "var" | "std"> {
  (x: Tensor, dim?: Dims, options?: VarianceOptions): WithMean<K>;
  (x: Tensor, dim: Dims, unbiased: boolean, keepdim?: boolean): WithMean<K>;
  (x: Tensor, options: boolean | WithMeanOptions): WithMean<K>;
}

function averageOf(x: Tensor, dim: DimsOrUnbiased, options: VarianceOptions): Tensor {
  return mean(x, typeof dim === "boolean" ? undefined : dim, { keepdim: options.keepdim ?? false });
}

/** The variance and the mean: `{ var, mean }` (`torch.var_mean`). */
export const varMean = takes<BothOf<"var">>(
  "varMean",
  `x, ${signature}`,
  (x: Tensor, dim: DimsOrUnbiased, options: VarianceOptions) => {
    checkTensor("varMean", x);
    return namedTuple({ var: varOf(x, dim, options), mean: averageOf(x, dim, options) });
  },
);

/** The standard deviation and the mean: `{ std, mean }` (`torch.std_mean`). */
export const stdMean = takes<BothOf<"std">>(
  "stdMean",
  `x, ${signature}`,
  (x: Tensor, dim: DimsOrUnbiased, options: VarianceOptions) => {
    checkTensor("stdMean", x);
    return namedTuple({ std: std(x, dim, options), mean: averageOf(x, dim, options) });
  },
);
