/**
 * A matrix in so few cells that a picture can show them: blocks of equal size, each with its value of largest magnitude, which no mean
 * can hide, and with what else the reader is told of it. One pass over the numbers, in place, whatever their count.
 */
import type { Grid } from "./values.js";

/** A block of the matrix: rows `top` to `bottom` and columns `left` to `right`, all included. */
export interface Block {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  /** Of the finite values; NaN where there are none. */
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  /** The value of largest magnitude, with its sign. */
  readonly extreme: number;
  readonly nans: number;
  /** Infinite values above and below 0. */
  readonly infinities: readonly [number, number];
}

export interface Blocks {
  /** Size of the matrix. */
  readonly height: number;
  readonly width: number;
  /** Rows of blocks. */
  readonly cells: readonly (readonly Block[])[];
}

/** How many cells a side gets, so that they are at most `limit`: the finer side is halved first, a tall matrix loses rows and not columns. */
function cellCounts(height: number, width: number, limit: number): [number, number] {
  let rowStep = 1;
  let columnStep = 1;
  while (Math.ceil(height / rowStep) * Math.ceil(width / columnStep) > limit) {
    if (height / rowStep >= width / columnStep) rowStep++;
    else columnStep++;
  }
  return [Math.ceil(height / rowStep), Math.ceil(width / columnStep)];
}

/** Starts of `count` parts of 0 … size whose lengths differ by one at most, and the end: no part at the edge is smaller than the others. */
function starts(size: number, count: number): number[] {
  return Array.from({ length: count + 1 }, (_, i) => Math.floor((i * size) / count));
}

/** The matrix in at most `limit` blocks. */
export function toBlocks({ numbers, height, width }: Grid, limit: number): Blocks {
  const [rowCount, columnCount] = height * width === 0 ? [0, 0] : cellCounts(height, width, limit);
  const tops = starts(height, rowCount);
  const lefts = starts(width, columnCount);
  const cells: Block[][] = [];
  for (let r = 0; r < rowCount; r++) {
    const row: Block[] = [];
    for (let c = 0; c < columnCount; c++)
      row.push(summary(numbers, width, tops[r]!, tops[r + 1]! - 1, lefts[c]!, lefts[c + 1]! - 1));
    cells.push(row);
  }
  return { height, width, cells };
}

function summary(
  numbers: ArrayLike<number>,
  width: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
): Block {
  let least = Infinity;
  let most = -Infinity;
  let sum = 0;
  let nans = 0;
  let above = 0;
  let below = 0;
  for (let row = top; row <= bottom; row++) {
    const end = row * width + right;
    for (let i = row * width + left; i <= end; i++) {
      const v = numbers[i]!;
      if (v - v === 0) {
        if (v < least) least = v;
        if (v > most) most = v;
        sum += v;
      } else if (v === Infinity) above++;
      else if (v === -Infinity) below++;
      else nans++;
    }
  }
  const finite = (bottom - top + 1) * (right - left + 1) - nans - above - below;
  const place = { top, bottom, left, right, nans, infinities: [above, below] as const };
  if (finite === 0) return { ...place, least: NaN, most: NaN, mean: NaN, extreme: NaN };
  return { ...place, least, most, mean: sum / finite, extreme: most >= -least ? most : least };
}

/** Whether all values of the block are numbers. */
export function isFinite({ nans, infinities: [above, below] }: Block): boolean {
  return nans + above + below === 0;
}
