/**
 * The greatest and the least elements, and where they stand.
 */
import { spread } from "./spread.js";
import { record } from "../autograd/record.js";
import { iota, reduce, reshape as reshapeNode } from "../graph/build.js";
import { defineMethods, type Op, Tensor } from "../tensor/core.js";
import { allDims, formatShape, keptShape, normalizeDims } from "../tensor/shape.js";
import type { Reduce, Shape } from "../tensor/shape-types.js";
import { div, mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { eq } from "./compare.js";
import { logicalAnd, logicalOr } from "./logical.js";
import { reshape } from "./movement.js";
import { checkInt32Count, type Dims, type Reduced, type ReduceOptions, sumDims } from "./reduce.js";
import { where } from "./select.js";
import { isnan } from "./unary.js";

/** What `max(dim)` and `min(dim)` give. */
export interface ValuesAndIndices<S extends Shape = Shape> {
  readonly values: Tensor<S>;
  /** int32 positions along the dim. */
  readonly indices: Tensor<S>;
}

declare module "../tensor/core.js" {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- merging needs the class's parameters
  interface Tensor<S extends Shape = Shape> {
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
  }
}

/** Equal extremes share the gradient. */
const EXTREME: Op = {
  name: "AmaxBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const { kept, dims } = y._attributes as Reduced;
    const shape = a._node.shape;
    // NaN equals nothing: where it is the extreme the gradient is NaN, as in PyTorch.
    const chosen = cast(eq(a, spread(new Tensor(y.node), kept, shape)), y._node.dtype);
    return [div(mul(spread(g, kept, shape), chosen), sumDims(chosen, dims, true))];
  },
};
const AMIN: Op = { ...EXTREME, name: "AminBackward0" };

/** One element of all: those that equal it share the gradient, NaN counting as equal to NaN. */
export function oneOfAll(name: string): Op {
  return {
    name,
    saves: true,
    gradient(y, g) {
      const a = y._a!;
      const z = new Tensor(y.node);
      const chosen = logicalOr(eq(a, z), logicalAnd(isnan(a), isnan(z)));
      const count = sumDims(cast(chosen, z._node.dtype), allDims(a.ndim), false);
      return [where(chosen, div(g, count), 0)];
    },
  };
}
const MAX_ALL = oneOfAll("MaxBackward1");
const MIN_ALL = oneOfAll("MinBackward1");

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
    return [where(eq(coordinates, index), spread(g, kept, shape), 0)];
  },
};
const MIN_DIM: Op = { ...MAX_DIM, name: "MinBackward0" };

/** @throws Error when nothing is there to choose from. */
export function checkNotEmpty(name: string, x: Tensor, dims: readonly number[]): void {
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
  checkInt32Count(op, x, dims, "a position");
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

defineMethods({
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
});
