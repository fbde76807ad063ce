/**
 * Reading and writing the elements of a value that a view shows, as nodes of the graph: `readRegion(base, g)` is what the view shows,
 * `writeRegion(base, g, value)` the base with these elements replaced. Nothing here takes part in differentiation (see ops/region.ts).
 *
 * Most views are a box in the base, or in the base cut into other dims: along each dim a range, perhaps with a step. A box is read by one
 * slice and written by putting the parts of the base around the value next to each other. What is no box is read and written by positions.
 */
import {
  binary,
  concat,
  expand,
  iota,
  pad,
  permute,
  reshape,
  scalar,
  select,
  slice,
  take,
  takeAdd,
} from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import { product } from "../graph/record/shapes.js";
import { type Geometry, overlaps } from "./geometry.js";

/** A range along each dim of the base when it is cut into `factors`. */
interface Box {
  readonly factors: readonly number[];
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
  readonly steps: readonly number[];
  /** For each dim of the view that has more than one element, in its order: the dim of the box. */
  readonly order: readonly number[];
}

/** A dim of a view that has more than one element. */
interface Dim {
  readonly at: number;
  readonly size: number;
  readonly stride: number;
}

function dimsOf(g: Geometry): Dim[] {
  return g.shape.map((size, at) => ({ at, size, stride: g.strides[at]! })).filter(({ size }) => size !== 1);
}

/** The view as a box in `factors`, whose dim d walks `units[d]` elements; null where it is none. */
function boxIn(factors: readonly number[], units: readonly number[], g: Geometry): Box | null {
  const starts: number[] = [];
  let rest = g.offset;
  for (let d = 0; d < factors.length; d++) {
    starts.push(Math.floor(rest / units[d]!));
    rest %= units[d]!;
  }
  if (rest !== 0) return null;
  const sizes = factors.map(() => 1);
  const steps = factors.map(() => 1);
  const order: number[] = [];
  for (const { size, stride } of dimsOf(g)) {
    const d = units.findIndex((unit, i) => stride % unit === 0 && factors[i] !== 1 && sizes[i] === 1);
    if (d < 0) return null;
    sizes[d] = size;
    steps[d] = stride / units[d]!;
    order.push(d);
  }
  for (let d = 0; d < factors.length; d++)
    if (starts[d]! + (sizes[d]! - 1) * steps[d]! >= factors[d]!) return null;
  return { factors, starts, sizes, steps, order };
}

/** In the dims of the base itself. */
function boxOfBase(shape: readonly number[], g: Geometry): Box | null {
  const units: number[] = [];
  let unit = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    units.unshift(unit);
    unit *= shape[d]!;
  }
  return boxIn(shape, units, g);
}

/**
 * In rows as long as the view's strides: the longest first, each cut into pieces of the next. The last row may end beyond the base, as
 * those of a diagonal do.
 */
function boxOfStrides(size: number, g: Geometry): Box | null {
  const units = [...new Set(dimsOf(g).map(({ stride }) => stride))].sort((a, b) => b - a);
  if (units.length === 0 || units[units.length - 1] !== 1) {
    const last = units[units.length - 1];
    // A step within the shortest rows.
    if (last !== undefined && units.length > 1 && units[units.length - 2]! % last !== 0) units.pop();
    units.push(1);
  }
  const factors = units.map((unit, i) => (i === 0 ? Math.ceil(size / unit) : units[i - 1]! / unit));
  return factors.every(Number.isInteger) ? boxIn(factors, units, g) : null;
}

function boxOf(base: Node, g: Geometry): Box | null {
  return boxOfBase(base.shape, g) ?? boxOfStrides(base.size, g);
}

/** The base cut into the box's dims; what is missing in the last row is 0. */
function cut(base: Node, box: Box): Node {
  const missing = product(box.factors) - base.size;
  const flat = missing === 0 ? base : pad(reshape(base, [base.size]), [0], [missing], 0);
  return reshape(flat, box.factors);
}

function uncut(whole: Node, shape: readonly number[], size: number): Node {
  if (whole.size === size) return reshape(whole, shape);
  return reshape(slice(reshape(whole, [whole.size]), [0], [size], [1]), shape);
}

/** The order of the dims of a box among themselves: the k-th of them belongs to the order[k]-th dim of the view. */
function ranks(order: readonly number[]): number[] {
  const sorted = order.slice().sort((a, b) => a - b);
  return order.map((d) => sorted.indexOf(d));
}

function inverse(order: readonly number[]): number[] {
  const back = new Array<number>(order.length);
  order.forEach((d, i) => (back[d] = i));
  return back;
}

/** Without the dims that repeat one element. */
function withoutRepeats(g: Geometry): Geometry {
  if (!g.strides.some((stride, d) => stride === 0 && g.shape[d] !== 1)) return g;
  return { ...g, shape: g.shape.map((n, d) => (g.strides[d] === 0 ? 1 : n)) };
}

