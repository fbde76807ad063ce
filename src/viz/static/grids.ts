/**
 * Traces over a grid: heatmap, contour and image.
 */
import { contours as contourShapes } from "d3-contour";
import type { Content } from "../../../html/writer.js";
import { fontSize } from "../palette.js";
import type { Attributes } from "../plotly.js";
import { extent } from "../values.js";
import { colorScale, colorStops, cssColor, inkOn } from "./color.js";
import type { Rgba, Stops } from "./color.js";
import { formatNumber } from "./ticks.js";
import { niceStep } from "./bars.js";
import { finite, part } from "./marks.js";
import type { Placed } from "./marks.js";
import { pngDataUri } from "./png.js";
import { element, ringPath, text } from "./svg.js";

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
function centres(placed: Placed, letter: "x" | "y", count: number): number[] {
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

function picture(href: string, x: number, y: number, width: number, height: number): Content {
  return element("image", {
    href,
    x,
    y,
    width,
    height,
    preserveAspectRatio: "none",
    style: { "image-rendering": "pixelated" },
  });
}

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

/** An image trace shows its `source`; a z of pixels is drawn as such. */
export function drawImage(placed: Placed): Content {
  const { trace, x, y } = placed;
  const size = imageSize(trace);
  if (size === undefined) return "";
  const { href, width, height, x0, y0, dx, dy } = size;
  const [left, right] = [x.at(x0 - dx / 2), x.at(x0 + (width - 0.5) * dx)];
  const [top, bottom] = [y.at(y0 - dy / 2), y.at(y0 + (height - 0.5) * dy)];
  return picture(
    href,
    Math.min(left, right),
    Math.min(top, bottom),
    Math.abs(right - left),
    Math.abs(bottom - top),
  );
}

export function includeImage({ trace, x, y }: Placed): void {
  const size = imageSize(trace);
  if (size === undefined) return;
  const { width, height, x0, y0, dx, dy } = size;
  x.include(x0 - dx / 2);
  x.include(x0 + (width - 0.5) * dx);
  y.include(y0 - dy / 2);
  y.include(y0 + (height - 0.5) * dy);
  x.tighten();
  y.tighten();
}

function imageSize(trace: Attributes) {
  const at = (key: string, otherwise: number): number =>
    typeof trace[key] === "number" ? trace[key] : otherwise;
  const place = { x0: at("x0", 0), y0: at("y0", 0), dx: at("dx", 1), dy: at("dy", 1) };
  if (typeof trace.source === "string") {
    const base64 = /^data:image\/png;base64,(.*)$/.exec(trace.source)?.[1];
    if (base64 === undefined) return undefined;
    // Width and height are the first two numbers of a PNG's header chunk.
    const header = Uint8Array.from(atob(base64.slice(0, 64)), (character) => character.charCodeAt(0));
    const numbers = new DataView(header.buffer);
    return { href: trace.source, width: numbers.getUint32(16), height: numbers.getUint32(20), ...place };
  }
  const pixels = trace.z as number[][][] | undefined;
  if (!Array.isArray(pixels?.[0]?.[0])) return undefined;
  const [height, width] = [pixels.length, pixels[0].length];
  const href = pngDataUri(width, height, (column, row) => {
    const [r, g, b, a] = pixels[row]![column]!;
    return [r!, g!, b!, a === undefined ? 1 : a / 255];
  });
  return { href, width, height, ...place };
}
