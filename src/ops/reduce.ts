/**
 * Reductions: sum, mean, product, extremes, variance, norms, any and all.
 *
 * `dim` is one dim, several, or all of them when it is left out; `keepdim` keeps reduced dims with size 1.
 */
import { accumulate, spread, wanted } from "../autograd/accumulate.js";
import { record } from "../autograd/record.js";
import { binary, iota, reduce, reshape as reshapeNode, scalar, unary } from "../graph/build.js";
import { defineMethods, type Op, Tensor } from "../tensor/core.js";
import { type DType, isFloating } from "../tensor/dtype.js";
import { allDims, formatShape, keptShape, normalizeDim, normalizeDims } from "../tensor/shape.js";
import type { Reduce, Shape } from "../tensor/shape-types.js";
import { div, mul, sub } from "./arithmetic.js";
import { cast } from "./cast.js";
import { eq } from "./compare.js";
import { expand, permute, reshape, unsqueeze } from "./movement.js";
import { where } from "./select.js";
import { sqrt } from "./unary.js";

export interface ReduceOptions<K extends boolean = boolean> {
  /** Keep the reduced dims with size 1. Default false. */
  keepdim?: K;
}

/** One dim, several, or all when left out. */
export type Dims = number | readonly number[] | null | undefined;

/** What `max(dim)` and `min(dim)` give. */
export interface ValuesAndIndices<S extends Shape = Shape> {
  readonly values: Tensor<S>;
  /** int32 positions along the dim. */
  readonly indices: Tensor<S>;
}

declare module "../tensor/core.js" {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- merging needs the class's parameters
  interface Tensor<S extends Shape = Shape> {
    /** The sum (`torch.sum`); booleans count as 0 and 1. */
    sum<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K> & { dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
    /** The arithmetic mean (`torch.mean`). @throws TypeError for integers. */
    mean<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K> & { dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
    /** The product (`torch.prod`). */
    prod<A extends Shape, const D extends number | undefined = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    /** The greatest element; with a dim, `{ values, indices }` along it (`torch.max`). */
    max<A extends Shape>(this: Tensor<A>): Tensor<[]>;
    max<A extends Shape, const D extends number, const K extends boolean = false>(
      this: Tensor<A>,
      dim: D,
      options?: ReduceOptions<K>,
    ): ValuesAndIndices<Reduce<A, D, K>>;
    /** The least element; with a dim, `{ values, indices }` along it (`torch.min`). */
    min<A extends Shape>(this: Tensor<A>): Tensor<[]>;
    min<A extends Shape, const D extends number, const K extends boolean = false>(
      this: Tensor<A>,
      dim: D,
      options?: ReduceOptions<K>,
    ): ValuesAndIndices<Reduce<A, D, K>>;
    /** The greatest elements over several dims; equal ones share the gradient (`torch.amax`). */
    amax<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    /** The least elements over several dims; equal ones share the gradient (`torch.amin`). */
    amin<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    /** int32 position of the greatest element, of the first among equals; without a dim in the flattened tensor. */
    argmax<A extends Shape, const D extends number | undefined = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    /** int32 position of the least element, of the first among equals; without a dim in the flattened tensor. */
    argmin<A extends Shape, const D extends number | undefined = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    /** Whether any element is true. */
    any<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    /** Whether all elements are true. */
    all<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    /** Σ(x − mean)² / (n − correction) (`torch.var`); the default correction 1 gives the unbiased estimate. */
    var<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K> & { correction?: number },
    ): Tensor<Reduce<A, D, K>>;
    /** The square root of `var` (`torch.std`). */
    std<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K> & { correction?: number },
    ): Tensor<Reduce<A, D, K>>;
    /** How many elements differ from 0. */
    countNonzero<A extends Shape, const D extends Dims = undefined>(
      this: Tensor<A>,
      dim?: D,
    ): Tensor<Reduce<A, D, false>>;
  }
}

/** Attributes of a reduction: the shape with reduced dims as 1, and the dims. */
export interface Reduced {
  readonly kept: Shape;
  readonly dims: readonly number[];
}

const SUM_ALL: Op = {
  name: "SumBackward0",
  saves: false,
  gradient(y, g) {
    const a = y._a!;
    accumulate(a, expand(g, a._node.shape));
  },
};

