/**
 * What the indices of `slice` and `set` mean: a box of the tensor, dims of it that run backwards, and what tensors pick from it.
 */
import { geometryOf } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import { fromTyped } from "../tensor/creation/from-data.js";
import { type Geometry, sliced, squeezed, unsqueezed } from "../tensor/geometry.js";
import { formatShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { normalizeIndex, reshape, sliceOf } from "./movement.js";
import { maskPicks, type Picks } from "./pick.js";
import { viewed } from "./region.js";

/**
 * What is picked along one dim: a number picks one entry and drops the dim; `[start, end?, step?]` a range without its end (null:
 * from the first, to the last); `null` or ":" everything; a string such as "1:3", "::2" or "-2:" the same in Python's words; "..."
 * all dims not named; "new" puts in a dim of size 1; a tensor of integers picks entries, its shape taking the dim's place; several such
 * tensors broadcast and pick together, their dims coming first where they do not stand next to each other; a bool tensor picks where it is true,
 * over as many dims as it has, and true or false alone all or nothing along a new dim.
 */
export type SliceIndex =
  | number
  | boolean
  | null
  | string
  | readonly [start: number | null, end?: number | null, step?: number | null]
  | Tensor;

interface Range {
  readonly start: number;
  readonly size: number;
  readonly step: number;
}

/** The entries that start, end and step mean in a dim of size n, clipped as Python's. */
export function rangeOf(
  name: string,
  start: number | null | undefined,
  end: number | null | undefined,
  step: number | null | undefined,
  n: number,
): Range {
  const by = step ?? 1;
  if (!Number.isInteger(by) || by === 0)
    throw new RangeError(`${name}: expected a whole step other than 0, got ${by}`);
  for (const bound of [start, end]) {
    if (bound !== null && bound !== undefined && !Number.isInteger(bound)) {
      throw new RangeError(`${name}: expected whole numbers, got ${bound}`);
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

function parseRange(name: string, text: string, n: number): Range {
  const parts = text.split(":").map((part) => part.trim());
  if (parts.length < 2 || parts.length > 3 || !parts.every((part) => /^[+-]?\d*$/.test(part))) {
    throw new RangeError(`${name}: cannot read "${text}"; expected "start:end:step", ":", "..." or "new"`);
  }
  const [start, end, step] = parts.map((part) => (part === "" ? null : Number(part)));
  return rangeOf(name, start, end, step, n);
}

/** Whether an index is true or false, or a tensor of no dims that is. */
function isTruth(index: SliceIndex): index is boolean | Tensor {
  return (
    typeof index === "boolean" || (index instanceof Tensor && index.dtype === "bool" && index.ndim === 0)
  );
}

/** How many dims an index is about. */
function dimsNamed(index: SliceIndex): number {
  if (index === "..." || index === "new" || isTruth(index)) return 0;
  return index instanceof Tensor && index.dtype === "bool" ? index.ndim : 1;
}

/** What indices mean: a box of the tensor in another shape, of which some dims run backwards and tensors pick from others. */
export interface Part {
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
  /** Null where all are 1. */
  readonly steps: readonly number[] | null;
  /** The box without the dims that numbers picked from, and with new ones. */
  readonly shape: Shape;
  /** One index for each dim of the tensor and each new dim. */
  readonly indices: readonly SliceIndex[];
  /** Dims of `shape` whose step is negative. */
  readonly flipped: readonly number[];
  /** What tensors pick from dims of `shape`. */
  readonly picks: readonly Picks[];
  /** The mask where it is all that picks, and the dim at which it begins. */
  readonly mask: Picks | null;
}

export function partOf(name: string, x: Tensor, given: readonly SliceIndex[]): Part {
  const shape = x._node.shape;
  const named = given.reduce<number>((sum, index) => sum + dimsNamed(index), 0);
  if (named > shape.length) {
    throw new RangeError(
      `${name}: ${named} indices for ${shape.length} dimension(s) of shape ${formatShape(shape)}`,
    );
  }
  if (given.filter((index) => index === "...").length > 1)
    throw new RangeError(`${name}: "..." may stand only once`);
  const rest = new Array<SliceIndex>(shape.length - named).fill(null);
  const indices = given.includes("...")
    ? given.flatMap((index) => (index === "..." ? rest : [index]))
    : [...given, ...rest];
  const masks = indices.filter((index) => index instanceof Tensor);
  const isMask = masks.length === 1 && masks[0]!.dtype === "bool" && masks[0]!.ndim > 0;
  const starts: number[] = [];
  const sizes: number[] = [];
  const steps: number[] = [];
  const flipped: number[] = [];
  const shapeAfter: number[] = [];
  const picks: Picks[] = [];
  let mask: Picks | null = null;
  const whole = (n: number): void => {
    starts.push(0);
    sizes.push(n);
    steps.push(1);
    shapeAfter.push(n);
  };
  let dim = 0;
  for (const index of indices) {
    if (index === "new") {
      shapeAfter.push(1);
      continue;
    }
    if (isTruth(index)) {
      const isTrue = index instanceof Tensor ? index.item<boolean>() : index;
      const positions = fromTyped(isTrue ? [0] : [], "int32", [isTrue ? 1 : 0]);
      picks.push({ dim: shapeAfter.length, index: positions });
      shapeAfter.push(1);
      continue;
    }
    if (index instanceof Tensor && index.dtype === "bool") {
      if (isMask) mask = { dim: shapeAfter.length, index };
      // Positions are read only if somebody asks for the picks.
      const at = dim;
      const from = shapeAfter.length;
      let found: readonly Tensor[] | null = null;
      const positions = (): readonly Tensor[] => (found ??= maskPicks(name, index, shape, at));
      if (!isMask) positions();
      index._node.shape.forEach((n, i) => {
        if (n !== shape[at + i]) positions();
        picks.push({
          dim: from + i,
          get index() {
            return positions()[i]!;
          },
        });
        whole(shape[dim++]!);
      });
      continue;
    }
    const n = shape[dim]!;
    if (index instanceof Tensor) {
      picks.push({ dim: shapeAfter.length, index });
      whole(n);
      dim++;
      continue;
    }
    const range = oneRange(name, index, dim, shape);
    let { start, step } = range;
    if (step < 0) {
      // A negative step is a positive one, then flipped.
      start += (range.size - 1) * step;
      step = -step;
      flipped.push(shapeAfter.length);
    }
    starts.push(range.size === 0 ? 0 : start);
    sizes.push(range.size);
    steps.push(step);
    if (typeof index !== "number") shapeAfter.push(range.size);
    dim++;
  }
  return {
    starts,
    sizes,
    steps: steps.every((step) => step === 1) ? null : steps,
    shape: shapeAfter,
    indices,
    flipped,
    picks,
    mask,
  };
}

function oneRange(name: string, index: Exclude<SliceIndex, Tensor>, dim: number, shape: Shape): Range {
  const n = shape[dim]!;
  if (index === null || index === undefined) return { start: 0, size: n, step: 1 };
  if (typeof index === "number") return { start: normalizeIndex(name, index, dim, shape), size: 1, step: 1 };
  if (typeof index === "string") return parseRange(name, index, n);
  if (Array.isArray(index)) return rangeOf(name, index[0], index[1], index[2], n);
  throw new TypeError(
    `${name}: index ${dim} is ${typeof index}; expected a number, null, a range or a tensor`,
  );
}

/** The box of a part, in the part's shape. */
export function boxOf(x: Tensor, part: Part): Tensor {
  return reshape(sliceOf(x, part.starts, part.sizes, part.steps), part.shape);
}

/** The same as a view. */
export function viewOf(x: Tensor, part: Part): Tensor {
  const geometry = sliced(geometryOf(x), part.starts, part.sizes, part.steps);
  return viewed(x, boxOf(x, part), indexed(geometry, part.indices));
}

/** Without the dims that a number picked from, and with those that are new. */
function indexed(g: Geometry, indices: readonly SliceIndex[]): Geometry {
  let y = g;
  let dim = 0;
  for (const index of indices) {
    if (index === "new" || isTruth(index)) y = unsqueezed(y, dim++);
    else if (typeof index === "number") y = squeezed(y, (d) => d === dim);
    else dim += dimsNamed(index);
  }
  return y;
}
