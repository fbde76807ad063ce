/** Nodes that compute elements: one by one, folded, or as products of matrices. */
import { dtypeMask, dtypeShift, keepdimBit, Kind, type Node, opShift, roundingMask } from "./node.js";
import { cast, made } from "./make.js";
import { computing, isNarrow, narrowMask, roundingOf } from "./rounding.js";
import { broadcast, product } from "./shapes.js";
import { computingDType, type DTypeName } from "../../primitives/dtypes.js";
import {
  binary as binaryRows,
  type BinaryOp,
  unary as unaryRows,
  type UnaryOp,
} from "../../primitives/elementwise.js";
import { reductions, type ReduceOp } from "../../primitives/reductions.js";
import {
  binaryNumbers,
  binaryOps,
  dtypeNumbers,
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

/*
 * The last parameter of these functions is for themselves: what the result will be rounded to. Operands that have to do with a narrow dtype
 * are brought to the wide one, and the function is called again with it. This way, instead of one more function around each, V8 inlines them
 * whole where graphs are recorded.
 */

export function unary(op: UnaryOp, a: Node, rounding = 0): Node {
  if (rounding === 0 && isNarrow(a)) return unary(op, computing(a), roundingOf(a));
  const number = unaryNumbers[op];
  const predicate = isPredicate[number]!;
  const code = Kind.unary | (number << opShift) | (predicate ? boolBits : (a.code & dtypeMask) | rounding);
  return made(code, predicate ? "bool" : a.dtype, a.shape, a.size, a, null, null);
}

export function binary(op: BinaryOp, a: Node, b: Node, rounding = 0): Node {
  if (rounding === 0 && (isNarrow(a) || isNarrow(b))) return binaryOfNarrow(op, a, b);
  const number = binaryNumber(op);
  const comparison = isComparison[number]!;
  const code = Kind.binary | (number << opShift) | (comparison ? boolBits : (a.code & dtypeMask) | rounding);
  const shape = broadcast(a.shape, b.shape);
  return made(code, comparison ? "bool" : a.dtype, shape, broadcastSize(shape, a, b), a, b, null);
}

function binaryOfNarrow(op: BinaryOp, a: Node, b: Node): Node {
  const rounding = roundingOf(a) || roundingOf(b);
  if (!isComparison[binaryNumber(op)]!) return binary(op, computing(a), computing(b), rounding);
  // What is compared with elements is one itself, so there a number is rounded first.
  return binary(op, cast(a, computingDType(a.dtype)), cast(b, computingDType(b.dtype)), rounding);
}

/** `condition ? left : right`, all three broadcast. Narrow elements are chosen as they are. */
export function select(condition: Node, left: Node, right: Node): Node {
  const isMixed = left.dtype !== right.dtype;
  const a = isMixed ? computing(left) : left;
  const b = isMixed ? computing(right) : right;
  const branches = broadcast(a.shape, b.shape);
  const shape = broadcast(condition.shape, branches);
  const size = shape === condition.shape ? condition.size : product(shape);
  const node = made(Kind.select | (a.code & dtypeMask), a.dtype, shape, size, condition, a, b);
  node.code |= isMixed ? roundingOf(left) || roundingOf(right) : (a.code | b.code) & roundingMask;
  return node;
}

/** The same value in a storage of its own: what `clone` needs when the operand is a variable that a step will overwrite. */
export function copy(a: Node): Node {
  return made(Kind.copy | (a.code & narrowMask), a.dtype, a.shape, a.size, a, null, null);
}

/** Folds `dims` (normalized and sorted). `argmax` and `argmin` give the int32 position in the flattened reduced dims. */
export function reduce(op: ReduceOp, a: Node, dims: readonly number[], keepdim: boolean, rounding = 0): Node {
  if (rounding === 0 && isNarrow(a)) return reduce(op, computing(a), dims, keepdim, roundingOf(a));
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
  const bits = fixed === null ? (a.code & dtypeMask) | rounding : dtypeNumbers[fixed] << dtypeShift;
  const code = Kind.reduce | (number << opShift) | bits | (keepdim ? keepdimBit : 0);
  const node = made(code, dtype, shape, product(shape), a, null, null);
  node.attributes = dims;
  return node;
}

/** [..., m, k] times [..., k, n]; batch dims broadcast. */
export function matmul(a: Node, b: Node, rounding = 0): Node {
  if (rounding === 0 && (isNarrow(a) || isNarrow(b)))
    return matmul(computing(a), computing(b), roundingOf(a) || roundingOf(b));
  const rankA = a.shape.length;
  const rankB = b.shape.length;
  const m = a.shape[rankA - 2]!;
  const n = b.shape[rankB - 1]!;
  const shape =
    rankA === 2 && rankB === 2 ? [m, n] : [...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n];
  const code = Kind.matmul | (a.code & dtypeMask) | rounding;
  return made(code, a.dtype, shape, product(shape), a, b, null);
}
