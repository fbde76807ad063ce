/** Contour traces: lines and fillings between levels. */
import { contours as contourShapes } from "d3-contour";
import type { Content } from "../../../html/writer.js";
import type { Attributes } from "../plotly.js";
import { niceStep } from "./bars.js";
import { cssColor } from "./color.js";
import { centres, colorRange, zRows } from "./grids.js";
import { finite, part } from "./marks.js";
import type { Placed } from "./marks.js";
import { element, ringPath } from "./svg.js";

/** Levels between which a contour trace changes colour. */
export function contourLevels(trace: Attributes): number[] {
  const given = part(trace, "contours");
  const { low, high } = colorRange(trace);
  const size = finite(given.size) || niceStep((high - low || 1) / (finite(trace.ncontours) || 15));
  const start = finite(given.start) ?? Math.ceil(low / size + 1e-9) * size;
  const end = finite(given.end) ?? high;
  return Array.from(
    { length: Math.max(0, Math.min(200, Math.floor((end - start) / size + 1e-6) + 1)) },
    (_, i) => start + i * size,
  );
}

export function drawContour(placed: Placed): Content {
  const { trace, x, y } = placed;
  const rows = zRows(trace);
  const height = rows.length;
  const width = rows[0]?.length ?? 0;
  if (height < 2 || width < 2) return "";
  const xs = centres(placed, "x", width).map((v) => x.atOrBelow(v));
  const ys = centres(placed, "y", height).map((v) => y.atOrBelow(v));
  const { color, low, high } = colorRange(trace);
  const levels = contourLevels(trace);
  const step = levels.length > 1 ? levels[1]! - levels[0]! : high - low;
  const settings = part(trace, "contours");
  const filled = settings.coloring !== "none" && settings.coloring !== "lines";
  const lined = settings.showlines !== false;
  const line = part(trace, "line");
  // d3 counts from the grid's corner, so that the centre of cell i lies at i + ½; between centres pixels are linear, whatever the axis.
  const between = (centre: readonly number[], at: number): number => {
    const i = Math.min(centre.length - 2, Math.max(0, Math.floor(at - 0.5)));
    return centre[i]! + (at - 0.5 - i) * (centre[i + 1]! - centre[i]!);
  };
  const place = ([gx, gy]: number[]): readonly [number, number] => [between(xs, gx!), between(ys, gy!)];
  const shapes = contourShapes().size([width, height]).thresholds(levels)(rows.flat());
  const out: Content[] = [];
  if (filled) {
    const [left, right] = [xs[0]!, xs[width - 1]!];
    const [bottom, top] = [ys[0]!, ys[height - 1]!];
    out.push(
      element("rect", {
        x: Math.min(left, right),
        y: Math.min(top, bottom),
        width: Math.abs(right - left),
        height: Math.abs(top - bottom),
        fill: cssColor(color((levels[0] ?? low) - step / 2)),
      }),
    );
  }
  for (const { value, coordinates } of shapes) {
    const d = coordinates
      .map((polygon) => polygon.map((ring) => ringPath(ring.map(place))).join(""))
      .join("");
    if (d === "") continue;
    out.push(
      element("path", {
        d,
        fill: filled ? cssColor(color(value + step / 2)) : "none",
        "fill-rule": "evenodd",
        stroke: !lined
          ? undefined
          : filled
            ? String(line.color ?? "rgba(60,60,60,0.55)")
            : cssColor(color(value)),
        "stroke-width": lined ? (typeof line.width === "number" ? line.width : 0.6) : undefined,
      }),
    );
  }
  return out;
}
