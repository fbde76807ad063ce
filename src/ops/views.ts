/**
 * Views with dims in another order, repeated dims, or a part of the entries.
 */
import { geometryOf } from "../tensor/alias.js";
import type { Tensor } from "../tensor/core.js";
import { isInteger } from "../tensor/dtype.js";
import type { Op } from "../tensor/op.js";
import { expanded, permuted, selected, sliced } from "../tensor/geometry.js";
import { operation, property, variadic } from "../tensor/operation.js";
import { allDims, checkList, formatShape, listOfSizes, normalizeDim } from "../tensor/shape.js";
import type { Permute, Transpose, TransposeLast, WithSize } from "../tensor/movement-types.js";
import type { Mutable, Shape } from "../tensor/shape-types.js";
import {
  broadcastTo,
  narrow,
  normalizeIndex,
  PERMUTE,
  permute,
  select,
  swapLast,
  TRANSPOSE,
} from "./movement.js";
import { checkedTensor, checkTensor } from "./operand.js";
import { viewed } from "./region.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Dims in a new order: dim i of the result is dim `order[i]`. */
    permute<A extends Shape, const O extends Shape>(this: Tensor<A>, order: O): Tensor<Permute<A, O>>;
    permute<A extends Shape, const O extends Shape>(this: Tensor<A>, ...order: O): Tensor<Permute<A, O>>;
    /** Dim `source` moved to `destination`, or several at once (`torch.movedim`); `moveaxis` is the same. */
    movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor;
    /** As `movedim` (`torch.moveaxis`). */
    moveaxis(source: number | readonly number[], destination: number | readonly number[]): Tensor;
  }
}

export function permutedView(
  x: Tensor,
  order: readonly number[],
  how: Op<readonly number[]> = PERMUTE,
): Tensor {
  return viewed(x, permute(x, order, how), permuted(geometryOf(x), order));
}

function checkedOrder(x: Tensor, list: Shape): readonly number[] {
  const rank = x._node.shape.length;
  if (list.length !== rank) {
    throw new Error(
      `permute: expected ${rank} dims for shape ${formatShape(x.shape)}, got [${list.join(", ")}]`,
    );
  }
  const order = list.map((d) => normalizeDim("permute", d, rank));
  if (new Set(order).size !== rank) throw new Error(`permute: a dim appears twice in [${list.join(", ")}]`);
  return order;
}

variadic("permute", (x, order) => permutedView(x, checkedOrder(x, listOfSizes("permute", order))), "dims");

function moved(name: "movedim" | "moveaxis"): void {
  type Dims = number | readonly number[];
  operation(name, "source, destination |", (x: Tensor, source: Dims, destination: Dims): Tensor => {
    const rank = x._node.shape.length;
    const [from, to] = [source, destination].map((dims) =>
      [dims].flat().map((d) => normalizeDim(name, d as number, rank)),
    ) as [number[], number[]];
    if (from.length !== to.length)
      throw new Error(`${name}: ${from.length} source(s) and ${to.length} destination(s); give as many`);
    for (const dims of [from, to])
      if (new Set(dims).size !== dims.length)
        throw new Error(`${name}: a dim appears twice in [${dims.join(", ")}]`);
    if (rank === 0) return permutedView(x, []);
    const order = new Array<number>(rank).fill(-1);
    to.forEach((d, i) => (order[d] = from[i]!));
    const rest = allDims(rank).filter((d) => !from.includes(d));
    let next = 0;
    return permutedView(
      x,
      order.map((d) => (d === -1 ? rest[next++]! : d)),
    );
  });
}
moved("movedim");
moved("moveaxis");

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Two dims exchanged. */
    transpose<A extends Shape, const D extends number, const E extends number>(
      this: Tensor<A>,
      dim0: D,
      dim1: E,
    ): Tensor<Transpose<A, D, E>>;
    /** Two dims exchanged (`torch.swapaxes`). */
    swapaxes(axis0: number, axis1: number): Tensor;
    /** Two dims exchanged (`torch.swapdims`). */
    swapdims(dim0: number, dim1: number): Tensor;
    /** The last two dims exchanged (`torch.adjoint`, of real numbers). @throws Error for a vector */
    adjoint(): Tensor;
    /** A matrix transposed; a vector stays. @throws Error for more than two dims: use mT. */
    t<A extends Shape>(this: Tensor<A>): Tensor<TransposeLast<A>>;
    /** Dims in reverse order; `t()` keeps the shape's type. */
    readonly T: Tensor;
    /** The last two dims exchanged; `transpose(-1, -2)` keeps the shape's type. */
    readonly mT: Tensor;
    /** As `mT`: numbers are real. */
    readonly mH: Tensor;
    /** A matrix transposed, of real numbers. @throws Error for other than 0 or 2 dims */
    readonly H: Tensor;
  }
}

function transposed(rank: number, dim0: number, dim1: number): readonly number[] {
  const d = normalizeDim("transpose", dim0, rank);
  const e = normalizeDim("transpose", dim1, rank);
  const order = allDims(rank).slice();
  if (rank > 0) {
    order[d] = e;
    order[e] = d;
  }
  return order;
}

