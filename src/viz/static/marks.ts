/**
 * Points and lines of the static image, and what all traces share: their points, colours and markers.
 */
import {
  area as areaShape,
  curveCardinal,
  curveLinear,
  curveStep,
  curveStepAfter,
  curveStepBefore,
  line as lineShape,
} from "d3-shape";
import type { CurveFactory } from "d3-shape";
import type { Content } from "../../../html/writer.js";
import { decimateLine } from "../decimate.js";
import { fontSize, palette, textColor } from "../palette.js";
import { isAttributes } from "../plotly.js";
import type { Attributes } from "../plotly.js";
import { extent } from "../values.js";
import type { Axis } from "./axis.js";
import { colorScale, colorStops, cssColor } from "./color.js";
import { element, text } from "./svg.js";

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

export function includeScatter(placed: Placed): void {
  const { trace, x, y } = placed;
  const data = points(placed);
  data.x.forEach((v) => x.include(v));
  data.y.forEach((v) => y.include(v));
  y.pad();
  if (hasMode(trace, "markers")) x.pad();
  if (trace.fill === "tozeroy") y.includeZero();
}

const dashes = new Map(
  Object.entries({
    dot: "2 3",
    dash: "7 4",
    longdash: "10 5",
    dashdot: "7 3 2 3",
  }),
);

const curves = new Map<string, CurveFactory>(
  Object.entries({
    spline: curveCardinal,
    hv: curveStepAfter,
    vh: curveStepBefore,
    hvh: curveStep,
  }),
);

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
    "fill-opacity": marker.opacity as number | undefined,
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

export function drawScatter(placed: Placed): Content {
  const { trace, x, y, color } = placed;
  let data = points(placed);
  const out: Content[] = [];
  const wantsMarkers = hasMode(trace, "markers");
  if (hasMode(trace, "lines")) {
    const line = part(trace, "line");
    const plain = !wantsMarkers && !hasMode(trace, "text");
    if (plain && data.x.every((v, i) => i === 0 || v >= data.x[i - 1]!))
      data = decimateLine(data.x, data.y, 1500);
    const drawable = (i: number): boolean =>
      Number.isFinite(data.x[i]!) &&
      Number.isFinite(data.y[i]!) &&
      !(y.log && data.y[i]! <= 0) &&
      !(x.log && data.x[i]! <= 0);
    let order = data.x.map((_, i) => i);
    if (trace.connectgaps === true) order = order.filter(drawable);
    const curve = curves.get(String(line.shape)) ?? curveLinear;
    const px = (i: number): number => x.at(data.x[i]!);
    const py = (i: number): number => y.at(data.y[i]!);
    const path = lineShape<number>(px, py).defined(drawable).curve(curve).digits(1)(order) ?? "";
    const filled = typeof trace.fillcolor === "string" ? trace.fillcolor : color;
    const share = trace.fillcolor === undefined ? 0.5 : undefined;
    if (trace.fill === "toself") out.push(element("path", { d: path, fill: filled, "fill-opacity": share }));
    if (trace.fill === "tozeroy") {
      const foot = y.at(y.log ? 10 ** y.ends[0] : 0);
      const shape = areaShape<number>(px, foot, py).defined(drawable).curve(curve).digits(1);
      out.push(element("path", { d: shape(order) ?? "", fill: filled, "fill-opacity": share }));
    }
    out.push(
      element("path", {
        d: path,
        fill: "none",
        stroke: typeof line.color === "string" ? line.color : color,
        "stroke-width": typeof line.width === "number" ? line.width : 2,
        "stroke-dasharray": dashes.get(String(line.dash)),
        "stroke-linejoin": "round",
      }),
    );
  }
  if (wantsMarkers) {
    const { size } = part(trace, "marker");
    const colors = markerColors(trace, data.x.length, color);
    data.x.forEach((vx, i) => {
      const [px, py] = [x.at(vx), y.at(data.y[i]!)];
      if (!Number.isFinite(px) || !Number.isFinite(py)) return;
      const diameter = Array.isArray(size) ? Number(size[i] ?? 6) : typeof size === "number" ? size : 6;
      out.push(markerAt(trace, colors[i] ?? color, px, py, diameter));
    });
  }
  if (hasMode(trace, "text")) {
    const words = trace.text;
    const font = part(trace, "textfont");
    data.x.forEach((vx, i) => {
      const word = Array.isArray(words) ? words[i] : words;
      const [px, py] = [x.at(vx), y.at(data.y[i]!)];
      if (word === undefined || !Number.isFinite(px) || !Number.isFinite(py)) return;
      const position = String(trace.textposition ?? "middle center");
      const above = position.startsWith("top") ? -6 : position.startsWith("bottom") ? 6 : 0;
      const aside = position.endsWith("right") ? 6 : position.endsWith("left") ? -6 : 0;
      out.push(
        text(String(word), px + aside, py + above, {
          size: typeof font.size === "number" ? font.size : fontSize,
          color: typeof font.color === "string" ? font.color : textColor,
          anchor: aside > 0 ? "start" : aside < 0 ? "end" : "middle",
          baseline: above < 0 ? "bottom" : above > 0 ? "top" : "middle",
        }),
      );
    });
  }
  return out;
}
