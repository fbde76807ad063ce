/**
 * Distributions and points in the plane: histogram, scatter, and the regions that a classifier tells apart.
 */
import { say } from "../locale/words.js";
import { PlotFigure } from "./figure.js";
import { palette } from "./palette.js";
import type { Layout, Trace } from "./plotly.js";
import { extent, isTensorLike, round, toNumbers, toRows } from "./values.js";
import type { Matrix, TensorLike, Vector } from "./values.js";

/** Titles of a figure and of its axes. */
export interface ChartOptions {
  readonly title?: string;
  readonly xTitle?: string;
  readonly yTitle?: string;
  readonly height?: number;
}

function layoutOf(options: ChartOptions, more: Layout = {}): Layout {
  return {
    ...(options.title !== undefined && { title: options.title }),
    ...(options.height !== undefined && { height: options.height }),
    ...more,
    xaxis: { title: options.xTitle ?? "", ...more.xaxis },
    yaxis: { title: options.yTitle ?? "", ...more.yaxis },
  };
}

function isVector(values: unknown): values is Vector {
  return isTensorLike(values) || ArrayBuffer.isView(values) || Array.isArray(values);
}

/**
 * How often values fall into bins of equal width; several sets by name lie over one another. A tensor of any shape is flattened.
 * @throws TypeError when the values are not numbers
 */
export function histogram(
  values: Vector | Readonly<Record<string, Vector>>,
  options: ChartOptions & { readonly bins?: number } = {},
): PlotFigure {
  const sets = isVector(values) ? { values } : values;
  const numbers = Object.entries(sets).map(
    ([name, set]) => [name, toNumbers(set, `viz.histogram: ${name}`).filter(Number.isFinite)] as const,
  );
  // Counted here: the figure then stays small however many values there are, and all pictures of it agree.
  const [low, high] = extent(numbers.flatMap(([, set]) => extent(set) ?? [])) ?? [0, 1];
  const most = Math.max(1, ...numbers.map(([, set]) => set.length));
  const bins = options.bins ?? Math.max(8, Math.min(60, Math.ceil(Math.sqrt(most))));
  const width = (high - low || 1) / bins;
  const traces = numbers.map(([name, set], index): Trace => {
    const counts = new Array<number>(bins).fill(0);
    for (const v of set) counts[Math.min(bins - 1, Math.floor((v - low) / width))]!++;
    return {
      type: "bar",
      name,
      x: counts.map((_, i) => round(low + (i + 0.5) * width, 6)),
      y: counts,
      width: round(width * 0.97, 6),
      marker: { color: palette[index % palette.length] },
      ...(numbers.length > 1 && { opacity: 0.6 }),
      hovertemplate: "%{x:.4g}: %{y}<extra></extra>",
    };
  });
  return new PlotFigure(
    traces,
    layoutOf({ yTitle: say("count"), ...options }, { barmode: "overlay", bargap: 0 }),
  );
}

/** Class of each point: numbers, names, or a tensor [n] or [n, 1]. */
export type Labels = Vector | readonly string[];

function classes(labels: Labels, count: number, what: string): { names: string[]; of: number[] } {
  const all =
    Array.isArray(labels) && typeof labels[0] === "string"
      ? (labels as string[])
      : toNumbers(labels, `${what}: labels`).map(String);
  if (all.length !== count)
    throw new RangeError(`${what}: ${count} points need as many labels, got ${all.length}`);
  const names = [...new Set(all)].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return { names, of: all.map((name) => names.indexOf(name)) };
}

function pointRows(points: Matrix, what: string): number[][] {
  const rows = toRows(points, what);
  if (rows[0]?.length !== 2)
    throw new RangeError(
      `${what}: expected points [n, 2], got rows of ${String(rows[0]?.length)}; choose two columns`,
    );
  return rows;
}

const symbols = [
  "circle",
  "square",
  "diamond",
  "triangle-up",
  "x",
  "cross",
  "star",
  "triangle-down",
] as const;

