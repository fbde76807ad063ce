/**
 * Makes nodes. The arguments are trusted: ops/ has checked shapes and dtypes and thrown at the user's line.
 *
 * What is known without computing is simplified here (a reshape to the same shape is the operand), everything else in the planner.
 */
import type { Storage } from "../../engine/engine.js";
import {
  distributions,
  dtypeMask,
  dtypeShift,
  Flag,
  keepdimBit,
  Kind,
  kindOf,
  Node,
  opOf,
  opShift,
  picksOf,
} from "./node.js";
import { workBegins } from "../../interrupts.js";
import { makeRoom, pinned, track } from "./pending.js";
import { broadcast, product, sameNumbers } from "./shapes.js";
import { computingDType, type DTypeName, dtypeNames, isComputed } from "../../primitives/dtypes.js";
import {
  binary as binaryRows,
  type BinaryOp,
  unary as unaryRows,
  type UnaryOp,
} from "../../primitives/elementwise.js";
import { type KernelOp, kernels } from "../../primitives/kernels.js";
import { reductions, type ReduceOp } from "../../primitives/reductions.js";
import {
  binaryNumbers,
  binaryOps,
  dtypeNumbers,
  kernelOpNumbers,
  kernelOps,
  reduceNumbers,
  reduceOps,
  unaryNumbers,
  unaryOps,
} from "../../primitives/table.js";

/** Of functions whose result is always bool. */
const isPredicate = unaryOps.map((op) => unaryRows[op].result === "bool");
const isComparison = binaryOps.map((op) => binaryRows[op].result === "bool");
/** By the number of a reduction: the dtype of all its results, or null where it is that of the operand. */
const fixedResults = reduceOps.map((op): DTypeName | null => {
  const { result } = reductions[op];
  return result === "same" ? null : result;
});
const boolBits = dtypeNumbers.bool << dtypeShift;
const { add: numberOfAdd, sub: numberOfSub, mul: numberOfMul, div: numberOfDiv } = binaryNumbers;
const numberOfSum = reduceNumbers.sum;
const noDims: readonly number[] = [];
/** Dtypes that engines only store come last (primitives/dtypes.ts): their bits in a node's code are these and greater ones. */
const storedBits = dtypeNumbers[dtypeNames.find((dtype) => !isComputed(dtype))!] << dtypeShift;

/** Comparing with a few names is several times faster than a property that is looked up by many. */
function binaryNumber(op: BinaryOp): number {
  switch (op) {
    case "add":
      return numberOfAdd;
    case "sub":
      return numberOfSub;
    case "mul":
      return numberOfMul;
    case "div":
      return numberOfDiv;
    default:
      return binaryNumbers[op];
  }
}

function broadcastSize(shape: readonly number[], a: Node, b: Node): number {
  return shape === a.shape ? a.size : shape === b.shape ? b.size : product(shape);
}

/**
 * A pending node: its operands are consumed now. Whoever calls this sets the node's attributes at once, without a call or a loop in
 * between: an interrupt there would leave a half-made node among the pending ones.
 */
function made(
  code: number,
  dtype: DTypeName,
  shape: readonly number[],
  size: number,
  a: Node | null,
  b: Node | null,
  c: Node | null,
): Node {
  workBegins();
  makeRoom();
  if (a !== null) a.flags |= Flag.consumed;
  if (b !== null) b.flags |= Flag.consumed;
  if (c !== null) c.flags |= Flag.consumed;
  const node = new Node(code, dtype, shape, size, a, b, c);
  track(node);
  return node;
}

function moved(
  kind: number,
  a: Node,
  shape: readonly number[],
  attributes: readonly number[] | null,
  size = product(shape),
): Node {
  const node = made(kind | (a.code & dtypeMask), a.dtype, shape, size, a, null, null);
  node.attributes = attributes;
  return node;
}

/** A value that is there already, dense and row-major. */
export function leaf(storage: Storage, dtype: DTypeName, shape: readonly number[]): Node {
  const node = new Node(
    Kind.leaf | (dtypeNumbers[dtype] << dtypeShift),
    dtype,
    shape,
    product(shape),
    null,
    null,
    null,
  );
  node.storage = storage;
  pinned(storage.byteLength);
  return node;
}

/** A 0-d constant. Its value is handed over at each run, so a plan serves all values. */
export function scalar(value: number, dtype: DTypeName): Node {
  const node = new Node(
    Kind.scalar | (dtypeNumbers[dtype] << dtypeShift),
    dtype,
    noDims,
    1,
    null,
    null,
    null,
  );
  node.value = value;
  return node;
}

/**
 * The operand of an operation in the dtype that it is computed in, where engines only store its own. A number is not rounded to the narrow
 * dtype first, as in PyTorch.
 */
