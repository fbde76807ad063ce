/**
 * A Plotly figure as an SVG document without a browser, for GitHub, print and pages that run no scripts. Its frame (margins, title, axes,
 * legend) is the one Plotly draws, so that nothing jumps when the live plot takes the picture's place. Knows scatter, bar, histogram,
 * heatmap, contour, box, violin, pie, surface, scatter3d and image traces; says so where it meets another type. Scales, curves and contours are d3's.
 */
import type { Content } from "../../../html/writer.js";
import { say } from "../../locale/words.js";
import { fontFamily, fontSize, textColor, titleSize } from "../palette.js";
import { fingerprint } from "../fingerprint.js";
import { isAttributes, titleText } from "../plotly.js";
import type { Attributes, Spec } from "../plotly.js";
import { arrange } from "./arrangement.js";
import type { Indexed } from "./arrangement.js";
import type { Rect } from "./axis.js";
import { colorRange } from "./grids.js";
import { drawColorbar, drawLegends } from "./legend.js";
import { isHidden, list, part } from "./marks.js";
import { drawAnnotation, drawShape } from "./notes.js";
import { drawPanels } from "./panels.js";
import { drawPie } from "./pie.js";
import { stackTraces } from "./scatter.js";
import { gridOf } from "./subplots.js";
import { drawSurfaces, isSpatial } from "./surface.js";
import { element, text } from "./svg.js";

const defaultWidth = 720;

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

/** Types that colour by numbers and show a bar for it. */
const scaled = new Set(["heatmap", "contour", "surface"]);

function draw({ data, layout }: Spec, whole: Rect): Content {
  const { width, height } = whole;
  const plot = plotOf(layout, whole);
  const grid = gridOf(layout);
  const { visible, flat, pies, spatial, unknown } = sorted(data, layout);
  const arrangement = arrange(flat, layout, { plot, grid, axesAlone: visible.length === 0 });
  const panels = drawPanels(arrangement, plot);
  const surfaces = spatial.map(({ trace }) => trace);
  const place = { axes: arrangement.axes, plot };
  const shapes = objects(layout.shapes);
  const shapesIn = (below: boolean): Content =>
    shapes.filter(({ layer }) => (layer === "below") === below).map((shape) => drawShape(shape, place));
  const background = [layout.paper_bgcolor, layout.plot_bgcolor].find(
    (color) => typeof color === "string" && color !== "rgba(0,0,0,0)",
  );
  const title = titleText(layout.title);
  const unknownTypes = [...new Set(unknown.map(({ trace }) => String(trace.type)))];
  return [
    background === undefined ? "" : element("rect", { width, height, fill: String(background) }),
    element("defs", {}, panels.clips),
    panels.behind,
    shapesIn(true),
    panels.traces,
    pies.map(({ trace }) => drawPie(trace, plot, grid)),
    surfaces.length > 0 ? drawSurfaces(surfaces, layout, plot) : "",
    panels.before,
    shapesIn(false),
    colorbars([...arrangement.placed.map(({ trace }) => trace), ...surfaces], plot),
    visible.length > unknown.length || unknown.length === 0 ? drawLegends(data, layout, plot) : "",
    objects(layout.annotations).map((note) => drawAnnotation(note, place)),
    title === ""
      ? ""
      : text(title, width * 0.01 + 2, 10, { size: titleSize, color: textColor, baseline: "top" }),
    unknown.length === 0 ? "" : notice(`${unknownTypes.join(", ")}: ${later()}`, whole),
  ];
}

/** What the margins leave. */
function plotOf(layout: Attributes, { width, height }: Rect): Rect {
  const margin = part(layout, "margin");
  const side = (key: string): number => Number(margin[key] ?? 0);
  return {
    left: side("l"),
    top: side("t"),
    width: Math.max(10, width - side("l") - side("r")),
    height: Math.max(10, height - side("t") - side("b")),
  };
}

/** The traces that are seen, by how they are drawn. */
function sorted(data: readonly Attributes[], layout: Attributes): Record<Kind, Indexed[]> {
  const visible = stackTraces(data)
    .map((trace, index) => ({ trace: withColorAxis(trace, layout), index }))
    .filter(({ trace }) => !isHidden(trace));
  const flat = visible.filter(({ trace }) => flatTypes.has(String(trace.type)));
  const pies = visible.filter(({ trace }) => trace.type === "pie");
  const spatial = visible.filter(({ trace }) => isSpatial(trace));
  const unknown = visible.filter((entry) => ![flat, pies, spatial].some((known) => known.includes(entry)));
  return { visible, flat, pies, spatial, unknown };
}

type Kind = "visible" | "flat" | "pies" | "spatial" | "unknown";

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

function objects(value: unknown): Attributes[] {
  return list(value).filter(isAttributes);
}
