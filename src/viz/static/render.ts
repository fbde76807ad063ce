/**
 * A Plotly figure as an SVG document without a browser, for GitHub, print and pages that run no scripts. Its frame (margins, title, axes,
 * legend) is the one Plotly draws, so that nothing jumps when the live plot takes the picture's place. Knows scatter, bar, histogram,
 * heatmap, contour, surface and image traces; says so where it meets another type. Scales, curves and contours are d3's.
 */
import type { Content } from "../../../html/writer.js";
import { fontFamily, fontSize, lineColor, textColor, titleSize } from "../palette.js";
import { axisKey, isAttributes, titleText } from "../plotly.js";
import type { Attributes, Spec } from "../plotly.js";
import { Axis } from "./axis.js";
import type { Rect } from "./axis.js";
import { colorRange, drawContour, drawHeatmap, drawImage, includeGrid, includeImage } from "./grids.js";
import { drawColorbar, drawLegends } from "./legend.js";
import { drawBars, histogramBars, includeBars, layBars } from "./bars.js";
import type { Bars } from "./bars.js";
import { drawScatter, includeScatter, part, traceColor } from "./marks.js";
import type { Placed } from "./marks.js";
import { drawAnnotation, drawShape } from "./notes.js";
import { drawSurfaces, isSpatial } from "./surface.js";
import { element, text } from "./svg.js";

const defaultWidth = 720;

/** Pixels of an axis pair's rectangle. */
function panel(x: Axis, y: Axis, plot: Rect): Rect {
  const [left, right] = domain(x);
  const [bottom, top] = domain(y);
  return {
    left: plot.left + left * plot.width,
    top: plot.top + (1 - top) * plot.height,
    width: (right - left) * plot.width,
    height: (top - bottom) * plot.height,
  };
}

function domain(axis: Axis): readonly [number, number] {
  const given = axis.layout.domain as readonly [number, number] | undefined;
  return Array.isArray(given) && given.length === 2 ? [given[0]!, given[1]!] : [0, 1];
}

/** Shrinks the longer axis of a pair whose units must be equally long, as `constrain: "domain"` does. */
function constrain(x: Axis, y: Axis, rect: Rect): Rect {
  const scaled = y.layout.scaleanchor === x.id || x.layout.scaleanchor === y.id;
  if (!scaled) return rect;
  const ratio = Number((y.layout.scaleanchor === x.id ? y.layout.scaleratio : undefined) ?? 1);
  const spanX = Math.abs(x.ends[1] - x.ends[0]);
  const spanY = Math.abs(y.ends[1] - y.ends[0]) * ratio;
  const unit = Math.min(rect.width / spanX, rect.height / spanY);
  const width = spanX * unit;
  const height = spanY * unit;
  const box = {
    left: rect.left + (x.layout.constraintoward === "left" ? 0 : (rect.width - width) / 2),
    top: rect.top + (rect.height - height) / 2,
    width,
    height,
  };
  x.place(box.left, box.left + box.width);
  y.place(box.top + box.height, box.top);
  return box;
}

const later = "open the notebook to see this plot";

/** The figure as an SVG document. Where Plotly might make something of values that mean nothing here, it says so. */
export function renderSvg(spec: Spec): string {
  const { width = defaultWidth, height = 400 } = spec.layout as { width?: number; height?: number };
  const whole = { left: 0, top: 0, width, height };
  try {
    return picture(whole, draw(spec, whole));
  } catch {
    return picture(whole, notice(later, whole));
  }
}

function picture({ width, height }: Rect, content: Content): string {
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  const namespace = { xmlns: "http://www.w3.org/2000/svg" };
  return String(element("svg", { ...namespace, ...size, "font-family": fontFamily }, content));
}

/** Words in the middle of the picture. */
function notice(words: string, { width, height }: Rect): Content {
  return text(words, width / 2, height / 2, { size: fontSize, color: textColor, anchor: "middle" });
}

