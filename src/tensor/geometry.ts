/**
 * Where the elements of a view stand: logical strides, as PyTorch would have them. They decide what is a view and what a copy, and which
 * elements a change of a view changes; how bytes lie in memory is the engine's business.
 */
import { sizeOf } from "./shape.js";
import type { Shape } from "./shape-types.js";

/** Element [i, j, ...] of a view is element offset + i · strides[0] + j · strides[1] + ... of the base in row-major order. */
export interface Geometry {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** All elements in row-major order. */
export function wholeOf(shape: Shape): Geometry {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= Math.max(1, shape[d]!);
  }
  return { shape, strides, offset: 0 };
}

/** Whether the elements follow each other in row-major order (`torch.Tensor.is_contiguous`). */
export function isContiguous({ shape, strides }: Geometry): boolean {
  if (shape.includes(0)) return true;
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    const n = shape[d]!;
    if (n !== 1 && strides[d] !== stride) return false;
    stride *= n;
  }
  return true;
}

/** The same elements in a new shape, or null where only a copy can have it (PyTorch's computeStride). */
export function reshaped(g: Geometry, shape: Shape): Geometry | null {
  const size = sizeOf(shape);
  if (size <= 1) return { ...wholeOf(shape), offset: g.offset };
  const strides = new Array<number>(shape.length);
  let to = shape.length - 1;
  // Dims of the old shape from the last one on, in runs that one stride walks through.
  let run = 1;
  let base = g.strides[g.shape.length - 1]!;
  for (let d = g.shape.length - 1; d >= 0; d--) {
    run *= g.shape[d]!;
    const ends = d === 0 || (g.shape[d - 1] !== 1 && g.strides[d - 1] !== run * base);
    if (!ends) continue;
    let filled = 1;
    while (to >= 0 && (filled < run || shape[to] === 1)) {
      strides[to] = filled * base;
      filled *= shape[to]!;
      to--;
    }
    if (filled !== run) return null;
    if (d > 0) {
      base = g.strides[d - 1]!;
      run = 1;
    }
  }
  return to === -1 ? { shape, strides, offset: g.offset } : null;
}

export function permuted(g: Geometry, order: readonly number[]): Geometry {
  return {
    shape: order.map((d) => g.shape[d]!),
    strides: order.map((d) => g.strides[d]!),
    offset: g.offset,
  };
}

export function expanded(g: Geometry, shape: Shape): Geometry {
  const lead = shape.length - g.shape.length;
  const strides = shape.map((n, d) => {
    if (d < lead) return 0;
    return g.shape[d - lead] === 1 && n !== 1 ? 0 : g.strides[d - lead]!;
  });
  return { shape, strides, offset: g.offset };
}

/** `sizes[d]` entries from `starts[d]` on along each dim, every `steps[d]`-th (positive); null steps are all 1. */
export function sliced(
  g: Geometry,
  starts: readonly number[],
  sizes: readonly number[],
  steps: readonly number[] | null,
): Geometry {
  let offset = g.offset;
  for (let d = 0; d < starts.length; d++) offset += starts[d]! * g.strides[d]!;
  const strides = steps === null ? g.strides : g.strides.map((stride, d) => stride * steps[d]!);
  return { shape: sizes, strides, offset };
}

/** One entry of a dim, which goes away. */
export function selected(g: Geometry, dim: number, index: number): Geometry {
  return {
    shape: g.shape.filter((_, d) => d !== dim),
    strides: g.strides.filter((_, d) => d !== dim),
    offset: g.offset + index * g.strides[dim]!,
  };
}

/** A dim of size 1 put in at `dim`. */
export function unsqueezed(g: Geometry, dim: number): Geometry {
  const strides = g.strides.slice();
  strides.splice(dim, 0, dim < g.shape.length ? g.shape[dim]! * g.strides[dim]! : 1);
  const shape = g.shape.slice();
  shape.splice(dim, 0, 1);
  return { shape, strides, offset: g.offset };
}

/** Without the dims that `drops` names. */
export function squeezed(g: Geometry, drops: (dim: number) => boolean): Geometry {
  return {
    shape: g.shape.filter((_, d) => !drops(d)),
    strides: g.strides.filter((_, d) => !drops(d)),
    offset: g.offset,
  };
}

/** The elements [..., i, i + offset] as a last dim of `length`. */
export function diagonalOf(g: Geometry, offset: number, length: number): Geometry {
  const rank = g.shape.length;
  const down = g.strides[rank - 2]!;
  const right = g.strides[rank - 1]!;
  const start = length === 0 ? 0 : offset >= 0 ? offset * right : -offset * down;
  return {
    shape: [...g.shape.slice(0, -2), length],
    strides: [...g.strides.slice(0, -2), down + right],
    offset: g.offset + start,
  };
}

/** Windows of `size` entries along `dim`, `step` apart, as a new last dim. */
export function unfolded(g: Geometry, dim: number, size: number, step: number): Geometry {
  const shape = g.shape.slice();
  const strides = g.strides.slice();
  // A 0-dimensional tensor is one entry.
  const stride = g.shape.length === 0 ? 1 : strides[dim]!;
  if (g.shape.length > 0) {
    shape[dim] = Math.floor((shape[dim]! - size) / step) + 1;
    strides[dim] = stride * step;
  }
  return { shape: [...shape, size], strides: [...strides, stride], offset: g.offset };
}

/**
 * Whether two positions of the view are one element of the base. Dims in the order of their strides: as long as each stride is longer
 * than all that the shorter ones reach, no two positions meet; else the positions are counted.
 */
export function overlaps(g: Geometry): boolean {
  const dims = g.shape.map((n, d) => ({ n, stride: g.strides[d]! })).filter(({ n }) => n !== 1);
  if (dims.some(({ n }) => n === 0)) return false;
  if (dims.some(({ stride }) => stride === 0)) return true;
  dims.sort((a, b) => a.stride - b.stride);
  let reach = 0;
  let apart = true;
  for (const { n, stride } of dims) {
    if (stride <= reach) apart = false;
    reach += (n - 1) * stride;
  }
  if (apart) return false;
  const seen = new Uint8Array(reach + 1);
  const meets = (dim: number, at: number): boolean => {
    if (dim === dims.length) return seen[at]++ !== 0;
    const { n, stride } = dims[dim]!;
    for (let i = 0; i < n; i++) if (meets(dim + 1, at + i * stride)) return true;
    return false;
  };
  return meets(0, 0);
}
