/**
 * A Plotly figure as an SVG document without a browser, for GitHub, print and pages that run no scripts. Its frame (margins, title, axes,
 * legend) is the one Plotly draws, so that nothing jumps when the live plot takes the picture's place. Knows scatter, bar, histogram,
 * heatmap, contour, box, violin, pie, surface and image traces; says so where it meets another type. Scales, curves and contours are d3's.
 */
import type { Content } from "../../../html/writer.js";
import { say } from "../../locale/words.js";
import { fontFamily, fontSize, lineColor, textColor, titleSize } from "../palette.js";
import { fingerprint } from "../fingerprint.js";
import { axisKey, isAttributes, titleText } from "../plotly.js";
import type { Attributes, Spec } from "../plotly.js";
import { Axis } from "./axis.js";
import type { Rect } from "./axis.js";
import {
  automaticBins,
  drawBars,
  histogramBars,
  includeBars,
  isHorizontalHistogram,
  layBars,
} from "./bars.js";
import type { Bars, Bins } from "./bars.js";
import { boxValues, drawBox, includeBox, isBox, layBoxes } from "./boxes.js";
import type { Box } from "./boxes.js";
import { drawErrors, includeErrors } from "./error-bars.js";
import { colorRange, drawContour, drawHeatmap, drawImage, includeGrid, includeImage } from "./grids.js";
import { histogram2dGrid } from "./histogram2d.js";
import { drawColorbar, drawLegends } from "./legend.js";
import { isHidden, list, part, traceColor } from "./marks.js";
import type { Placed } from "./marks.js";
import { drawAnnotation, drawShape } from "./notes.js";
import { drawPie } from "./pie.js";
import { drawScatter, includeScatter, stackTraces } from "./scatter.js";
import { axisLayout, gridOf, labelRect, panel } from "./subplots.js";
import { drawSurfaces, isSpatial } from "./surface.js";
import { element, text } from "./svg.js";

const defaultWidth = 720;

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

/** What stands in place of a plot that is not drawn here. */
function later(): string {
  return say("open the notebook to see this plot");
}

