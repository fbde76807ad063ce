/**
 * What all traces of the static image share: their points, colours and markers.
 */
import type { Content } from "../../../html/writer.js";
import { palette } from "../palette.js";
import { isAttributes } from "../plotly.js";
import type { Attributes } from "../plotly.js";
import { extent } from "../values.js";
import type { Axis } from "./axis.js";
import { colorScale, colorStops, cssColor } from "./color.js";
import { element } from "./svg.js";

/** A number that means something; undefined for NaN, infinities and what is no number. */
export function finite(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A trace with the axes it is drawn on and the colour that its place in the figure gives it. */
export interface Placed {
  readonly trace: Attributes;
  readonly x: Axis;
  readonly y: Axis;
  readonly color: string;
}

const none: Attributes = {};

export function part(trace: Attributes, key: string): Attributes {
  const value = trace[key];
  return isAttributes(value) ? value : none;
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The colour a trace shows in the legend. */
export function traceColor(trace: Attributes, index: number): string {
  const marker = part(trace, "marker").color;
  const line = part(trace, "line").color;
  const own = hasMode(trace, "lines") ? (line ?? marker) : (marker ?? line);
  return typeof own === "string" ? own : palette[index % palette.length]!;
}

/** Plotly's rule: short series show markers, long ones lines only. */
export function hasMode(trace: Attributes, mode: "lines" | "markers" | "text"): boolean {
  if (trace.type !== "scatter" && trace.type !== "scattergl") return false;
  const given = trace.mode;
  if (typeof given === "string") return given.includes(mode);
  return mode === "lines" || (mode === "markers" && list(trace.y ?? trace.x).length < 20);
}

/** The points of a trace as axis numbers; a missing x counts from x0 in steps of dx. */
export function points({ trace, x, y }: Placed): { x: number[]; y: number[] } {
  const xs = trace.x as unknown[] | undefined;
  const ys = trace.y as unknown[] | undefined;
  const count = xs && ys ? Math.min(xs.length, ys.length) : (xs ?? ys ?? []).length;
  const counted = (start: unknown, step: unknown): number[] =>
    Array.from(
      { length: count },
      (_, i) => (typeof start === "number" ? start : 0) + i * (typeof step === "number" ? step : 1),
    );
  return {
    x: xs ? xs.slice(0, count).map((v) => x.number(v)) : counted(trace.x0, trace.dx),
    y: ys ? ys.slice(0, count).map((v) => y.number(v)) : counted(trace.y0, trace.dy),
  };
}

export function isHidden({ visible }: Attributes): boolean {
  return visible === false || visible === "legendonly";
}

/** A marker's outline around (0, 0); sizes are diameters, as Plotly has them. */
function symbolPath(symbol: string, size: number): string {
  const a = size / 2;
  const n = (v: number): string => String(Math.round(v * 100) / 100);
  switch (symbol.replace(/-(open|dot)/g, "")) {
    case "square":
      return `M${n(-a)} ${n(-a)}H${n(a)}V${n(a)}H${n(-a)}Z`;
    case "diamond":
      return `M0 ${n(-a * 1.3)}L${n(a * 1.3)} 0L0 ${n(a * 1.3)}L${n(-a * 1.3)} 0Z`;
    case "cross":
      return `M${n(-a)} ${n(-a / 3)}H${n(-a / 3)}V${n(-a)}H${n(a / 3)}V${n(-a / 3)}H${n(a)}V${n(a / 3)}H${n(a / 3)}V${n(a)}H${n(-a / 3)}V${n(a / 3)}H${n(-a)}Z`;
    case "x":
      return `M${n(-a)} ${n(-a * 0.6)}L${n(-a * 0.6)} ${n(-a)}L0 ${n(-a * 0.4)}L${n(a * 0.6)} ${n(-a)}L${n(a)} ${n(-a * 0.6)}L${n(a * 0.4)} 0L${n(a)} ${n(a * 0.6)}L${n(a * 0.6)} ${n(a)}L0 ${n(a * 0.4)}L${n(-a * 0.6)} ${n(a)}L${n(-a)} ${n(a * 0.6)}L${n(-a * 0.4)} 0Z`;
    case "triangle-up":
      return `M${n(-a)} ${n(a * 0.7)}L0 ${n(-a)}L${n(a)} ${n(a * 0.7)}Z`;
    case "triangle-down":
      return `M${n(-a)} ${n(-a * 0.7)}L0 ${n(a)}L${n(a)} ${n(-a * 0.7)}Z`;
    case "star": {
      const tips = Array.from({ length: 10 }, (_, i) => {
        const radius = i % 2 === 0 ? a * 1.3 : a * 0.55;
        const angle = (i * Math.PI) / 5 - Math.PI / 2;
        return `${n(radius * Math.cos(angle))} ${n(radius * Math.sin(angle))}`;
      });
      return `M${tips.join("L")}Z`;
    }
    default:
      return `M${n(-a)} 0A${n(a)} ${n(a)} 0 1 1 ${n(a)} 0A${n(a)} ${n(a)} 0 1 1 ${n(-a)} 0Z`;
  }
}

/** The marker of a trace at a pixel. */
export function markerAt(trace: Attributes, color: string, px: number, py: number, size: number): Content {
  const marker = part(trace, "marker");
  const outline = part(marker, "line");
  const symbol = typeof marker.symbol === "string" ? marker.symbol : "circle";
  const open = symbol.endsWith("-open");
  return element("path", {
    d: symbolPath(symbol, size),
    transform: `translate(${Math.round(px * 100) / 100} ${Math.round(py * 100) / 100})`,
    fill: open ? "none" : color,
    stroke: open
      ? color
      : typeof outline.width === "number" && outline.width > 0
        ? String(outline.color ?? "#444444")
        : undefined,
    "stroke-width": open ? 1.5 : (outline.width as number | undefined),
    // Bubbles shine through, as Plotly's do.
    "fill-opacity":
      typeof marker.opacity === "number" ? marker.opacity : Array.isArray(marker.size) ? 0.7 : undefined,
  });
}

/** Colour of each point: one for all, one each, or a scale over numbers. */
export function markerColors(trace: Attributes, count: number, color: string): string[] {
  const marker = part(trace, "marker");
  const given = marker.color;
  if (!Array.isArray(given)) return new Array<string>(count).fill(typeof given === "string" ? given : color);
  if (given.some((c) => typeof c === "string")) return given.map(String);
  const [low, high] = extent(given as number[]) ?? [0, 1];
  const scale = colorScale(
    colorStops(marker.colorscale, marker.reversescale === true),
    typeof marker.cmin === "number" ? marker.cmin : low,
    typeof marker.cmax === "number" ? marker.cmax : high,
  );
  return (given as number[]).map((value) => cssColor(scale(value)));
}

/** Diameter of a trace's marker in pixels; sizes by area are scaled by sizeref. */
export function markerSize(trace: Attributes, i: number, size: unknown): number {
  const marker = part(trace, "marker");
  if (!Array.isArray(size)) return typeof size === "number" && size >= 0 ? size : 6;
  // What is no size is not seen.
  const given = Math.max(0, Number(size[i] ?? 6) || 0);
  const ref = typeof marker.sizeref === "number" && marker.sizeref > 0 ? marker.sizeref : 1;
  const scaled = marker.sizemode === "area" ? Math.sqrt(given / ref) : given / ref;
  return Math.max(scaled, typeof marker.sizemin === "number" ? marker.sizemin : 0);
}
