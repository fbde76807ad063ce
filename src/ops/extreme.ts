/**
 * The greatest and the least elements, and where they stand.
 */
import { spread } from "./spread.js";
import { record } from "../autograd/record.js";
import { iota, reduce, reshape as reshapeNode } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { type FunctionOf, operation } from "../tensor/operation.js";
import { allDims, formatShape, keptShape, normalizeDims } from "../tensor/shape.js";
import type { Reduce } from "../tensor/reduction-types.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import { namedTuple, type Positions } from "../tensor/named-tuple.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { mul } from "./arithmetic.js";
import { div } from "./division.js";
import { cast } from "./cast.js";
import { maximum, minimum } from "./clamp.js";
import { eq } from "./compare.js";
import { logicalAnd, logicalOr } from "./logical.js";
import { reshape } from "./movement.js";
import { checkInt32Count, type Dims, type Reduced, type ReduceOptions, sumDims } from "./reduce.js";
import { where } from "./select.js";
import { isnan } from "./finite.js";

/** What `max(dim)` and `min(dim)` give; it may be destructured by position too. */
export interface ValuesAndIndices<S extends Shape = Shape> extends Positions<Tensor<S>> {
  readonly values: Tensor<S>;
  /** int32 positions along the dim. */
  readonly indices: Tensor<S>;
}

/** @throws Error when nothing is there to choose from. */
export function checkNotEmpty(name: string, x: Tensor, dims: readonly number[]): void {
  const shape = x._node.shape;
  if (dims.some((d) => shape[d] === 0)) {
    throw new Error(
      `${name}: nothing to choose from: shape ${formatShape(shape)} is empty along the reduced dim`,
    );
  }
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The greatest elements over several dims; equal ones share the gradient (`torch.amax`). */
    amax<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    amax<A extends Shape, const D extends Dims, const K extends boolean>(
      this: Tensor<A>,
      dim: D,
      keepdim: K,
    ): Tensor<Reduce<A, D, K>>;
    amax<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      options: ReduceOptions<K> & { dim?: D },
    ): Tensor<Reduce<A, D, K>>;
    /** The least elements over several dims; equal ones share the gradient (`torch.amin`). */
    amin<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    amin<A extends Shape, const D extends Dims, const K extends boolean>(
      this: Tensor<A>,
      dim: D,
      keepdim: K,
    ): Tensor<Reduce<A, D, K>>;
    amin<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      options: ReduceOptions<K> & { dim?: D },
    ): Tensor<Reduce<A, D, K>>;
  }
}

/** Equal extremes share the gradient. */
const AMAX: Op<Reduced> = {
  name: "AmaxBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const { kept, dims } = y._attributes;
    const shape = a._node.shape;
    // NaN equals nothing: where it is the extreme the gradient is NaN, as in PyTorch.
    const chosen = cast(eq(a, spread(new Tensor(y.node), kept, shape)), y._node.dtype);
    return [div(mul(spread(g, kept, shape), chosen), sumDims(chosen, dims, true))];
  },
};
const AMIN: Op<Reduced> = { ...AMAX, name: "AminBackward0" };

function extreme(
  op: "max" | "min",
  how: Op<Reduced>,
  name: string,
  x: Tensor,
  dim: Dims,
  keepdim: boolean,
): Tensor {
  const dims = normalizeDims(name, dim, x.ndim);
  if (x.ndim > 64 && dim !== undefined && dim !== null)
    throw new RangeError(
      `${name}: expected at most 64 dims, got ${x.ndim}, as in PyTorch; join some first: x.flatten(0, 1)`,
    );
  checkNotEmpty(name, x, dims);
  const attributes: Reduced = { kept: keptShape(x._node.shape, dims), dims };
  if (x._node.dtype === "bool")
    return new Tensor(reduce(op === "max" ? "any" : "all", x.node, dims, keepdim));
  return record(how, reduce(op, x.node, dims, keepdim), x, null, null, attributes);
}

