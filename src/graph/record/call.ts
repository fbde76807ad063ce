/** Nodes that call a kernel of primitives/kernels.ts. */
import type { KernelRow } from "../../primitives/kernel.js";
import { type KernelOp, kernels } from "../../primitives/kernels.js";
import { kernelOpNumbers, kernelOps, dtypeNumbers } from "../../primitives/table.js";
import { Kind, type Node, dtypeShift, Flag, opOf, opShift, roundingMask } from "./node.js";
import { made, scalar } from "./make.js";
import { pad, slice } from "./move.js";
import { computing, isNarrow, roundingOf } from "./rounding.js";
import { product } from "./shapes.js";

/** torch.gather: the result has the shape of `index`, an int32 or int64 node of the rank of `a`. */
export function gather(a: Node, dim: number, index: Node): Node {
  return call("gather", [cut(a, dim, index.shape), index], [dim]);
}

/** The part of `a` that an index of this shape can reach: all of `dim`, and as much of the other dims as the index has. */
function cut(a: Node, dim: number, shape: readonly number[]): Node {
  if (agree(a.shape, shape, dim)) return a;
  const sizes = a.shape.map((size, i) => (i === dim ? size : shape[i]!));
  return slice(a, zeros(a), sizes, ones(a));
}

/** Whether two shapes are the same but for one dim. */
function agree(a: readonly number[], b: readonly number[], butDim: number): boolean {
  for (let i = 0; i < a.length; i++) if (i !== butDim && a[i] !== b[i]) return false;
  return true;
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
  if (agree(base.shape, index.shape, dim)) return call("scatterAdd", [base, index, values], [dim]);
  // Where the index covers only part of the base, the rest gets 0 added to its row 0.
  const room = base.shape.map((size, i) => (i === dim ? 0 : size - index.shape[i]!));
  const none = zeros(base);
  return call("scatterAdd", [base, pad(index, none, room, 0), pad(values, none, room, 0)], [dim]);
}

/** The usual factor of what is added. Scalars are no part of a graph's structure and never change, so all graphs may share it. */
const once = scalar(1, "float64");

/** torch.index_add with an index of any rank: the gradient of `take`. */
export function takeAdd(base: Node, dim: number, index: Node, source: Node, alpha = 1): Node {
  const factor = alpha === 1 ? once : scalar(alpha, "float64");
  return call("takeAdd", [base, index, source, factor], [dim]);
}

/** For `index` the positions from the front of a dim of size `rows`; one out of range stops the run. */
export function positions(index: Node, rows: number): Node {
  return call("positions", [index], [rows]);
}

/** What making a node asks of a kernel's row, in objects of one hidden class: the rows themselves are of many. */
interface Callee {
  /** Kind and number, but for the dtype. */
  readonly code: number;
  readonly isTuple: boolean;
  readonly moves: boolean;
  /** The result has dtype and shape of the first operand. */
  readonly updates: boolean;
  readonly infer: KernelRow["infer"];
}

const callees = Object.fromEntries(
  kernelOps.map((name): [KernelOp, Callee] => {
    const row: KernelRow = kernels[name];
    const isTuple = row.results.length > 1;
    const code = (isTuple ? Kind.tuple : Kind.call) | (kernelOpNumbers[name] << opShift);
    return [
      name,
      { code, isTuple, moves: row.moves === true, updates: row.updates === true, infer: row.infer },
    ];
  }),
) as Readonly<Record<KernelOp, Callee>>;

/**
 * A kernel of primitives/kernels.ts: its result, or where it has several the node that `pick` takes them from. Results of a narrow first
 * operand are in the dtype that it is computed in, and only single ones are on the way to the narrow one.
 * @param operands then the scalars, of float64, which are no part of the structure, so one plan serves all values; the node keeps the list
 * @param attributes in the order of the kernel's row
 */
export function call(primitive: KernelOp, operands: Node[], attributes: readonly number[]): Node {
  for (let i = 0; i < attributes.length; i++)
    if (!Number.isSafeInteger(attributes[i]))
      throw new RangeError(
        `${primitive}: expected ${kernels[primitive].attributes[i]} to be a whole number, got ${String(attributes[i])}`,
      );
  const { code, isTuple, moves, updates, infer } = callees[primitive];
  const rounding = moves ? operands[0]!.code & roundingMask : roundingOfAny(operands);
  const list = rounding === 0 || moves ? operands : operands.map(computing);
  const first = list[0]!;
  const { dtype, shape } = isTuple || updates ? first : infer(list, attributes)[0]!;
  const size = shape === first.shape ? first.size : product(shape);
  const node = made(code | (dtypeNumbers[dtype] << dtypeShift), dtype, shape, size, null, null, null);
  node.list = list;
  node.attributes = attributes;
  if (rounding !== 0 && !isTuple) node.code |= rounding;
  for (let i = 0; i < list.length; i++) list[i]!.flags |= Flag.consumed;
  return node;
}

function roundingOfAny(operands: readonly Node[]): number {
  for (let i = 0; i < operands.length; i++) {
    const operand = operands[i]!;
    if (isNarrow(operand)) return roundingOf(operand);
  }
  return 0;
}

/** Result `index` of a tuple. */
export function pick(from: Node, index: number): Node {
  const row = kernels[kernelOps[opOf(from)]!];
  const { dtype, shape } = row.infer(from.list!, from.attributes!)[index]!;
  const code = Kind.pick | (dtypeNumbers[dtype] << dtypeShift);
  const node = made(code, dtype, shape, product(shape), from, null, null);
  node.attributes = [index];
  if (from.picks === null) from.picks = [node];
  else from.picks.push(node);
  return node;
}
