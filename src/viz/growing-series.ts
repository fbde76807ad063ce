/**
 * A curve that may grow for ever in constant memory: buckets of equal count that keep smallest, largest, mean and gaps; when all are
 * full, neighbours merge and every bucket counts twice as much. A push costs some nanoseconds, and what is drawn stays small.
 */
import type { Line } from "./decimate.js";

export class GrowingSeries {
  readonly #capacity: number;
  readonly #lowX: Float64Array;
  readonly #lowY: Float64Array;
  readonly #highX: Float64Array;
  readonly #highY: Float64Array;
  readonly #sumX: Float64Array;
  readonly #sumY: Float64Array;
  readonly #finite: Float64Array;
  /** x of a non-finite value in the bucket, NaN for none. */
  readonly #gapX: Float64Array;
  #bucket = -1;
  #inBucket = 0;
  #bucketSize = 1;
  #length = 0;
  #lastX = NaN;
  #lastY = NaN;

  /** Draws at most about 2 × `capacity` points; `capacity` is even. */
  constructor(capacity = 300) {
    this.#capacity = capacity;
    const column = (): Float64Array => new Float64Array(capacity);
    this.#lowX = column();
    this.#lowY = column();
    this.#highX = column();
    this.#highY = column();
    this.#sumX = column();
    this.#sumY = column();
    this.#finite = column();
    this.#gapX = column();
  }

  /** Values pushed so far. */
  get length(): number {
    return this.#length;
  }

  get lastX(): number {
    return this.#lastX;
  }

  get lastY(): number {
    return this.#lastY;
  }

  push(x: number, y: number): void {
    if (this.#bucket < 0 || this.#inBucket === this.#bucketSize) this.#open();
    const b = this.#bucket;
    this.#inBucket++;
    this.#length++;
    this.#lastX = x;
    this.#lastY = y;
    if (!Number.isFinite(y)) {
      this.#gapX[b] = x;
      return;
    }
    if (this.#finite[b] === 0 || y < this.#lowY[b]!) {
      this.#lowX[b] = x;
      this.#lowY[b] = y;
    }
    if (this.#finite[b] === 0 || y > this.#highY[b]!) {
      this.#highX[b] = x;
      this.#highY[b] = y;
    }
    this.#sumX[b]! += x;
    this.#sumY[b]! += y;
    this.#finite[b]!++;
  }

  #open(): void {
    if (this.#bucket + 1 === this.#capacity) this.#merge();
    const b = ++this.#bucket;
    this.#inBucket = 0;
    this.#sumX[b] = 0;
    this.#sumY[b] = 0;
    this.#finite[b] = 0;
    this.#gapX[b] = NaN;
  }

  #merge(): void {
    const half = this.#capacity / 2;
    for (let b = 0; b < half; b++) {
      const left = 2 * b;
      const right = left + 1;
      const fromLeft = this.#finite[left]! > 0;
      const fromRight = this.#finite[right]! > 0;
      const low = fromLeft && (!fromRight || this.#lowY[left]! <= this.#lowY[right]!) ? left : right;
      const high = fromLeft && (!fromRight || this.#highY[left]! >= this.#highY[right]!) ? left : right;
      this.#lowX[b] = this.#lowX[low]!;
      this.#lowY[b] = this.#lowY[low]!;
      this.#highX[b] = this.#highX[high]!;
      this.#highY[b] = this.#highY[high]!;
      this.#sumX[b] = this.#sumX[left]! + this.#sumX[right]!;
      this.#sumY[b] = this.#sumY[left]! + this.#sumY[right]!;
      this.#finite[b] = this.#finite[left]! + this.#finite[right]!;
      this.#gapX[b] = Number.isNaN(this.#gapX[left]!) ? this.#gapX[right]! : this.#gapX[left]!;
    }
    this.#bucket = half - 1;
    this.#bucketSize *= 2;
  }

  /** The curve with its extremes; the last value is exact, and non-finite values are gaps (y NaN). */
  line(): Line {
    const out: Line = { x: [], y: [] };
    const put = (x: number, y: number): void => {
      out.x.push(x);
      out.y.push(y);
    };
    for (let b = 0; b <= this.#bucket; b++) {
      const gapX = this.#gapX[b]!;
      if (this.#finite[b]! > 0) {
        const low: [number, number] = [this.#lowX[b]!, this.#lowY[b]!];
        const high: [number, number] = [this.#highX[b]!, this.#highY[b]!];
        const [first, second] = low[0] <= high[0] ? [low, high] : [high, low];
        put(...first);
        if (second[0] !== first[0]) put(...second);
      }
      if (!Number.isNaN(gapX)) put(gapX, NaN);
    }
    if (Number.isFinite(this.#lastY) && out.x.at(-1) !== this.#lastX) put(this.#lastX, this.#lastY);
    return out;
  }

  /**
   * The outline of all between smallest and largest value, out along the one and back along the other, for a curve of more values than
   * buckets; undefined while every value is drawn by itself.
   */
  band(): Line | undefined {
    if (this.#bucketSize === 1) return undefined;
    const out: Line = { x: [], y: [] };
    const put = (b: number, y: number): void => {
      if (this.#finite[b] === 0) return;
      out.x.push(this.#sumX[b]! / this.#finite[b]!);
      out.y.push(y);
    };
    for (let b = 0; b <= this.#bucket; b++) put(b, this.#highY[b]!);
    for (let b = this.#bucket; b >= 0; b--) put(b, this.#lowY[b]!);
    return out;
  }

  /**
   * Mean of the values up to each place, over the last fortieth of all that was pushed (at the start: over all so far): wide enough for
   * batch noise, narrow enough for the trend. It looks back only, so the tip is as smooth as the rest and follows with a small delay.
   */
  trend(): Line {
    const out: Line = { x: [], y: [] };
    const buckets = this.#bucket + 1;
    const window = Math.max(5, Math.round(buckets / 40));
    // Smooth as it is, a point for every second or third bucket draws the same curve.
    const every = Math.max(1, Math.floor(buckets / 100));
    for (let b = 0; b < buckets; b++) {
      if (this.#finite[b] === 0 || (b % every !== 0 && b !== buckets - 1)) continue;
      let sum = 0;
      let count = 0;
      for (let i = Math.max(0, b - window + 1); i <= b; i++) {
        sum += this.#sumY[i]!;
        count += this.#finite[i]!;
      }
      out.x.push(b === buckets - 1 ? this.#lastX : this.#sumX[b]! / this.#finite[b]!);
      out.y.push(sum / count);
    }
    return out;
  }

  /** Smallest and largest finite value so far; [Infinity, -Infinity] before the first. */
  get extent(): readonly [number, number] {
    let low = Infinity;
    let high = -Infinity;
    for (let b = 0; b <= this.#bucket; b++) {
      if (this.#finite[b] === 0) continue;
      low = Math.min(low, this.#lowY[b]!);
      high = Math.max(high, this.#highY[b]!);
    }
    return [low, high];
  }

  /** Whether the curve goes up and down much more than it gets on: then its trend is worth drawing. */
  get noisy(): boolean {
    if (this.#length < 40) return false;
    let travelled = 0;
    let low = Infinity;
    let high = -Infinity;
    let before = NaN;
    for (const v of this.line().y) {
      if (!Number.isFinite(v)) continue;
      if (!Number.isNaN(before)) travelled += Math.abs(v - before);
      before = v;
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
    return travelled > 4 * (high - low);
  }
}