function pointTraces(
  rows: readonly number[][],
  labels: Labels | undefined,
  what: string,
  outlined: boolean,
): Trace[] {
  const { names, of } = labels ? classes(labels, rows.length, what) : { names: [""], of: rows.map(() => 0) };
  return names.map((name, k): Trace => {
    const own = rows.filter((_, i) => of[i] === k);
    return {
      type: "scatter",
      mode: "markers",
      name,
      x: own.map((row) => round(row[0]!, 6)),
      y: own.map((row) => round(row[1]!, 6)),
      // A form of its own beside the colour, for readers who tell colours apart badly.
      marker: {
        color: palette[k % palette.length],
        symbol: symbols[k % symbols.length],
        size: 7,
        ...(outlined ? { line: { color: "#ffffff", width: 0.8 } } : { opacity: 0.8 }),
      },
      showlegend: names.length > 1,
    };
  });
}

/**
 * Points in the plane, `[n, 2]`, with a colour and a form for each class.
 * @throws RangeError when the points are not pairs or there are not as many labels as points
 */
export function scatter(
  points: Matrix,
  options: ChartOptions & { readonly labels?: Labels } = {},
): PlotFigure {
  const traces = pointTraces(pointRows(points, "viz.scatter"), options.labels, "viz.scatter", false);
  return new PlotFigure(traces, layoutOf(options));
}

/** Options of `regions`. */
export interface RegionOptions extends ChartOptions {
  /** Points a side at which the classifier is asked; 80 if not given. */
  readonly points?: number;
}

/**
 * Where a classifier says what, under the points that it was trained on. `predict` gets points `[m, 2]` as rows and returns a number for
 * each: a probability or logit of the second class `[m]` or `[m, 1]`, or scores of the classes `[m, C]`, of which the largest counts.
 * @throws RangeError when the points are not pairs, or `predict` returns another number of values
 */
export function regions(
  predict: (points: number[][]) => TensorLike | Matrix,
  points: Matrix,
  labels: Labels,
  options: RegionOptions = {},
): PlotFigure {
  const rows = pointRows(points, "viz.regions");
  const side = options.points ?? 80;
  const axis = (k: 0 | 1): number[] => {
    const [low, high] = extent(rows.map((row) => row[k]!)) ?? [0, 1];
    const air = (high - low || 1) * 0.12;
    return Array.from({ length: side }, (_, i) =>
      round(low - air + ((high - low + 2 * air) * i) / (side - 1), 6),
    );
  };
  const [x, y] = [axis(0), axis(1)];
  const answer = predict(y.flatMap((v) => x.map((u) => [u, v])));
  const single = isTensorLike(answer) && answer.shape.length === 1;
  let scores = single ? toNumbers(answer, "predict").map((v) => [v]) : toRows(answer, "viz.regions: predict");
  if (scores.length === 1 && scores[0]!.length === side * side) scores = scores[0]!.map((v) => [v]);
  if (scores.length !== side * side)
    throw new RangeError(
      `viz.regions: predict was given ${side * side} points and returned ${scores.length} values`,
    );
  const count = scores[0]!.length;
  // One value a point: its sign if some are negative (logits), otherwise the side of ½ on which it lies.
  const threshold = scores.some(([v]) => v! < 0) ? 0 : 0.5;
  const chosen = scores.map((row) =>
    count === 1 ? Number(row[0]! > threshold) : row.indexOf(Math.max(...row)),
  );
  const classCount = Math.max(2, count);
  const steps = Array.from({ length: classCount }, (_, k) => palette[k % palette.length]!);
  const field: Trace = {
    type: "heatmap",
    x,
    y,
    z: y.map((_, i) => chosen.slice(i * side, (i + 1) * side)),
    zmin: -0.5,
    zmax: classCount - 0.5,
    colorscale: steps.flatMap((color, k) => [
      [k / classCount, color] as const,
      [(k + 1) / classCount, color] as const,
    ]),
    opacity: 0.28,
    showscale: false,
    hoverinfo: "skip",
  };
  const bare = { showgrid: false, zeroline: false };
  return new PlotFigure(
    [field, ...pointTraces(rows, labels, "viz.regions", true)],
    layoutOf({ height: 440, ...options }, { xaxis: bare, yaxis: bare }),
  );
}
