/**
 * Surfaces of the static image: the grid as coloured tiles seen from above at an angle, far tiles first, with 3-D lines and markers over them.
 */
import type { Content } from "../../../html/writer.js";
import { decimateMatrix } from "../decimate.js";
import { fontSize, lineColor, textColor } from "../palette.js";
import { titleText } from "../plotly.js";
import type { Attributes } from "../plotly.js";
import { extent } from "../values.js";
import type { Rect } from "./axis.js";
import { formatNumber } from "./ticks.js";
import { cssColor } from "./color.js";
import { colorRange, zRows } from "./grids.js";
import { markerAt, markerColors, markerSize, part, traceColor } from "./marks.js";
import { element, text } from "./svg.js";

export function isSpatial(trace: Attributes): boolean {
  return trace.type === "surface" || trace.type === "scatter3d";
}

type Span = readonly [number, number];
type Point = readonly [number, number, number];

function numbers(value: unknown, count: number): number[] {
  return Array.isArray(value) && !Array.isArray(value[0])
    ? (value as number[])
    : Array.from({ length: count }, (_, i) => i);
}

/** Whether a trace in space shows lines, or markers; both if it does not say. */
function shows({ mode }: Attributes, what: "lines" | "markers"): boolean {
  return typeof mode !== "string" || mode.includes(what);
}

/** Surfaces, lines and markers in one box that spans them all. */
export function drawSurfaces(traces: readonly Attributes[], layout: Attributes, plot: Rect): Content {
  const surfaces = traces.filter((trace) => trace.type === "surface").map(gridOf);
  const spatial = traces.filter((trace) => trace.type === "scatter3d");
  const span = (key: "x" | "y" | "z"): Span =>
    extent([
      ...surfaces.flatMap((surface) => (key === "z" ? surface.rows.flat() : surface[key])),
      ...spatial.flatMap((trace) => numbers(trace[key], 0)),
    ]) ?? [0, 1];
  const box: Box = [span("x"), span("y"), span("z")];
  const project = projection(box, plot);
  const tiles = surfaces
    .flatMap((surface) => tilesOf(surface, project))
    .sort((a, b) => a.depth - b.depth)
    .map(({ svg }) => svg);
  const { back, front } = edgesOf(box, project);
  const lines = spatial.map((trace) => (shows(trace, "lines") ? lineOf(trace, project) : ""));
  const markers = spatial.map((trace, i) => (shows(trace, "markers") ? markersOf(trace, i, project) : ""));
  return [
    ...back,
    ...tiles,
    ...front,
    ...lines,
    ...markers,
    ...axisNames(box, part(layout, "scene"), project),
  ];
}

/** What the axes x, y and z span. */
type Box = readonly [Span, Span, Span];

/** Where a point in space lies in the image; of two points the one with the larger `depth` is nearer. */
type Projection = (point: Point) => { readonly px: number; readonly py: number; readonly depth: number };

/** Plotly's default camera looks from (1.25, 1.25, 1.25): turned by 45°, tilted by 35°. */
function projection(box: Box, plot: Rect): Projection {
  const tilt = 0.58;
  const scale = Math.min(plot.width / 1.6, plot.height / 1.55);
  const unit = (value: number, [low, high]: Span): number => (value - low) / (high - low || 1) - 0.5;
  return ([x, y, z]) => {
    const [u, v, w] = [unit(x, box[0]), unit(y, box[1]), unit(z, box[2])];
    const across = (v - u) * Math.SQRT1_2;
    const toward = (u + v) * Math.SQRT1_2;
    return {
      px: plot.left + plot.width / 2 + across * scale,
      py: plot.top + plot.height / 2 + (toward * tilt - w * 0.72) * scale,
      depth: toward,
    };
  };
}

/** A point's place as a path names it. */
function corner(point: Point, project: Projection): string {
  const { px, py } = project(point);
  return `${px.toFixed(1)} ${py.toFixed(1)}`;
}

/** A surface as a grid of at most some thousand points. */
interface Grid {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** The heights, a row for each y. */
  readonly rows: readonly (readonly number[])[];
  readonly color: ReturnType<typeof colorRange>["color"];
}

