/**
 * Which element of a value a kernel reads or writes at a point: each coordinate of the value as an affine function of the kernel's dimensions,
 * `coordinate[j] = offset[j] + sum over i of step[j][i] * point[i]`.
 *
 * Movement (permute, expand, slice, flip, most reshapes) only changes these functions, so it costs nothing at run time.
 */

export interface Coordinates {
  offset: number[];
  step: number[][];
}

/** An address in a dense buffer, in elements: `offset + sum of strides[i] * point[i]`. */
export interface Flat {
  readonly offset: number;
  readonly strides: number[];
}

/** A reshape needs dimension `dim` of the kernel split into an outer part and `inner`. */
export interface Split {
  readonly dim: number;
  readonly inner: number;
}

export function identity(rank: number, columns = rank): Coordinates {
  const step = Array.from({ length: rank }, (_, j) => {
    const row = new Array<number>(columns).fill(0);
    row[j] = 1;
    return row;
  });
  return { offset: new Array<number>(rank).fill(0), step };
}

export function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

/** Address in the dense value of `shape`. */
export function flat(at: Coordinates, shape: readonly number[], columns: number): Flat {
  const sizes = rowMajor(shape);
  const strides = new Array<number>(columns).fill(0);
  let offset = 0;
  for (let j = 0; j < shape.length; j++) {
    if (shape[j] === 1) continue;
    offset += sizes[j]! * at.offset[j]!;
    const row = at.step[j]!;
    for (let i = 0; i < columns; i++) strides[i]! += sizes[j]! * row[i]!;
  }
  return { offset, strides };
}

/** From a value to an operand that is broadcast into it. */
export function broadcastTo(
  at: Coordinates,
  operand: readonly number[],
  shape: readonly number[],
  columns: number,
): Coordinates {
  if (operand.length === shape.length && operand.every((size, i) => size === shape[i])) return at;
  const lead = shape.length - operand.length;
  return {
    offset: operand.map((size, j) => (size === 1 ? 0 : at.offset[lead + j]!)),
    step: operand.map((size, j) =>
      size === 1 ? new Array<number>(columns).fill(0) : at.step[lead + j]!.slice(),
    ),
  };
}

export function throughPermute(at: Coordinates, order: readonly number[]): Coordinates {
  const result: Coordinates = { offset: [], step: [] };
  for (let i = 0; i < order.length; i++) {
    result.offset[order[i]!] = at.offset[i]!;
    result.step[order[i]!] = at.step[i]!.slice();
  }
  return result;
}

/** `attributes` are starts, sizes and steps. */
export function throughSlice(at: Coordinates, attributes: readonly number[]): Coordinates {
  const rank = attributes.length / 3;
  return {
    offset: at.offset.map((offset, j) => attributes[j]! + attributes[2 * rank + j]! * offset),
    step: at.step.map((row, j) => row.map((step) => attributes[2 * rank + j]! * step)),
  };
}

export function throughFlip(at: Coordinates, dims: readonly number[], shape: readonly number[]): Coordinates {
  return {
    offset: at.offset.map((offset, j) => (dims.includes(j) ? shape[j]! - 1 - offset : offset)),
    step: at.step.map((row, j) =>
      dims.includes(j) ? row.map((step) => (step === 0 ? 0 : -step)) : row.slice(),
    ),
  };
}

/**
 * From a reshaped value (`shape`) to its operand (`from`). Dims that merge are sums; a dim that splits needs a function that can be written
 * as a multiple of the inner size and a remainder. Says which kernel dimension to split where that would help,
 * and null where strides cannot express it.
 */
