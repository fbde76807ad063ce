/**
 * Where the axes of the static image lie: their shares of the plot, from `domain` or from the layout's `grid`, and the pixels at which
 * their labels stand.
 */
import { isAttributes } from "../plotly.js";
import type { Attributes } from "../plotly.js";
import type { Axis, Rect } from "./axis.js";
import { part } from "./marks.js";

export type Span = readonly [number, number];

/** Key of an axis in the layout: "x2" → "xaxis2". */
export function layoutKey(id: string): string {
  return `${id[0]}axis${id.slice(1)}`;
}

/** The layout's grid of subplots. */
export interface Grid {
  /** Share of the plot of each column (from the left) and row (from the top). */
  readonly columns: readonly Span[];
  readonly rows: readonly Span[];
  /** Domains of the axes by id, and what they are anchored to. */
  readonly axes: ReadonlyMap<string, { readonly domain: Span; readonly anchor?: string }>;
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value <= 100 ? value : 0;
}

function share(value: unknown, otherwise: number): number {
  return typeof value === "number" && value >= 0 && value <= 1 ? value : otherwise;
}

export function spanOf(value: unknown): Span | undefined {
  if (!Array.isArray(value)) return undefined;
  const [low, high] = value as unknown[];
  return typeof low === "number" && typeof high === "number" && low < high ? [low, high] : undefined;
}

/** `cells` shares of a domain with gaps between them, each a share of a cell with its gap. */
function divide(domain: Span, cells: number, gap: number): Span[] {
  const step = (domain[1] - domain[0]) / (cells - gap);
  return Array.from({ length: cells }, (_, i) => [domain[0] + i * step, domain[0] + (i + 1 - gap) * step]);
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** The layout's grid; undefined if it has none. */
export function gridOf(layout: Attributes): Grid | undefined {
  if (!isAttributes(layout.grid)) return undefined;
  const { grid } = layout;
  const subplots = Array.isArray(grid.subplots) ? (grid.subplots as unknown[]).map(names) : undefined;
  const [xaxes, yaxes] = [names(grid.xaxes), names(grid.yaxes)];
  const rowCount = subplots?.length ?? (count(grid.rows) || yaxes.length);
  const columnCount = subplots?.[0]?.length ?? (count(grid.columns) || xaxes.length);
  if (rowCount === 0 || columnCount === 0) return undefined;
  const independent = subplots !== undefined || grid.pattern === "independent";
  const domain = part(grid, "domain");
  const columns = divide(spanOf(domain.x) ?? [0, 1], columnCount, share(grid.xgap, independent ? 0.2 : 0.1));
  const upward = divide(spanOf(domain.y) ?? [0, 1], rowCount, share(grid.ygap, independent ? 0.3 : 0.1));
  const rows = grid.roworder === "bottom to top" ? upward : upward.reverse();
  const axes = new Map<string, { domain: Span; anchor?: string }>();
  const numbered = (letter: "x" | "y", i: number): string => (i === 0 ? letter : `${letter}${i + 1}`);
  if (independent) {
    rows.forEach((row, i) => {
      columns.forEach((column, j) => {
        const at = i * columnCount + j;
        const named = /^(x\d*)(y\d*)$/.exec(subplots?.[i]?.[j] ?? "");
        if (subplots !== undefined && !named) return;
        const [x, y] = named ? [named[1]!, named[2]!] : [numbered("x", at), numbered("y", at)];
        // An axis of several subplots has its place from the first of its kind: columns for x, rows for y.
        if (!axes.has(x)) axes.set(x, { domain: column, anchor: y });
        if (!axes.has(y)) axes.set(y, { domain: row, anchor: x });
      });
    });
  } else {
    const bottom = rows.reduce((lowest, row, i) => (row[0] < rows[lowest]![0] ? i : lowest), 0);
    columns.forEach((column, j) => {
      axes.set(xaxes[j] ?? numbered("x", j), {
        domain: column,
        anchor: yaxes[bottom] ?? numbered("y", bottom),
      });
    });
    rows.forEach((row, i) => {
      axes.set(yaxes[i] ?? numbered("y", i), { domain: row, anchor: xaxes[0] ?? "x" });
    });
  }
  return { columns, rows, axes };
}

/** Settings of an axis with its domain: its own, that of the grid, or that of the axis which it lies over. */
export function axisLayout(id: string, layout: Attributes, grid: Grid | undefined): Attributes {
  const own = part(layout, layoutKey(id));
  const over = typeof own.overlaying === "string" && own.overlaying !== id ? own.overlaying : undefined;
  const below = over === undefined ? undefined : part(layout, layoutKey(over)).domain;
  const place = grid?.axes.get(over ?? id);
  const domain = spanOf(own.domain) ?? spanOf(below) ?? place?.domain;
  return {
    ...(place?.anchor !== undefined && over === undefined && { anchor: place.anchor }),
    ...own,
    ...(domain !== undefined && { domain }),
  };
}

function domainOf(axis: Axis): Span {
  return spanOf(axis.layout.domain) ?? [0, 1];
}

/** Pixels of an axis pair's rectangle. */
export function panel(x: Axis, y: Axis, plot: Rect): Rect {
  const [left, right] = domainOf(x);
  const [bottom, top] = domainOf(y);
  return {
    left: plot.left + left * plot.width,
    top: plot.top + (1 - top) * plot.height,
    width: (right - left) * plot.width,
    height: (top - bottom) * plot.height,
  };
}

/** The rectangle at whose edge an axis has its labels: that with its anchor, or a line at its `position` in the plot. */
export function labelRect(axis: Axis, anchor: Axis | undefined, rect: Rect, plot: Rect): Rect {
  if (axis.layout.anchor === "free") {
    const at = share(axis.layout.position, 0);
    return axis.letter === "x"
      ? { ...rect, top: plot.top + (1 - at) * plot.height, height: 0 }
      : { ...rect, left: plot.left + at * plot.width, width: 0 };
  }
  if (anchor === undefined) return rect;
  return axis.letter === "x" ? panel(axis, anchor, plot) : panel(anchor, axis, plot);
}
