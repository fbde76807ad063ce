/**
 * A PNG encoder for small pictures of cells (heatmaps, digits): 8-bit RGBA, no filters.
 */
import { platform } from "../../platform/node.js";
import type { Rgba } from "./color.js";

/** Remainders of the bytes by the polynomial of CRC-32. */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = remainders[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(new TextEncoder().encode(type), 4);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)));
  return out;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The picture as a data URI; `pixel(column, row)` counts from the top left. Up to 256 colours make a palette, a quarter of the bytes. */
export function pngDataUri(
  width: number,
  height: number,
  pixel: (column: number, row: number) => Rgba,
): string {
  const colors = new Map<number, number>();
  const packed = new Uint32Array(width * height);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      const [r, g, b, a] = pixel(column, row);
      const color = ((r << 24) | (g << 16) | (b << 8) | Math.round(a * 255)) >>> 0;
      packed[at] = color;
      if (colors.size <= 256 && !colors.has(color)) colors.set(color, colors.size);
    }
  }
  const palette = colors.size <= 256 ? [...colors.keys()] : undefined;
  const depth = palette ? 1 : 4;
  // Each scanline starts with its filter: 0, none.
  const raw = new Uint8Array(height * (1 + depth * width));
  const view = new DataView(raw.buffer);
  for (let row = 0, from = 0, to = 0; row < height; row++) {
    to++;
    for (let column = 0; column < width; column++, to += depth) {
      const color = packed[from++]!;
      if (palette) raw[to] = colors.get(color)!;
      else view.setUint32(to, color);
    }
  }
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  // Bit depth 8; colour type 3 is a palette, 6 RGBA.
  header.set([8, palette ? 3 : 6, 0, 0, 0], 8);
  const file = joined([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    ...(palette
      ? [
          chunk(
            "PLTE",
            Uint8Array.from(palette.flatMap((c) => [c >>> 24, (c >>> 16) & 255, (c >>> 8) & 255])),
          ),
          chunk("tRNS", Uint8Array.from(palette.map((c) => c & 255))),
        ]
      : []),
    chunk("IDAT", platform.deflate(raw)),
    chunk("IEND", new Uint8Array()),
  ]);
  return `data:image/png;base64,${platform.base64(file)}`;
}