const SUM_DIMS: Op = {
  name: "SumBackward1",
  saves: false,
  gradient(y, g) {
    const a = y._a!;
    accumulate(a, spread(g, y._attributes as Shape, a._node.shape));
  },
};

const MEAN_ALL: Op = {
  name: "MeanBackward0",
  saves: false,
  gradient(y, g) {
    const a = y._a!;
    accumulate(a, expand(div(g, a._node.size), a._node.shape));
  },
};

const MEAN_DIMS: Op = {
  name: "MeanBackward1",
  saves: false,
  gradient(y, g) {
    const a = y._a!;
    accumulate(a, spread(div(g, a._node.size / y._node.size), y._attributes as Shape, a._node.shape));
  },
};

/**
 * The product of the others for each element, which is right where elements are 0 too, and can be differentiated there: n × n products
 * in one fused reduction, never an n × n tensor in memory.
 */
const PROD: Op = {
  name: "ProdBackward1",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const { kept, dims } = y._attributes as Reduced;
    const shape = a._node.shape;
    accumulate(a, mul(spread(g, kept, shape), productOfOthers(a, dims[0]!)));
  },
};

const PROD_ALL: Op = {
  name: "ProdBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const others = productOfOthers(reshape(a, [a._node.size]), 0);
    accumulate(a, reshape(mul(others, g), a._node.shape));
  },
};

/** Up to this length the products of the others are multiplied out. */
const MULTIPLIED_OUT = 512;

function productOfOthers(x: Tensor, dim: number): Tensor {
  const shape = x._node.shape;
  const n = shape[dim]!;
  if (n > MULTIPLIED_OUT) return quotients(x, dim);
  const rank = shape.length;
  const order = allDims(rank).filter((d) => d !== dim);
  order.push(dim);
  const last = permute(x, order);
  const rows = unsqueeze(last, -2);
  const wide = expand(rows, [...last._node.shape.slice(0, -1), n, n]);
  const number = iota([n], "int32");
  const diagonal = new Tensor(binary("eq", reshapeNode(number, [n, 1]), number));
  const others = prodDim(where(diagonal, 1, wide), rank, false);
  const inverse = new Array<number>(rank);
  for (let i = 0; i < rank; i++) inverse[order[i]!] = i;
  return permute(others, inverse);
}

/** The product divided by each element; a single 0 leaves only its own place, several leave none. */
function quotients(x: Tensor, dim: number): Tensor {
  const zero = eq(x, 0);
  const zeros = sumDims(zero, [dim], true);
  const product = prodDim(where(zero, 1, x), dim, true);
  const ofZeros = where(eq(zeros, 1), product, 0);
  const ofOthers = where(eq(zeros, 0), div(product, where(zero, 1, x)), 0);
  return where(zero, ofZeros, ofOthers);
}

/** Equal extremes share the gradient. */
const EXTREME: Op = {
  name: "AmaxBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const { kept, dims } = y._attributes as Reduced;
    const shape = a._node.shape;
    const chosen = eq(a, spread(y.detach(), kept, shape));
    const count = sumDims(cast(chosen, y._node.dtype), dims, true);
    accumulate(a, where(chosen, expand(div(spread(g, kept, kept), count), shape), 0));
  },
};
const AMIN: Op = { ...EXTREME, name: "AminBackward0" };
const MAX_ALL: Op = { ...EXTREME, name: "MaxBackward1" };
const MIN_ALL: Op = { ...EXTREME, name: "MinBackward1" };

/** The gradient goes to the element at the index that was found. */
const MAX_DIM: Op = {
  name: "MaxBackward0",
  saves: false,
  gradient(y, g) {
    const a = y._a!;
    const { kept, dims } = y._attributes as Reduced;
    const shape = a._node.shape;
    const dim = dims[0] ?? 0;
    const index = reshape(y._b!, kept);
    const coordinates = new Tensor(
      reshapeNode(
        iota([shape[dim] ?? 1], "int32"),
        shape.map((n, i) => (i === dim ? n : 1)),
      ),
    );
    accumulate(a, where(eq(coordinates, index), spread(g, kept, shape), 0));
  },
};
const MIN_DIM: Op = { ...MAX_DIM, name: "MinBackward0" };

