/** Points, lines, areas and texts of scatter traces in the static image. */
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
import { fontSize, textColor } from "../palette.js";
import type { Attributes } from "../plotly.js";
import { drawManyMarkers, fewMarkers } from "./many-marks.js";
import { hasMode, isHidden, list, markerAt, markerColors, markerSize, part, points } from "./marks.js";
import type { Placed } from "./marks.js";
import { element, text } from "./svg.js";

export function includeScatter(placed: Placed): void {
  const { trace, x, y } = placed;
  const data = points(placed);
  data.x.forEach((v) => x.include(v));
  data.y.forEach((v) => y.include(v));
  y.pad();
  // An area reaches the sides of its plot.
  const area = trace.fill === "tozeroy" || trace.fill === "tonexty";
  if ((hasMode(trace, "markers") || hasMode(trace, "text")) && !area) x.pad();
  if (trace.fill === "tozeroy") y.includeZero();
  if (trace.fill === "tozerox") x.includeZero();
}

/**
 * Traces of a `stackgroup` as the lines that they are drawn as: each the sum of those before it, filled down to the one below.
 * Values are summed where x is the same.
 */
export function stackTraces(data: readonly Attributes[]): Attributes[] {
  const stacks = new Map<string, { sums: Map<unknown, number>; totals: Map<unknown, number> }>();
  const keyOf = (trace: Attributes): string => JSON.stringify([trace.stackgroup, trace.xaxis, trace.yaxis]);
  const isStacked = (trace: Attributes): boolean =>
    typeof trace.stackgroup === "string" &&
    trace.stackgroup !== "" &&
    trace.orientation !== "h" &&
    !isHidden(trace);
  const at = (trace: Attributes, i: number): unknown => (Array.isArray(trace.x) ? trace.x[i] : i);
  const valueOf = (value: unknown): number =>
    typeof value === "number" && Number.isFinite(value) ? value : 0;
  for (const trace of data.filter(isStacked)) {
    const stack = stacks.get(keyOf(trace)) ?? { sums: new Map(), totals: new Map() };
    stacks.set(keyOf(trace), stack);
    list(trace.y).forEach((value, i) => {
      const place = at(trace, i);
      stack.totals.set(place, (stack.totals.get(place) ?? 0) + valueOf(value));
    });
  }
  const norms = new Map<string, unknown>();
  return data.map((trace) => {
    if (!isStacked(trace)) return trace;
    const stack = stacks.get(keyOf(trace))!;
    const first = !norms.has(keyOf(trace));
    if (first) norms.set(keyOf(trace), trace.groupnorm);
    const norm = norms.get(keyOf(trace));
    const whole = norm === "percent" ? 100 : norm === "fraction" ? 1 : undefined;
    const y = list(trace.y).map((value, i) => {
      const place = at(trace, i);
      const share = whole === undefined ? 1 : whole / (stack.totals.get(place) || 1);
      const sum = (stack.sums.get(place) ?? 0) + valueOf(value) * share;
      stack.sums.set(place, sum);
      return sum;
    });
    const fill = trace.fill ?? (first ? "tozeroy" : "tonexty");
    return { ...trace, y, fill, mode: trace.mode ?? "lines" };
  });
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

/** `before` is the scatter trace drawn before on the same axes, to which an area may reach. */
export function drawScatter(placed: Placed, before: Placed | undefined): Content {
  const { trace, x, y, color } = placed;
  let data = points(placed);
  const out: Content[] = [];
  const wantsMarkers = hasMode(trace, "markers");
  if (hasMode(trace, "lines")) {
    const line = part(trace, "line");
    const plain = !wantsMarkers && !hasMode(trace, "text");
    if (plain && data.x.every((v, i) => i === 0 || v >= data.x[i - 1]!))
      data = decimateLine(data.x, data.y, 1500, x.log ? Math.log10 : undefined);
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
    const area = (d: string | null): void => {
      out.push(element("path", { d: d ?? "", class: "area", fill: filled, "fill-opacity": share }));
    };
    if (trace.fill === "toself" || trace.fill === "tonext") area(path);
    if (trace.fill === "tozeroy" || (trace.fill === "tonexty" && before === undefined)) {
      const foot = y.at(y.log ? 10 ** y.ends[0] : 0);
      area(areaShape<number>(px, foot, py).defined(drawable).curve(curve).digits(1)(order));
    }
    if (trace.fill === "tozerox" || (trace.fill === "tonextx" && before === undefined)) {
      const foot = x.at(x.log ? 10 ** x.ends[0] : 0);
      const shape = areaShape<number>().y(py).x0(foot).x1(px).defined(drawable).curve(curve).digits(1);
      area(shape(order));
    }
    if ((trace.fill === "tonexty" || trace.fill === "tonextx") && before !== undefined) {
      const below = points(before);
      const way = below.x
        .map((v, i) => [x.at(v), y.at(below.y[i]!)] as const)
        .filter((at) => at.every(Number.isFinite));
      const back = lineShape<readonly [number, number]>().curve(curve).digits(1)([...way].reverse());
      if (back !== null && path !== "") area(`${path}${back.replace(/^M/, "L")}Z`);
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
    if (data.x.length > fewMarkers) return [...out, drawManyMarkers(placed, data)];
    const colors = markerColors(trace, data.x.length, color);
    data.x.forEach((vx, i) => {
      const [px, py] = [x.at(vx), y.at(data.y[i]!)];
      if (!Number.isFinite(px) || !Number.isFinite(py)) return;
      const diameter = markerSize(trace, i, size);
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