function computing(a: Node): Node {
  if ((a.code & dtypeMask) < storedBits) return a;
  const dtype = computingDType(a.dtype);
  return kindOf(a) === Kind.scalar && a.storage === null ? scalar(a.value!, dtype) : cast(a, dtype);
}

export function unary(op: UnaryOp, a: Node): Node {
  if ((a.code & dtypeMask) >= storedBits) {
    const y = unary(op, computing(a));
    return isPredicate[unaryNumbers[op]]! ? y : cast(y, a.dtype);
  }
  const number = unaryNumbers[op];
  const predicate = isPredicate[number]!;
  const code = Kind.unary | (number << opShift) | (predicate ? boolBits : a.code & dtypeMask);
  return made(code, predicate ? "bool" : a.dtype, a.shape, a.size, a, null, null);
}

export function binary(op: BinaryOp, a: Node, b: Node): Node {
  const number = binaryNumber(op);
  const comparison = isComparison[number]!;
  if ((a.code & dtypeMask) >= storedBits) {
    // What is compared with elements is one itself.
    if (comparison) return binary(op, cast(a, computingDType(a.dtype)), cast(b, computingDType(a.dtype)));
    return cast(binary(op, computing(a), computing(b)), a.dtype);
  }
  const code = Kind.binary | (number << opShift) | (comparison ? boolBits : a.code & dtypeMask);
  const shape = broadcast(a.shape, b.shape);
  return made(code, comparison ? "bool" : a.dtype, shape, broadcastSize(shape, a, b), a, b, null);
}

/** `condition ? a : b`, all three broadcast. */
export function select(condition: Node, a: Node, b: Node): Node {
  const branches = broadcast(a.shape, b.shape);
  const shape = broadcast(condition.shape, branches);
  const size = shape === condition.shape ? condition.size : product(shape);
  return made(Kind.select | (a.code & dtypeMask), a.dtype, shape, size, condition, a, b);
}

export function cast(a: Node, dtype: DTypeName): Node {
  if (a.dtype === dtype) return a;
  return made(Kind.cast | (dtypeNumbers[dtype] << dtypeShift), dtype, a.shape, a.size, a, null, null);
}

/** The same value in a storage of its own: what `clone` needs when the operand is a variable that a step will overwrite. */
export function copy(a: Node): Node {
  return made(Kind.copy | (a.code & dtypeMask), a.dtype, a.shape, a.size, a, null, null);
}

/**
 * Folds `dims` (normalized and sorted). `argmax` and `argmin` give the int32 position in the flattened reduced dims. Where engines only store
 * the dtype, the whole fold is computed in another and rounded once.
 */
export function reduce(op: ReduceOp, a: Node, dims: readonly number[], keepdim: boolean): Node {
  if ((a.code & dtypeMask) >= storedBits) {
    const y = reduce(op, computing(a), dims, keepdim);
    return fixedResults[reduceNumbers[op]] === null ? cast(y, a.dtype) : y;
  }
  const from = a.shape;
  const rank = from.length;
  const shape = new Array<number>(keepdim ? rank : rank - dims.length);
  let next = 0;
  let kept = 0;
  for (let i = 0; i < rank; i++) {
    if (next < dims.length && dims[next] === i) {
      next++;
      if (keepdim) shape[kept++] = 1;
    } else {
      shape[kept++] = from[i]!;
    }
  }
  const number = op === "sum" ? numberOfSum : reduceNumbers[op];
  const fixed = fixedResults[number]!;
  const dtype = fixed ?? a.dtype;
  const bits = fixed === null ? a.code & dtypeMask : dtypeNumbers[fixed] << dtypeShift;
  const code = Kind.reduce | (number << opShift) | bits | (keepdim ? keepdimBit : 0);
  const node = made(code, dtype, shape, product(shape), a, null, null);
  node.attributes = dims;
  return node;
}

/** [..., m, k] times [..., k, n]; batch dims broadcast. Where engines only store the dtype, sums are computed in another and rounded once. */
export function matmul(a: Node, b: Node): Node {
  if ((a.code & dtypeMask) >= storedBits) return cast(matmul(computing(a), computing(b)), a.dtype);
  const rankA = a.shape.length;
  const rankB = b.shape.length;
  const m = a.shape[rankA - 2]!;
  const n = b.shape[rankB - 1]!;
  const shape =
    rankA === 2 && rankB === 2 ? [m, n] : [...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n];
  return made(Kind.matmul | (a.code & dtypeMask), a.dtype, shape, product(shape), a, b, null);
}

export function reshape(a: Node, shape: readonly number[]): Node {
  if (sameNumbers(a.shape, shape)) return a;
  return moved(Kind.reshape, a, shape, shape, a.size);
}

/** Dimension i of the result is dimension `order[i]` of the operand. */
export function permute(a: Node, order: readonly number[]): Node {
  const shape = new Array<number>(order.length);
  let moves = false;
  for (let i = 0; i < order.length; i++) {
    const from = order[i]!;
    shape[i] = a.shape[from]!;
    if (from !== i) moves = true;
  }
  return moves ? moved(Kind.permute, a, shape, order, a.size) : a;
}

