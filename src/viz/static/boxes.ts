/**
 * Box plots and violins of the static image, with Plotly's quartiles (linear), fences (1.5 times the distance of the quartiles) and
 * kernel density (Silverman's width).
 */
import type { Content } from "../../../html/writer.js";
import type { Attributes } from "../plotly.js";
import type { Axis } from "./axis.js";
import { cssColor, parseColor } from "./color.js";
import { list, markerAt, part } from "./marks.js";
import type { Placed } from "./marks.js";
import { element } from "./svg.js";

export function isBox({ type }: Attributes): boolean {
  return type === "box" || type === "violin";
}

/** Whether the values lie along x. */
function isHorizontal(trace: Attributes): boolean {
  if (trace.orientation === "h" || trace.orientation === "v") return trace.orientation === "h";
  return trace.y === undefined && trace.x !== undefined;
}

/** What a box or violin trace puts on an axis, for the axis's type: its values, or the names of its boxes. */
export function boxValues(trace: Attributes, letter: "x" | "y", index: number): unknown[] {
  const values = list(trace[letter]);
  if (isHorizontal(trace) === (letter === "x") || values.length > 0) return values;
  const start = trace[`${letter}0`];
  return [start ?? (typeof trace.name === "string" ? trace.name : `trace ${index}`)];
}

interface Summary {
  readonly values: readonly number[];
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly low: number;
  readonly high: number;
  readonly mean: number;
  readonly deviation: number;
}

/** The value below which a share of the sorted ones lies, each standing for the middle of its own share. */
function quantile(sorted: readonly number[], share: number): number {
  const at = Math.min(sorted.length - 1, Math.max(0, share * sorted.length - 0.5));
  const below = Math.floor(at);
  const from = sorted[below]!;
  return from + (at - below) * ((sorted[below + 1] ?? from) - from);
}

export function summarize(given: readonly number[]): Summary {
  const values = [...given].sort((a, b) => a - b);
  const [q1, median, q3] = [0.25, 0.5, 0.75].map((share) => quantile(values, share)) as [
    number,
    number,
    number,
  ];
  const reach = 1.5 * (q3 - q1);
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1 || 1));
  return {
    values,
    q1,
    median,
    q3,
    low: Math.min(q1, values.find((v) => v >= q1 - reach) ?? q1),
    high: Math.max(q3, values.findLast((v) => v <= q3 + reach) ?? q3),
    mean,
    deviation,
  };
}

/** A violin's outline: places along the values, and how dense these are there. */
function density(
  { values, q1, q3, deviation }: Summary,
  trace: Attributes,
): { at: number[]; dense: number[] } {
  const n = values.length;
  const spread = Math.min(deviation, (q3 - q1) / 1.349) || deviation;
  const width =
    typeof trace.bandwidth === "number" && trace.bandwidth > 0
      ? trace.bandwidth
      : 1.059 * spread * n ** -0.2 || 1;
  const tails = trace.spanmode === "hard" ? 0 : 2 * width;
  const [from, to] = [values[0]! - tails, values[n - 1]! + tails];
  // More than some thousand values change no pixel of the estimate.
  const step = Math.max(1, Math.floor(n / 4000));
  const sample = values.filter((_, i) => i % step === 0);
  const at = Array.from({ length: 81 }, (_, i) => from + ((to - from) * i) / 80);
  const dense = at.map(
    (v) =>
      sample.reduce((sum, s) => sum + Math.exp(-0.5 * ((v - s) / width) ** 2), 0) / (sample.length * width),
  );
  return { at, dense };
}

export interface Box {
  readonly placed: Placed;
  readonly horizontal: boolean;
  /** Middle of the box, and half its width, on the axis that has the boxes side by side. */
  readonly at: number;
  readonly half: number;
  readonly summary: Summary;
}

/** The boxes (or violins) of all traces of a pair of axes. */
export function layBoxes(group: readonly { placed: Placed; index: number }[], mode: unknown): Box[] {
  const laid = group.map(({ placed, index }) => {
    const { trace } = placed;
    const horizontal = isHorizontal(trace);
    const [along, across] = horizontal ? [placed.y, placed.x] : [placed.x, placed.y];
    const values = list(trace[across.letter]).map((v) => across.number(v));
    const names = boxValues(trace, along.letter, index);
    const samples = new Map<number, number[]>();
    values.forEach((value, i) => {
      const at = along.number(names.length === 1 && values.length !== 1 ? names[0] : names[i]);
      if (!Number.isFinite(value) || !Number.isFinite(at)) return;
      const known = samples.get(at);
      if (known) known.push(value);
      else samples.set(at, [value]);
    });
    return { placed, horizontal, samples };
  });
  const places = [...new Set(laid.flatMap(({ samples }) => [...samples.keys()]))].sort((a, b) => a - b);
  const pitch = places.slice(1).reduce((least, v, i) => Math.min(least, v - places[i]!), Infinity);
  const slots = mode === "group" ? laid.length : 1;
  const room = (Number.isFinite(pitch) ? pitch : 1) * 0.7;
  return laid.flatMap(({ placed, horizontal, samples }, slot) =>
    [...samples].map(([at, values]): Box => {
      const width = placed.trace.width;
      return {
        placed,
        horizontal,
        at: at + (slots > 1 ? ((slot + 0.5) / slots - 0.5) * room : 0),
        half: typeof width === "number" && width > 0 ? width / 2 : (0.7 * room) / slots / 2,
        summary: summarize(values),
      };
    }),
  );
}

