/**
 * Repeating, rolling, padding, diagonals and windows: composed of the operations in movement.ts.
 */
import { geometryOf } from "../tensor/alias.js";
import type { Tensor } from "../tensor/core.js";
import { diagonalOf, permuted, squeezed, unfolded, unsqueezed } from "../tensor/geometry.js";
import { operation, variadic } from "../tensor/operation.js";
import { allDims, checkWhole, formatShape, listOfSizes, normalizeDim } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { clone } from "./copy.js";
import { concat } from "./join.js";
import { expand, flatten, narrow, padOf, permute, reshape, select, sliceOf } from "./movement.js";
import { viewed } from "./region.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The tensor repeated `times[i]` times along each dim; leading dims may be added. */
    repeat(times: Shape): Tensor;
    repeat(...times: Shape): Tensor;
    /** As `repeat`, but fewer counts than dims count from the end. */
    tile(times: Shape): Tensor;
  }
}

function repeated(name: string, x: Tensor, times: Shape): Tensor {
  const rank = times.length;
  const lead = rank - x._node.shape.length;
  if (lead < 0) {
    throw new Error(
      `${name}: expected at least ${x.ndim} counts for shape ${formatShape(x.shape)}, got [${times.join(", ")}]`,
    );
  }
  if (times.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new RangeError(`${name}: expected whole counts ≥ 0, got [${times.join(", ")}]`);
  }
  const shape = [...new Array<number>(lead).fill(1), ...x._node.shape];
  const apart = reshape(
    x,
    shape.flatMap((n) => [1, n]),
  );
  const wide = expand(
    apart,
    shape.flatMap((n, i) => [times[i]!, n]),
  );
  return reshape(
    wide,
    shape.map((n, i) => n * times[i]!),
  );
}

variadic("repeat", (x, times) => repeated("repeat", x, listOfSizes("repeat", times)));

export const tile = operation("tile", (x, times) => {
  const lead = Math.max(0, x.ndim - times.length);
  return repeated("tile", x, [...new Array<number>(lead).fill(1), ...times]);
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Each entry along `dim` repeated `times` times in place (`torch.repeat_interleave`). */
    repeatInterleave(times: number, dim?: number): Tensor;
  }
}

export const repeatInterleave = operation("repeatInterleave", (x, times, dim): Tensor => {
  if (dim === undefined) return repeatInterleave(flatten(x, 0, -1), times, 0);
  if (!Number.isInteger(times) || times < 0)
    throw new RangeError(`repeatInterleave: expected a whole count ≥ 0, got ${times}`);
  const shape = x._node.shape;
  const d = normalizeDim("repeatInterleave", dim, shape.length);
  const front = shape.slice(0, d + 1);
  const back = shape.slice(d + 1);
  const wide = expand(reshape(x, [...front, 1, ...back]), [...front, times, ...back]);
  return reshape(wide, [...shape.slice(0, d), shape[d]! * times, ...back]);
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Elements shifted along dims, those that leave coming in again at the other end. */
    roll(shifts: number | readonly number[], dims?: number | readonly number[]): Tensor<S>;
  }
}

function rolled(x: Tensor, shifts: number | readonly number[], dims?: number | readonly number[]): Tensor {
  const shape = x._node.shape;
  if (dims === undefined) {
    if (typeof shifts !== "number") throw new TypeError("roll: several shifts need as many dims");
    return reshape(rolled(flatten(x, 0, -1), shifts, 0), shape);
  }
  const shiftList = typeof shifts === "number" ? [shifts] : shifts;
  const dimList = typeof dims === "number" ? [dims] : dims;
  if (shiftList.length !== dimList.length) {
    throw new Error(`roll: ${shiftList.length} shift(s) for ${dimList.length} dim(s); give one for each`);
  }
  let y = x;
  dimList.forEach((dim, i) => {
    if (shape.length === 0)
      throw new Error("roll: a tensor of no dimensions has no dim to roll along; leave out the dims");
    const d = normalizeDim("roll", dim, shape.length);
    const n = shape[d]!;
    const shift = n === 0 ? 0 : ((shiftList[i]! % n) + n) % n;
    if (shift !== 0) y = concat([narrow(y, d, n - shift, shift), narrow(y, d, 0, n - shift)], d);
  });
  return y === x ? clone(x) : y;
}

export const roll = operation("roll", (x, shifts, dims) => {
  for (const shift of [shifts].flat()) checkWhole("roll", "shift", shift);
  return rolled(x, shifts, dims);
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** A constant around: `[left, right]` of the last dim, then of the one before … (`torch.nn.functional.pad`); negative crops. */
    pad(padding: readonly number[], options?: { value?: number }): Tensor;
  }
}

/** PyTorch's order: the last dim first. Negative amounts crop. */
export const pad = operation("pad", (x, padding, { value = 0 } = {}) => {
  const shape = x._node.shape;
  if (padding.length % 2 !== 0 || padding.length > 2 * shape.length) {
    throw new Error(
      `pad: expected pairs for at most ${shape.length} dims, got [${padding.join(", ")}] for shape ${formatShape(shape)}`,
    );
  }
  const before = new Array<number>(shape.length).fill(0);
  const after = before.slice();
  for (let i = 0; i < padding.length / 2; i++) {
    before[shape.length - 1 - i] = padding[2 * i]!;
    after[shape.length - 1 - i] = padding[2 * i + 1]!;
  }
  let y = x;
  if (padding.some((n) => n < 0)) {
    const starts = before.map((n) => Math.max(0, -n));
    const sizes = shape.map((n, d) => n - starts[d]! - Math.max(0, -after[d]!));
    if (sizes.some((n) => n < 0)) {
      throw new RangeError(`pad: [${padding.join(", ")}] crops more than shape ${formatShape(shape)} has`);
    }
    y = sliceOf(x, starts, sizes, null);
  }
  const padded = padOf(
    y,
    before.map((n) => Math.max(0, n)),
    after.map((n) => Math.max(0, n)),
    value,
  );
  return padded === x ? clone(x) : padded;
});