/** Repeats dimensions of size 1, and adds leading ones. */
export function expand(a: Node, shape: readonly number[]): Node {
  if (sameNumbers(a.shape, shape)) return a;
  return moved(Kind.expand, a, shape, shape);
}

/** Elements start, start + step, … (`sizes[i]` of them) along each dimension; steps may be negative. */
export function slice(
  a: Node,
  starts: readonly number[],
  sizes: readonly number[],
  steps: readonly number[],
): Node {
  if (sameNumbers(a.shape, sizes) && steps.every((step) => step === 1)) return a;
  return moved(Kind.slice, a, sizes, [...starts, ...sizes, ...steps]);
}

export function flip(a: Node, dims: readonly number[]): Node {
  if (dims.length === 0) return a;
  return moved(Kind.flip, a, a.shape, dims, a.size);
}

/** Puts `before[i]` and `after[i]` elements of a constant around dimension i. */
export function pad(a: Node, before: readonly number[], after: readonly number[], value: number): Node {
  const shape = a.shape.map((size, i) => before[i]! + size + after[i]!);
  if (sameNumbers(a.shape, shape)) return a;
  const fill = scalar(value, a.dtype);
  const attributes = [...before, ...after];
  // Structure, unlike the value of a scalar: the planner adds zero-padded parts by putting them next to each other.
  const code = Kind.pad | (Number(value === 0) << opShift) | (a.code & dtypeMask);
  const node = made(code, a.dtype, shape, product(shape), a, fill, null);
  node.attributes = attributes;
  return node;
}

/** So many parts are put together by one kernel each in one plan; more are put together in several rounds. */
const mostParts = 256;

export function concat(list: readonly Node[], dim: number): Node {
  const first = list[0]!;
  if (list.length === 1) return first;
  if (list.length > mostParts) {
    const joined: Node[] = [];
    for (let i = 0; i < list.length; i += mostParts) joined.push(concat(list.slice(i, i + mostParts), dim));
    return concat(joined, dim);
  }
  const shape = first.shape.slice();
  shape[dim] = list.reduce((sum, node) => sum + node.shape[dim]!, 0);
  const parts = list.slice();
  const code = Kind.concat | (first.code & dtypeMask);
  const node = made(code, first.dtype, shape, product(shape), null, null, null);
  node.list = parts;
  node.attributes = [parts.length, dim];
  for (const part of parts) part.flags |= Flag.consumed;
  return node;
}

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
 * A kernel of primitives/kernels.ts: its result, or where it has several the node that `pick` takes them from. Where engines only store the
 * dtype of the first operand, it is computed in another, in which the picked results are too.
 * @param attributes in the order of the kernel's row
 * @param scalars likewise; they are no part of the structure, so one plan serves all values
 */
export function call(
  primitive: KernelOp,
  operands: readonly Node[],
  attributes: readonly number[],
  scalars = noDims,
): Node {
  const row = kernels[primitive];
  const isTuple = row.results.length > 1;
  const first = operands[0]!;
  if ((first.code & dtypeMask) >= storedBits && row.moves !== true) {
    const y = call(primitive, operands.map(computing), attributes, scalars);
    return isTuple ? y : cast(y, first.dtype);
  }
  const { dtype, shape } = isTuple ? first : row.infer(operands, attributes)[0]!;
  const size = shape === first.shape ? first.size : product(shape);
  const list = operands.slice();
  for (const value of scalars) list.push(scalar(value, "float64"));
  const kind = isTuple ? Kind.tuple : Kind.call;
  const code = kind | (kernelOpNumbers[primitive] << opShift) | (dtypeNumbers[dtype] << dtypeShift);
  const node = made(code, dtype, shape, size, null, null, null);
  node.list = list;
  node.attributes = attributes;
  for (const operand of list) operand.flags |= Flag.consumed;
  return node;
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

/** The row-major number of each element. */
export function iota(shape: readonly number[], dtype: DTypeName): Node {
  const code = Kind.iota | (dtypeNumbers[dtype] << dtypeShift);
  const node = made(code, dtype, shape, product(shape), null, null, null);
  node.attributes = shape;
  return node;
}

/** Numbers of a counter-based stream: key `seed`, counter `position` plus the element's number (see program.ts). */
export function random(
  distribution: "uniform" | "normal",
  shape: readonly number[],
  dtype: DTypeName,
  seed: number,
  position: number,
): Node {
  const op = distributions.indexOf(distribution);
  const code = Kind.random | (op << opShift) | (dtypeNumbers[dtype] << dtypeShift);
  const node = made(code, dtype, shape, product(shape), null, null, null);
  node.value = seed;
  node.attributes = [position];
  return node;
}
