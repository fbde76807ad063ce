/**
 * Fewer points for the same picture: lines keep the smallest and the largest value of every bucket, matrices average blocks of cells.
 */

export interface Line {
  readonly x: number[];
  readonly y: number[];
}

/**
 * At most `limit` points of a line whose x ascends: x is cut into columns of equal width, as a screen does, and in each the first, the
 * last, the smallest and the largest y stay in their order, so that the line looks the same wherever its points are dense or sparse and no
 * spike is lost; a column with a non-finite y keeps one as a gap. `measure` says how far along a place lies, where that is not x itself.
 */
export function decimateLine(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  limit: number,
  measure: (x: number) => number = (v) => v,
): Line {
  const n = Math.min(x.length, y.length);
  if (n <= limit) return { x: Array.from(x).slice(0, n), y: Array.from(y).slice(0, n) };
  const columns = Math.max(1, Math.floor((limit - 2) / 5));
  const from = firstFinite(x, n, measure, 1);
  const span = firstFinite(x, n, measure, -1) - from || 1;
  const columnOf = (i: number): number => {
    const share = (measure(x[i]!) - from) / span;
    return share > 0 ? Math.min(columns - 1, Math.floor(share * columns)) : 0;
  };
  const out: Line = { x: [], y: [] };
  const keep = (i: number): void => {
    out.x.push(x[i]!);
    out.y.push(y[i]!);
  };
  for (let start = 0; start < n;) {
    const column = columnOf(start);
    let [end, first, last, low, high, gap] = [start, -1, -1, -1, -1, -1];
    for (; end < n && columnOf(end) === column; end++) {
      const v = y[end]!;
      if (!Number.isFinite(v)) gap = end;
      else {
        if (first < 0) first = end;
        last = end;
        if (low < 0 || v < y[low]!) low = end;
        if (high < 0 || v > y[high]!) high = end;
      }
    }
    // The whole line's ends stay, whatever they are.
    const ends = [start === 0 ? 0 : -1, end === n ? n - 1 : -1];
    [...new Set([first, last, low, high, gap, ...ends])]
      .filter((i) => i >= 0)
      .sort((a, b) => a - b)
      .forEach(keep);
    start = end;
  }
  return out;
}

/** The first finite measure from either end. */
function firstFinite(x: ArrayLike<number>, n: number, measure: (x: number) => number, step: 1 | -1): number {
  for (let i = step > 0 ? 0 : n - 1; i >= 0 && i < n; i += step) {
    const at = measure(x[i]!);
    if (Number.isFinite(at)) return at;
  }
  return 0;
}

export interface Blocks {
  readonly rows: readonly (readonly number[])[];
  /** How many rows and columns of the matrix one cell stands for. */
  readonly rowStep: number;
  readonly columnStep: number;
}

/** At most about `limit` cells: the mean of each block's finite values, NaN for a block without any. */
export function decimateMatrix(rows: readonly (readonly number[])[], limit: number): Blocks {
  const height = rows.length;
  const width = rows[0]?.length ?? 0;
  let rowStep = 1;
  let columnStep = 1;
  // Halve the finer side first, so that a tall matrix loses rows and not columns.
  while (Math.ceil(height / rowStep) * Math.ceil(width / columnStep) > limit) {
    if (height / rowStep >= width / columnStep) rowStep++;
    else columnStep++;
  }
  if (rowStep === 1 && columnStep === 1) return { rows, rowStep, columnStep };
  const out: number[][] = [];
  for (let top = 0; top < height; top += rowStep) {
    const sums = new Float64Array(Math.ceil(width / columnStep));
    const counts = new Uint32Array(sums.length);
    for (let i = top; i < Math.min(top + rowStep, height); i++) {
      const row = rows[i]!;
      for (let j = 0; j < width; j++) {
        const v = row[j]!;
        if (!Number.isFinite(v)) continue;
        const cell = Math.floor(j / columnStep);
        sums[cell]! += v;
        counts[cell]!++;
      }
    }
    out.push(Array.from(sums, (sum, cell) => (counts[cell] ? sum / counts[cell]! : NaN)));
  }
  return { rows: out, rowStep, columnStep };
}