export function throughReshape(
  at: Coordinates,
  shape: readonly number[],
  from: readonly number[],
  dims: readonly number[],
): Coordinates | Split | null {
  const columns = dims.length;
  const zero = (): number[] => new Array<number>(columns).fill(0);
  const result: Coordinates = { offset: from.map(() => 0), step: from.map(zero) };
  if (from.includes(0)) return result;
  const outer = shape.map((_, i) => i).filter((i) => shape[i] !== 1);
  const inner = from.map((_, i) => i).filter((i) => from[i] !== 1);
  let i = 0;
  let j = 0;
  while (i < outer.length && j < inner.length) {
    // One block: dims of `shape` and of `from` with the same product.
    const firstI = i;
    const firstJ = j;
    let have = shape[outer[i++]!]!;
    let want = from[inner[j++]!]!;
    while (have !== want) {
      if (have < want) have *= shape[outer[i++]!]!;
      else want *= from[inner[j++]!]!;
    }
    let offset = 0;
    let steps = zero();
    for (let p = firstI; p < i; p++) {
      const dim = outer[p]!;
      const size = shape[dim]!;
      offset = offset * size + at.offset[dim]!;
      for (let c = 0; c < columns; c++) steps[c] = steps[c]! * size + at.step[dim]![c]!;
    }
    for (let p = j - 1; p > firstJ; p--) {
      const dim = inner[p]!;
      const parts = divide(offset, steps, from[dim]!, dims);
      if (parts === null || "dim" in parts) return parts;
      result.offset[dim] = parts.restOffset;
      result.step[dim] = parts.restSteps;
      offset = parts.offset;
      steps = parts.steps;
    }
    result.offset[inner[firstJ]!] = offset;
    result.step[inner[firstJ]!] = steps;
  }
  return result;
}

interface Division {
  readonly offset: number;
  readonly steps: number[];
  readonly restOffset: number;
  readonly restSteps: number[];
}

/** Quotient and remainder of an affine function by n, exact over the whole range of the dims. */
function divide(
  offset: number,
  steps: readonly number[],
  n: number,
  dims: readonly number[],
): Division | Split | null {
  const quotient = steps.map((step, c) => (dims[c]! > 1 && step % n === 0 ? step / n : 0));
  const rest = steps.map((step, c) => (dims[c]! > 1 && step % n !== 0 ? step : 0));
  let low = offset;
  let high = offset;
  for (let c = 0; c < rest.length; c++) {
    const reach = rest[c]! * (dims[c]! - 1);
    if (reach < 0) low += reach;
    else high += reach;
  }
  const whole = Math.floor(low / n);
  if (high - whole * n < n) {
    return { offset: whole, steps: quotient, restOffset: offset - whole * n, restSteps: rest };
  }
  for (let c = 0; c < rest.length; c++) {
    const step = Math.abs(rest[c]!);
    if (step === 0 || n % step !== 0) continue;
    const inner = n / step;
    if (inner > 1 && inner < dims[c]! && dims[c]! % inner === 0) return { dim: c, inner };
  }
  return null;
}

/** Splits column `split.dim` of every row: the outer part counts in steps of `inner`. */
export function splitColumn(at: Coordinates, split: Split): void {
  for (const row of at.step) {
    const step = row[split.dim]!;
    row.splice(split.dim, 1, step * split.inner, step);
  }
}

/**
 * The kernel's dims in the order in which they run through the dense value of `shape`, outermost first, when they visit
 * every element exactly once; else null. Dims of size 1 are left out.
 */
export function bijection(
  at: Coordinates,
  shape: readonly number[],
  dims: readonly number[],
): number[] | null {
  const { offset, strides } = flat(at, shape, dims.length);
  if (offset !== 0) return null;
  const order = dims.map((_, i) => i).filter((i) => dims[i] !== 1);
  order.sort((i, j) => strides[j]! - strides[i]!);
  let expected = 1;
  for (let p = order.length - 1; p >= 0; p--) {
    if (strides[order[p]!] !== expected) return null;
    expected *= dims[order[p]!]!;
  }
  return expected === shape.reduce((size, n) => size * n, 1) ? order : null;
}

export function equal(a: Coordinates, b: Coordinates): boolean {
  if (a === b) return true;
  if (a.offset.length !== b.offset.length) return false;
  for (let j = 0; j < a.offset.length; j++) {
    if (a.offset[j] !== b.offset[j]) return false;
    const x = a.step[j]!;
    const y = b.step[j]!;
    for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  }
  return true;
}