for (const [name, signature] of [
  ["transpose", "dim0, dim1 |"],
  ["swapaxes", "axis0, axis1 |"],
  ["swapdims", "dim0, dim1 |"],
] as const)
  operation(name, signature, (x: Tensor, dim0: number, dim1: number) =>
    permutedView(x, transposed(x.ndim, dim0, dim1), TRANSPOSE),
  );

const T: Op<readonly number[]> = { ...PERMUTE, name: "TBackward0" };

operation("t", (x) => {
  const rank = x._node.shape.length;
  if (rank > 2)
    throw new Error(`t: expected at most 2 dimensions, got shape ${formatShape(x.shape)}; use mT`);
  return permutedView(x, rank < 2 ? allDims(rank) : swapLast(2), T);
});

property("T", (x) => permutedView(x, allDims(x.ndim).toReversed()));

function lastTwo(name: string, x: Tensor): Tensor {
  if (x.ndim === 1)
    throw new Error(`${name}: expected at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  return permutedView(x, x.ndim === 0 ? [] : swapLast(x.ndim), TRANSPOSE);
}

property("mT", (x) => lastTwo("mT", x));
property("mH", (x) => lastTwo("mH", x));
operation("adjoint", (x) => lastTwo("adjoint", x));
property("H", (x) => {
  if (x.ndim !== 0 && x.ndim !== 2)
    throw new Error(`H: expected a matrix, got shape ${formatShape(x.shape)}; use mH`);
  return lastTwo("H", x);
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Dims of size 1 repeated to the given sizes; −1 keeps a size, and leading dims may be added. */
    expand(shape: Shape): Tensor;
    expand(...shape: Shape): Tensor;
    /** Expanded to the shape of `other`. */
    expandAs<B extends Shape>(other: Tensor<B>): Tensor<B>;
    /** Broadcast to a shape. */
    broadcastTo<const R extends Shape>(shape: R): Tensor<Mutable<R>>;
  }
}

function expandedView(name: string, x: Tensor, target: Shape): Tensor {
  checkList(name, "sizes", target);
  const y = broadcastTo(name, x, target);
  return viewed(x, y, expanded(geometryOf(x), y.shape));
}

variadic("expand", (x, shape) => expandedView("expand", x, listOfSizes("expand", shape)), "size");
operation("expandAs", "other |", (x: Tensor, other: Tensor) =>
  expandedView("expandAs", x, checkedTensor("expandAs", other).shape),
);
operation("broadcastTo", "size |", (x: Tensor, shape: Shape) => expandedView("broadcastTo", x, shape));

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Entries start … start + length − 1 of a dim. */
    narrow<A extends Shape, const D extends number, const N extends number>(
      this: Tensor<A>,
      dim: D,
      start: number | Tensor,
      length: N,
    ): Tensor<WithSize<A, D, N>>;
    /** Entry `index` of a dim, which goes away. */
    select(dim: number, index: number): Tensor;
  }
}

export function selectedView(x: Tensor, dim: number, index: number): Tensor {
  const y = select(x, dim, index);
  const { shape } = x._node;
  const d = normalizeDim("select", dim, shape.length);
  return viewed(x, y, selected(geometryOf(x), d, normalizeIndex("select", index, d, shape)));
}

/** Entries start … start + length − 1 of dim `dim`, all arguments in range, as a view. */
export function narrowedView(x: Tensor, dim: number, start: number, length: number): Tensor {
  const g = geometryOf(x);
  const starts = g.shape.map((_, d) => (d === dim ? start : 0));
  const sizes = g.shape.map((n, d) => (d === dim ? length : n));
  return viewed(x, narrow(x, dim, start, length), sliced(g, starts, sizes, null));
}

/** A start that a tensor of 0 dims says; it is read. */
function startOf(at: Tensor): number {
  checkTensor("narrow", at);
  if (at.ndim !== 0 || !isInteger(at.dtype))
    throw new TypeError(
      `narrow: expected a start of 0 dimensions and whole numbers, got ${at.dtype} ${formatShape(at.shape)}`,
    );
  return at.item();
}

operation("narrow", "dim, start, length |", (x: Tensor, dim: number, at: number | Tensor, length: number) => {
  const start = typeof at === "number" ? at : startOf(at);
  const shape = x._node.shape;
  if (shape.length === 0) throw new RangeError("narrow: a 0-dimensional tensor has no dim to narrow");
  const d = normalizeDim("narrow", dim, shape.length);
  const n = shape[d]!;
  const from = start < 0 ? start + n : start;
  if (!Number.isInteger(from) || !Number.isInteger(length) || from < 0 || length < 0 || from + length > n) {
    throw new RangeError(`narrow: start ${start} and length ${length} do not lie in dim ${d} of size ${n}`);
  }
  return narrowedView(x, d, from, length);
});

operation("select", "dim, index |", selectedView);
