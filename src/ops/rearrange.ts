/**
 * Repeating elements and windows: composed of the operations in movement.ts.
 */
import { geometryOf } from "../tensor/alias.js";
import { iota } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import { fromTyped } from "../tensor/creation/from-data.js";
import { squeezed, unfolded, unsqueezed } from "../tensor/geometry.js";
import { isInteger } from "../tensor/dtype.js";
import { operation, variadic } from "../tensor/operation.js";
import { readNumbers } from "../tensor/reading.js";
import { checkWhole, formatShape, listOfSizes, normalizeDim } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { takeAt } from "./indexing.js";
import { concat } from "./join.js";
import { expand, flatten, reshape, select, sliceOf } from "./movement.js";
import { checkTensor } from "./operand.js";
import { viewed } from "./region.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The tensor repeated `times[i]` times along each dim; leading dims may be added. */
    repeat(times: Shape): Tensor;
    repeat(...times: Shape): Tensor;
    /** As `repeat`, but fewer counts than dims count from the end. */
    tile(times: Shape): Tensor;
    tile(...times: Shape): Tensor;
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

variadic("repeat", (x, times) => repeated("repeat", x, listOfSizes("repeat", times)), "repeats");

variadic(
  "tile",
  (x, list) => {
    const times = listOfSizes("tile", list);
    const lead = Math.max(0, x.ndim - times.length);
    return repeated("tile", x, [...new Array<number>(lead).fill(1), ...times]);
  },
  "dims",
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * Each entry along `dim`, without one of the flattened tensor, repeated as often as a number says or a tensor of one number an entry
     * (`torch.repeat_interleave`); the numbers of a tensor are read.
     * @throws RangeError for a count below 0; Error where there are not as many counts as entries, or where they do not come to `outputSize`
     */
    repeatInterleave(
      repeats: number | Tensor,
      dim?: number | { dim?: number; outputSize?: number },
      options?: { outputSize?: number },
    ): Tensor;
  }
}

export const repeatInterleave = operation(
  "repeatInterleave",
  "repeats | dim, *, outputSize",
  (
    x: Tensor,
    repeats: number | Tensor | undefined,
    { dim, outputSize }: { dim?: number; outputSize?: number } = {},
  ): Tensor => {
    // PyTorch's form with one tensor: the position of each entry as often as the tensor says.
    if (repeats === undefined)
      return repeatInterleave(new Tensor(iota([x.numel()], "int32")), x, { dim: 0 }).to(x.dtype);
    if (dim === undefined) {
      const flat = flatten(x, 0, -1);
      return repeatInterleave(flat, repeats, { dim: 0, ...(outputSize === undefined ? {} : { outputSize }) });
    }
    const row = x.ndim === 0 ? reshape(x, [1]) : x;
    const d = normalizeDim("repeatInterleave", dim, row.ndim);
    const n = row.shape[d]!;
    const counts = countsOf(repeats, n);
    const total = typeof counts === "number" ? counts * n : counts.reduce((sum, count) => sum + count, 0);
    if (!(total * (row.numel() / (n || 1)) <= Number.MAX_SAFE_INTEGER))
      throw new RangeError(`repeatInterleave: ${total} entries are more than a dim can have`);
    if (outputSize !== undefined && outputSize !== total)
      throw new Error(`repeatInterleave: outputSize is ${outputSize}, but the counts come to ${total}`);
    if (typeof counts !== "number") {
      const from = Int32Array.from(counts.flatMap((count, i) => new Array<number>(count).fill(i)));
      return takeAt(row, d, fromTyped(from, "int32", [total]));
    }
    const front = row.shape.slice(0, d + 1);
    const back = row.shape.slice(d + 1);
    const wide = expand(reshape(row, [...front, 1, ...back]), [...front, counts, ...back]);
    return reshape(wide, [...row.shape.slice(0, d), total, ...back]);
  },
);

/** One count for all entries, or one for each. */
function countsOf(repeats: number | Tensor, n: number): number | number[] {
  if (typeof repeats === "number") {
    if (!Number.isInteger(repeats) || repeats < 0)
      throw new RangeError(`repeatInterleave: expected a whole count ≥ 0, got ${repeats}`);
    return repeats;
  }
  checkTensor("repeatInterleave", repeats);
  if (!isInteger(repeats.dtype))
    throw new TypeError(`repeatInterleave: expected integers as counts, got ${repeats.dtype}`);
  if (repeats.ndim > 1)
    throw new Error(`repeatInterleave: expected a vector of counts, got ${formatShape(repeats.shape)}`);
  const counts = [...readNumbers(repeats, "repeatInterleave with a tensor of counts")];
  const below = counts.find((count) => count < 0);
  if (below !== undefined) throw new RangeError(`repeatInterleave: expected counts ≥ 0, got ${below}`);
  if (counts.length === 1) return counts[0]!;
  if (counts.length !== n)
    throw new Error(`repeatInterleave: expected ${n} counts, one for each entry, got ${counts.length}`);
  return counts;
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** All windows of `size` entries along `dim`, `step` apart, as a new last dim. */
    unfold(dimension: number, size: number, step: number): Tensor;
  }
}

export const unfold = operation(
  "unfold",
  "dimension, size, step |",
  (x: Tensor, dim: number, size: number, step: number) => {
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
  },
);

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