export interface DiagonalOptions {
  /** How far above the main diagonal, below it where negative. Default 0. */
  offset?: number;
  /** The dim of rows. Default 0. */
  dim1?: number;
  /** The dim of columns. Default 1. */
  dim2?: number;
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The diagonal of dims `dim1` and `dim2`, 0 and 1 unless given, or the one `offset` above it, as a new last dim (`torch.diagonal`). */
    diagonal(offset?: number, dim1?: number, dim2?: number): Tensor;
    diagonal(options: DiagonalOptions): Tensor;
  }
}

export const diagonal = operation("diagonal", (x, given = 0, dim1 = 0, dim2 = 1) => {
  if (typeof given === "number") return diagonalView(x, given, dim1, dim2);
  return diagonalView(x, given.offset ?? 0, given.dim1 ?? 0, given.dim2 ?? 1);
});

/** The dims of a diagonal are brought to the end, and the diagonal of the last two dims taken. */
function diagonalView(x: Tensor, offset: number, dim1: number, dim2: number): Tensor {
  const rank = x._node.shape.length;
  if (rank < 2)
    throw new Error(`diagonal: expected at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  checkWhole("diagonal", "offset", offset);
  const row = normalizeDim("diagonal", dim1, rank);
  const column = normalizeDim("diagonal", dim2, rank);
  if (row === column) throw new RangeError(`diagonal: dim1 and dim2 are both ${row}; expected two dims`);
  const order = allDims(rank).filter((d) => d !== row && d !== column);
  order.push(row, column);
  const y = lastDiagonal(permute(x, order), offset);
  return viewed(x, y, diagonalOf(permuted(geometryOf(x), order), offset, y.size(-1)));
}

/** Reads the matrix as rows of n + 1, so that the diagonal stands in the first column. */
function lastDiagonal(x: Tensor, offset: number): Tensor {
  const shape = x._node.shape;
  const rank = shape.length;
  const m = shape[rank - 2]!;
  const n = shape[rank - 1]!;
  const length = Math.max(0, Math.min(offset >= 0 ? m : m + offset, offset >= 0 ? n - offset : n));
  const batch = shape.slice(0, -2);
  const starts = new Array<number>(rank).fill(0);
  if (offset >= 0) starts[rank - 1] = length === 0 ? 0 : offset;
  else starts[rank - 2] = length === 0 ? 0 : -offset;
  const square = sliceOf(x, starts, [...batch, length, length], null);
  if (length === 0) return reshape(square, [...batch, 0]);
  const rows = reshape(
    padOf(
      reshape(square, [...batch, length * length]),
      new Array<number>(rank - 1).fill(0),
      [...batch.map(() => 0), length],
      0,
    ),
    [...batch, length, length + 1],
  );
  return select(rows, -1, 0);
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** All windows of `size` entries along `dim`, `step` apart, as a new last dim. */
    unfold(dim: number, size: number, step: number): Tensor;
  }
}

export const unfold = operation("unfold", (x, dim, size, step) => {
  checkWhole("unfold", "size", size);
  checkWhole("unfold", "step", step);
  const d = normalizeDim("unfold", dim, x.ndim);
  const g = geometryOf(x);
  const y = windows(x, d, size, step);
  if (x.ndim > 0) return viewed(x, y, unfolded(g, d, size, step));
  return viewed(
    x,
    y,
    squeezed(unfolded(unsqueezed(g, 0), 0, size, step), (dim) => dim === 0),
  );
});

/** Windows overlap: window k is entry k of every slice with step `step`, so the slices are stacked. */
function windows(x: Tensor, dim: number, size: number, step: number): Tensor {
  if (x._node.shape.length === 0) return select(windows(reshape(x, [1]), dim, size, step), 0, 0);
  const shape = x._node.shape;
  const d = normalizeDim("unfold", dim, shape.length);
  const n = shape[d]!;
  if (!(size >= 0) || size > n)
    throw new RangeError(`unfold: size ${size} does not fit in dim ${d} of size ${n}`);
  if (!(step > 0)) throw new RangeError(`unfold: step must be positive, got ${step}`);
  const count = Math.floor((n - size) / step) + 1;
  const starts = new Array<number>(shape.length).fill(0);
  const steps = new Array<number>(shape.length).fill(1);
  steps[d] = step;
  const sizes = shape.slice();
  sizes[d] = count;
  if (size === 0)
    return reshape(
      sliceOf(
        x,
        starts,
        sizes.map(() => 0),
        null,
      ),
      [...sizes, 0],
    );
  const parts: Tensor[] = [];
  for (let k = 0; k < size; k++) {
    const at = starts.slice();
    at[d] = k;
    parts.push(reshape(sliceOf(x, at, sizes, steps), [...sizes, 1]));
  }
  return concat(parts, shape.length);
}
