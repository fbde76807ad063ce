/**
 * Fewer points for the same picture: lines keep the smallest and the largest value of every bucket, matrices average blocks of cells.
 */

export interface Line {
  readonly x: number[];
  readonly y: number[];
}

/**
 * At most `limit` points of a line whose x ascends: in each of limit/2 buckets of equal count the smallest and the largest y, in their
 * order, so that no spike is lost; the first and the last point stay, and a bucket with a non-finite y keeps one as a gap.
 */
export function decimateLine(x: ArrayLike<number>, y: ArrayLike<number>, limit: number): Line {
  const n = Math.min(x.length, y.length);
  if (n <= limit) return { x: Array.from(x).slice(0, n), y: Array.from(y).slice(0, n) };
  const buckets = Math.max(1, Math.floor((limit - 2) / 3));
  const out: Line = { x: [x[0]!], y: [y[0]!] };
  const keep = (i: number): void => {
    out.x.push(x[i]!);
    out.y.push(y[i]!);
  };
  const inner = n - 2;
  for (let b = 0; b < buckets; b++) {
    const start = 1 + Math.floor((b * inner) / buckets);
    const end = 1 + Math.floor(((b + 1) * inner) / buckets);
    let low = -1;
    let high = -1;
    let gap = -1;
    for (let i = start; i < end; i++) {
      const v = y[i]!;
      if (!Number.isFinite(v)) gap = i;
      else {
        if (low < 0 || v < y[low]!) low = i;
        if (high < 0 || v > y[high]!) high = i;
      }
    }
    const kept = [...new Set([low, high, gap])].filter((i) => i >= 0).sort((a, b) => a - b);
    kept.forEach(keep);
  }
  keep(n - 1);
  return out;
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