function draw({ data, layout }: Spec, whole: Rect): Content {
  const { width, height } = whole;
  const margin = part(layout, "margin");
  const side = (key: string): number => Number(margin[key] ?? 0);
  const plot: Rect = {
    left: side("l"),
    top: side("t"),
    width: Math.max(10, width - side("l") - side("r")),
    height: Math.max(10, height - side("t") - side("b")),
  };

  const axes = new Map<string, Axis>();
  const axis = (id: string): Axis => {
    let found = axes.get(id);
    if (found === undefined) {
      const key = `${id[0]}axis${id.slice(1)}`;
      const own = part(layout, key);
      const over =
        typeof own.overlaying === "string"
          ? part(layout, `${own.overlaying[0]}axis${own.overlaying.slice(1)}`)
          : {};
      found = new Axis(id, { ...(over.domain === undefined ? {} : { domain: over.domain }), ...own });
      axes.set(id, found);
    }
    return found;
  };

  const visible = data
    .map((trace, index) => ({ trace, index }))
    .filter(({ trace }) => trace.visible !== false && trace.visible !== "legendonly");
  const flat = visible.filter(({ trace }) => !isSpatial(trace));
  const placedTraces = flat.map(({ trace, index }): Placed => ({
    trace: trace.type === "histogram" ? histogramBars(trace) : trace,
    x: axis(typeof trace.xaxis === "string" ? trace.xaxis : "x"),
    y: axis(typeof trace.yaxis === "string" ? trace.yaxis : "y"),
    color: traceColor(trace, index),
  }));
  for (const key of Object.keys(layout)) {
    if (axisKey.test(key) && flat.length > 0) axis(`${key[0]}${key.slice(5)}`);
  }

  // What spans the axes must be known before anything is placed.
  const barGroups = new Map<string, Placed[]>();
  const unknown: string[] = [];
  for (const placed of placedTraces) {
    switch (placed.trace.type) {
      case "scatter":
      case "scattergl":
        includeScatter(placed);
        break;
      case "bar": {
        const key = `${placed.x.id} ${placed.y.id}`;
        barGroups.set(key, [...(barGroups.get(key) ?? []), placed]);
        break;
      }
      case "heatmap":
      case "contour":
        includeGrid(placed);
        break;
      case "image":
        includeImage(placed);
        break;
      default:
        unknown.push(String(placed.trace.type));
    }
  }
  const bars = new Map<Attributes, Bars>();
  for (const group of barGroups.values()) {
    for (const laid of layBars(group, layout.barmode, layout.bargap)) {
      includeBars(laid);
      bars.set(laid.placed.trace, laid);
    }
  }

  // Each axis lies along the panel that it forms with its anchor.
  const panels = new Map<string, { x: Axis; y: Axis; rect: Rect; traces: Placed[] }>();
  for (const placed of placedTraces) {
    const key = `${placed.x.id} ${placed.y.id}`;
    const known = panels.get(key);
    if (known) known.traces.push(placed);
    else
      panels.set(key, { x: placed.x, y: placed.y, rect: panel(placed.x, placed.y, plot), traces: [placed] });
  }
  if (panels.size === 0 && visible.length === flat.length) {
    const [x, y] = [axis("x"), axis("y")];
    panels.set("x y", { x, y, rect: panel(x, y, plot), traces: [] });
  }
  const labelled = new Set<Axis>();
  const behind: Content[] = [];
  const traces: Content[] = [];
  const before: Content[] = [];
  const clips: Content[] = [];
  // Ids are the document's own: pages that inline several pictures share one name space.
  const prefix = `c${checksum(JSON.stringify([data.length, layout.title, width, height, data.map((trace) => trace.name)]))}`;
  for (const entry of panels.values()) {
    const { x, y } = entry;
    x.place(entry.rect.left, entry.rect.left + entry.rect.width);
    y.place(entry.rect.top + entry.rect.height, entry.rect.top);
    entry.rect = constrain(x, y, entry.rect);
  }
  let index = 0;
  for (const { x, y, rect, traces: own } of panels.values()) {
    for (const each of [x, y]) {
      if (labelled.has(each)) continue;
      labelled.add(each);
      if (typeof each.layout.overlaying !== "string") behind.push(each.grid(rect));
      before.push(each.labels(rect));
      if (each.layout.showline === true || each.layout.mirror === true)
        before.push(frame(rect, String(each.layout.linecolor ?? lineColor)));
    }
    const clip = `${prefix}-${index++}`;
    clips.push(
      element(
        "clipPath",
        { id: clip },
        element("rect", {
          x: rect.left - 1,
          y: rect.top - 1,
          width: rect.width + 2,
          height: rect.height + 2,
        }),
      ),
    );
    const drawn = own.map((placed) => drawTrace(placed, bars));
    if (drawn.length > 0) traces.push(element("g", { "clip-path": `url(#${clip})` }, drawn));
  }

  const spatial = visible.filter(({ trace }) => isSpatial(trace)).map(({ trace }) => trace);
  if (spatial.length > 0) traces.push(drawSurfaces(spatial, layout, plot));
  const place = { axes, plot };
  const shapes = list(layout.shapes).map((shape) => drawShape(shape, place));
  const notes = list(layout.annotations).map((note) => drawAnnotation(note, place));
  const colorbars = visible
    .filter(
      ({ trace }) =>
        ["heatmap", "contour", "surface"].includes(String(trace.type)) && trace.showscale !== false,
    )
    .map(({ trace, index: i }) => drawColorbar(trace, colorRange(trace), plot, `${prefix}-scale-${i}`));
  const background = [layout.paper_bgcolor, layout.plot_bgcolor].find(
    (color) => typeof color === "string" && color !== "rgba(0,0,0,0)",
  );
  const title = titleText(layout.title);
  return [
    background === undefined ? "" : element("rect", { width, height, fill: String(background) }),
    element("defs", {}, clips),
    behind,
    traces,
    before,
    shapes,
    colorbars,
    drawLegends(data, layout, plot),
    notes,
    title === ""
      ? ""
      : text(title, width * 0.01 + 2, 10, { size: titleSize, color: textColor, baseline: "top" }),
    unknown.length === 0 ? "" : notice(`${[...new Set(unknown)].join(", ")}: ${later}`, whole),
  ];
}

