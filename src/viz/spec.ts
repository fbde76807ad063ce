/**
 * From what a user writes to what Plotly and the static image both draw: checks traces, turns tensors into arrays, thins long lines,
 * and settles title, margins and legend, so that the two pictures have the same frame.
 */
import { isChinese, say } from "../locale/words.js";
import { decimateLine } from "./decimate.js";
import { isAxisType, typeOfValues } from "./axis-type.js";
import { fontSize, sequential, template } from "./palette.js";
import { axisKey, isAttributes, titleText } from "./plotly.js";
import type { Attributes, Layout, Spec, Trace } from "./plotly.js";
import { dateMs } from "./static/dates.js";
import { pieSlices } from "./static/pie.js";
import { overlap, textWidth } from "./static/svg.js";
import { extent, toPlain, toRows } from "./values.js";

const matrixTypes = new Set(["heatmap", "contour", "surface", "histogram2d", "histogram2dcontour"]);
/** More points in a line than any screen has columns. */
const linePoints = 4000;
/** More markers than a browser draws well one by one: WebGL draws them. */
const markerPoints = 10_000;
/** Diameter of a marker in space, in pixels. */
const spatialMarker = 4;
/** More markers than a notebook should hold: of those that lie within a thousandth of the figure from each other one is kept. */
const mostPoints = 200_000;

function checkLengths(trace: Attributes, what: string): void {
  const { x, y } = trace;
  if (Array.isArray(x) && Array.isArray(y) && x.length !== y.length)
    throw new RangeError(
      `${what}: x has ${x.length} values and y has ${y.length}; they must be equally many`,
    );
}

function isAscending(x: readonly unknown[]): x is number[] {
  for (let i = 1; i < x.length; i++) if (!((x[i] as number) >= (x[i - 1] as number))) return false;
  return typeof x[0] === "number";
}

function normaliseTrace(trace: unknown, index: number): Attributes {
  const what = `trace ${index}`;
  if (!isAttributes(trace))
    throw new TypeError(
      `viz.plot: ${what}: expected an object such as { y: [1, 2, 3] }, got ${JSON.stringify(trace)}`,
    );
  const { x, y, z, ...rest } = trace;
  const type = typeof trace.type === "string" ? trace.type : "scatter";
  const out: Record<string, unknown> = { type, ...(toPlain(rest) as object) };
  // What is no text is no type.
  out.type = type;
  for (const [key, value] of [
    ["x", x],
    ["y", y],
  ] as const) {
    if (value === undefined) continue;
    const plain = toPlain(value);
    if (!Array.isArray(plain))
      throw new TypeError(
        `viz.plot: ${what}: ${key} must be an array, a typed array or a tensor, got ${typeof value}`,
      );
    // A column of shape [n, 1] is as good as a vector.
    out[key] = plain.every((row) => Array.isArray(row) && row.length === 1) ? plain.flat() : plain;
  }
  if (z !== undefined) {
    const plain = toPlain(z);
    out.z =
      matrixTypes.has(type) && !type.startsWith("histogram") ? toRows(plain, `viz.plot: ${what}: z`) : plain;
  }
  if (type === "scatter" || type === "bar") checkLengths(out, `viz.plot: ${what}`);
  // What has no colours of its own has those of this package, in both pictures.
  if (matrixTypes.has(type) && out.coloraxis === undefined) out.colorscale ??= sequential;
  if (isAttributes(out.marker) && Array.isArray(out.marker.color) && out.marker.coloraxis === undefined)
    out.marker = { colorscale: sequential, ...out.marker };
  // Plotly's own size hides a cloud of points in itself.
  if (type === "scatter3d")
    out.marker = { size: spatialMarker, ...(isAttributes(out.marker) ? out.marker : {}) };
  return type === "scatter" || type === "scattergl" ? thinned(out) : out;
}

/** A scatter trace of many points with fewer of them, or as one that WebGL draws. */
function thinned(trace: Record<string, unknown>): Attributes {
  const { x, y } = trace;
  if (!Array.isArray(y) || y.length <= linePoints || typeof trace.stackgroup === "string") return trace;
  const xs: unknown[] = Array.isArray(x) ? x : y.map((_, i) => i);
  const lineOnly = trace.mode === "lines" || trace.mode === undefined;
  const attached = ["text", "customdata", "ids", "error_x", "error_y"].some((key) => key in trace);
  if (lineOnly && !attached && isNumbers(y)) {
    const dates = typeOfValues(xs) === "date";
    const places = dates ? xs.map(dateMs) : xs;
    if (isAscending(places)) {
      const line = decimateLine(places, y, linePoints);
      // Places in an array of their own are found again by their order.
      let from = 0;
      const kept = dates
        ? line.x.map((at) => {
            from = places.indexOf(at, from);
            return xs[from];
          })
        : line.x;
      return { ...trace, mode: "lines", x: kept, y: line.y };
    }
  }
  if (y.length <= markerPoints) return trace;
  const fewer = y.length > mostPoints && isNumbers(y) && isNumbers(xs) ? thinPoints(trace, xs, y) : trace;
  const spline = isAttributes(trace.line) && trace.line.shape === "spline";
  return spline ? fewer : { ...fewer, type: "scattergl" };
}

