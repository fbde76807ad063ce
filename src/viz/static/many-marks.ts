/**
 * Thousands of markers as one picture: the pixels that they cover, in the colour of the last marker over each, as a screen shows them. An
 * element for every marker would make an SVG of many megabytes.
 */
import type { Content } from "../../../html/writer.js";
import { parseColor } from "./color.js";
import type { Rgba } from "./color.js";
import { markerColors, markerSize, part } from "./marks.js";
import type { Placed } from "./marks.js";
import { pngDataUri } from "./png.js";
import { element } from "./svg.js";

/** Up to this many, each marker is an element of its own. */
export const fewMarkers = 2000;

/** Colours that the picture may have, so that a byte says one. */
const shades = 255;

/** Colours of single markers as no more than so many. */
function coarse([r, g, b, a]: Rgba, step: number): Rgba {
  const round = (v: number): number => Math.min(255, Math.round(v / step) * step);
  return [round(r), round(g), round(b), a];
}

export function drawManyMarkers(placed: Placed, data: { x: number[]; y: number[] }): Content {
  const { trace, x, y, color } = placed;
  const marker = part(trace, "marker");
  const [left, right] = [Math.min(...x.pixels), Math.max(...x.pixels)];
  const [top, bottom] = [Math.min(...y.pixels), Math.max(...y.pixels)];
  const names = markerColors(trace, data.x.length, color);
  const many = Array.isArray(marker.color);
  // Twice the screen's pixels where that costs little.
  const scale = many ? 1 : 2;
  const [width, height] = [Math.ceil((right - left) * scale), Math.ceil((bottom - top) * scale)];
  if (!(width > 0 && height > 0)) return "";
  const pixels = new Uint8Array(width * height);
  const palette: Rgba[] = [];
  const indices = new Map<string, number>();
  let step = 1;
  const indexOf = (name: string): number => {
    const known = indices.get(name);
    if (known !== undefined) return known;
    let rgba = coarse(parseColor(name), step);
    let index = palette.findIndex((each) => each.every((v, i) => v === rgba[i]));
    while (index < 0 && palette.length >= shades && step < 128) {
      step *= 2;
      rgba = coarse(rgba, step);
      index = palette.findIndex((each) => each.every((v, i) => Math.abs(v - rgba[i]!) <= step));
    }
    if (index < 0) index = Math.min(palette.push(rgba), shades) - 1;
    indices.set(name, index + 1);
    return index + 1;
  };
  data.x.forEach((vx, i) => {
    const px = (x.at(vx) - left) * scale;
    const py = (y.at(data.y[i]!) - top) * scale;
    const radius = (markerSize(trace, i, marker.size) * scale) / 2;
    if (!(px > -radius && px < width + radius && py > -radius && py < height + radius)) return;
    const ink = indexOf(names[i] ?? color);
    for (
      let row = Math.max(0, Math.ceil(py - radius - 0.5));
      row < height && row + 0.5 <= py + radius;
      row++
    ) {
      const reach = Math.sqrt(Math.max(0, radius * radius - (row + 0.5 - py) ** 2));
      const from = Math.max(0, Math.round(px - reach));
      const to = Math.min(width, Math.max(from + 1, Math.round(px + reach)));
      pixels.fill(ink, row * width + from, row * width + to);
    }
  });
  const clear: Rgba = [0, 0, 0, 0];
  const href = pngDataUri(width, height, (column, row) => {
    const ink = pixels[row * width + column]!;
    return ink === 0 ? clear : palette[ink - 1]!;
  });
  return element("image", {
    href,
    x: left,
    y: top,
    width: width / scale,
    height: height / scale,
    preserveAspectRatio: "none",
    class: "markers",
    opacity: typeof marker.opacity === "number" ? marker.opacity : undefined,
  });
}
