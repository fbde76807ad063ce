/**
 * From what a user writes to what Plotly and the static image both draw: checks traces, turns tensors into arrays, thins long lines,
 * and settles title, margins and legend, so that the two pictures have the same frame.
 */
import { decimateLine } from "./decimate.js";
import { template } from "./palette.js";
import { axisKey, isAttributes, titleText } from "./plotly.js";
import type { Attributes, Layout, Spec, Trace } from "./plotly.js";
import { toPlain, toRows } from "./values.js";

const matrixTypes = new Set(["heatmap", "contour", "surface"]);
/** More points in a line than any screen has columns. */
const linePoints = 4000;

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
    out[key] = plain.every(Array.isArray) ? plain.flat() : plain;
  }
  if (z !== undefined) {
    const plain = toPlain(z);
    out.z = matrixTypes.has(type) ? toRows(plain, `viz.plot: ${what}: z`) : plain;
  }
  if (type === "scatter" || type === "bar") checkLengths(out, `viz.plot: ${what}`);
  if (type === "scatter" && Array.isArray(out.y) && out.y.length > linePoints) {
    const count = out.y.length;
    const lineOnly = out.mode === "lines" || out.mode === undefined;
    const xs = Array.isArray(out.x) ? (out.x as unknown[]) : Array.from({ length: count }, (_, i) => i);
    if (lineOnly && isAscending(xs)) {
      out.mode = "lines";
      Object.assign(out, decimateLine(xs, out.y as number[], linePoints));
    }
  }
  return out;
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

export function legendNames(data: readonly Attributes[], layout: Attributes): string[] {
  const named = data.filter((trace) => trace.showlegend !== false && !hasOwnAxes(trace));
  const shown = layout.showlegend ?? (named.length > 1 || named.some((trace) => trace.showlegend === true));
  return shown
    ? named.map((trace) => (typeof trace.name === "string" ? trace.name : `trace ${data.indexOf(trace)}`))
    : [];
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
  if (names.length > 0 && layout.legend === undefined) {
    if (names.join("").length + 6 * names.length <= 90) {
      layout.legend = { orientation: "h", x: 1, xanchor: "right", y: 1, yanchor: "bottom" };
      margin.t = (margin.t as number) + 20;
    } else {
      layout.legend = { orientation: "v", x: 1.01, xanchor: "left", y: 1, yanchor: "top" };
      margin.r = Math.min(240, 60 + 7 * Math.max(...names.map((name) => name.length)));
    }
  }
  layout.margin = { ...margin, ...(isAttributes(layout.margin) ? layout.margin : {}) };
  layout.template ??= template;
  return layout;
}

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
    config: { displaylogo: false, responsive: true, ...config },
  };
}