/** The figure as an SVG document. Where Plotly might make something of values that mean nothing here, it says so. */
export function renderSvg(spec: Spec): string {
  const { width = defaultWidth, height = 400 } = spec.layout as { width?: number; height?: number };
  const whole = { left: 0, top: 0, width, height };
  try {
    return picture(whole, draw(spec, whole));
  } catch {
    return picture(whole, notice(later(), whole));
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

/** Types of traces on a pair of axes that are drawn here. */
const flatTypes = new Set([
  "scatter",
  "scattergl",
  "bar",
  "histogram",
  "heatmap",
  "contour",
  "histogram2d",
  "histogram2dcontour",
  "box",
  "violin",
  "image",
]);

/** Plotly's order from the back, whatever the order of the traces. */
const layers = ["image", "heatmap", "contour", "bar", "box", "violin"];

function layerOf({ trace }: Placed): number {
  const layer = layers.indexOf(String(trace.type));
  return layer < 0 ? layers.length : layer;
}

/** Types that colour by numbers and show a bar for it. */
const scaled = new Set(["heatmap", "contour", "surface"]);

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
  const grid = gridOf(layout);
  const visible = stackTraces(data)
    .map((trace, index) => ({ trace: withColorAxis(trace, layout), index }))
    .filter(({ trace }) => !isHidden(trace));
  const flat = visible.filter(({ trace }) => flatTypes.has(String(trace.type)));
  const pies = visible.filter(({ trace }) => trace.type === "pie");
  const spatial = visible.filter(({ trace }) => isSpatial(trace));
  const unknown = visible.filter((entry) => ![flat, pies, spatial].some((known) => known.includes(entry)));

  const idOf = (trace: Attributes, letter: "x" | "y"): string => {
    const id = trace[`${letter}axis`];
    return typeof id === "string" && axisKey.test(`${id[0]}axis${id.slice(1)}`) && id[0] === letter
      ? id
      : letter;
  };
  const axes = new Map<string, Axis>();
  const axis = (id: string): Axis => {
    let found = axes.get(id);
    if (found === undefined) {
      const letter = id[0] as "x" | "y";
      const values = flat
        .filter(({ trace }) => idOf(trace, letter) === id)
        .flatMap(({ trace, index }) => valuesOn(trace, letter, index));
      found = new Axis(id, axisLayout(id, layout, grid), values);
      axes.set(id, found);
    }
    return found;
  };
  // Histograms on one axis have the same bins, so that their bars can be compared.
  const binsOn = (own: Axis): Bins | undefined => {
    const sharing = flat.filter(
      ({ trace }) =>
        trace.type === "histogram" &&
        (isHorizontalHistogram(trace) ? "y" : "x") === own.letter &&
        idOf(trace, own.letter) === own.id,
    );
    const values = sharing.flatMap(({ trace }) => list(trace[own.letter]).map((v) => own.number(v)));
    return sharing.length < 2 ? undefined : automaticBins(values.filter(Number.isFinite), undefined);
  };
  const placedTraces = flat.map(({ trace, index }) => {
    const [x, y] = [axis(idOf(trace, "x")), axis(idOf(trace, "y"))];
    const placed: Placed = { trace: counted(trace, x, y, binsOn), x, y, color: traceColor(trace, index) };
    return { placed, index };
  });
  if (flat.length > 0 || visible.length === 0) {
    for (const key of Object.keys(layout)) if (axisKey.test(key)) axis(`${key[0]}${key.slice(5)}`);
    if (axes.size === 0) for (const id of ["x", "y"]) axis(id);
  }

  // What spans the axes must be known before anything is placed.
  const groups = new Map<string, { placed: Placed; index: number }[]>();
  for (const entry of placedTraces) {
    const { placed } = entry;
    const key = `${placed.x.id} ${placed.y.id}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
    switch (placed.trace.type) {
      case "scatter":
      case "scattergl":
        includeScatter(placed);
        includeErrors(placed);
        break;
      case "heatmap":
      case "contour":
        includeGrid(placed);
        break;
      case "image":
        includeImage(placed);
        break;
      case "bar":
        includeErrors(placed);
        break;
    }
  }
  const laid: Laid = { bars: new Map(), boxes: new Map() };
  for (const group of groups.values()) {
    const barGroup = group.filter(({ placed }) => placed.trace.type === "bar").map(({ placed }) => placed);
    for (const each of layBars(barGroup, layout)) {
      includeBars(each);
      laid.bars.set(each.placed.trace, each);
    }
    for (const type of ["box", "violin"]) {
      const boxGroup = group.filter(({ placed }) => placed.trace.type === type);
      for (const box of layBoxes(boxGroup, layout[`${type}mode`])) {
        includeBox(box);
        laid.boxes.set(box.placed.trace, [...(laid.boxes.get(box.placed.trace) ?? []), box]);
      }
    }
  }
  for (const each of axes.values()) {
    const other = typeof each.layout.matches === "string" ? axes.get(each.layout.matches) : undefined;
    if (other === undefined || other === each) continue;
    other.includeAxis(each);
    each.includeAxis(other);
  }

  // Each axis lies along the panel that it forms with its anchor.
  const panels = new Map<string, { x: Axis; y: Axis; rect: Rect; traces: Placed[] }>();
  for (const [key, group] of groups) {
    const { x, y } = group[0]!.placed;
    panels.set(key, { x, y, rect: panel(x, y, plot), traces: group.map(({ placed }) => placed) });
  }
  if (panels.size === 0 && visible.length === 0) {
    const [x, y] = [axis("x"), axis("y")];
    panels.set("x y", { x, y, rect: panel(x, y, plot), traces: [] });
  }
  const labelled = new Set<Axis>();
  const gridded = new Set<string>();
  const behind: Content[] = [];
  const traces: Content[] = [];
  const before: Content[] = [];
  const clips = new Map<string, Content>();
  for (const entry of panels.values()) {
    const { x, y } = entry;
    x.place(entry.rect.left, entry.rect.left + entry.rect.width);
    y.place(entry.rect.top + entry.rect.height, entry.rect.top);
    entry.rect = constrain(x, y, entry.rect);
  }
  for (const { x, y, rect, traces: own } of panels.values()) {
    for (const each of [x, y]) {
      const lines = `${each.id} ${JSON.stringify(rect)}`;
      if (!gridded.has(lines)) behind.push(each.grid(rect));
      gridded.add(lines);
      if (each.layout.showline === true || each.layout.mirror === true)
        before.push(frame(rect, String(each.layout.linecolor ?? lineColor)));
      if (labelled.has(each)) continue;
      labelled.add(each);
      const anchor = typeof each.layout.anchor === "string" ? axes.get(each.layout.anchor) : undefined;
      // The pair's own rectangle may have been shrunk to keep its proportions.
      const isOwn = anchor === undefined || anchor === x || anchor === y;
      before.push(
        each.labels(isOwn && each.layout.anchor !== "free" ? rect : labelRect(each, anchor, rect, plot)),
      );
    }
    // Ids are the document's own: pages that inline several pictures share one name space, so an id says what it stands for.
    const clip = `c${fingerprint(JSON.stringify(rect))}`;
    clips.set(
      clip,
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
    const layered = [...own].sort((a, b) => layerOf(a) - layerOf(b));
    const drawn = layered.map((placed, i) => drawTrace(placed, laid, layered.slice(0, i)));
    if (drawn.length > 0) traces.push(element("g", { "clip-path": `url(#${clip})` }, drawn));
  }
  traces.push(pies.map(({ trace }) => drawPie(trace, plot, grid)));
  if (spatial.length > 0)
    traces.push(
      drawSurfaces(
        spatial.map(({ trace }) => trace),
        layout,
        plot,
      ),
    );
  const place = { axes, plot };
  const shapes = objects(layout.shapes);
  const below = shapes.filter(({ layer }) => layer === "below").map((shape) => drawShape(shape, place));
  const above = shapes.filter(({ layer }) => layer !== "below").map((shape) => drawShape(shape, place));
  const notes = objects(layout.annotations).map((note) => drawAnnotation(note, place));
  const background = [layout.paper_bgcolor, layout.plot_bgcolor].find(
    (color) => typeof color === "string" && color !== "rgba(0,0,0,0)",
  );
  const title = titleText(layout.title);
  return [
    background === undefined ? "" : element("rect", { width, height, fill: String(background) }),
    element("defs", {}, [...clips.values()]),
    behind,
    below,
    traces,
    before,
    above,
    colorbars(
      [...placedTraces.map(({ placed }) => placed.trace), ...spatial.map(({ trace }) => trace)],
      plot,
    ),
    visible.length > unknown.length || unknown.length === 0 ? drawLegends(data, layout, plot) : "",
    notes,
    title === ""
      ? ""
      : text(title, width * 0.01 + 2, 10, { size: titleSize, color: textColor, baseline: "top" }),
    unknown.length === 0
      ? ""
      : notice(
          `${[...new Set(unknown.map(({ trace }) => String(trace.type)))].join(", ")}: ${later()}`,
          whole,
        ),
  ];
}

/** Colour bars of traces, and of markers; traces that share a colour axis share one. */
function colorbars(traces: readonly Attributes[], plot: Rect): Content {
  const shown = new Set<unknown>();
  return traces.flatMap((trace) => {
    const marker = part(trace, "marker");
    const [source, shows] = scaled.has(String(trace.type))
      ? [trace, trace.showscale !== false]
      : [{ ...marker, z: [list(marker.color)] } as Attributes, marker.showscale === true];
    if (!shows || (source.coloraxis !== undefined && shown.has(source.coloraxis))) return [];
    shown.add(source.coloraxis);
    const range = colorRange(source);
    return [drawColorbar(source, range, plot, `s${fingerprint(JSON.stringify(range.stops))}`)];
  });
}

/** A trace, or its markers, with what the layout's colour axis says. */
function withColorAxis(trace: Attributes, layout: Attributes): Attributes {
  const settings = (id: unknown): Attributes | undefined =>
    typeof id === "string" && /^coloraxis\d*$/.test(id) ? part(layout, id) : undefined;
  const own = settings(trace.coloraxis);
  if (own) return { ...trace, ...own, zmin: own.cmin, zmax: own.cmax, zmid: own.cmid };
  const marker = part(trace, "marker");
  const shared = settings(marker.coloraxis);
  return shared ? { ...trace, marker: { showscale: true, ...marker, ...shared } } : trace;
}

/** What a trace puts on an axis, which tells the axis's type. */
function valuesOn(trace: Attributes, letter: "x" | "y", index: number): readonly unknown[] {
  if (isBox(trace)) return boxValues(trace, letter, index);
  // The lengths of a histogram's bars are counts, whatever the other values are.
  if (trace.type === "histogram" && isHorizontalHistogram(trace) !== (letter === "y")) return [];
  return list(trace[letter]);
}

/** Histograms as the bars, heatmaps and contours that show them. */
function counted(trace: Attributes, x: Axis, y: Axis, binsOn: (axis: Axis) => Bins | undefined): Attributes {
  if (trace.type === "histogram") {
    const axis = isHorizontalHistogram(trace) ? y : x;
    return histogramBars(trace, axis, binsOn(axis));
  }
  if (trace.type === "histogram2d" || trace.type === "histogram2dcontour")
    return histogram2dGrid(trace, x, y);
  return trace;
}

/** Where bars and boxes lie, by their traces. */
interface Laid {
  readonly bars: Map<Attributes, Bars>;
  readonly boxes: Map<Attributes, readonly Box[]>;
}

function drawTrace(placed: Placed, laid: Laid, before: readonly Placed[]): Content {
  const drawn = drawMarks(placed, laid, before);
  const { opacity, type } = placed.trace;
  // Bars have it on each bar, so that those of one trace do not shine through each other.
  return typeof opacity === "number" && type !== "bar" ? element("g", { opacity }, drawn) : drawn;
}

function drawMarks(placed: Placed, laid: Laid, before: readonly Placed[]): Content {
  switch (placed.trace.type) {
    case "scatter":
    case "scattergl": {
      const last = before.findLast(({ trace }) => trace.type === "scatter" || trace.type === "scattergl");
      return [drawErrors(placed), drawScatter(placed, last)];
    }
    case "bar": {
      const bars = laid.bars.get(placed.trace);
      return bars ? drawBars(bars) : "";
    }
    case "box":
    case "violin":
      return (laid.boxes.get(placed.trace) ?? []).map(drawBox);
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

function objects(value: unknown): Attributes[] {
  return list(value).filter(isAttributes);
}
