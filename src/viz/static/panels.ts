/** The panels of a picture: grid lines behind, traces cut off at the rectangle's edges, labels and frames before. */
import type { Content } from "../../../html/writer.js";
import { fingerprint } from "../fingerprint.js";
import { lineColor } from "../palette.js";
import type { Arrangement, Laid, Panel } from "./arrangement.js";
import type { Axis, Rect } from "./axis.js";
import { drawBars } from "./bars.js";
import { drawBox } from "./boxes.js";
import { drawErrors } from "./error-bars.js";
import { drawGrid, drawLabels } from "./axis-marks.js";
import { drawContour } from "./contour.js";
import { drawHeatmap } from "./grids.js";
import { drawImage } from "./picture.js";
import type { Placed } from "./marks.js";
import { drawScatter } from "./scatter.js";
import { labelRect } from "./subplots.js";
import { element } from "./svg.js";

export interface DrawnPanels {
  readonly clips: readonly Content[];
  readonly behind: readonly Content[];
  readonly traces: readonly Content[];
  readonly before: readonly Content[];
}

export function drawPanels({ panels, axes, laid }: Arrangement, plot: Rect): DrawnPanels {
  const labelled = new Set<Axis>();
  const gridded = new Set<string>();
  const behind: Content[] = [];
  const traces: Content[] = [];
  const before: Content[] = [];
  const clips = new Map<string, Content>();
  for (const each of panels) {
    const { rect } = each;
    for (const axis of [each.x, each.y]) {
      const lines = `${axis.id} ${JSON.stringify(rect)}`;
      if (!gridded.has(lines)) behind.push(drawGrid(axis, rect));
      gridded.add(lines);
      if (axis.layout.showline === true || axis.layout.mirror === true)
        before.push(frame(rect, String(axis.layout.linecolor ?? lineColor)));
      if (labelled.has(axis)) continue;
      labelled.add(axis);
      before.push(drawLabels(axis, labelsAt(axis, each, axes, plot)));
    }
    // Ids are the document's own: pages that inline several pictures share one name space, so an id says what it stands for.
    const clip = `c${fingerprint(JSON.stringify(rect))}`;
    clips.set(clip, clipPath(clip, rect));
    const layered = [...each.traces].sort((a, b) => layerOf(a) - layerOf(b));
    const drawn = layered.map((placed, i) => drawTrace(placed, laid, layered.slice(0, i)));
    if (drawn.length > 0) traces.push(element("g", { "clip-path": `url(#${clip})` }, drawn));
  }
  return { clips: [...clips.values()], behind, traces, before };
}

function labelsAt(axis: Axis, { x, y, rect }: Panel, axes: ReadonlyMap<string, Axis>, plot: Rect): Rect {
  const anchor = typeof axis.layout.anchor === "string" ? axes.get(axis.layout.anchor) : undefined;
  // The pair's own rectangle may have been shrunk to keep its proportions.
  const isOwn = anchor === undefined || anchor === x || anchor === y;
  return isOwn && axis.layout.anchor !== "free" ? rect : labelRect(axis, anchor, rect, plot);
}

function clipPath(id: string, { left, top, width, height }: Rect): Content {
  const around = { x: left - 1, y: top - 1, width: width + 2, height: height + 2 };
  return element("clipPath", { id }, element("rect", around));
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

/** Plotly's order from the back, whatever the order of the traces. */
const layers = ["image", "heatmap", "contour", "bar", "box", "violin"];

function layerOf({ trace }: Placed): number {
  const layer = layers.indexOf(String(trace.type));
  return layer < 0 ? layers.length : layer;
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
