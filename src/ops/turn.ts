/**
 * The order of entries changed: shifted, reversed, turned by quarters.
 */
import type { Tensor } from "../tensor/core.js";
import { operation, variadic } from "../tensor/operation.js";
import { checkList, checkWhole, formatShape, normalizeDim } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { clone } from "./copy.js";
import { concat } from "./join.js";
import { flatten, flip, listedDims, narrow, permute, reshape } from "./movement.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Elements shifted along dims, those that leave coming in again at the other end. */
    roll(
      shifts: number | readonly number[],
      dims?: number | readonly number[] | { dims?: number | readonly number[] },
    ): Tensor<S>;
  }
}

function rolled(x: Tensor, shifts: number | readonly number[], dims?: number | readonly number[]): Tensor {
  const shape = x._node.shape;
  if (dims === undefined || (Array.isArray(dims) && dims.length === 0)) {
    if (typeof shifts !== "number" && shifts.length !== 1)
      throw new TypeError("roll: several shifts need as many dims");
    return reshape(rolled(flatten(x, 0, -1), shifts, 0), shape);
  }
  if (shape.length === 0) throw new RangeError("roll: a 0-dimensional tensor has no dims; leave dims out");
  if (typeof shifts !== "number") checkList("roll", "shifts", shifts);
  if (typeof dims !== "number") checkList("roll", "dims", dims);
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

type Numbers = number | readonly number[];

export const roll = operation(
  "roll",
  "shifts | dims",
  (x: Tensor, shifts: Numbers, { dims }: { dims?: Numbers } = {}) => {
    for (const shift of [shifts].flat()) checkWhole("roll", "shift", shift as number);
    return rolled(x, shifts, dims);
  },
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The order along dims reversed. */
    flip(dims: number | Shape | { dims: number | Shape }): Tensor<S>;
    flip(...dims: Shape): Tensor<S>;
    /** The order along dim 1 reversed (`torch.fliplr`). @throws Error for less than 2 dims */
    fliplr(): Tensor<S>;
    /** The order along dim 0 reversed (`torch.flipud`). @throws Error for 0 dims */
    flipud(): Tensor<S>;
    /** Turned by `k` quarters, 1 unless given, from the first towards the second of `dims`, [0, 1] unless given (`torch.rot90`). */
    rot90(k?: number | { k?: number; dims?: readonly number[] }, dims?: readonly number[]): Tensor;
  }
}

variadic(
  "flip",
  (x, list) => {
    const dims = (list as readonly unknown[]).flat() as number[];
    return flip(x, listedDims("flip", dims, x.ndim));
  },
  "dims",
);

operation("fliplr", (x) => {
  if (x.ndim < 2)
    throw new Error(`fliplr: expected at least 2 dimensions, got shape ${formatShape(x.shape)}`);
  return flip(x, [1]);
});

operation("flipud", (x) => {
  if (x.ndim < 1) throw new Error("flipud: expected at least 1 dimension, got a 0-dimensional tensor");
  return flip(x, [0]);
});

operation(
  "rot90",
  "| k, dims",
  (x: Tensor, { k = 1, dims = [0, 1] }: { k?: number; dims?: readonly number[] } = {}) => {
    checkWhole("rot90", "number of quarters", k);
    checkList("rot90", "two dims", dims);
    if (dims.length !== 2) throw new Error(`rot90: expected two dims, got [${dims.join(", ")}]`);
    if (x.ndim < 2)
      throw new Error(`rot90: expected at least 2 dimensions, got shape ${formatShape(x.shape)}`);
    const [from, to] = dims.map((d) => normalizeDim("rot90", d, x.ndim)) as [number, number];
    if (from === to) throw new RangeError(`rot90: both dims are ${from}; expected two dims`);
    const quarters = ((k % 4) + 4) % 4;
    if (quarters === 0) return clone(x);
    if (quarters === 2) return flip(x, [from, to]);
    const order = Array.from({ length: x.ndim }, (_, d) => (d === from ? to : d === to ? from : d));
    return quarters === 1 ? permute(flip(x, [to]), order) : flip(permute(x, order), [to]);
  },
);
