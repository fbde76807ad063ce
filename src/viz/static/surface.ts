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
  const surfaces = traces
    .filter((trace) => trace.type === "surface")
    .map((trace) => {
      const full = zRows(trace);
      const { rows, rowStep, columnStep } = decimateMatrix(full, 2500);
      return {
        rows,
        x: numbers(trace.x, full[0]?.length ?? 0).filter((_, i) => i % columnStep === 0),
        y: numbers(trace.y, full.length).filter((_, i) => i % rowStep === 0),
        color: colorRange(trace).color,
      };
    });
  const lines = traces.filter((trace) => trace.type === "scatter3d");
  const span = (key: "x" | "y" | "z"): Span =>
    extent([
      ...surfaces.flatMap((surface) => (key === "z" ? surface.rows.flat() : surface[key])),
      ...lines.flatMap((line) => numbers(line[key], 0)),
    ]) ?? [0, 1];
  const spans = [span("x"), span("y"), span("z")] as const;
  const unit = (value: number, [low, high]: Span): number => (value - low) / (high - low || 1) - 0.5;

  // Plotly's default camera looks from (1.25, 1.25, 1.25): turned by 45°, tilted by 35°.
  const tilt = 0.58;
  const project = ([x, y, z]: Point): { px: number; py: number; depth: number } => {
    const [u, v, w] = [unit(x, spans[0]), unit(y, spans[1]), unit(z, spans[2])];
    const across = (v - u) * Math.SQRT1_2;
    const toward = (u + v) * Math.SQRT1_2;
    const scale = Math.min(plot.width / 1.6, plot.height / 1.55);
    return {
      px: plot.left + plot.width / 2 + across * scale,
      py: plot.top + plot.height / 2 + (toward * tilt - w * 0.72) * scale,
      depth: toward,
    };
  };
  const corner = (point: Point): string => {
    const { px, py } = project(point);
    return `${px.toFixed(1)} ${py.toFixed(1)}`;
  };

  const tiles: { depth: number; svg: Content }[] = [];
  for (const { rows, x, y, color } of surfaces) {
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
        tiles.push({
          depth: project(corners[0]!).depth,
          // A hair of the same colour hides the seams between tiles.
          svg: element("path", {
            d: `M${corners.map(corner).join("L")}Z`,
            fill,
            stroke: fill,
            "stroke-width": 0.4,
          }),
        });
      }
    }
  }
  tiles.sort((a, b) => a.depth - b.depth);

  const [[x0, x1], [y0, y1], [z0, z1]] = spans;
  const edge = (from: Point, to: Point): Content =>
    element("path", { d: `M${corner(from)}L${corner(to)}`, stroke: lineColor });
  const back = [
    edge([x0, y0, z0], [x0, y0, z1]),
    edge([x0, y0, z0], [x1, y0, z0]),
    edge([x0, y0, z0], [x0, y1, z0]),
  ];
  const front = [edge([x1, y0, z0], [x1, y1, z0]), edge([x0, y1, z0], [x1, y1, z0])];
  const scene = part(layout, "scene");
  const label = (content: string, point: Point, anchor: "start" | "middle" | "end"): Content => {
    const { px, py } = project(point);
    return text(content, px, py + 6, { size: fontSize - 1, color: textColor, anchor, baseline: "top" });
  };
  const names = [
    label(
      `${titleText(part(scene, "xaxis").title) || "x"}: ${formatNumber(x0)} … ${formatNumber(x1)}`,
      [(x0 + x1) / 2, y1, z0],
      "start",
    ),
    label(
      `${titleText(part(scene, "yaxis").title) || "y"}: ${formatNumber(y0)} … ${formatNumber(y1)}`,
      [x1, (y0 + y1) / 2, z0],
      "end",
    ),
  ];
  const pointsOf = (trace: Attributes): [number[], number[], number[]] =>
    ["x", "y", "z"].map((key) => numbers(trace[key], 0)) as [number[], number[], number[]];
  const markers = lines.map((trace, index) => {
    if (!shows(trace, "markers")) return "";
    const [xs, ys, zs] = pointsOf(trace);
    const colors = markerColors(trace, xs.length, traceColor(trace, index));
    const { size } = part(trace, "marker");
    const placed = xs.map((x, i) => ({ i, ...project([x, ys[i]!, zs[i]!]) }));
    return placed
      .filter(({ px, py }) => Number.isFinite(px) && Number.isFinite(py))
      .sort((a, b) => a.depth - b.depth)
      .map(({ i, px, py }) => markerAt(trace, colors[i]!, px, py, markerSize(trace, i, size)));
  });
  const paths = lines.map((line) => {
    if (!shows(line, "lines")) return "";
    const [xs, ys, zs] = pointsOf(line);
    const style = part(line, "line");
    return element("path", {
      d: xs.map((x, i) => `${i === 0 ? "M" : "L"}${corner([x, ys[i]!, zs[i]!])}`).join(""),
      fill: "none",
      stroke: String(style.color ?? "#d55e00"),
      "stroke-width": 2,
    });
  });
  return [...back, ...tiles.map(({ svg }) => svg), ...front, ...paths, ...markers, ...names];
}
