/**
 * Where the traces of a picture lie: which axes they share, what these span, and the rectangle of each pair of axes. All of it must be known
 * before the first mark is drawn.
 */
import { axisKey } from "../plotly.js";
import type { Attributes } from "../plotly.js";
import { Axis } from "./axis.js";
import type { Rect } from "./axis.js";
import { automaticBins, histogramBars, includeBars, isHorizontalHistogram, layBars } from "./bars.js";
import type { Bars, Bins } from "./bars.js";
import { boxValues, includeBox, isBox, layBoxes } from "./boxes.js";
import type { Box } from "./boxes.js";
import { includeErrors } from "./error-bars.js";
import { includeGrid } from "./grids.js";
import { includeImage } from "./picture.js";
import { histogram2dGrid } from "./histogram2d.js";
import { list, traceColor } from "./marks.js";
import type { Placed } from "./marks.js";
import { includeScatter } from "./scatter.js";
import { axisLayout, panel } from "./subplots.js";
import type { Grid } from "./subplots.js";

/** A trace, and its place among all traces of the figure. */
export interface Indexed {
  readonly trace: Attributes;
  readonly index: number;
}

/** Where bars and boxes lie, by their traces. */
export interface Laid {
  readonly bars: Map<Attributes, Bars>;
  readonly boxes: Map<Attributes, readonly Box[]>;
}

/** A pair of axes, the rectangle between them, and the traces in it. */
export interface Panel {
  readonly x: Axis;
  readonly y: Axis;
  readonly rect: Rect;
  readonly traces: readonly Placed[];
}

export interface Arrangement {
  readonly axes: ReadonlyMap<string, Axis>;
  readonly placed: readonly Placed[];
  readonly laid: Laid;
  readonly panels: readonly Panel[];
}

/** Places of a figure's traces that lie on pairs of axes; with `axesAlone` axes without traces are there too. */
export function arrange(
  flat: readonly Indexed[],
  layout: Attributes,
  { plot, grid, axesAlone }: { plot: Rect; grid: Grid | undefined; axesAlone: boolean },
): Arrangement {
  const axes = new Map<string, Axis>();
  const axis = (id: string): Axis => {
    const found = axes.get(id) ?? new Axis(id, axisLayout(id, layout, grid), valuesOfAxis(id, flat));
    axes.set(id, found);
    return found;
  };
  const binsOn = (own: Axis): Bins | undefined => sharedBins(own, flat);
  const placed = flat.map(({ trace, index }) => {
    const [x, y] = [axis(axisOf(trace, "x")), axis(axisOf(trace, "y"))];
    return { trace: counted(trace, x, y, binsOn), x, y, color: traceColor(trace, index), index };
  });
  if (flat.length > 0 || axesAlone) {
    for (const key of Object.keys(layout)) if (axisKey.test(key)) axis(`${key[0]}${key.slice(5)}`);
    if (axes.size === 0) for (const id of ["x", "y"]) axis(id);
  }
  const groups = new Map<string, (Placed & { readonly index: number })[]>();
  for (const each of placed) {
    const key = `${each.x.id} ${each.y.id}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
    include(each);
  }
  const laid: Laid = { bars: new Map(), boxes: new Map() };
  for (const group of groups.values()) lay(group, layout, laid);
  match(axes);
  const pairs = [...groups.values()].map((group) => ({ x: group[0]!.x, y: group[0]!.y, traces: group }));
  if (pairs.length === 0 && axesAlone) pairs.push({ x: axis("x"), y: axis("y"), traces: [] });
  return { axes, placed, laid, panels: placePanels(pairs, plot) };
}

function axisOf(trace: Attributes, letter: "x" | "y"): string {
  const id = trace[`${letter}axis`];
  return typeof id === "string" && axisKey.test(`${id[0]}axis${id.slice(1)}`) && id[0] === letter
    ? id
    : letter;
}

function valuesOfAxis(id: string, flat: readonly Indexed[]): readonly unknown[] {
  const letter = id[0] as "x" | "y";
  return flat
    .filter(({ trace }) => axisOf(trace, letter) === id)
    .flatMap(({ trace, index }) => valuesOn(trace, letter, index));
}

/** What a trace puts on an axis, which tells the axis's type. */
function valuesOn(trace: Attributes, letter: "x" | "y", index: number): readonly unknown[] {
  if (isBox(trace)) return boxValues(trace, letter, index);
  // The lengths of a histogram's bars are counts, whatever the other values are.
  if (trace.type === "histogram" && isHorizontalHistogram(trace) !== (letter === "y")) return [];
  return list(trace[letter]);
}

/** Histograms on one axis have the same bins, so that their bars can be compared. */
function sharedBins(own: Axis, flat: readonly Indexed[]): Bins | undefined {
  const sharing = flat.filter(
    ({ trace }) =>
      trace.type === "histogram" &&
      (isHorizontalHistogram(trace) ? "y" : "x") === own.letter &&
      axisOf(trace, own.letter) === own.id,
  );
  const values = sharing.flatMap(({ trace }) => list(trace[own.letter]).map((v) => own.number(v)));
  return sharing.length < 2 ? undefined : automaticBins(values.filter(Number.isFinite), undefined);
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

/** Has the axes span a trace; bars and boxes, which depend on their neighbours, come later. */
function include(placed: Placed): void {
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

/** Lays the bars and boxes of a pair of axes beside each other. */
function lay(group: readonly (Placed & { index: number })[], layout: Attributes, laid: Laid): void {
  const bars = group.filter(({ trace }) => trace.type === "bar");
  for (const each of layBars(bars, layout)) {
    includeBars(each);
    laid.bars.set(each.placed.trace, each);
  }
  for (const type of ["box", "violin"]) {
    const own = group.filter(({ trace }) => trace.type === type);
    const indexed = own.map((placed) => ({ placed, index: placed.index }));
    for (const box of layBoxes(indexed, layout[`${type}mode`])) {
      includeBox(box);
      laid.boxes.set(box.placed.trace, [...(laid.boxes.get(box.placed.trace) ?? []), box]);
    }
  }
}

function match(axes: ReadonlyMap<string, Axis>): void {
  for (const each of axes.values()) {
    const other = typeof each.layout.matches === "string" ? axes.get(each.layout.matches) : undefined;
    if (other === undefined || other === each) continue;
    other.includeAxis(each);
    each.includeAxis(other);
  }
}

/** Settles where the axes lie: each along the panel that it forms with its anchor. */
function placePanels(pairs: readonly Omit<Panel, "rect">[], plot: Rect): Panel[] {
  const panels = pairs.map((pair) => ({ ...pair, rect: panel(pair.x, pair.y, plot) }));
  return panels.map((each) => {
    const { x, y, rect } = each;
    x.place(rect.left, rect.left + rect.width);
    y.place(rect.top + rect.height, rect.top);
    return { ...each, rect: constrain(x, y, rect) };
  });
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
