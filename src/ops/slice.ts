/**
 * Picking parts of a tensor as with Python's brackets: `x[1:3, :, -1]` is `x.slice([1, 3], null, -1)`.
 */
import { geometryOf } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import { type Geometry, sliced, squeezed, unsqueezed } from "../tensor/geometry.js";
import { variadic } from "../tensor/operation.js";
import { formatShape } from "../tensor/shape.js";
import type { Slice } from "../tensor/movement-types.js";
import type { Shape } from "../tensor/shape-types.js";
import { flip, normalizeIndex, reshape, sliceOf } from "./movement.js";
import { maskPicks, pick, type Picks } from "./pick.js";
import { viewed } from "./region.js";

/**
 * What is picked along one dim: a number picks one entry and drops the dim; `[start, end?, step?]` a range without its end (null:
 * from the first, to the last); `null` or ":" everything; a string such as "1:3", "::2" or "-2:" the same in Python's words; "..."
 * all dims not named; "new" puts in a dim of size 1; an int32 tensor picks entries, its shape taking the dim's place; several such tensors
 * broadcast and pick together; a bool tensor picks where it is true, over as many dims as it has.
 */
export type SliceIndex =
  | number
  | null
  | string
  | readonly [start: number | null, end?: number | null, step?: number | null]
  | Tensor;

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * The part that one index a dim picks, as Python's `x[...]`: `x.slice([1, 3])` rows 1 and 2, `x.slice(null, -1)` the last column,
     * `x.slice("::2", ":", 0)`, `x.slice("...", 0)`. Ranges are clipped; see `SliceIndex`.
     * @throws RangeError when a number is out of range or there are more indices than dims.
     */
    slice<A extends Shape, const I extends readonly SliceIndex[]>(
      this: Tensor<A>,
      ...indices: I
    ): Tensor<Slice<A, I>>;
    /** The entry at a position along the first dims: `x.at(2)` is row 2, `x.at(-1, 0)` an element of a matrix. */
    at<A extends Shape, const I extends readonly number[]>(
      this: Tensor<A>,
      ...indices: I
    ): Tensor<Slice<A, I>>;
  }
}

interface Range {
  readonly start: number;
  readonly size: number;
  readonly step: number;
}

function rangeOf(
  start: number | null | undefined,
  end: number | null | undefined,
  step: number | null | undefined,
  n: number,
): Range {
  const by = step ?? 1;
  if (!Number.isInteger(by) || by === 0)
    throw new RangeError(`slice: expected a whole step other than 0, got ${by}`);
  for (const bound of [start, end]) {
    if (bound !== null && bound !== undefined && !Number.isInteger(bound)) {
      throw new RangeError(`slice: expected whole numbers, got ${bound}`);
    }
  }
  const clip = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x < 0 ? x + n : x));
  if (by > 0) {
    const from = clip(start ?? 0, 0, n);
    const to = clip(end ?? n, 0, n);
    return { start: from, size: Math.max(0, Math.ceil((to - from) / by)), step: by };
  }
  const from = start === null || start === undefined ? n - 1 : clip(start, -1, n - 1);
  const to = end === null || end === undefined ? -1 : clip(end, -1, n - 1);
  return { start: from, size: Math.max(0, Math.ceil((to - from) / by)), step: by };
}

function parseRange(text: string, n: number): Range {
  const parts = text.split(":").map((part) => part.trim());
  if (parts.length < 2 || parts.length > 3 || !parts.every((part) => /^[+-]?\d*$/.test(part))) {
    throw new RangeError(`slice: cannot read "${text}"; expected "start:end:step", ":", "..." or "new"`);
  }
  const [start, end, step] = parts.map((part) => (part === "" ? null : Number(part)));
  return rangeOf(start, end, step, n);
}

/** How many dims an index is about. */
function dimsNamed(index: SliceIndex): number {
  if (index === "..." || index === "new") return 0;
  return index instanceof Tensor && index.dtype === "bool" ? index.ndim : 1;
}

function sliceBy(x: Tensor, given: readonly SliceIndex[]): Tensor {
  const shape = x._node.shape;
  const named = given.reduce<number>((sum, index) => sum + dimsNamed(index), 0);
  if (named > shape.length) {
    throw new RangeError(
      `slice: ${named} indices for ${shape.length} dimension(s) of shape ${formatShape(shape)}`,
    );
  }
  if (given.filter((index) => index === "...").length > 1)
    throw new RangeError('slice: "..." may stand only once');
  const rest = new Array<SliceIndex>(shape.length - named).fill(null);
  const indices = given.includes("...")
    ? given.flatMap((index) => (index === "..." ? rest : [index]))
    : [...given, ...rest];
  const starts: number[] = [];
  const sizes: number[] = [];
  const steps: number[] = [];
  const flipped: number[] = [];
  const shapeAfter: number[] = [];
  const picks: Picks[] = [];
  let dim = 0;
  for (const index of indices) {
    if (index === "new") {
      shapeAfter.push(1);
      continue;
    }
    if (index instanceof Tensor) {
      const list = index.dtype === "bool" ? maskPicks("slice", index, shape, dim) : [index];
      for (const positions of list) {
        picks.push({ dim: shapeAfter.length, index: positions });
        starts.push(0);
        sizes.push(shape[dim]!);
        steps.push(1);
        shapeAfter.push(shape[dim++]!);
      }
      continue;
    }
    const n = shape[dim]!;
    let range: Range;
    if (index === null || index === undefined) range = { start: 0, size: n, step: 1 };
    else if (typeof index === "number")
      range = { start: normalizeIndex("slice", index, dim, shape), size: 1, step: 1 };
    else if (typeof index === "string") range = parseRange(index, n);
    else if (Array.isArray(index)) range = rangeOf(index[0], index[1], index[2], n);
    else
      throw new TypeError(
        `slice: index ${dim} is ${typeof index}; expected a number, null, a range or a tensor`,
      );
    let { start, step } = range;
    if (step < 0) {
      // A negative step is a positive one, then flipped.
      start += (range.size - 1) * step;
      step = -step;
      flipped.push(dim);
    }
    starts.push(range.size === 0 ? 0 : start);
    sizes.push(range.size);
    steps.push(step);
    if (typeof index !== "number") shapeAfter.push(range.size);
    dim++;
  }
  const by = steps.every((step) => step === 1) ? null : steps;
  let y = sliceOf(x, starts, sizes, by);
  if (flipped.length > 0) y = flip(y, flipped);
  y = reshape(y, shapeAfter);
  if (picks.length > 0) return pick("slice", y, picks);
  return flipped.length > 0 ? y : viewed(x, y, indexed(sliced(geometryOf(x), starts, sizes, by), indices));
}

/** Without the dims that a number picked from, and with those that "new" puts in. */
function indexed(g: Geometry, indices: readonly SliceIndex[]): Geometry {
  let y = g;
  let dim = 0;
  for (const index of indices) {
    if (index === "new") y = unsqueezed(y, dim++);
    else if (typeof index === "number") y = squeezed(y, (d) => d === dim);
    else dim++;
  }
  return y;
}

variadic("slice", sliceBy);
variadic("at", sliceBy);
