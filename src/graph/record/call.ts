/** Nodes that call a kernel of primitives/kernels.ts. */
import { type KernelOp, kernels } from "../../primitives/kernels.js";
import { kernelOpNumbers, kernelOps, dtypeNumbers } from "../../primitives/table.js";
import { Kind, type Node, dtypeShift, Flag, opOf, opShift, picksOf, roundingMask } from "./node.js";
import { made, scalar } from "./make.js";
import { pad, slice } from "./move.js";
import { computing, roundingOf } from "./rounding.js";
import { product } from "./shapes.js";

/** torch.gather: the result has the shape of `index`, an int32 or int64 node of the rank of `a`. */
export function gather(a: Node, dim: number, index: Node): Node {
  return call("gather", [cut(a, dim, index.shape), index], [dim]);
}

/** The part of `a` that an index of this shape can reach: all of `dim`, and as much of the other dims as the index has. */
function cut(a: Node, dim: number, shape: readonly number[]): Node {
  const sizes = a.shape.map((size, i) => (i === dim ? size : shape[i]!));
  return slice(a, zeros(a), sizes, ones(a));
}

function zeros(a: Node): number[] {
  return a.shape.map(() => 0);
}

function ones(a: Node): number[] {
  return a.shape.map(() => 1);
}

/** torch.index_select and embedding: the shape of `index` (int32 or int64, any rank) replaces dimension `dim`. */
export function take(a: Node, dim: number, index: Node): Node {
  return call("take", [a, index], [dim]);
}

/** torch.scatter_add: `source` has at least the shape of `index`, and `base` too but for `dim`. */
export function scatterAdd(base: Node, dim: number, index: Node, source: Node): Node {
  const values = slice(source, zeros(source), index.shape, ones(source));
  // Where the index covers only part of the base, the rest gets 0 added to its row 0.
  const room = base.shape.map((size, i) => (i === dim ? 0 : size - index.shape[i]!));
  const none = zeros(base);
  return call("scatterAdd", [base, pad(index, none, room, 0), pad(values, none, room, 0)], [dim]);
}

/** torch.index_add with an index of any rank: the gradient of `take`. */
export function takeAdd(base: Node, dim: number, index: Node, source: Node, alpha = 1): Node {
  return call("takeAdd", [base, index, source], [dim], [alpha]);
}

/** For `index` the positions from the front of a dim of size `rows`; one out of range stops the run. */
export function positions(index: Node, rows: number): Node {
  return call("positions", [index], [rows]);
}

/**
 * A kernel of primitives/kernels.ts: its result, or where it has several the node that `pick` takes them from. Results of a narrow first
 * operand are in the dtype that it is computed in, and only single ones are on the way to the narrow one.
 * @param attributes in the order of the kernel's row
 * @param scalars likewise; they are no part of the structure, so one plan serves all values
 */
export function call(
  primitive: KernelOp,
  given: readonly Node[],
  attributes: readonly number[],
  scalars: readonly number[] = [],
): Node {
  const row = kernels[primitive];
  const rounding = roundingOfCall(given, row.moves === true);
  const list = rounding === 0 || row.moves === true ? given.slice() : given.map(computing);
  const isTuple = row.results.length > 1;
  const first = list[0]!;
  const { dtype, shape } = isTuple ? first : row.infer(list, attributes)[0]!;
  const size = shape === first.shape ? first.size : product(shape);
  for (const value of scalars) list.push(scalar(value, "float64"));
  const kind = isTuple ? Kind.tuple : Kind.call;
  const code = kind | (kernelOpNumbers[primitive] << opShift) | (dtypeNumbers[dtype] << dtypeShift);
  const node = made(code, dtype, shape, size, null, null, null);
  node.list = list;
  node.attributes = attributes;
  if (!isTuple) node.flags |= rounding;
  for (const operand of list) operand.flags |= Flag.consumed;
  return node;
}

/** What the result of a kernel will be rounded to. One that only moves elements takes narrow ones as they are. */
function roundingOfCall(operands: readonly Node[], moves: boolean): number {
  if (moves) return operands[0]!.flags & roundingMask;
  let rounding = 0;
  for (let i = 0; i < operands.length && rounding === 0; i++) rounding = roundingOf(operands[i]!);
  return rounding;
}

/** Result `index` of a tuple. */
export function pick(from: Node, index: number): Node {
  const row = kernels[kernelOps[opOf(from)]!];
  const { dtype, shape } = row.infer(from.list!, from.attributes!)[index]!;
  const code = Kind.pick | (dtypeNumbers[dtype] << dtypeShift);
  const node = made(code, dtype, shape, product(shape), from, null, null);
  node.attributes = [index];
  const picks = picksOf.get(from);
  if (picks === undefined) picksOf.set(from, [node]);
  else picks.push(node);
  return node;
}
