/**
 * Functions of two variables, such as a loss over two weights: as contour lines with the path of a descent, or as a surface in space.
 */
import { say } from "../locale/words.js";
import { PlotFigure } from "./figure.js";
import { sequential } from "./palette.js";
import type { Attributes, Trace } from "./plotly.js";
import { extent, round, toNumbers, toRows } from "./values.js";
import type { Matrix, Vector } from "./values.js";

/** Values over a grid, row i at y[i] and column j at x[j]; or a function that is called at every point of the grid. */
export type Field = Matrix | ((x: number, y: number) => number);

/** Options of `surface` and `contour`. */
export interface SurfaceOptions {
  readonly title?: string;
  /** Places of the columns, or the two ends between which `points` of them lie ([-1, 1] if not given). */
  readonly x?: Vector;
  /** Places of the rows, or their two ends. */
  readonly y?: Vector;
  /** Points a side when the field is a function; 61 if not given. */
  readonly points?: number;
  /** Points [x, y] of a descent, drawn over the field from an open to a filled mark. */
  readonly path?: Matrix;
  /** Colours by the logarithm of the values, which must then be above 0: shows a valley's floor. */
  readonly log?: boolean;
  readonly xTitle?: string;
  readonly yTitle?: string;
  readonly height?: number;
}

interface Grid {
  readonly x: number[];
  readonly y: number[];
  readonly z: number[][];
}

/** `count` places: as given, or evenly between two given ends. */
function places(given: Vector | undefined, count: number, what: string): number[] | undefined {
  if (given === undefined) return undefined;
  const values = toNumbers(given, what);
  if (values.length === 2 && count !== 2) {
    const [from, to] = values as [number, number];
    return Array.from({ length: count }, (_, i) => round(from + ((to - from) * i) / (count - 1), 12));
  }
  return values;
}

function evaluate(field: Field, options: SurfaceOptions, name: string): Grid {
  if (typeof field === "function") {
    const { x: xEnds = [-1, 1], y: yEnds = [-1, 1], points = 61 } = options;
    const x = places(xEnds, points, `${name}: x`)!;
    const y = places(yEnds, points, `${name}: y`)!;
    return { x, y, z: y.map((v) => x.map((u) => Number(field(u, v)))) };
  }
  const z = toRows(field, name);
  const along = (given: Vector | undefined, count: number, what: string): number[] => {
    const values = places(given, count, what) ?? Array.from({ length: count }, (_, i) => i);
    if (values.length !== count)
      throw new RangeError(`${what} has ${values.length} values, but the matrix has ${count} along it`);
    return values;
  };
  return { x: along(options.x, z[0]!.length, `${name}: x`), y: along(options.y, z.length, `${name}: y`), z };
}

/** Logarithms with a colour bar that still names the values. */
function logarithmic(grid: Grid, name: string): { z: number[][]; colorbar: Attributes } {
  const [least, most] = extent(grid.z.flat()) ?? [1, 1];
  if (least <= 0) throw new RangeError(`${name}: log needs values above 0, but the smallest is ${least}`);
  const [low, high] = [Math.ceil(Math.log10(least)), Math.floor(Math.log10(most))];
  const every = Math.max(1, Math.ceil((high - low) / 6));
  const decades = Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low + i).filter(
    (d) => (d - low) % every === 0,
  );
  const ticks =
    decades.length > 1
      ? decades.map((d) => [d, d >= -3 && d <= 4 ? String(10 ** d) : `1e${d}`] as const)
      : [least, Math.sqrt(least * most), most].map(
          (v) => [Math.log10(v), String(Number(v.toPrecision(2)))] as const,
        );
  return {
    z: grid.z.map((row) => row.map(Math.log10)),
    colorbar: { tickvals: ticks.map(([at]) => at), ticktext: ticks.map(([, label]) => label) },
  };
}

/**
 * Contour lines of a function of two variables, with the path of a descent over them.
 * @throws TypeError or RangeError when the field is no matrix, x and y do not fit it, or the path is not of points [x, y]
 */