/** What the view shows. */
export function readRegion(base: Node, g: Geometry): Node {
  if (product(g.shape) === 0) return expand(scalar(0, base.dtype), g.shape);
  const single = withoutRepeats(g);
  if (single !== g) return expand(readRegion(base, single), g.shape);
  const box = boxOf(base, g);
  if (box === null) {
    return reshape(take(reshape(base, [base.size]), 0, positionsOf(g)), g.shape);
  }
  const part = slice(cut(base, box), box.starts, box.sizes, box.steps);
  const sorted = box.order.slice().sort((a, b) => a - b);
  const dense = reshape(
    part,
    sorted.map((d) => box.sizes[d]!),
  );
  return reshape(permute(dense, ranks(box.order)), g.shape);
}

/**
 * The base with the elements that the view shows replaced by `value`, which has the view's shape. Where two of them are one element of the
 * base, `value` has to be the same there.
 */
export function writeRegion(base: Node, g: Geometry, value: Node): Node {
  if (value.size === 0) return base;
  const box = overlaps(g) ? null : boxOf(base, g);
  if (box === null) return writePositions(base, g, value);
  const dims = dimsOf(g).map(({ size }) => size);
  const dense = permute(reshape(value, dims), inverse(ranks(box.order)));
  const whole = writeBox(cut(base, box), box, reshape(dense, box.sizes));
  return uncut(whole, base.shape, base.size);
}

function writeBox(base: Node, box: Box, value: Node): Node {
  const { starts, sizes, steps } = box;
  const spans = sizes.map((n, d) => (n - 1) * steps[d]! + 1);
  const ones = sizes.map(() => 1);
  const filled = steps.every((step) => step === 1)
    ? value
    : interleave(slice(base, starts, spans, ones), value, steps);
  return place(base, starts, filled, 0);
}

/** `value` in the place of the part of `base` that begins at `starts`. */
function place(base: Node, starts: readonly number[], value: Node, from: number): Node {
  let d = from;
  while (d < starts.length && value.shape[d] === base.shape[d]) d++;
  if (d === starts.length) return value;
  const start = starts[d]!;
  const end = start + value.shape[d]!;
  const rows = (first: number, count: number): Node => {
    const at = starts.map((_, i) => (i === d ? first : 0));
    const sizes = base.shape.map((n, i) => (i === d ? count : n));
    return slice(
      base,
      at,
      sizes,
      starts.map(() => 1),
    );
  };
  const parts = [place(rows(start, end - start), starts, value, d + 1)];
  if (start > 0) parts.unshift(rows(0, start));
  if (end < base.shape[d]!) parts.push(rows(end, base.shape[d]! - end));
  return concat(parts, d);
}

/** `value` at every `steps[d]`-th entry of `old`, from the first one on. */
function interleave(old: Node, value: Node, steps: readonly number[]): Node {
  let wide = value;
  let chosen: Node | null = null;
  const rank = steps.length;
  steps.forEach((step, d) => {
    const n = old.shape[d]!;
    if (step === 1) return;
    wide = dilate(wide, d, step);
    const at = reshape(
      iota([n], "int32"),
      old.shape.map((_, i) => (i === d ? n : 1)),
    );
    const hit = binary("eq", binary("mod", at, scalar(step, "int32")), scalar(0, "int32"));
    chosen = chosen === null ? hit : binary("and", chosen, hit);
  });
  return rank === 0 || chosen === null ? value : select(chosen, wide, old);
}

/** step − 1 zeros between the entries of a dim. */
function dilate(x: Node, dim: number, step: number): Node {
  const { shape } = x;
  const n = shape[dim]!;
  if (n === 1) return x;
  const zeros = new Array<number>(shape.length + 1).fill(0);
  const gap = zeros.map((_, d) => (d === dim + 1 ? step - 1 : 0));
  const apart = pad(reshape(x, [...shape.slice(0, dim + 1), 1, ...shape.slice(dim + 1)]), zeros, gap, 0);
  const wide = reshape(
    apart,
    shape.map((size, d) => (d === dim ? size * step : size)),
  );
  return slice(
    wide,
    zeros.slice(1),
    shape.map((size, d) => (d === dim ? (size - 1) * step + 1 : size)),
    shape.map(() => 1),
  );
}

/** The int32 position in the base of each element of the view, as a vector. */
export function positionsOf(g: Geometry): Node {
  const shape = g.shape;
  let sum = expand(scalar(g.offset, "int32"), shape);
  shape.forEach((n, d) => {
    if (n === 1) return;
    const steps = binary("mul", iota([n], "int32"), scalar(g.strides[d]!, "int32"));
    sum = binary(
      "add",
      sum,
      reshape(
        steps,
        shape.map((_, i) => (i === d ? n : 1)),
      ),
    );
  });
  return reshape(sum, [product(shape)]);
}

/** By positions: for each element of the base it is computed which element of the value replaces it, if any. */
function writePositions(base: Node, g: Geometry, value: Node): Node {
  const none = expand(scalar(0, "int32"), [base.size]);
  const numbers = binary("add", iota([value.size], "int32"), scalar(1, "int32"));
  const from = takeAdd(none, 0, positionsOf(g), numbers);
  const last = scalar(value.size - 1, "int32");
  const index = binary(
    "min",
    binary("max", binary("sub", from, scalar(1, "int32")), scalar(0, "int32")),
    last,
  );
  const values = take(reshape(value, [value.size]), 0, index);
  const hit = binary("gt", from, scalar(0, "int32"));
  return reshape(select(hit, values, reshape(base, [base.size])), base.shape);
}
