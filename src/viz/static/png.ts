/**
 * A PNG encoder for small pictures of cells (heatmaps, digits): 8-bit RGBA, no filters.
 */
import { crc32, deflateSync } from "node:zlib";
import type { Rgba } from "./color.js";

function chunk(type: string, data: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, "latin1");
  out.set(data, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

/** The picture as a data URI; `pixel(column, row)` counts from the top left. */
export function pngDataUri(
  width: number,
  height: number,
  pixel: (column: number, row: number) => Rgba,
): string {
  // Each scanline starts with its filter: 0, none.
  const raw = Buffer.alloc(height * (1 + 4 * width));
  let at = 0;
  for (let row = 0; row < height; row++) {
    at++;
    for (let column = 0; column < width; column++) {
      const [r, g, b, a] = pixel(column, row);
      raw[at++] = r;
      raw[at++] = g;
      raw[at++] = b;
      raw[at++] = Math.round(a * 255);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Bit depth 8, colour type 6 (RGBA).
  header.set([8, 6, 0, 0, 0], 8);
  const file = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(raw)),
    chunk("IEND", new Uint8Array()),
  ]);
  return `data:image/png;base64,${file.toString("base64")}`;
}
