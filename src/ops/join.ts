/**
 * Joining tensors: cat and stack. side-by-side.ts has those that say no dim, split.ts what takes tensors apart.
 */
import { wanted } from "../autograd/wanted.js";
import { recordList } from "../autograd/record.js";
import { concat as concatNodes } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { promote } from "../tensor/dtype.js";
import { formatShape, normalizeDim, sameShape } from "../tensor/shape.js";
import type { Cat, Stack } from "../tensor/movement-types.js";
import { cast } from "./cast.js";
import { narrow, unsqueeze } from "./movement.js";
import { checkTensor } from "./operand.js";
import { reader } from "../tensor/signature.js";

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

export function checkList(name: string, list: readonly Tensor[]): void {
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

const readCat = reader("cat", "tensors | dim");
const readStack = reader("stack", "tensors | dim");

/**
 * Joins tensors along a dim that they have (`torch.cat`).
 * @throws Error when their shapes differ in another dim.
 */
export function cat<const L extends readonly Tensor[], const D extends number = 0>(
  tensors: L,
  dim?: D | { readonly dim?: D },
): Tensor<Cat<L, D>>;
export function cat(...args: readonly unknown[]): Tensor {
  const [tensors, { dim = 0 } = {}] = readCat(args) as [readonly Tensor[], { dim?: number }?];
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
  dim?: D | { readonly dim?: D },
): Tensor<Stack<L, D>>;
export function stack(...args: readonly unknown[]): Tensor {
  const [tensors, { dim = 0 } = {}] = readStack(args) as [readonly Tensor[], { dim?: number }?];
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
