/**
 * Traces over a grid of values: their colours, where their cells lie, and heatmaps. Contours are in contour.ts.
 */
import type { Content } from "../../../html/writer.js";
import { fontSize } from "../palette.js";
import type { Attributes } from "../plotly.js";
import { extent } from "../values.js";
import { colorScale, colorStops, cssColor, inkOn } from "./color.js";
import type { Rgba, Stops } from "./color.js";
import { formatNumber } from "./ticks.js";
import { finite, part } from "./marks.js";
import type { Placed } from "./marks.js";
import { picture } from "./picture.js";
import { pngDataUri } from "./png.js";
import { element, text } from "./svg.js";

export interface ColorRange {
  readonly stops: Stops;
  readonly low: number;
  readonly high: number;
  readonly color: (value: number) => Rgba;
}

export function zRows(trace: Attributes): (readonly number[])[] {
  return Array.isArray(trace.z) ? (trace.z as (readonly number[])[]) : [];
}

/** The colours of a heatmap, contour or surface: zmin, zmax, zmid and colorscale as in Plotly. */
export function colorRange(trace: Attributes): ColorRange {
  const [least, most] = extent(zRows(trace).flat()) ?? [0, 1];
  let low = finite(trace.zmin) ?? finite(trace.cmin) ?? least;
  let high = finite(trace.zmax) ?? finite(trace.cmax) ?? most;
  const middle = finite(trace.zmid);
  if (middle !== undefined) {
    const reach = Math.max(Math.abs(high - middle), Math.abs(low - middle));
    low = middle - reach;
    high = middle + reach;
  }
  const stops = colorStops(trace.colorscale, trace.reversescale === true);
  return { stops, low, high, color: colorScale(stops, low, high) };
}

/** Places of the cells' centres along one side. */
export function centres(placed: Placed, letter: "x" | "y", count: number): number[] {
  const { trace } = placed;
  const given = trace[letter];
  const axis = placed[letter];
  if (Array.isArray(given)) {
    const at = given.map((v) => (typeof v === "number" ? v : axis.number(v)));
    // One more than the cells: the edges between them.
    if (at.length === count + 1) return at.slice(1).map((v, i) => (v + at[i]!) / 2);
    return at.slice(0, count);
  }
  const start = trace[`${letter}0`];
  const step = trace[`d${letter}`];
  return Array.from(
    { length: count },
    (_, i) => (typeof start === "number" ? start : 0) + i * (typeof step === "number" ? step : 1),
  );
}

/** Edges halfway between the centres, one more than there are centres. */
function edges(centre: readonly number[]): number[] {
  const n = centre.length;
  if (n === 0) return [0, 1];
  const first = n > 1 ? (centre[1]! - centre[0]!) / 2 : 0.5;
  const last = n > 1 ? (centre[n - 1]! - centre[n - 2]!) / 2 : 0.5;
  return [centre[0]! - first, ...centre.slice(1).map((v, i) => (v + centre[i]!) / 2), centre[n - 1]! + last];
}

export function includeGrid(placed: Placed): void {
  const { trace, x, y } = placed;
  const rows = zRows(trace);
  const bounds = (letter: "x" | "y", count: number): number[] => {
    const centre = centres(placed, letter, count);
    return trace.type === "heatmap" ? edges(centre) : centre;
  };
  for (const v of bounds("x", rows[0]?.length ?? 0)) x.include(v);
  for (const v of bounds("y", rows.length)) y.include(v);
  x.tighten();
  y.tighten();
}

function isEven(values: readonly number[]): boolean {
  const step = (values[values.length - 1]! - values[0]!) / (values.length - 1);
  return values.every((v, i) => Math.abs(v - (values[0]! + i * step)) <= Math.abs(step) * 0.01);
}

