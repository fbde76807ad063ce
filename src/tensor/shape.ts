/**
 * Shapes at run time: checks that throw at the user's line, with both shapes in the message.
 */
import type { Shape } from "./shape-types.js";

/** `[64, 2]`, for messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i]!;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** @throws Error when the shapes do not broadcast. */
export function checkBroadcast(name: string, a: Shape, b: Shape): void {
  if (a === b) return;
  for (let i = a.length - 1, j = b.length - 1; i >= 0 && j >= 0; i--, j--) {
    const m = a[i]!;
    const n = b[j]!;
    if (m !== n && m !== 1 && n !== 1) {
      throw new Error(
        `${name}: ${formatShape(a)} and ${formatShape(b)}: sizes ${m} and ${n} differ and neither is 1`,
      );
    }
  }
}

/** @throws RangeError for a fraction, or what is no number at all */
export function checkWhole(name: string, what: string, value: number): void {
  if (!Number.isInteger(value))
    throw new RangeError(`${name}: expected a whole ${what}, got ${String(value)}`);
}

/** A dim counted from the front. @throws RangeError when there is no such dim. */
export function normalizeDim(name: string, dim: number, rank: number): number {
  // PyTorch lets a 0-dimensional tensor have the dims 0 and -1.
  const limit = rank === 0 ? 1 : rank;
  if (!Number.isInteger(dim) || dim < -limit || dim >= limit) {
    throw new RangeError(
      `${name}: dim ${dim} is out of range: a tensor of ${rank} dimension(s) has dims ${-limit} to ${limit - 1}`,
    );
  }
  return dim < 0 ? dim + limit : dim;
}

const ALL_DIMS: (readonly number[])[] = [];

/** `[0, 1, ..., rank - 1]`, always the same array. */
export function allDims(rank: number): readonly number[] {
  return (ALL_DIMS[rank] ??= Array.from({ length: rank }, (_, i) => i));
}

const ONE_DIM: (readonly number[])[] = [];

/** `[dim]`, always the same array. */
function oneDim(dim: number): readonly number[] {
  return (ONE_DIM[dim] ??= [dim]);
}

/** Dims of a reduction: sorted, counted from the front, without doubles; undefined means all. */
export function normalizeDims(
  name: string,
  dim: number | readonly number[] | null | undefined,
  rank: number,
): readonly number[] {
  if (dim === undefined || dim === null) return allDims(rank);
  if (typeof dim === "number") {
    const d = normalizeDim(name, dim, rank);
    return rank === 0 ? allDims(0) : oneDim(d);
  }
  checkList(name, "dims", dim);
  if (dim.length === 0 || rank === 0) return allDims(rank);
  const dims = dim.map((d) => normalizeDim(name, d, rank)).sort((x, y) => x - y);
  for (let i = 1; i < dims.length; i++) {
    if (dims[i] === dims[i - 1])
      throw new RangeError(`${name}: dim ${dims[i]} appears twice in [${dim.join(", ")}]`);
  }
  return dims;
}

/** The shape with the given dims as 1. */
export function keptShape(shape: Shape, dims: readonly number[]): Shape {
  const out = shape.slice();
  for (const d of dims) out[d] = 1;
  return out;
}

/** @throws Error when the list is not a shape: whole numbers, not negative. */
export function checkShape(name: string, shape: Shape): void {
  checkList(name, "sizes", shape);
  for (let i = 0; i < shape.length; i++) {
    const n = shape[i]!;
    if (!Number.isInteger(n) || n < 0) {
      throw new RangeError(
        `${name}: ${formatShape(shape)} is not a shape: size ${i} is ${n}, expected a whole number ≥ 0`,
      );
    }
  }
}

/**
 * Fills in the -1 of a new shape and checks that the number of elements stays.
 * @throws Error naming both shapes.
 */
export function resolveReshape(name: string, from: Shape, to: Shape): Shape {
  const size = sizeOf(from);
  let unknown = -1;
  let known = 1;
  for (let i = 0; i < to.length; i++) {
    const n = to[i]!;
    if (n === -1) {
      if (unknown >= 0) throw new Error(`${name}: ${formatShape(to)} has more than one -1`);
      unknown = i;
    } else if (!Number.isInteger(n) || n < 0) {
      throw new RangeError(`${name}: ${formatShape(to)} is not a shape: size ${i} is ${n}`);
    } else known *= n;
  }
  if (unknown < 0) {
    if (known !== size) {
      throw new Error(
        `${name}: ${formatShape(from)} has ${size} elements, ${formatShape(to)} would have ${known}`,
      );
    }
    return to;
  }
  if (known === 0 || size % known !== 0) {
    throw new Error(
      `${name}: ${formatShape(from)} has ${size} elements, which ${formatShape(to)} cannot hold evenly`,
    );
  }
  const out = to.slice();
  out[unknown] = size / known;
  return out;
}

/** @throws TypeError for what is not a list */
export function checkList(name: string, what: string, list: unknown): asserts list is readonly unknown[] {
  if (!Array.isArray(list))
    throw new TypeError(
      `${name}: expected a list of ${what}, got ${list === null || typeof list !== "object" ? String(list) : `a ${list.constructor.name}`}`,
    );
}

/** Sizes given as one array or one by one: `reshape([2, -1])` and `reshape(2, -1)`. */
export function listOfSizes(name: string, sizes: readonly unknown[]): Shape {
  const list = sizes.length === 1 && Array.isArray(sizes[0]) ? (sizes[0] as unknown[]) : sizes;
  for (const n of list) {
    if (typeof n !== "number")
      throw new TypeError(`${name}: expected sizes as numbers, got ${String(n)} (${typeof n})`);
  }
  // The caller may go on and change its array.
  return list.slice() as unknown as Shape;
}
