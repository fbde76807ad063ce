/** PNG pictures as images of a PDF. */
import { platform } from "../../platform/node.js";
import { binary, bytesOf, type PdfFile } from "./pdf-file.js";

/** The reference to a PNG as an image object: PDF reads its rows as they are, unless their pixels have an opacity each. Undefined for what it cannot read. */
export function pngObject(pdf: PdfFile, file: Uint8Array): string | undefined {
  const view = new DataView(file.buffer);
  const chunks = new Map<string, Uint8Array[]>();
  for (let at = 8; at + 12 <= file.length; at += 12 + view.getUint32(at)) {
    const name = binary(file.subarray(at + 4, at + 8));
    chunks.set(name, [...(chunks.get(name) ?? []), file.subarray(at + 8, at + 8 + view.getUint32(at))]);
  }
  const [width, height, depth, kind, interlaced] = [
    view.getUint32(16),
    view.getUint32(20),
    file[24]!,
    file[25]!,
    file[28]!,
  ];
  const data = (chunks.get("IDAT") ?? []).map(binary).join("");
  const size = `/Type /XObject /Subtype /Image /Width ${width} /Height ${height}`;
  if (depth !== 8 || interlaced !== 0) return undefined;
  if (kind === 6) return pixelsObject(pdf, size, width, bytesOf(data));
  const palette = chunks.get("PLTE")?.[0];
  const spaces = new Map([
    [0, "/DeviceGray"],
    [2, "/DeviceRGB"],
    [
      3,
      palette &&
        `[/Indexed /DeviceRGB ${palette.length / 3 - 1} <${Array.from(palette, (b) => b.toString(16).padStart(2, "0")).join("")}>]`,
    ],
  ]);
  const space = spaces.get(kind);
  if (space === undefined) return undefined;
  const clear = kind === 3 ? (chunks.get("tRNS")?.[0]?.indexOf(0) ?? -1) : -1;
  const mask = clear >= 0 ? `/Mask [${clear} ${clear}]` : "";
  const parameters = `/DecodeParms << /Predictor 15 /Colors ${kind === 2 ? 3 : 1} /BitsPerComponent 8 /Columns ${width} >>`;
  return pdf.add(
    pdf.deflated(`${size} /ColorSpace ${space} /BitsPerComponent 8 ${mask} ${parameters}`, data),
  );
}

/** Pixels with red, green, blue and opacity, as png.ts writes them: colours and opacities are images of their own. */
function pixelsObject(pdf: PdfFile, size: string, width: number, data: Uint8Array): string | undefined {
  const rows = platform.inflate(data);
  const line = 1 + 4 * width;
  if (rows === undefined) return undefined;
  const count = Math.floor(rows.length / line);
  const [colors, opacities] = [new Uint8Array(3 * width * count), new Uint8Array(width * count)];
  for (let row = 0, pixel = 0; row < count; row++) {
    // Rows that are written as differences are none of ours.
    if (rows[row * line] !== 0) return undefined;
    for (let column = 0; column < width; column++, pixel++) {
      const at = row * line + 1 + 4 * column;
      colors.set(rows.subarray(at, at + 3), 3 * pixel);
      opacities[pixel] = rows[at + 3]!;
    }
  }
  const mask = pdf.add(pdf.stream(`${size} /ColorSpace /DeviceGray /BitsPerComponent 8`, opacities));
  return pdf.add(pdf.stream(`${size} /ColorSpace /DeviceRGB /BitsPerComponent 8 /SMask ${mask}`, colors));
}
