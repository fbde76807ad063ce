/**
 * New shapes for the same elements: views where the elements stand so that they can have the shape, else copies.
 */
import { geometryOf } from "../tensor/alias.js";
import type { Tensor } from "../tensor/core.js";
import { isContiguous, reshaped, squeezed, unsqueezed } from "../tensor/geometry.js";
import { operation, variadic } from "../tensor/operation.js";
import { checkList, formatShape, listOfSizes, normalizeDim, resolveReshape } from "../tensor/shape.js";
import type { Flatten, Reshape, Unsqueeze } from "../tensor/movement-types.js";
import type { Shape } from "../tensor/shape-types.js";
import { clone } from "./copy.js";
import { flattened, listedDims, reshape, SQUEEZE, unsqueeze } from "./movement.js";
import { checkedTensor } from "./operand.js";
import { summable, sumDims } from "./reduce.js";
import { viewed } from "./region.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The elements in row-major order with a new shape; one size may be −1. `reshape([2, -1])` or `reshape(2, -1)`. */
    reshape<A extends Shape, const R extends Shape>(this: Tensor<A>, shape: R): Tensor<Reshape<R, A>>;
    reshape<A extends Shape, const R extends Shape>(this: Tensor<A>, ...shape: R): Tensor<Reshape<R, A>>;
    /** Dims `startDim` to `endDim` as one. Default: all. */
    flatten<A extends Shape, const D extends number = 0, const E extends number = -1>(
      this: Tensor<A>,
      startDim?: D,
      endDim?: E,
    ): Tensor<Flatten<A, D, E>>;
    flatten<A extends Shape, const D extends number = 0, const E extends number = -1>(
      this: Tensor<A>,
      options: { readonly startDim?: D; readonly endDim?: E },
    ): Tensor<Flatten<A, D, E>>;
    /** The elements in row-major order as a vector, a view where they stand so (`torch.ravel`). */
    ravel(): Tensor;
    /** The elements in the shape of `other` (`torch.Tensor.reshape_as`). */
    reshapeAs<B extends Shape>(other: Tensor<B>): Tensor<B>;
    /** Summed over leading dims and dims of size 1 until the shape is this, which `x` broadcast from (`torch.Tensor.sum_to_size`). */
    sumToSize(size: Shape): Tensor;
    sumToSize(...size: Shape): Tensor;
  }
}

/** A view of a new shape, or a copy where the elements do not stand so that a view can have it. */
function reshapedView(x: Tensor, shape: Shape): Tensor {
  const y = reshape(x, shape);
  const geometry = reshaped(geometryOf(x), shape);
  return geometry === null ? y : viewed(x, y, geometry);
}

variadic(
  "reshape",
  (x, sizes) => reshapedView(x, resolveReshape("reshape", x._node.shape, listOfSizes("reshape", sizes))),
  "shape",
);

operation("flatten", "startDim, endDim |", (x: Tensor, startDim?: number, endDim?: number) => {
  const shape = flattened(x._node.shape, startDim ?? 0, endDim ?? -1);
  return shape.length === x.ndim ? x : reshapedView(x, shape);
});

operation("ravel", (x) => reshapedView(x, [x.numel()]));

operation("reshapeAs", "other |", (x: Tensor, other: Tensor) =>
  reshapedView(x, resolveReshape("reshapeAs", x._node.shape, checkedTensor("reshapeAs", other).shape)),
);

variadic(
  "sumToSize",
  (x, list) => {
    const size = listOfSizes("sumToSize", list);
    const { shape } = x._node;
    const lead = shape.length - size.length;
    if (lead < 0 || size.some((n, d) => n !== 1 && n !== shape[lead + d])) {
      throw new Error(
        `sumToSize: ${formatShape(shape)} is not what ${formatShape(size)} can be broadcast to`,
      );
    }
    const dims = shape.map((_, d) => d).filter((d) => d < lead || (size[d - lead] === 1 && shape[d] !== 1));
    // To no dims it is the sum of everything, also where that is one element: int64 of booleans.
    if (dims.length === 0) return size.length === 0 ? summable(x) : x;
    return reshape(sumDims(summable(x), dims, true), size);
  },
  "size",
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** As `reshape`, and always a view. @throws Error where only a copy can have the shape, as of a transposed matrix. */
    view<A extends Shape, const R extends Shape>(this: Tensor<A>, shape: R): Tensor<Reshape<R, A>>;
    view<A extends Shape, const R extends Shape>(this: Tensor<A>, ...shape: R): Tensor<Reshape<R, A>>;
    /** The shape of `other`. */
    viewAs<B extends Shape>(other: Tensor<B>): Tensor<B>;
    /** Dim `dim` split into `sizes`, of which one may be −1. */
    unflatten(dim: number, sizes: Shape): Tensor;
  }
}

/** A view of a new shape. @throws Error where only a copy can have it. */
function strictView(name: string, x: Tensor, shape: Shape): Tensor {
  const geometry = reshaped(geometryOf(x), shape);
  if (geometry === null) {
    throw new Error(
      `${name}: the elements of this view of shape ${formatShape(x.shape)} do not follow each other so that a view of shape ${formatShape(shape)} could show them; use reshape(), which copies`,
    );
  }
  return viewed(x, reshape(x, shape), geometry);
}

variadic(
  "view",
  (x, sizes) => strictView("view", x, resolveReshape("view", x._node.shape, listOfSizes("view", sizes))),
  "size",
);

operation("viewAs", "other |", (x: Tensor, other: Tensor) =>
  strictView("viewAs", x, resolveReshape("viewAs", x._node.shape, checkedTensor("viewAs", other).shape)),
);

operation("unflatten", "dim, sizes |", (x: Tensor, dim: number, sizes: Shape) => {
  const shape = x._node.shape;
  const d = normalizeDim("unflatten", dim, shape.length);
  checkList("unflatten", "sizes", sizes);
  const inner = resolveReshape("unflatten", [shape[d]!], sizes);
  return strictView("unflatten", x, [...shape.slice(0, d), ...inner, ...shape.slice(d + 1)]);
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Without the dims of size 1, or without dim `dim` (one or several) if its size is 1. */
    squeeze(dim?: number | readonly number[] | { dim?: number | readonly number[] }): Tensor;
    /** With a dim of size 1 put in at `dim`. */
    unsqueeze<A extends Shape, const D extends number>(this: Tensor<A>, dim: D): Tensor<Unsqueeze<A, D>>;
  }
}

operation("squeeze", "dim |", (x: Tensor, dim?: number | readonly number[]) => {
  const { shape } = x._node;
  const dims = listedDims("squeeze", dim, shape.length);
  const drops = (d: number) => shape[d] === 1 && dims.includes(d);
  const y = reshape(
    x,
    shape.filter((_, d) => !drops(d)),
    SQUEEZE,
  );
  return viewed(x, y, squeezed(geometryOf(x), drops));
});

operation("unsqueeze", "dim |", (x: Tensor, dim: number) => {
  const d = normalizeDim("unsqueeze", dim, x.ndim + 1);
  return viewed(x, unsqueeze(x, d), unsqueezed(geometryOf(x), d));
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The tensor itself where its elements stand in row-major order, else a copy in that order. */
    contiguous(): Tensor<S>;
  }
}

operation("contiguous", (x) => (isContiguous(geometryOf(x)) ? x : clone(x)));