export function includeBox({ placed, horizontal, at, half, summary }: Box): void {
  const [along, across] = horizontal ? [placed.y, placed.x] : [placed.x, placed.y];
  const side = along.isCategorical ? 0.5 : half / 0.7;
  along.include(at - side);
  along.include(at + side);
  const { values } = summary;
  const ends = placed.trace.type === "violin" ? density(summary, placed.trace).at : values;
  // A log axis spans those that it has a place for.
  for (const value of across.log ? values : [ends[0]!, ends.at(-1)!]) across.include(value);
  across.pad();
}

export function drawBox(box: Box): Content {
  const { placed, horizontal, at, half, summary } = box;
  const { trace } = placed;
  const [along, across] = horizontal ? [placed.y, placed.x] : [placed.x, placed.y];
  const line = part(trace, "line");
  const color = typeof line.color === "string" ? line.color : placed.color;
  const width = typeof line.width === "number" ? line.width : 2;
  const [r, g, b] = parseColor(placed.color);
  const fill = typeof trace.fillcolor === "string" ? trace.fillcolor : cssColor([r, g, b, 0.5]);
  const style = { fill, stroke: color, "stroke-width": width };
  /** A point of the picture by how far along the boxes and how high it lies. */
  const point = (side: number, value: number): string => {
    const [p, q] = [along.at(at + side), across.atOrBelow(value)].map((v) => Math.round(v * 10) / 10) as [
      number,
      number,
    ];
    return horizontal ? `${q} ${p}` : `${p} ${q}`;
  };
  const out: Content[] =
    trace.type === "violin"
      ? drawViolin(box, point, style)
      : drawQuartiles(summary, half, point, style, trace.boxmean, trace.notched === true);
  out.push(drawPoints(box, along, across, color));
  return out;
}

type Point = (side: number, value: number) => string;
type Style = Readonly<Record<string, string | number>>;

function drawQuartiles(
  s: Summary,
  half: number,
  point: Point,
  style: Style,
  mean: unknown,
  notched: boolean,
): Content[] {
  const cap = half / 2;
  const pinch = 1.57 * ((s.q3 - s.q1) / Math.sqrt(s.values.length));
  const waist = notched ? half / 2 : half;
  const notch = (side: number, value: number): string => (notched ? `L${point(side, value)}` : "");
  const outline = [
    `M${point(-half, s.q1)}L${point(half, s.q1)}`,
    notch(half, s.median - pinch),
    `L${point(waist, s.median)}`,
    notch(half, s.median + pinch),
    `L${point(half, s.q3)}L${point(-half, s.q3)}`,
    notch(-half, s.median + pinch),
    `L${point(-waist, s.median)}`,
    notch(-half, s.median - pinch),
    "Z",
    `M${point(-waist, s.median)}L${point(waist, s.median)}`,
    `M${point(0, s.q1)}L${point(0, s.low)}M${point(0, s.q3)}L${point(0, s.high)}`,
    `M${point(-cap, s.low)}L${point(cap, s.low)}M${point(-cap, s.high)}L${point(cap, s.high)}`,
  ].join("");
  const out: Content[] = [element("path", { d: outline, class: "box", ...style })];
  if (mean === true || mean === "sd") {
    const diamond =
      mean === "sd"
        ? `M${point(0, s.mean - s.deviation)}L${point(half, s.mean)}L${point(0, s.mean + s.deviation)}L${point(-half, s.mean)}Z`
        : "";
    out.push(
      element("path", {
        ...style,
        d: `${diamond}M${point(-half, s.mean)}L${point(half, s.mean)}`,
        fill: "none",
        "stroke-dasharray": "5 3",
      }),
    );
  }
  return out;
}

function drawViolin({ summary, half, placed }: Box, point: Point, style: Style): Content[] {
  const { trace } = placed;
  const { at, dense } = density(summary, trace);
  const scale = half / Math.max(...dense);
  const left = trace.side === "positive" ? 0 : 1;
  const right = trace.side === "negative" ? 0 : 1;
  const side = (direction: number) => at.map((v, i) => point(direction * dense[i]! * scale, v));
  const d = `M${[...side(right), ...side(-left).reverse()].join("L")}Z`;
  const out: Content[] = [element("path", { d, class: "violin", ...style })];
  if (part(trace, "box").visible === true)
    out.push(...drawQuartiles(summary, half / 4, point, { ...style, "stroke-width": 1 }, undefined, false));
  if (part(trace, "meanline").visible === true)
    out.push(
      element("path", {
        ...style,
        d: `M${point(-half * left, summary.mean)}L${point(half * right, summary.mean)}`,
        fill: "none",
        "stroke-dasharray": "5 3",
      }),
    );
  return out;
}

/** The points that the trace shows beside or over its box: outliers unless it says otherwise. */
function drawPoints(
  { placed, horizontal, at, half, summary }: Box,
  along: Axis,
  across: Axis,
  color: string,
): Content {
  const { trace } = placed;
  const which = trace[trace.type === "violin" ? "points" : "boxpoints"] ?? "outliers";
  if (which === false) return "";
  const shown =
    which === "all" ? summary.values : summary.values.filter((v) => v < summary.low || v > summary.high);
  const aside =
    typeof trace.pointpos === "number" ? trace.pointpos * half : which === "all" ? -1.5 * half : 0;
  const marker = part(trace, "marker");
  const fill = typeof marker.color === "string" ? marker.color : color;
  const size = typeof marker.size === "number" ? marker.size : 6;
  const jitter = typeof trace.jitter === "number" ? trace.jitter : which === "all" ? 0.3 : 0;
  const drawable = shown.filter((value) => Number.isFinite(across.at(value)));
  return drawable.slice(0, 2000).map((value, i) => {
    // Evenly scattered, and the same each time.
    const offset = aside + jitter * half * (((i * 0.618034) % 1) * 2 - 1);
    const [p, q] = [along.at(at + offset), across.at(value)];
    return markerAt(trace, fill, horizontal ? q : p, horizontal ? p : q, size);
  });
}
