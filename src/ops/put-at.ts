/**
 * Putting values at positions along a dim: the operations that are recorded. Of several values for one place the last one stays, and it alone gets
 * the gradient; scatter.ts and put.ts have the methods.
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import {
  binary,
  call,
  expand as expandNode,
  iota,
  reshape as reshapeNode,
  scalar,
} from "../graph/record/build.js";
import { into } from "../primitives/indexed.js";
import { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { gatherAt, takeAt } from "./indexing.js";
import { zeroLike } from "./operand.js";
import { where } from "./select.js";

/** Inputs: base, index, source. The attribute is the dim. */
const PUT_ELEMENTS: Op<number> = {
  name: "ScatterBackward0",
  saves: true,
  gradient(y, g) {
    const dim = y._attributes;
    const [base, index, source] = [y._a, y._b, y._c];
    return [
      wanted(base) ? putElements(g, dim, index, zeroLike(source)) : null,
      null,
      wanted(source)
        ? where(lastElements(base, dim, index), gatherAt(g, dim, index), zeroLike(source))
        : null,
    ];
  },
};

/** Inputs: base, index, source. The attribute is the dim. */
const PUT_ENTRIES: Op<number> = {
  name: "IndexPutBackward0",
  saves: true,
  gradient(y, g) {
    const dim = y._attributes;
    const [base, index, source] = [y._a, y._b, y._c];
    return [
      wanted(base) ? putEntries(g, dim, index, zeroLike(source)) : null,
      null,
      wanted(source) ? where(lastEntries(base, dim, index), takeAt(g, dim, index), zeroLike(source)) : null,
    ];
  },
};

/** source[i][j] at [index[i][j]][j] for dim 0; apart from `dim` all shapes are the same, and the positions have been checked. */
export function putElements(base: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const node = call("scatterInto", [base.node, index.node, source.node], [dim, into.put]);
  return record(PUT_ELEMENTS, node, base, index, source, dim);
}

/** The entries of `source` at positions of `dim` that have been checked; the shape of the index takes the dim's place in the source. */
export function putEntries(base: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const node = call("takeInto", [base.node, index.node, source.node], [dim, into.put]);
  return record(PUT_ENTRIES, node, base, index, source, dim);
}

/** Which elements of a source stay where they were put. */
function lastElements(base: Tensor, dim: number, index: Tensor): Tensor {
  const numbers = iota(index._node.shape, "int32");
  const none = expandNode(scalar(0, "int32"), base._node.shape);
  const last = call("scatterInto", [none, index.node, numbers], [dim, into.put]);
  return new Tensor(binary("eq", call("gather", [last, index.node], [dim]), numbers));
}

/** Which entries of a source stay where they were put, in the source's rank. */
function lastEntries(base: Tensor, dim: number, index: Tensor): Tensor {
  const { shape } = index._node;
  const rank = base._node.shape.length;
  const numbers = iota(shape, "int32");
  const none = expandNode(scalar(0, "int32"), [base._node.shape[dim]!]);
  const last = call("takeInto", [none, index.node, numbers], [0, into.put]);
  const stays = binary("eq", call("take", [last, index.node], [0]), numbers);
  const behind = new Array<number>(rank - dim - 1).fill(1);
  return new Tensor(reshapeNode(stays, [...shape, ...behind]));
}
