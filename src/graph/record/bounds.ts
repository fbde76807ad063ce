/**
 * Bounds of a node's values, where they can be known without computing it: from values that are there already, and from operations that keep
 * or set bounds (a slice of labels, a sigmoid, an argmax). So a check of values mostly costs nothing.
 */
import type { Storage } from "../../engine/engine.js";
import { distributions, Flag, Kind, kindOf, type Node, opOf } from "./node.js";
import { type DTypeName, dtypeBytes, dtypes, wholeRange } from "../../primitives/dtypes.js";
import { elementsOf, roundedTo } from "../../primitives/elements.js";
import { binaryOps, kernelOps, reduceOps, unaryOps } from "../../primitives/table.js";

/** A closed interval; where there are no values low is above high. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
  /** Whether some may be NaN. */
  readonly nan: boolean;
}

const none: Bounds = { low: Infinity, high: -Infinity, nan: false };
const logical: Bounds = { low: 0, high: 1, nan: false };

/** How many nodes are searched at most for what bounds a value. */
const mostVisited = 24;
let visited = 0;

/**
 * Bounds of all values but `except`; null where they cannot be known without computing. They hold, but need not be the closest: of a
 * slice they are those of the whole.
 */
export function boundsOf(node: Node, except?: number): Bounds | null {
  visited = 0;
  return bounds(node, except);
}

function bounds(node: Node, except?: number): Bounds | null {
  if (node.dtype === "bool") return logical;
  if (node.storage !== null) return scanned(node, node.storage, except);
  if (++visited > mostVisited) return null;
  switch (kindOf(node)) {
    case Kind.leaf:
      // One entry of a batch.
      return node.a === null ? null : bounds(node.a, except);
    case Kind.scalar:
      return node.value === except ? none : at(node.value!, node.value!);
    case Kind.copy:
    case Kind.reshape:
    case Kind.permute:
    case Kind.expand:
    case Kind.slice:
    case Kind.flip:
      return bounds(node.a!, except);
    case Kind.call:
      return called(node, except);
    case Kind.pad:
      return hull(bounds(node.a!, except), bounds(node.b!, except));
    case Kind.concat:
      return node.list!.reduce<Bounds | null>((sum, part) => hull(sum, bounds(part, except)), none);
    case Kind.select:
      return hull(bounds(node.b!, except), bounds(node.c!, except));
    case Kind.cast:
      return cast(bounds(node.a!), node.dtype);
    case Kind.iota:
      return at(0, node.size - 1);
    case Kind.random:
      return distributions[opOf(node)] === "uniform" ? logical : null;
    case Kind.pick:
      return picked(node);
    case Kind.unary:
      return unaryOps[opOf(node)] === "sigmoid" ? { ...logical, nan: true } : null;
    case Kind.binary:
      return combined(node);
    case Kind.reduce:
      return folded(node);
    default:
      return null;
  }
}

/** The result of a kernel that has one. */
function called(node: Node, except: number | undefined): Bounds | null {
  switch (kernelOps[opOf(node)]) {
    case "gather":
    case "take":
      return bounds(node.list![0]!, except);
    default:
      return null;
  }
}

/** A result of a tuple. */
function picked(node: Node): Bounds | null {
  if (node.a!.subgraph !== null) return null;
  const [operand] = node.a!.list as readonly [Node];
  const [dim] = node.a!.attributes as readonly [number];
  switch (kernelOps[opOf(node.a!)]) {
    case "sort":
    case "cummax":
    case "cummin": {
      const isPosition = node.attributes![0] === 1;
      return isPosition ? at(0, Math.max(0, (operand.shape[dim] ?? 1) - 1)) : bounds(operand);
    }
    default:
      return null;
  }
}

interface Scan extends Bounds {
  /** A value that was left out. */
  readonly except: number | undefined;
}

/** Each leaf is read once, however many steps use it. */
const scans = new WeakMap<Node, Scan>();

function scanned(node: Node, storage: Storage, except: number | undefined): Bounds | null {
  // A step gives the storage of a variable other values.
  if ((node.flags & Flag.variable) !== 0) return null;
  const known = scans.get(node);
  if (known !== undefined && known.except === except) return known;
  const bytes = storage.engine.readSync?.(storage);
  if (bytes === undefined) return null;
  // A window has fewer elements than its shape says, and what a slice of it does not reach is within the bounds of the whole.
  const length = Math.min(node.size, storage.byteLength / dtypeBytes[node.dtype]);
  const values = elementsOf(node.dtype, bytes.buffer, bytes.byteOffset, length);
  let { low, high, nan } = none;
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]!);
    if (value === except) continue;
    if (value < low) low = value;
    if (value > high) high = value;
    if (value !== value) nan = true;
  }
  const scan = { low, high, nan, except };
  scans.set(node, scan);
  return scan;
}

function at(low: number, high: number): Bounds {
  return { low, high, nan: low !== low };
}

function hull(a: Bounds | null, b: Bounds | null): Bounds | null {
  if (a === null || b === null) return null;
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high), nan: a.nan || b.nan };
}

/** Integers wrap around beyond their range: nothing is known then. */
function whole(low: number, high: number, dtype: DTypeName): Bounds | null {
  const [least, greatest] = wholeRange(dtype);
  return low >= least && high <= greatest ? at(low, high) : null;
}

function cast(from: Bounds | null, dtype: DTypeName): Bounds | null {
  if (from === null) return from;
  if (dtypes[dtype].kind === "float")
    return { ...from, low: roundedTo(dtype, from.low), high: roundedTo(dtype, from.high) };
  // A cast turns NaN into a number that may lie outside the bounds.
  return from.nan ? null : whole(Math.trunc(from.low), Math.trunc(from.high), dtype);
}

function combined(node: Node): Bounds | null {
  const op = binaryOps[opOf(node)];
  const isWhole = dtypes[node.dtype].kind === "int";
  switch (op) {
    case "max":
    case "min": {
      const a = bounds(node.a!) ?? unknown;
      const b = bounds(node.b!) ?? unknown;
      return { low: Math[op](a.low, b.low), high: Math[op](a.high, b.high), nan: a.nan || b.nan };
    }
    case "mod": {
      // The result has the sign of the divisor, and whole numbers stay below it.
      const divisor = bounds(node.b!);
      return isWhole && divisor !== null && divisor.low > 0 ? at(0, divisor.high - 1) : null;
    }
    case "add":
    case "sub": {
      // Sums of floats are rounded, so they may lie a little outside.
      const a = isWhole ? bounds(node.a!) : null;
      const b = isWhole ? bounds(node.b!) : null;
      if (a === null || b === null) return null;
      return op === "add"
        ? whole(a.low + b.low, a.high + b.high, node.dtype)
        : whole(a.low - b.high, a.high - b.low, node.dtype);
    }
    default:
      return null;
  }
}

const unknown: Bounds = { low: -Infinity, high: Infinity, nan: true };

function folded(node: Node): Bounds | null {
  const a = node.a!;
  switch (reduceOps[opOf(node)]) {
    case "max":
    case "min":
      return bounds(a);
    case "argmax":
    case "argmin":
      return at(0, Math.max(0, node.attributes!.reduce((count, dim) => count * a.shape[dim]!, 1) - 1));
    default:
      return null;
  }
}