function drawTrace(placed: Placed, bars: ReadonlyMap<Attributes, Bars>): Content {
  const drawn = drawMarks(placed, bars);
  const { opacity, type } = placed.trace;
  // Bars have it on each bar, so that those of one trace do not shine through each other.
  return typeof opacity === "number" && type !== "bar" ? element("g", { opacity }, drawn) : drawn;
}

function drawMarks(placed: Placed, bars: ReadonlyMap<Attributes, Bars>): Content {
  switch (placed.trace.type) {
    case "scatter":
    case "scattergl":
      return drawScatter(placed);
    case "bar": {
      const laid = bars.get(placed.trace);
      return laid ? drawBars(laid) : "";
    }
    case "heatmap":
      return drawHeatmap(placed);
    case "contour":
      return drawContour(placed);
    case "image":
      return drawImage(placed);
    default:
      return "";
  }
}

function frame(rect: Rect, color: string): Content {
  return element("rect", {
    x: rect.left,
    y: rect.top,
    width: rect.width,
    height: rect.height,
    fill: "none",
    stroke: color,
  });
}

function list(value: unknown): Attributes[] {
  return Array.isArray(value) ? value.filter(isAttributes) : [];
}

/** Short hash of a text, for ids. */
function checksum(content: string): string {
  let hash = 0;
  for (let i = 0; i < content.length; i++) hash = (Math.imul(hash, 31) + content.charCodeAt(i)) | 0;
  return (hash >>> 0).toString(36);
}
