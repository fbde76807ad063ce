/** Making nodes: the ones without operands, and what all others have in common. */
import type { Storage } from "../../engine/engine.js";
import { workBegins } from "../../interrupts.js";
import type { DTypeName } from "../../primitives/dtypes.js";
import { dtypeNumbers } from "../../primitives/table.js";
import { distributions, dtypeShift, Flag, Kind, Node, opShift } from "./node.js";
import { makeRoom, pinned, track } from "./pending.js";
import { recorder } from "./provenance.js";
import { product } from "./shapes.js";

const noDims: readonly number[] = [];

/**
 * A pending node: its operands are consumed now. Whoever calls this sets the node's attributes at once, without a call or a loop in
 * between: an interrupt there would leave a half-made node among the pending ones.
 */
export function made(
  code: number,
  dtype: DTypeName,
  shape: readonly number[],
  size: number,
  a: Node | null,
  b: Node | null,
  c: Node | null,
): Node {
  if (!(size <= Number.MAX_SAFE_INTEGER))
    throw new RangeError(
      `a tensor of shape [${shape.join(", ")}] would have more elements than can be counted`,
    );
  workBegins();
  makeRoom();
  if (a !== null) a.flags |= Flag.consumed;
  if (b !== null) b.flags |= Flag.consumed;
  if (c !== null) c.flags |= Flag.consumed;
  const node = new Node(code, dtype, shape, size, a, b, c);
  if (recorder !== null) recorder.note(node);
  track(node);
  return node;
}

/** A value that is there already, dense and row-major. */
export function leaf(storage: Storage, dtype: DTypeName, shape: readonly number[]): Node {
  const code = Kind.leaf | (dtypeNumbers[dtype] << dtypeShift);
  const node = new Node(code, dtype, shape, product(shape), null, null, null);
  node.storage = storage;
  pinned(storage.byteLength);
  return node;
}

/** What should be a number is none; these errors do not say yet which operation it was given to. */
const unnamed = new WeakSet<TypeError>();

/** The error, which begins with the name of the operation whose argument it is about. */
export function inOperation(name: string, error: unknown): unknown {
  if (!(error instanceof TypeError) || !unnamed.delete(error)) return error;
  const { message, stack } = error;
  error.message = `${name}: ${message}`;
  if (stack !== undefined) error.stack = stack.replace(message, error.message);
  return error;
}

/** A 0-d constant. Its value is handed over at each run, so a plan serves all values. */
export function scalar(value: number, dtype: DTypeName): Node {
  // What computes would find out only later, at a line that has no part in it.
  if (typeof value !== "number" && typeof value !== "boolean") {
    const error = new TypeError(`expected a number, got ${described(value)}`);
    unnamed.add(error);
    throw error;
  }
  const code = Kind.scalar | (dtypeNumbers[dtype] << dtypeShift);
  const node = new Node(code, dtype, noDims, 1, null, null, null);
  node.value = value;
  return node;
}

function described(value: unknown): string {
  if (typeof value !== "object" || value === null)
    return typeof value === "string" ? `"${value}"` : String(value);
  return Array.isArray(value) ? "a list" : `a ${value.constructor?.name ?? "object"}`;
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

export function cast(a: Node, dtype: DTypeName): Node {
  if (a.dtype === dtype) return a;
  return made(Kind.cast | (dtypeNumbers[dtype] << dtypeShift), dtype, a.shape, a.size, a, null, null);
}