/** Of the points in each cell of a fine grid the first, the grid made coarser until few enough are left. */
function thinPoints(trace: Attributes, xs: readonly number[], ys: readonly number[]): Attributes {
  const [left, right] = extent(xs) ?? [0, 1];
  const [low, high] = extent(ys) ?? [0, 1];
  let kept: number[] = [];
  for (let cells = 1000; ; cells /= 2) {
    const taken = new Set<number>();
    kept = [];
    for (let i = 0; i < ys.length; i++) {
      const column = Math.floor(((xs[i]! - left) / (right - left || 1)) * cells);
      const row = Math.floor(((ys[i]! - low) / (high - low || 1)) * cells);
      const cell = row * (cells + 1) + column;
      if (!Number.isFinite(cell) || taken.has(cell)) continue;
      taken.add(cell);
      kept.push(i);
    }
    if (kept.length <= mostPoints) break;
  }
  const each = (value: unknown): unknown =>
    Array.isArray(value) && value.length === ys.length ? kept.map((i) => value[i] as unknown) : value;
  const own = (attributes: Attributes): Record<string, unknown> =>
    Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, each(value)]));
  const out = own({ ...trace, x: xs });
  if (isAttributes(out.marker)) out.marker = own(out.marker);
  const name = typeof trace.name === "string" ? `${trace.name}, ` : "";
  return {
    ...out,
    name: name + say("{0} of {1} points", kept.length, ys.length),
    showlegend: trace.showlegend ?? true,
  };
}

function isNumbers(values: readonly unknown[]): values is number[] {
  return values.every((v) => typeof v === "number");
}

function withTitleObject(value: Attributes): Attributes {
  return typeof value.title === "string" ? { ...value, title: { text: value.title } } : value;
}

/** A length in pixels, which Plotly also takes as text; undefined for what is none. */
function pixels(value: unknown): number | undefined {
  const length = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof length === "number" && Number.isFinite(length) ? Math.max(10, length) : undefined;
}

function lines(text: string): number {
  return text === "" ? 0 : text.split(/<br\s*\/?>/).length;
}

function hasColorbar(trace: Attributes): boolean {
  if (trace.showscale === false) return false;
  if (matrixTypes.has(String(trace.type))) return true;
  return isAttributes(trace.marker) && trace.marker.showscale === true;
}

export interface LegendEntry {
  readonly trace: Attributes;
  /** The trace's place in the figure. */
  readonly index: number;
  readonly name: string;
  /** Where the entry stands for a part of its trace, as a pie's slices do. */
  readonly color?: string;
}

/** What the legend lists; nothing for a figure that has none. */
export function legendEntries(data: readonly Attributes[], layout: Attributes): LegendEntry[] {
  const named = data
    .map((trace, index) => ({ trace, index }))
    .filter(({ trace }) => trace.showlegend !== false && trace.visible !== false && !hasOwnAxes(trace));
  const isClear =
    named.length > 1 || named.some(({ trace }) => trace.showlegend === true || trace.type === "pie");
  if (!(layout.showlegend ?? isClear)) return [];
  const slices = new Set<string>();
  // What lies over one another is listed from the top.
  const areas = named.some(
    ({ trace }) => trace.fill === "tonexty" || trace.fill === "tonextx" || trace.stackgroup,
  );
  const order = isAttributes(layout.legend) ? layout.legend.traceorder : undefined;
  const reversed =
    typeof order === "string" ? order.includes("reversed") : areas || layout.barmode === "stack";
  if (reversed) named.reverse();
  return named.flatMap(({ trace, index }): LegendEntry[] => {
    if (trace.type !== "pie")
      return [{ trace, index, name: typeof trace.name === "string" ? trace.name : `trace ${index}` }];
    return pieSlices(trace)
      .filter(({ label }) => !slices.has(label) && slices.add(label))
      .map(({ label, color }) => ({ trace, index, name: label, color }));
  });
}

export function legendNames(data: readonly Attributes[], layout: Attributes): string[] {
  return legendEntries(data, layout).map(({ name }) => name);
}

function hasOwnAxes(trace: Attributes): boolean {
  return matrixTypes.has(String(trace.type)) || trace.type === "image";
}