export const amax = operation("amax", "dim | keepdim", (x: Tensor, dim?: Dims, options: ReduceOptions = {}) =>
  extreme("max", AMAX, "amax", x, dim, options.keepdim ?? false),
);

export const amin = operation("amin", "dim | keepdim", (x: Tensor, dim?: Dims, options: ReduceOptions = {}) =>
  extreme("min", AMIN, "amin", x, dim, options.keepdim ?? false),
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The least and the greatest elements, along a dim or of all: `{ min, max }` (`torch.aminmax`). */
    aminmax<A extends Shape, const D extends number | undefined = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      options?: ReduceOptions<K> & { dim?: D },
    ): MinAndMax<Reduce<A, D, K>>;
  }
}

/** What `aminmax` gives; it may be destructured by position too. */
export interface MinAndMax<S extends Shape = Shape> extends Positions<Tensor<S>> {
  readonly min: Tensor<S>;
  readonly max: Tensor<S>;
}

export const aminmax = operation(
  "aminmax",
  "| *, dim, keepdim",
  (x: Tensor, { dim, keepdim = false }: ReduceOptions & { dim?: number } = {}): MinAndMax =>
    namedTuple({
      min: extreme("min", AMIN, "aminmax", x, dim, keepdim),
      max: extreme("max", AMAX, "aminmax", x, dim, keepdim),
    }),
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** int32 position of the greatest element, of the first among equals; without a dim in the flattened tensor (`torch.argmax`). */
    argmax<
      A extends Shape,
      const D extends number | null | undefined = undefined,
      const K extends boolean = false,
    >(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    argmax<A extends Shape, const D extends number | null | undefined, const K extends boolean>(
      this: Tensor<A>,
      dim: D,
      keepdim: K,
    ): Tensor<Reduce<A, D, K>>;
    argmax<
      A extends Shape,
      const D extends number | null | undefined = undefined,
      const K extends boolean = false,
    >(
      this: Tensor<A>,
      options: ReduceOptions<K> & { dim?: D },
    ): Tensor<Reduce<A, D, K>>;
    /** int32 position of the least element, of the first among equals; without a dim in the flattened tensor (`torch.argmin`). */
    argmin<
      A extends Shape,
      const D extends number | null | undefined = undefined,
      const K extends boolean = false,
    >(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    argmin<A extends Shape, const D extends number | null | undefined, const K extends boolean>(
      this: Tensor<A>,
      dim: D,
      keepdim: K,
    ): Tensor<Reduce<A, D, K>>;
    argmin<
      A extends Shape,
      const D extends number | null | undefined = undefined,
      const K extends boolean = false,
    >(
      this: Tensor<A>,
      options: ReduceOptions<K> & { dim?: D },
    ): Tensor<Reduce<A, D, K>>;
  }
}

function position(
  op: "argmax" | "argmin",
  x: Tensor,
  dim: number | null | undefined,
  keepdim = false,
): Tensor {
  const dims = normalizeDims(op, dim, x.ndim);
  checkNotEmpty(op, x, dims);
  checkInt32Count(op, x, dims, "a position");
  const node = x._node.dtype === "bool" ? cast(x, "int32").node : x.node;
  return new Tensor(reduce(op, node, dims, keepdim));
}

export const argmax = operation(
  "argmax",
  "dim | keepdim",
  (x: Tensor, dim?: number | null, options: ReduceOptions = {}) =>
    position("argmax", x, dim, options.keepdim),
);

export const argmin = operation(
  "argmin",
  "dim | keepdim",
  (x: Tensor, dim?: number | null, options: ReduceOptions = {}) =>
    position("argmin", x, dim, options.keepdim),
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The greatest element; with a dim, `{ values, indices }` along it; with a tensor, the greater of both (`torch.max`). */
    max<A extends Shape>(this: Tensor<A>): Tensor<[]>;
    max<A extends Shape, const D extends number, const K extends boolean = false>(
      this: Tensor<A>,
      dim: D | (ReduceOptions<K> & { dim: D }),
      options?: K | ReduceOptions<K>,
    ): ValuesAndIndices<Reduce<A, D, K>>;
    max<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Broadcast<"max", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** The least element; with a dim, `{ values, indices }` along it; with a tensor, the lesser of both (`torch.min`). */
    min<A extends Shape>(this: Tensor<A>): Tensor<[]>;
    min<A extends Shape, const D extends number, const K extends boolean = false>(
      this: Tensor<A>,
      dim: D | (ReduceOptions<K> & { dim: D }),
      options?: K | ReduceOptions<K>,
    ): ValuesAndIndices<Reduce<A, D, K>>;
    min<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Broadcast<"min", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
  }
}