interface VarAttributes extends Reduced {
  /** n − correction. */
  readonly divisor: number;
}

const VAR: Op = {
  name: "VarBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const { kept, dims, divisor } = y._attributes as VarAttributes;
    if (!wanted(a)) return;
    const centered = sub(a, meanDims(a, dims, true));
    accumulate(a, mul(spread(g, kept, a._node.shape), mul(centered, 2 / divisor)));
  },
};

const STD: Op = {
  name: "StdBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const { kept, dims, divisor } = y._attributes as VarAttributes;
    const centered = sub(a, meanDims(a, dims, true));
    // Where all elements are equal the slope is taken as 0, as PyTorch does.
    const slope = where(eq(y, 0), 0, div(g, mul(y, divisor)));
    accumulate(a, mul(spread(slope, kept, a._node.shape), centered));
  },
};

function summable(x: Tensor): Tensor {
  return x._node.dtype === "bool" ? cast(x, "int32") : x;
}

/** Sums over all elements. */
export function sumAll(x: Tensor): Tensor {
  const a = summable(x);
  return record(SUM_ALL, reduce("sum", a.node, allDims(a._node.shape.length), false), a);
}

/** Sums over normalized dims. */
export function sumDims(x: Tensor, dims: readonly number[], keepdim: boolean): Tensor {
  const a = summable(x);
  const shape = a._node.shape;
  return record(SUM_DIMS, reduce("sum", a.node, dims, keepdim), a, null, null, keptShape(shape, dims));
}

export function sum(x: Tensor, dim?: Dims, keepdim = false): Tensor {
  if ((dim === undefined || dim === null) && !keepdim) return sumAll(x);
  return sumDims(x, normalizeDims("sum", dim, x._node.shape.length), keepdim);
}