export function drawHeatmap(placed: Placed): Content {
  const { trace, x, y } = placed;
  const rows = zRows(trace);
  const height = rows.length;
  const width = rows[0]?.length ?? 0;
  if (height === 0 || width === 0) return "";
  const { color, low, high } = colorRange(trace);
  const xs = edges(centres(placed, "x", width)).map((v) => x.at(v));
  const ys = edges(centres(placed, "y", height)).map((v) => y.at(v));
  const out: Content[] = [];
  if (width * height > 300 && isEven(xs) && isEven(ys)) {
    // Pixels of a picture, flipped where an axis runs the other way.
    const [left, right] = [Math.min(xs[0]!, xs[width]!), Math.max(xs[0]!, xs[width]!)];
    const [top, bottom] = [Math.min(ys[0]!, ys[height]!), Math.max(ys[0]!, ys[height]!)];
    const mirrored = xs[0]! > xs[width]!;
    const upward = ys[0]! > ys[height]!;
    const shades = Array.from({ length: 255 }, (_, i) => color(low + ((high - low) * i) / 254));
    const clear: Rgba = [0, 0, 0, 0];
    // A cell may not be smaller than the pixels of a good screen; the picture shows of each block the cell in its middle.
    const [wide, tall] = [
      Math.min(width, Math.ceil(2 * (right - left))),
      Math.min(height, Math.ceil(2 * (bottom - top))),
    ];
    const href = pngDataUri(Math.max(1, wide), Math.max(1, tall), (column, row) => {
      const j = Math.floor(((column + 0.5) * width) / wide);
      const i = Math.floor(((row + 0.5) * height) / tall);
      const value = rows[upward ? height - 1 - i : i]![mirrored ? width - 1 - j : j]!;
      if (!Number.isFinite(value)) return clear;
      const shade = Math.round(254 * Math.min(1, Math.max(0, (value - low) / (high - low || 1))));
      return shades[shade]!;
    });
    out.push(picture(href, left, top, right - left, bottom - top));
  } else {
    const gapX = typeof trace.xgap === "number" ? trace.xgap : 0;
    const gapY = typeof trace.ygap === "number" ? trace.ygap : 0;
    rows.forEach((row, i) => {
      row.forEach((value, j) => {
        const rgba = color(value);
        if (rgba[3] === 0) return;
        const cellWidth = Math.abs(xs[j + 1]! - xs[j]!);
        const cellHeight = Math.abs(ys[i + 1]! - ys[i]!);
        out.push(
          element("rect", {
            x: Math.min(xs[j]!, xs[j + 1]!) + gapX / 2,
            y: Math.min(ys[i]!, ys[i + 1]!) + gapY / 2,
            width: cellWidth - gapX,
            height: cellHeight - gapY,
            fill: cssColor(rgba),
            "shape-rendering": "crispEdges",
          }),
        );
      });
    });
  }
  if (typeof trace.texttemplate === "string") out.push(cellTexts(placed, rows, xs, ys, color));
  return out;
}

/** Values in the cells of a small heatmap, in ink that shows on their colour. */
function cellTexts(
  { trace }: Placed,
  rows: readonly (readonly number[])[],
  xs: readonly number[],
  ys: readonly number[],
  color: (value: number) => Rgba,
): Content {
  const template = String(trace.texttemplate);
  const words = trace.text as unknown[][] | undefined;
  const decimals = /%\{z:\.(\d+)f\}/.exec(template)?.[1];
  const font = part(trace, "textfont");
  return rows.flatMap((row, i) =>
    row.map((value, j) => {
      if (!Number.isFinite(value)) return "";
      const number =
        decimals === undefined ? formatNumber(value) : value.toFixed(Number(decimals)).replace("-", "−");
      const content = template.includes("%{text}") ? String(words?.[i]?.[j] ?? "") : number;
      return text(content, (xs[j]! + xs[j + 1]!) / 2, (ys[i]! + ys[i + 1]!) / 2, {
        size: typeof font.size === "number" ? font.size : fontSize,
        color: typeof font.color === "string" ? font.color : inkOn(color(value)),
        anchor: "middle",
        baseline: "middle",
      });
    }),
  );
}
