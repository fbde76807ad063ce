/**
 * Axes of the static image: which values they span and where those lie in pixels. What is drawn of an axis is in axis-marks.ts.
 */
import { fontSize } from "../palette.js";
import { isAxisType, typeOfValues } from "../axis-type.js";
import type { AxisType } from "../axis-type.js";
import { titleText } from "../plotly.js";
import type { Attributes } from "../plotly.js";
import { dateMs } from "./dates.js";
import { textLines, textWidth } from "./svg.js";
import { formatNumber, numberTicks, spacedDates } from "./ticks.js";
import type { Tick } from "./ticks.js";

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export class Axis {
  /** "x", "y2" … as traces refer to it. */
  readonly id: string;
  readonly letter: "x" | "y";
  readonly layout: Attributes;
  readonly type: AxisType;
  readonly log: boolean;
  readonly #categories = new Map<string, number>();
  #low = Infinity;
  #high = -Infinity;
  /** Some trace wants air around its extremes (markers, lines in y), some wants none (heatmaps). */
  #padded = false;
  #tight = false;
  #toZero = false;
  #map: (value: number) => number = () => 0;
  /** Values at the two ends in the axis's own measure (logarithms to base 10 on a log axis). */
  #ends: [number, number] = [0, 1];
  /** Pixels of the two ends. */
  #pixels: [number, number] = [0, 1];

  /** `values` are what traces put on it; they tell its type where the layout doesn't. */
  constructor(id: string, layout: Attributes, values: readonly unknown[] = []) {
    this.id = id;
    this.letter = id[0] as "x" | "y";
    this.layout = layout;
    this.type = isAxisType(layout.type) ? layout.type : (typeOfValues(values) ?? "linear");
    this.log = this.type === "log";
    if (this.type === "category") this.#order(values);
  }

  /** Categories in the order that the layout wants, or as they come. */
  #order(values: readonly unknown[]): void {
    const { categoryorder, categoryarray } = this.layout;
    const names = values.filter((v) => v !== null && v !== undefined).map(String);
    const sorted = [...new Set(names)].sort();
    const first = Array.isArray(categoryarray)
      ? categoryarray.map(String)
      : categoryorder === "category ascending"
        ? sorted
        : categoryorder === "category descending"
          ? sorted.reverse()
          : [];
    for (const name of [...first, ...names]) this.#place(name);
  }

  #place(name: string): number {
    let index = this.#categories.get(name);
    if (index === undefined) {
      index = this.#categories.size;
      this.#categories.set(name, index);
    }
    return index;
  }

  get isCategorical(): boolean {
    return this.type === "category";
  }

  /** A value as a number: itself, a date's milliseconds, or the index of its category. NaN for what an axis cannot place. */
  number(value: unknown): number {
    if (value === null || value === undefined) return NaN;
    if (this.type === "category") return this.#place(String(value));
    if (this.type === "date") return dateMs(value);
    if (typeof value === "number") return value;
    return typeof value === "boolean" || (typeof value === "string" && value.trim() !== "")
      ? Number(value)
      : NaN;
  }

  /** A place that a range, an annotation or a shape names: categories also by their index. */
  position(value: unknown): number {
    if (this.type === "category" && (typeof value === "number" || !this.#categories.has(String(value))))
      return Number(value);
    return this.number(value);
  }

  include(value: number): void {
    if (!Number.isFinite(value) || (this.log && value <= 0)) return;
    if (value < this.#low) this.#low = value;
    if (value > this.#high) this.#high = value;
  }

  pad(): void {
    this.#padded = true;
  }

  /** A heatmap fills the axes to their ends. */
  tighten(): void {
    this.#tight = true;
  }

  includeZero(): void {
    if (!this.log) {
      this.include(0);
      this.#toZero = true;
    }
  }

  /** Spans what another axis spans, too, as `matches` wants. */
  includeAxis(other: Axis): void {
    if (other.#low <= other.#high) for (const v of [other.#low, other.#high]) this.include(v);
    if (other.#padded) this.#padded = true;
    if (other.#toZero) this.#toZero = true;
  }

  /** Settles the range and where it lies: pixels of its low and its high end. */
  place(from: number, to: number): void {
    this.#pixels = [from, to];
    const measure = (v: number): number => (this.log ? Math.log10(v) : v);
    let [low, high] = this.#low <= this.#high ? [measure(this.#low), measure(this.#high)] : [0, 1];
    const reversed = this.layout.autorange === "reversed" || this.layout.autorange === "min reversed";
    if (this.isCategorical && low === high) {
      low -= 0.5;
      high += 0.5;
    } else if (low === high) {
      const reach = this.type === "date" ? 43_200_000 : this.log ? 0.5 : Math.abs(low) / 2 || 1;
      low -= reach;
      high += reach;
    } else if (this.#padded && !this.#tight) {
      const air = (high - low) * 0.055;
      if (!(this.#toZero && this.#low === 0)) low -= air;
      if (!(this.#toZero && this.#high === 0)) high += air;
    }
    const { rangemode } = this.layout;
    if (!this.log && (rangemode === "tozero" || rangemode === "nonnegative")) {
      low = rangemode === "tozero" ? Math.min(0, low) : Math.max(0, low);
      high = rangemode === "tozero" ? Math.max(0, high) : high;
    }
    if (reversed) [low, high] = [high, low];
    const given = this.layout.range;
    if (Array.isArray(given)) {
      const [first, last] = given.map((end) =>
        end === null ? NaN : this.log ? Number(end) : this.position(end),
      );
      if (Number.isFinite(first)) low = first!;
      if (Number.isFinite(last)) high = last!;
    }
    this.setEnds([low, high]);
  }

  /** Whether some trace fills it to its ends, as heatmaps do. */
  get isTight(): boolean {
    return this.#tight;
  }

  get ends(): readonly [number, number] {
    return this.#ends;
  }

  setEnds(ends: readonly [number, number]): void {
    this.#ends = [ends[0], ends[1]];
    const [low, high] = this.#ends;
    const [from, to] = this.#pixels;
    const slope = (to - from) / (high - low || 1);
    this.#map = (value) => from + ((this.log ? Math.log10(value) : value) - low) * slope;
  }

  get pixels(): readonly [number, number] {
    return this.#pixels;
  }

  /** Pixel of a value; NaN where the axis has no place for it. */
  at(value: number): number {
    return this.#map(value);
  }

  /** As `at`; what a log axis has no place for lies at its low end, below everything that it shows. */
  atOrBelow(value: number): number {
    const at = this.at(value);
    return Number.isFinite(at) ? at : this.#pixels[0];
  }

  /** Values and labels of the ticks. */
  ticks(): Tick[] {
    const { layout } = this;
    if (layout.visible === false) return [];
    const [low, high] = [Math.min(...this.#ends), Math.max(...this.#ends)];
    const within = ({ value }: { value: number }): boolean => {
      const at = this.log ? Math.log10(value) : value;
      return at >= low && at <= high;
    };
    if (Array.isArray(layout.tickvals)) {
      const names = Array.isArray(layout.ticktext) ? (layout.ticktext as unknown[]) : [];
      const values = layout.tickvals as unknown[];
      return values
        .map((given, i) => {
          const value = this.position(given);
          return { value, label: String(names[i] ?? (this.type === "linear" ? formatNumber(value) : given)) };
        })
        .filter(within);
    }
    const length = Math.abs(this.#pixels[1] - this.#pixels[0]);
    if (this.isCategorical) {
      const every = Math.max(
        1,
        Math.ceil(((high - low) * (this.letter === "x" ? 13 : 14)) / Math.max(length, 1)),
      );
      return [...this.#categories]
        .map(([label, value]) => ({ value, label }))
        .filter((tick) => tick.value % every === 0 && within(tick));
    }
    const wanted = typeof layout.nticks === "number" && layout.nticks > 0 ? layout.nticks : 10;
    const count = Math.max(2, Math.min(wanted, Math.floor(length / (this.letter === "x" ? 75 : 42))));
    if (this.type === "date")
      return spacedDates([low, high], count, layout, (ticks) => {
        const wide = Math.max(0, ...ticks.map(({ label }) => widest(label, fontSize - 1))) + 10;
        return this.letter === "y" || ticks.length < 2 || wide * (ticks.length - 1) <= length;
      });
    return numberTicks([low, high], count, layout, this.log);
  }

  get title(): string {
    return titleText(this.layout.title);
  }
}

/** Width of the longest of a label's lines. */
export function widest(label: string, size: number): number {
  return Math.max(...textLines(label).map((line) => textWidth(line, size)));
}