function checkFloating(name: string, x: Tensor): void {
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

export function mean(x: Tensor, dim?: Dims, keepdim = false): Tensor {
  checkFloating("mean", x);
  if ((dim === undefined || dim === null) && !keepdim) {
    const node = x.node;
    const total = reduce("sum", node, allDims(node.shape.length), false);
    return record(MEAN_ALL, binary("div", total, scalar(node.size, node.dtype)), x);
  }
  return meanDims(x, normalizeDims("mean", dim, x._node.shape.length), keepdim);
}

function prodDim(x: Tensor, dim: number, keepdim: boolean): Tensor {
  const dims = [dim];
  const attributes: Reduced = { kept: keptShape(x._node.shape, dims), dims };
  return record(PROD, reduce("prod", x.node, dims, keepdim), x, null, null, attributes);
}

function prod(x: Tensor, dim: number | undefined, keepdim: boolean): Tensor {
  const a = summable(x);
  if (dim === undefined || a.ndim === 0) {
    const y = record(PROD_ALL, reduce("prod", a.node, allDims(a.ndim), false), a);
    return keepdim
      ? reshape(
          y,
          a.shape.map(() => 1),
        )
      : y;
  }
  return prodDim(a, normalizeDim("prod", dim, a.ndim), keepdim);
}

/** @throws Error when nothing is there to choose from. */
function checkNotEmpty(name: string, x: Tensor, dims: readonly number[]): void {
  const shape = x._node.shape;
  if (dims.some((d) => shape[d] === 0)) {
    throw new Error(
      `${name}: nothing to choose from: shape ${formatShape(shape)} is empty along the reduced dim`,
    );
  }
}

function extreme(op: "max" | "min", how: Op, name: string, x: Tensor, dim: Dims, keepdim: boolean): Tensor {
  const dims = normalizeDims(name, dim, x.ndim);
  checkNotEmpty(name, x, dims);
  const attributes: Reduced = { kept: keptShape(x._node.shape, dims), dims };
  if (x._node.dtype === "bool")
    return new Tensor(reduce(op === "max" ? "any" : "all", x.node, dims, keepdim));
  return record(how, reduce(op, x.node, dims, keepdim), x, null, null, attributes);
}

/** The greatest elements over dims, keeping them: what softmax subtracts. @internal */
export function amax(x: Tensor, dim: Dims, keepdim: boolean): Tensor {
  return extreme("max", EXTREME, "amax", x, dim, keepdim);
}

function position(op: "argmax" | "argmin", x: Tensor, dim: number | undefined, keepdim: boolean): Tensor {
  const dims = normalizeDims(op, dim, x.ndim);
  checkNotEmpty(op, x, dims);
  const node = x._node.dtype === "bool" ? cast(x, "int32").node : x.node;
  return new Tensor(reduce(op, node, dims, keepdim));
}

function extremeWithIndex(op: "max" | "min", x: Tensor, dim: number, keepdim: boolean): ValuesAndIndices {
  const dims = normalizeDims(op, dim, x.ndim);
  const indices = position(op === "max" ? "argmax" : "argmin", x, dim, keepdim);
  if (x._node.dtype === "bool") return { values: extreme(op, EXTREME, op, x, dim, keepdim), indices };
  const attributes: Reduced = { kept: keptShape(x._node.shape, dims), dims };
  const how = op === "max" ? MAX_DIM : MIN_DIM;
  const values = record(how, reduce(op, x.node, dims, keepdim), x, indices, null, attributes);
  return { values, indices };
}

function truth(op: "any" | "all", x: Tensor, dim: Dims, keepdim: boolean): Tensor {
  return new Tensor(reduce(op, cast(x, "bool").node, normalizeDims(op, dim, x.ndim), keepdim));
}

function variance(name: "var" | "std", x: Tensor, dim: Dims, keepdim: boolean, correction: number): Tensor {
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
  const attributes: VarAttributes = { kept: keptShape(node.shape, dims), dims, divisor };
  return name === "var"
    ? record(VAR, y, x, null, null, attributes)
    : record(STD, unary("sqrt", y), x, null, null, attributes);
}

export function norm2(x: Tensor, dim: Dims, keepdim: boolean): Tensor {
  return sqrt(sum(mul(x, x), dim, keepdim));
}

defineMethods({
  sum(dim?: Dims, options?: ReduceOptions & { dtype?: DType }) {
    const x = options?.dtype === undefined ? this : cast(this, options.dtype);
    return sum(x, dim, options?.keepdim);
  },
  mean(dim?: Dims, options?: ReduceOptions & { dtype?: DType }) {
    const x = options?.dtype === undefined ? this : cast(this, options.dtype);
    return mean(x, dim, options?.keepdim);
  },
  prod(dim?: number, options?: ReduceOptions) {
    return prod(this, dim, options?.keepdim ?? false);
  },
  max(dim?: number, options?: ReduceOptions) {
    if (dim === undefined) return extreme("max", MAX_ALL, "max", this, undefined, false);
    return extremeWithIndex("max", this, dim, options?.keepdim ?? false);
  },
  min(dim?: number, options?: ReduceOptions) {
    if (dim === undefined) return extreme("min", MIN_ALL, "min", this, undefined, false);
    return extremeWithIndex("min", this, dim, options?.keepdim ?? false);
  },
  amax(dim?: Dims, options?: ReduceOptions) {
    return amax(this, dim, options?.keepdim ?? false);
  },
  amin(dim?: Dims, options?: ReduceOptions) {
    return extreme("min", AMIN, "amin", this, dim, options?.keepdim ?? false);
  },
  argmax(dim?: number, options?: ReduceOptions) {
    return position("argmax", this, dim, options?.keepdim ?? false);
  },
  argmin(dim?: number, options?: ReduceOptions) {
    return position("argmin", this, dim, options?.keepdim ?? false);
  },
  any(dim?: Dims, options?: ReduceOptions) {
    return truth("any", this, dim, options?.keepdim ?? false);
  },
  all(dim?: Dims, options?: ReduceOptions) {
    return truth("all", this, dim, options?.keepdim ?? false);
  },
  var(dim?: Dims, options?: ReduceOptions & { correction?: number }) {
    return variance("var", this, dim, options?.keepdim ?? false, options?.correction ?? 1);
  },
  std(dim?: Dims, options?: ReduceOptions & { correction?: number }) {
    return variance("std", this, dim, options?.keepdim ?? false, options?.correction ?? 1);
  },
  countNonzero(dim?: Dims) {
    return sum(cast(this, "bool"), dim);
  },
});
