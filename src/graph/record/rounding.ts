/**
 * Rounding once. Some dtypes are only stored (see primitives/dtypes.ts), and what is computed of their elements stays in the dtype that it
 * is computed in until it becomes a tensor's value. So an operation that is made of several nodes rounds once at its end, as PyTorch's
 * kernels do, which call the wider dtype `opmath_type`. A node on the way says in its code which dtype it will be rounded to.
 */
import { onInterrupt } from "../../interrupts.js";
import { computingDType, type DTypeName, dtypeNames, isComputed } from "../../primitives/dtypes.js";
import { dtypeNumbers } from "../../primitives/table.js";
import { cast, scalar } from "./make.js";
import { dtypeMask, dtypeShift, Kind, kindOf, type Node, roundingMask, roundingShift } from "./node.js";

/** Dtypes that are only stored come last: their bits in a node's code are these and greater ones. */
const storedBits = dtypeNumbers[dtypeNames.find((dtype) => !isComputed(dtype))!] << dtypeShift;

/** For the code of what is computed of `a`: the dtype that it will be rounded to, 0 where nothing is. */
export function roundingOf(a: Node): number {
  const bits = a.code & dtypeMask;
  if (bits < storedBits) return a.code & roundingMask;
  return (((bits - storedBits) >> dtypeShift) + 1) << roundingShift;
}

/** Of a node's code the dtype and what it will be rounded to, which what only moves its elements keeps. */
export const narrowMask = dtypeMask | roundingMask;

/** Whether `a` is of a dtype that is only stored, or on the way to one. */
export function isNarrow(a: Node): boolean {
  return a.code >= storedBits;
}

/**
 * The operand of an operation in the dtype that it is computed in. A number is not rounded to the narrow dtype first, as in PyTorch.
 */
export function computing(a: Node): Node {
  if ((a.code & dtypeMask) < storedBits) return a;
  const dtype = computingDType(a.dtype);
  return kindOf(a) === Kind.scalar && a.storage === null ? scalar(a.value!, dtype) : cast(a, dtype);
}

/** The dtype that a node on the way will be rounded to, its own otherwise. */
export function roundedDType(a: Node): DTypeName {
  const bits = a.code & roundingMask;
  return bits === 0 ? a.dtype : dtypeNames[(storedBits >> dtypeShift) + (bits >> roundingShift) - 1]!;
}

/** How many calls of `unroundedly` are under way, one within another. */
let unrounded = 0;

onInterrupt(() => {
  unrounded = 0;
});

/** The node as a tensor's value: rounded to its dtype, except within `unroundedly`. */
export function settled(a: Node): Node {
  return (a.code & roundingMask) === 0 || unrounded > 0 ? a : cast(a, roundedDType(a));
}

/** Runs `compute`, within which tensors too keep values that are still to be rounded: all of it rounds where its result is used. */
export function unroundedly<T>(compute: () => T): T {
  unrounded++;
  try {
    return compute();
  } finally {
    unrounded = Math.max(0, unrounded - 1);
  }
}
