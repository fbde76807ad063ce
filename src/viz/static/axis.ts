/**
 * Axes of the static image: which values they span, where those lie in pixels, and how ticks are labelled.
 */
import { scaleLinear, scaleLog } from "d3-scale";
import type { Content } from "../../../html/writer.js";
import { fontSize, gridColor, lineColor, textColor } from "../palette.js";
import { isAttributes, titleText } from "../plotly.js";
import type { Attributes } from "../plotly.js";
import { element, text, textLines, textWidth } from "./svg.js";

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Values as traces have them: numbers, or names of categories. */
export type AxisValue = number | string;

export class Axis {
  /** "x", "y2" … as traces refer to it. */
  readonly id: string;
  readonly letter: "x" | "y";
  readonly layout: Attributes;
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

  constructor(id: string, layout: Attributes) {
    this.id = id;
    this.letter = id[0] as "x" | "y";
    this.layout = layout;
    this.log = layout.type === "log";
  }

  get isCategorical(): boolean {
    return this.#categories.size > 0;
  }

  /** A value as a number: itself, or the index of its category. NaN for what an axis cannot place. */
  number(value: unknown): number {
    if (typeof value === "number") return value;
    if (typeof value === "boolean") return Number(value);
    if (value === null || value === undefined) return NaN;
    const name = String(value);
    if (!this.#categories.has(name)) this.#categories.set(name, this.#categories.size);
    return this.#categories.get(name)!;
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

  /** Settles the range and where it lies: pixels of its low and its high end. */
  place(from: number, to: number): void {
    this.#pixels = [from, to];
    const measure = (v: number): number => (this.log ? Math.log10(v) : v);
    let [low, high] = this.#low <= this.#high ? [measure(this.#low), measure(this.#high)] : [0, 1];
    const given = this.layout.range;
    const reversed = this.layout.autorange === "reversed" || this.layout.autorange === "min reversed";
    if (this.isCategorical) {
      [low, high] = [-0.5, this.#categories.size - 0.5];
    } else if (low === high) {
      low -= this.log ? 0.5 : Math.abs(low) / 2 || 1;
      high += this.log ? 0.5 : Math.abs(high) / 2 || 1;
    } else if (this.#padded && !this.#tight) {
      const air = (high - low) * 0.055;
      if (!(this.#toZero && this.#low === 0)) low -= air;
      if (!(this.#toZero && this.#high === 0)) high += air;
    }
    if (reversed) [low, high] = [high, low];
    if (Array.isArray(given)) {
      if (typeof given[0] === "number") low = given[0];
      if (typeof given[1] === "number") high = given[1];
    }
    this.setEnds([low, high]);
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

  /** Values and labels of the ticks. */
  ticks(): { value: number; label: string }[] {
    const { layout } = this;
    if (layout.visible === false) return [];
    const [low, high] = [Math.min(...this.#ends), Math.max(...this.#ends)];
    if (Array.isArray(layout.tickvals)) {
      const names = Array.isArray(layout.ticktext) ? (layout.ticktext as unknown[]) : [];
      return (layout.tickvals as number[])
        .map((value, i) => ({ value, label: String(names[i] ?? formatNumber(value)) }))
        .filter(({ value }) => value >= low && value <= high);
    }
    const length = Math.abs(this.#pixels[1] - this.#pixels[0]);
    if (this.isCategorical) {
      const every = Math.ceil(
        (this.#categories.size * (this.letter === "x" ? 40 : 16)) / Math.max(length, 1),
      );
      return [...this.#categories]
        .map(([label, value]) => ({ value, label }))
        .filter(({ value }) => value % every === 0);
    }
    const count = Math.max(3, Math.min(10, Math.floor(length / (this.letter === "x" ? 75 : 42))));
    if (this.log) return logTicks(low, high, count);
    const dtick = typeof layout.dtick === "number" ? layout.dtick : undefined;
    const values =
      dtick === undefined
        ? scaleLinear().domain([low, high]).ticks(count)
        : Array.from({ length: Math.min(100, Math.floor((high - low) / dtick) + 2) }, (_, i) => {
            const start = typeof layout.tick0 === "number" ? layout.tick0 : 0;
            return start + (Math.ceil((low - start) / dtick) + i) * dtick;
          }).filter((v) => v >= low && v <= high);
    const format = tickFormat(values);
    return values.map((value) => ({ value, label: format(value) }));
  }

  get title(): string {
    return titleText(this.layout.title);
  }

  /** Lines across the plot. */
  grid(rect: Rect): Content {
    const { layout } = this;
    if (layout.visible === false || layout.showgrid === false || (this.#tight && layout.showgrid !== true))
      return "";
    const across = (pixel: number, color: string): Content =>
      this.letter === "x"
        ? element("path", { d: `M${r(pixel)} ${r(rect.top)}V${r(rect.top + rect.height)}`, stroke: color })
        : element("path", { d: `M${r(rect.left)} ${r(pixel)}H${r(rect.left + rect.width)}`, stroke: color });
    const lines = this.ticks()
      .filter(({ value }) => !this.isCategorical && (this.log || value !== 0 || layout.zeroline === false))
      .map(({ value }) => across(this.at(value), String(layout.gridcolor ?? gridColor)));
    const [low, high] = [Math.min(...this.#ends), Math.max(...this.#ends)];
    if (!this.log && !this.isCategorical && layout.zeroline !== false && low <= 0 && high >= 0)
      lines.push(across(this.at(0), String(layout.zerolinecolor ?? lineColor)));
    return lines;
  }

  /** Labels and title, at the bottom (left) edge of `rect`, or at the top (right) if the layout says so. */
  labels(rect: Rect): Content {
    const { layout } = this;
    if (layout.visible === false) return "";
    const far = layout.side === (this.letter === "x" ? "top" : "right");
    const color = isAttributes(layout.tickfont) ? String(layout.tickfont.color ?? textColor) : textColor;
    const ticks = layout.showticklabels === false ? [] : this.ticks();
    const out: Content[] = [];
    const titleStyle = { size: fontSize, color: titleColor(layout.title), anchor: "middle" } as const;
    if (this.letter === "x") {
      const edge = far ? rect.top - 5 : rect.top + rect.height + 5;
      for (const { value, label } of ticks)
        out.push(
          text(label, this.at(value), edge, {
            size: fontSize - 1,
            color,
            anchor: "middle",
            baseline: far ? "bottom" : "top",
          }),
        );
      if (this.title !== "")
        out.push(
          text(this.title, rect.left + rect.width / 2, edge + (far ? -18 : 18), {
            ...titleStyle,
            baseline: far ? "bottom" : "top",
          }),
        );
      return out;
    }
    const edge = far ? rect.left + rect.width + 5 : rect.left - 5;
    for (const { value, label } of ticks)
      out.push(
        text(label, edge, this.at(value), {
          size: fontSize - 1,
          color,
          anchor: far ? "start" : "end",
          baseline: "middle",
        }),
      );
    if (this.title !== "") {
      const widest = Math.max(0, ...ticks.map(({ label }) => textWidth(textLines(label)[0]!, fontSize - 1)));
      const x = far ? edge + widest + 12 : Math.max(9, edge - widest - 12);
      out.push(
        text(this.title, x, rect.top + rect.height / 2, { ...titleStyle, baseline: "middle", angle: -90 }),
      );
    }
    return out;
  }
}

function r(x: number): number {
  return Math.round(x * 100) / 100;
}

function titleColor(title: unknown): string {
  const font = isAttributes(title) ? title.font : undefined;
  return isAttributes(font) && typeof font.color === "string" ? font.color : textColor;
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function power(exponent: number): string {
  if (exponent === 0) return "1";
  if (exponent === 1) return "10";
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}

function logTicks(low: number, high: number, count: number): { value: number; label: string }[] {
  const first = Math.ceil(low - 1e-9);
  const last = Math.floor(high + 1e-9);
  const decades = last - first + 1;
  if (decades >= 2) {
    const every = Math.ceil(decades / count);
    return Array.from({ length: Math.ceil(decades / every) }, (_, i) => first + i * every).map(
      (exponent) => ({
        value: 10 ** exponent,
        label: power(exponent),
      }),
    );
  }
  // Within one decade: 1, 2, 5 or finer steps.
  const values = scaleLog()
    .domain([10 ** low, 10 ** high])
    .ticks(count);
  const every = Math.ceil(values.length / count);
  return values.filter((_, i) => i % every === 0).map((value) => ({ value, label: formatNumber(value) }));
}

/** A number as a label by itself. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    const exponent = Math.floor(Math.log10(size));
    const mantissa = Number((value / 10 ** exponent).toPrecision(3));
    return mantissa === 1 ? power(exponent) : `${mantissa}×${power(exponent)}`.replace("-", "−");
  }
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

/** A format with the same number of decimals for all ticks; thousands as k and millions as M, like Plotly. */
export function tickFormat(values: readonly number[]): (value: number) => string {
  const largest = Math.max(0, ...values.map(Math.abs));
  const step = values.length > 1 ? Math.abs(values[1]! - values[0]!) : largest || 1;
  if (largest < 1e-4 || largest >= 1e12) return (value) => (value === 0 ? "0" : formatNumber(value));
  const [unit, suffix] =
    largest >= 1e9 ? [1e9, "B"] : largest >= 1e6 ? [1e6, "M"] : largest >= 1e4 ? [1e3, "k"] : [1, ""];
  const decimals = Math.max(0, Math.min(10, -Math.floor(Math.log10(step / unit) + 1e-9)));
  return (value) => {
    if (value === 0) return "0";
    const digits = String(Number((value / unit).toFixed(decimals)));
    return `${digits.replace("-", "−")}${suffix}`;
  };
}
