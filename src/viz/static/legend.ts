/**
 * Legend and colour bars of the static image.
 */
import type { Content } from "../../../html/writer.js";
import { fontSize, lineColor, textColor } from "../palette.js";
import { titleText } from "../plotly.js";
import type { Attributes } from "../plotly.js";
import { legendEntries } from "../spec.js";
import { Axis } from "./axis.js";
import type { Rect } from "./axis.js";
import { isBox } from "./boxes.js";
import { cssColor } from "./color.js";
import type { ColorRange } from "./grids.js";
import { hasMode, markerAt, part, traceColor } from "./marks.js";
import { element, text, textWidth } from "./svg.js";

const symbolWidth = 26;
const rowHeight = 18;

function sample(trace: Attributes, color: string, x: number, y: number): Content {
  if (trace.type !== "scatter" && trace.type !== "scattergl")
    return element("rect", {
      x: x + 4,
      y: y - 5,
      width: 14,
      height: 10,
      fill: color,
      "fill-opacity": isBox(trace) ? 0.5 : (trace.opacity as number | undefined),
      stroke: isBox(trace) ? color : undefined,
    });
  const line = part(trace, "line");
  const filled = (typeof trace.fill === "string" && trace.fill !== "none") || trace.stackgroup !== undefined;
  return [
    filled ? element("rect", { x, y, width: 22, height: 6, fill: color, "fill-opacity": 0.5 }) : "",
    hasMode(trace, "lines")
      ? element("path", {
          d: `M${x} ${y}h22`,
          stroke: typeof line.color === "string" ? line.color : color,
          "stroke-width": Math.max(2, Number(line.width ?? 2)),
          "stroke-dasharray": line.dash === "dot" ? "2 3" : line.dash === "dash" ? "7 4" : undefined,
        })
      : "",
    hasMode(trace, "markers") ? markerAt(trace, color, x + 11, y, 7) : "",
  ];
}

/** All legends: traces are in the one that their `legend` names. */
export function drawLegends(data: readonly Attributes[], layout: Attributes, plot: Rect): Content {
  const ids = new Set(data.map(legendOf));
  return [...ids].map((id) => drawLegend(id, data, layout, plot));
}

function legendOf(trace: Attributes): string {
  return typeof trace.legend === "string" ? trace.legend : "legend";
}

/** The legend where layout.legend places it around `plot`; "" if there is none. */
function drawLegend(id: string, data: readonly Attributes[], layout: Attributes, plot: Rect): Content {
  const shown = legendEntries(data, layout).filter(({ trace }) => legendOf(trace) === id);
  if (shown.length === 0) return "";
  const entries = shown.map((entry) => ({
    ...entry,
    width: symbolWidth + textWidth(entry.name, fontSize) + 14,
  }));
  const legend = part(layout, id);
  const horizontal = legend.orientation === "h";
  const at = (key: string, otherwise: number): number =>
    typeof legend[key] === "number" ? legend[key] : otherwise;
  // Rows of entries: one each, or as many as fit.
  const rows: (typeof entries)[] = [];
  let used = Infinity;
  for (const entry of entries) {
    if (!horizontal || used + entry.width > plot.width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)!.push(entry);
    used += entry.width;
  }
  const width = Math.max(...rows.map((row) => row.reduce((sum, entry) => sum + entry.width, 0))) - 14;
  const height = rows.length * rowHeight;
  const x = plot.left + at("x", 1.02) * plot.width;
  const y = plot.top + (1 - at("y", 1)) * plot.height;
  const left = legend.xanchor === "right" ? x - width : legend.xanchor === "center" ? x - width / 2 : x;
  const top = legend.yanchor === "bottom" ? y - height - 2 : legend.yanchor === "middle" ? y - height / 2 : y;
  return rows.map((row, i) => {
    let from = left;
    const middle = top + (i + 0.5) * rowHeight;
    return row.map(({ trace, index, name, color, width: entryWidth }) => {
      const style = { size: fontSize, color: textColor, baseline: "middle" } as const;
      const faded = trace.visible === "legendonly" ? 0.5 : undefined;
      const sampled = sample(trace, color ?? traceColor(trace, index), from, middle);
      const drawn = [
        faded === undefined ? sampled : element("g", { opacity: faded }, sampled),
        text(name, from + symbolWidth, middle, style),
      ];
      from += entryWidth;
      return drawn;
    });
  });
}

/** A colour bar at the right of `plot`, or where the trace's colorbar.x, y and len say. */
export function drawColorbar(trace: Attributes, range: ColorRange, plot: Rect, id: string): Content {
  const bar = part(trace, "colorbar");
  const at = (key: string, otherwise: number): number =>
    typeof bar[key] === "number" ? bar[key] : otherwise;
  const thickness = at("thickness", 14);
  const height = at("len", 1) * plot.height;
  const left = plot.left + at("x", 1.02) * plot.width;
  const middle = plot.top + (1 - at("y", 0.5)) * plot.height;
  const top = middle - height / 2;
  const stops = range.stops.map(([offset, color]) => element("stop", { offset, "stop-color": color }));
  const axis = new Axis("y", {
    ...(Array.isArray(bar.tickvals) ? { tickvals: bar.tickvals, ticktext: bar.ticktext } : {}),
  });
  axis.include(range.low);
  axis.include(range.high);
  axis.tighten();
  axis.place(top + height, top);
  const title = titleText(bar.title);
  return [
    element("defs", {}, element("linearGradient", { id, x1: 0, y1: 1, x2: 0, y2: 0 }, stops)),
    element("rect", {
      x: left,
      y: top,
      width: thickness,
      height,
      fill: `url(#${id})`,
      stroke: lineColor,
      "stroke-width": 0.5,
    }),
    (range.low < range.high ? axis.ticks() : [{ value: range.low, label: cssLabel(range) }]).map(
      ({ value, label }) =>
        text(label, left + thickness + 5, axis.at(value), {
          size: fontSize - 1,
          color: textColor,
          baseline: "middle",
        }),
    ),
    title === ""
      ? ""
      : text(title, left, top - 6, { size: fontSize - 1, color: textColor, baseline: "bottom" }),
  ];
}

function cssLabel(range: ColorRange): string {
  return Number.isFinite(range.low) ? String(range.low) : cssColor(range.color(range.low));
}
