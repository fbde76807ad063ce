/** Pictures in the static image: `image` traces, and the pixels of large heatmaps. */
import type { Content } from "../../../html/writer.js";
import type { Attributes } from "../plotly.js";
import type { Placed } from "./marks.js";
import { pngDataUri } from "./png.js";
import { element } from "./svg.js";

/** A picture whose pixels stay sharp squares. */
export function picture(href: string, x: number, y: number, width: number, height: number): Content {
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
