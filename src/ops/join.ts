/**
 * Joining tensors and taking them apart: cat, stack, split, chunk, unbind.
 */
import { wanted } from "../autograd/wanted.js";
import { recordList } from "../autograd/record.js";
import { concat as concatNodes } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { promote } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import { formatShape, normalizeDim, sameShape } from "../tensor/shape.js";
import type { Cat, Stack } from "../tensor/movement-types.js";
import type { Shape } from "../tensor/shape-types.js";
import { cast } from "./cast.js";
import { narrow, unsqueeze } from "./movement.js";
import { checkTensor } from "./operand.js";
import { narrowedView, selectedView } from "./views.js";

const CAT: Op<number> = {
  name: "CatBackward0",
  saves: false,
  gradient(y, g) {
    const dim = y._attributes;
    let start = 0;
    return y._extras!.list!.map((x) => {
      const n = x._node.shape[dim]!;
      start += n;
      return wanted(x) ? narrow(g, dim, start - n, n) : null;
    });
  },
};

/** Joins along `dim`; shapes and dtypes are right. @internal */
export function concat(list: readonly Tensor[], dim: number): Tensor {
  if (list.length === 1) return list[0]!.clone();
  return recordList(
    CAT,
    concatNodes(
      list.map((t) => t.node),
      dim,
    ),
    list,
    dim,
  );
}

function checkList(name: string, list: readonly Tensor[]): void {
  if (!Array.isArray(list)) throw new TypeError(`${name}: expected an array of tensors`);
  if (list.length === 0) throw new Error(`${name}: expected at least one tensor, got an empty array`);
  for (const t of list) checkTensor(name, t);
}

function toCommonDType(list: readonly Tensor[]): readonly Tensor[] {
  const first = list[0]!;
  if (list.every((t) => t.dtype === first.dtype)) return list;
  const dtype = list.reduce((d, t) => promote(d, 1, t.dtype, 1), first.dtype);
  return list.map((t) => cast(t, dtype));
}

/**
 * Joins tensors along a dim that they have (`torch.cat`).
 * @throws Error when their shapes differ in another dim.
 */
export function cat<const L extends readonly Tensor[], const D extends number = 0>(
  tensors: L,
  dim?: D,
): Tensor<Cat<L, D>>;
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  checkList("cat", tensors);
  // PyTorch skips empty vectors whatever the other shapes are.
  const list = toCommonDType(tensors).filter((t) => !(t.ndim === 1 && t.numel() === 0));
  const first = list[0] ?? toCommonDType(tensors)[0]!;
  if (first.ndim === 0) throw new Error("cat: 0-dimensional tensors have no dim to join along; use stack()");
  const d = normalizeDim("cat", dim, first.ndim);
  list.forEach((t, i) => {
    if (t.ndim !== first.ndim || t.shape.some((n, k) => k !== d && n !== first.shape[k])) {
      throw new Error(
        `cat: tensor ${i} has shape ${formatShape(t.shape)}, the first has ${formatShape(first.shape)}; they may differ in dim ${d} only`,
      );
    }
  });
  return list.length === 0 ? first.clone() : concat(list, d);
}

/**
 * Joins tensors of one shape along a new dim (`torch.stack`).
 * @throws Error when the shapes differ.
 */
export function stack<const L extends readonly Tensor[], const D extends number = 0>(
  tensors: L,
  dim?: D,
): Tensor<Stack<L, D>>;
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  checkList("stack", tensors);
  const first = tensors[0]!;
  const d = normalizeDim("stack", dim, first.ndim + 1);
  tensors.forEach((t, i) => {
    if (!sameShape(t.shape, first.shape)) {
      throw new Error(
        `stack: tensor ${i} has shape ${formatShape(t.shape)}, the first has ${formatShape(first.shape)}; all must be equal`,
      );
    }
  });
  return concat(
    toCommonDType(tensors).map((t) => unsqueeze(t, d)),
    d,
  );
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Parts of `size` entries along `dim`, or of the given sizes; the last part may be shorter (`torch.split`). */
    split(size: number | readonly number[], dim?: number): Tensor[];
    /** At most `chunks` parts of equal size along `dim`, but for the last (`torch.chunk`). */
    chunk(chunks: number, dim?: number): Tensor[];
  }
}

export const split = operation("split", (x, size, dim = 0) => {
  if (x.ndim === 0) throw new Error("split: a 0-dimensional tensor cannot be split");
  const d = normalizeDim("split", dim, x.ndim);
  const n = x.shape[d]!;
  let sizes: readonly number[];
  if (typeof size === "number") {
    if (!Number.isInteger(size) || size < 0 || (size === 0 && n > 0))
      throw new RangeError(`split: expected a whole size ≥ 1, got ${size}`);
    sizes = Array.from({ length: Math.max(1, Math.ceil(n / (size || 1))) }, (_, i) =>
      Math.min(size, n - i * size),
    );
  } else {
    sizes = size;
    const sum = size.reduce((a, b) => a + b, 0);
    if (sum !== n || size.some((k) => k < 0)) {
      throw new Error(`split: sizes [${size.join(", ")}] sum to ${sum}, dim ${d} has size ${n}`);
    }
  }
  let start = 0;
  return sizes.map((k) => {
    const part = narrowedView(x, d, start, k);
    start += k;
    return part;
  });
});

export const chunk = operation("chunk", (x, chunks, dim = 0) => {
  if (!Number.isInteger(chunks) || chunks < 1)
    throw new RangeError(`chunk: expected a whole number ≥ 1, got ${chunks}`);
  const n = x.size(normalizeDim("chunk", dim, x.ndim));
  if (n === 0) return split(x, new Array<number>(chunks).fill(0), dim);
  return split(x, Math.ceil(n / chunks), dim);
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The entries along `dim` (`torch.unbind`). */
    unbind(dim?: number): Tensor[];
  }
}

export const unbind = operation("unbind", (x, dim = 0) => {
  const n = x.size(normalizeDim("unbind", dim, x.ndim));
  return Array.from({ length: n }, (_, i) => selectedView(x, dim, i));
});