export function contour(field: Field, options: SurfaceOptions = {}): PlotFigure {
  const grid = evaluate(field, options, "viz.contour");
  const scaled = options.log ? logarithmic(grid, "viz.contour") : { z: grid.z, colorbar: {} };
  const traces: Trace[] = [
    {
      type: "contour",
      ...grid,
      z: scaled.z.map((row) => row.map((v) => round(v, 5))),
      colorscale: sequential,
      ncontours: 18,
      line: { width: 0.6, color: "rgba(40,40,40,0.5)" },
      colorbar: { thickness: 12, outlinewidth: 0, ...scaled.colorbar },
      showlegend: false,
      ...(options.log && { hovertemplate: "x %{x:.4g}, y %{y:.4g}<br>10^%{z:.3f}<extra></extra>" }),
    },
  ];
  const path = readPath(options.path, "viz.contour");
  if (path !== undefined) {
    const last = path.length - 1;
    traces.push(
      {
        type: "scatter",
        mode: path.length <= 60 ? "lines+markers" : "lines",
        ...columns(path),
        line: { color: "#ffffff", width: 2 },
        marker: { color: "#ffffff", size: 4 },
        showlegend: false,
        hoverinfo: "skip",
      },
      {
        type: "scatter",
        mode: "markers",
        x: [path[0]![0]!, path[last]![0]!],
        y: [path[0]![1]!, path[last]![1]!],
        marker: { color: ["#ffffff", "#d55e00"], size: [10, 12], line: { color: "#222222", width: 1.2 } },
        text: [say("start"), say("after {0} steps", last)],
        hovertemplate: "%{text}<br>x %{x:.4g}, y %{y:.4g}<extra></extra>",
        showlegend: false,
      },
    );
  }
  // The field fills the frame even where the path leaves it.
  const frame = (values: readonly number[]): Attributes => ({
    range: extent(values),
    zeroline: false,
    showgrid: false,
  });
  return new PlotFigure(traces, {
    ...(options.title !== undefined && { title: options.title }),
    height: options.height ?? 460,
    xaxis: { title: options.xTitle ?? "", ...frame(grid.x) },
    yaxis: { title: options.yTitle ?? "", ...frame(grid.y) },
  });
}

function readPath(path: Matrix | undefined, name: string): number[][] | undefined {
  if (path === undefined) return undefined;
  const points = toRows(path, `${name}: path`);
  if (points.length === 0 || points[0]!.length !== 2)
    throw new RangeError(`${name}: path must be points [x, y], got rows of ${points[0]?.length ?? 0}`);
  return points;
}

function columns(points: readonly number[][]): { x: number[]; y: number[] } {
  return { x: points.map((point) => point[0]!), y: points.map((point) => point[1]!) };
}

/** Value of the field at the grid's point next to (x, y). */
function nearest({ x, y, z }: Grid, at: readonly number[]): number {
  const closest = (values: readonly number[], v: number): number =>
    values.reduce((best, value, i) => (Math.abs(value - v) < Math.abs(values[best]! - v) ? i : best), 0);
  return z[closest(y, at[1]!)]![closest(x, at[0]!)]!;
}

/**
 * A function of two variables as a surface in space, to be turned with the mouse, with the path of a descent on it.
 * @throws as `contour` does
 */
export function surface(field: Field, options: SurfaceOptions = {}): PlotFigure {
  const grid = evaluate(field, options, "viz.surface");
  const scaled = options.log ? logarithmic(grid, "viz.surface") : { z: grid.z, colorbar: {} };
  const traces: Trace[] = [
    {
      type: "surface",
      ...grid,
      z: scaled.z.map((row) => row.map((v) => round(v, 5))),
      colorscale: sequential,
      colorbar: { thickness: 12, outlinewidth: 0, len: 0.8, ...scaled.colorbar },
      showlegend: false,
    },
  ];
  const path = readPath(options.path, "viz.surface");
  if (path !== undefined) {
    const lift = (extent(scaled.z.flat()) ?? [0, 1]).reduce((low, high) => (high - low) * 0.01);
    const z = path.map((point) =>
      typeof field === "function"
        ? (options.log ? Math.log10(field(point[0]!, point[1]!)) : field(point[0]!, point[1]!)) + lift
        : nearest({ ...grid, z: scaled.z }, point) + lift,
    );
    traces.push({
      type: "scatter3d",
      mode: "lines",
      ...columns(path),
      z,
      line: { color: "#d55e00", width: 5 },
      showlegend: false,
    } as Trace);
  }
  return new PlotFigure(traces, {
    ...(options.title !== undefined && { title: options.title }),
    height: options.height ?? 480,
    margin: { l: 10, r: 80, b: 20 },
    scene: {
      xaxis: { title: { text: options.xTitle ?? "x" } },
      yaxis: { title: { text: options.yTitle ?? "y" } },
      zaxis: { title: { text: options.log ? "log₁₀" : "" } },
      aspectmode: "cube",
    },
  });
}