/** One element of all: those that equal it share the gradient, NaN counting as equal to NaN. */
export function oneOfAll(name: string): Op {
  return {
    name,
    saves: true,
    gradient(y, g) {
      const a = y._a;
      const z = new Tensor(y.node);
      const chosen = logicalOr(eq(a, z), logicalAnd(isnan(a), isnan(z)));
      const count = sumDims(cast(chosen, z._node.dtype), allDims(a.ndim), false);
      return [where(chosen, div(g, count), 0)];
    },
  };
}
/** The gradient goes to the element at the index that was found. */
const MAX_DIM: Op<Reduced> = {
  name: "MaxBackward0",
  saves: false,
  gradient(y, g) {
    const a = y._a;
    const { kept, dims } = y._attributes;
    const shape = a._node.shape;
    const dim = dims[0] ?? 0;
    const index = reshape(y._b, kept);
    const coordinates = new Tensor(
      reshapeNode(
        iota([shape[dim] ?? 1], "int32"),
        shape.map((n, i) => (i === dim ? n : 1)),
      ),
    );
    return [where(eq(coordinates, index), spread(g, kept, shape), 0)];
  },
};
const MIN_DIM: Op<Reduced> = { ...MAX_DIM, name: "MinBackward0" };

const MAX_ALL = oneOfAll("MaxBackward1");

export const max = operation(
  "max",
  "dim | keepdim",
  (x: Tensor, dim?: number | Tensor | null, options: ReduceOptions = {}): Tensor | ValuesAndIndices => {
    if (dim instanceof Tensor) return maximum(x, dim);
    if (dim === undefined || dim === null)
      return extreme("max", MAX_ALL, "max", x, undefined, options.keepdim ?? false);
    return extremeWithIndex("max", x, dim, options.keepdim ?? false);
  },
) as FunctionOf<"max">;

const MIN_ALL = oneOfAll("MinBackward1");

export const min = operation(
  "min",
  "dim | keepdim",
  (x: Tensor, dim?: number | Tensor | null, options: ReduceOptions = {}): Tensor | ValuesAndIndices => {
    if (dim instanceof Tensor) return minimum(x, dim);
    if (dim === undefined || dim === null)
      return extreme("min", MIN_ALL, "min", x, undefined, options.keepdim ?? false);
    return extremeWithIndex("min", x, dim, options.keepdim ?? false);
  },
) as FunctionOf<"min">;

function extremeWithIndex(op: "max" | "min", x: Tensor, dim: number, keepdim: boolean): ValuesAndIndices {
  const dims = normalizeDims(op, dim, x.ndim);
  const indices = position(op === "max" ? "argmax" : "argmin", x, dim, keepdim);
  if (x._node.dtype === "bool")
    return namedTuple({ values: extreme(op, AMAX, op, x, dim, keepdim), indices });
  const attributes: Reduced = { kept: keptShape(x._node.shape, dims), dims };
  const how = op === "max" ? MAX_DIM : MIN_DIM;
  const values = record(how, reduce(op, x.node, dims, keepdim), x, indices, null, attributes);
  return namedTuple({ values, indices });
}