function gridOf(trace: Attributes): Grid {
  const full = zRows(trace);
  const { rows, rowStep, columnStep } = decimateMatrix(full, 2500);
  return {
    rows,
    x: numbers(trace.x, full[0]?.length ?? 0).filter((_, i) => i % columnStep === 0),
    y: numbers(trace.y, full.length).filter((_, i) => i % rowStep === 0),
    color: colorRange(trace).color,
  };
}

/** One tile for each four neighbours of the grid, coloured by their mean height. */
function tilesOf({ rows, x, y, color }: Grid, project: Projection): { depth: number; svg: Content }[] {
  const tiles: { depth: number; svg: Content }[] = [];
  for (let i = 0; i + 1 < rows.length; i++) {
    for (let j = 0; j + 1 < rows[i]!.length; j++) {
      const corners: Point[] = [
        [x[j]!, y[i]!, rows[i]![j]!],
        [x[j + 1]!, y[i]!, rows[i]![j + 1]!],
        [x[j + 1]!, y[i + 1]!, rows[i + 1]![j + 1]!],
        [x[j]!, y[i + 1]!, rows[i + 1]![j]!],
      ];
      const mean = corners.reduce((sum, point) => sum + point[2], 0) / 4;
      if (!Number.isFinite(mean)) continue;
      const fill = cssColor(color(mean));
      const d = `M${corners.map((point) => corner(point, project)).join("L")}Z`;
      // A hair of the same colour hides the seams between tiles.
      const svg = element("path", { d, fill, stroke: fill, "stroke-width": 0.4 });
      tiles.push({ depth: project(corners[0]!).depth, svg });
    }
  }
  return tiles;
}

/** Edges of the box: those behind the surfaces, and those before them. */
function edgesOf(
  [[x0, x1], [y0, y1], [z0, z1]]: Box,
  project: Projection,
): Record<"back" | "front", Content[]> {
  const edge = (from: Point, to: Point): Content =>
    element("path", { d: `M${corner(from, project)}L${corner(to, project)}`, stroke: lineColor });
  return {
    back: [
      edge([x0, y0, z0], [x0, y0, z1]),
      edge([x0, y0, z0], [x1, y0, z0]),
      edge([x0, y0, z0], [x0, y1, z0]),
    ],
    front: [edge([x1, y0, z0], [x1, y1, z0]), edge([x0, y1, z0], [x1, y1, z0])],
  };
}

/** Names of the axes x and y with what they span, along the front edges. */
function axisNames([[x0, x1], [y0, y1], [z0]]: Box, scene: Attributes, project: Projection): Content[] {
  const label = (axis: "x" | "y", [low, high]: Span, at: Point, anchor: "start" | "end"): Content => {
    const { px, py } = project(at);
    const name = titleText(part(scene, `${axis}axis`).title) || axis;
    const content = `${name}: ${formatNumber(low)} … ${formatNumber(high)}`;
    return text(content, px, py + 6, { size: fontSize - 1, color: textColor, anchor, baseline: "top" });
  };
  return [
    label("x", [x0, x1], [(x0 + x1) / 2, y1, z0], "start"),
    label("y", [y0, y1], [x1, (y0 + y1) / 2, z0], "end"),
  ];
}

function pointsOf(trace: Attributes): Point[] {
  const [ys, zs] = [numbers(trace.y, 0), numbers(trace.z, 0)];
  return numbers(trace.x, 0).map((x, i) => [x, ys[i]!, zs[i]!]);
}

function lineOf(trace: Attributes, project: Projection): Content {
  const corners = pointsOf(trace).map((point) => corner(point, project));
  return element("path", {
    d: corners.map((at, i) => `${i === 0 ? "M" : "L"}${at}`).join(""),
    fill: "none",
    stroke: String(part(trace, "line").color ?? "#d55e00"),
    "stroke-width": 2,
  });
}

/** The markers of trace number `index`, far ones first. */
function markersOf(trace: Attributes, index: number, project: Projection): Content {
  const points = pointsOf(trace);
  const colors = markerColors(trace, points.length, traceColor(trace, index));
  const { size } = part(trace, "marker");
  return points
    .map((point, i) => ({ i, ...project(point) }))
    .filter(({ px, py }) => Number.isFinite(px) && Number.isFinite(py))
    .sort((a, b) => a.depth - b.depth)
    .map(({ i, px, py }) => markerAt(trace, colors[i]!, px, py, markerSize(trace, i, size)));
}