function normaliseLayout(data: readonly Attributes[], given: Layout): Attributes {
  const layout: Record<string, unknown> = { ...(toPlain(withTitleObject(given)) as object) };
  for (const key of Object.keys(layout)) {
    if (axisKey.test(key) && isAttributes(layout[key])) layout[key] = withTitleObject(layout[key]);
  }
  layout.height = pixels(layout.height) ?? 400;
  const width = pixels(layout.width);
  if (width === undefined) delete layout.width;
  else layout.width = width;
  // A share of the height is all that Plotly takes for a title's place: eight pixels from the top, however high the figure.
  if (isAttributes(layout.title))
    layout.title = { y: 1 - 8 / Number(layout.height), yanchor: "top", ...layout.title };
  const names = legendNames(data, layout);
  const title = lines(titleText(layout.title));
  const margin: Record<string, unknown> = {
    l: 62,
    r: data.some(hasColorbar) ? 84 : 24,
    t: 14 + (title > 0 ? 14 + 20 * title : 0),
    b: titleText((layout.xaxis as Attributes | undefined)?.title) === "" ? 36 : 52,
  };
  makeRoom(margin, data, layout);
  if (names.length > 0 && layout.legend === undefined) {
    if (names.join("").length + 6 * names.length <= 90) {
      layout.legend = { orientation: "h", x: 1, xanchor: "right", y: 1, yanchor: "bottom" };
      margin.t = (margin.t as number) + 20;
    } else {
      layout.legend = { orientation: "v", x: 1.01, xanchor: "left", y: 1, yanchor: "top" };
      margin.r = Math.min(240, 60 + 7 * Math.max(...names.map((name) => name.length)));
    }
  }
  // A cube, as in the static picture, and from a little further away than Plotly's own camera: the numbers at the corners are in the picture.
  if (data.some(({ type }) => type === "scatter3d" || type === "surface"))
    layout.scene = {
      aspectmode: "cube",
      camera: { eye: { x: 1.5, y: 1.5, z: 1.35 } },
      ...(isAttributes(layout.scene) ? layout.scene : {}),
    };
  layout.margin = { ...margin, ...(isAttributes(layout.margin) ? layout.margin : {}) };
  layout.template ??= template;
  return layout;
}

/** Long names of categories, and dates, which have two lines, need more room than numbers. */
function makeRoom(margin: Record<string, unknown>, data: readonly Attributes[], layout: Attributes): void {
  const kind = (letter: "x" | "y") => {
    const axis = isAttributes(layout[`${letter}axis`]) ? (layout[`${letter}axis`] as Attributes) : {};
    const first = data.find(
      (trace) => Array.isArray(trace[letter]) && (trace[`${letter}axis`] ?? letter) === letter,
    );
    const values = (first?.[letter] ?? []) as unknown[];
    const type = isAxisType(axis.type) ? axis.type : typeOfValues(values);
    const plain = values.filter((v) => typeof v === "string" || typeof v === "number");
    const names = type === "category" ? [...new Set(plain.map(String))] : [];
    const widths = names.slice(0, 500).map((name) => textWidth(name, fontSize));
    return { type, widest: Math.max(0, ...widths), names, widths };
  };
  const [x, y] = [kind("x"), kind("y")];
  const titled = isAttributes(layout.yaxis) && titleText(layout.yaxis.title) !== "" ? 22 : 0;
  if (y.widest + titled + 14 > Number(margin.l)) margin.l = Math.min(260, y.widest + titled + 14);
  const right = Object.entries(layout).filter(
    ([key, axis]) =>
      /^yaxis/.test(key) && isAttributes(axis) && axis.side === "right" && axis.showticklabels !== false,
  );
  const named = right.some(([, axis]) => titleText((axis as Attributes).title) !== "");
  if (right.length > 0) margin.r = Math.max(Number(margin.r), named ? 72 : 52);
  if (x.type === "date") margin.b = Number(margin.b) + 14;
  // Names that do not fit beside each other are turned.
  const room = 600 / Math.max(1, x.names.length);
  if (overlap(x.widths, room))
    margin.b = Number(margin.b) + Math.min(150, x.widest * (room > 2.2 * fontSize ? 0.5 : 1));
}

/** Plotly would offer to load the figure up to its own cloud: data leaves a notebook only where its user asks for it. */
const OWN_CONFIG = { displaylogo: false, responsive: true, showSendToCloud: false };

/** @throws TypeError or RangeError naming the trace and what was expected of it. */
export function makeSpec(traces: readonly Trace[], layout: Layout = {}, config: Attributes = {}): Spec {
  if (!Array.isArray(traces))
    throw new TypeError(
      `viz.plot: expected an array of traces, such as [{ x: [1, 2], y: [3, 4] }], got ${
        isAttributes(traces) ? "one object; put it in brackets: viz.plot([trace])" : typeof traces
      }`,
    );
  if (!isAttributes(layout))
    throw new TypeError(`viz.plot: expected layout to be an object, got ${typeof layout}`);
  const data = traces.map(normaliseTrace);
  return {
    data,
    layout: normaliseLayout(data, layout),
    // What Plotly itself says, on its buttons and of a box, page/chinese.js has in Chinese.
    config: { ...OWN_CONFIG, ...(isChinese() && { locale: "zh-CN" }), ...config },
  };
}
