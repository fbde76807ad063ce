/**
 * A PDF file of one page: its objects, fonts and streams, and the table that says where they are.
 */
import { platform } from "../../platform/node.js";
import type { Font } from "./pdf-text.js";

/** Bytes of a text whose characters are bytes. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A text whose characters are the bytes. */
export function binary(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000)
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return parts.join("");
}

/** A number with as many digits as a page needs. */
export function fixed(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

export class PdfFile {
  readonly #objects: string[] = [];
  readonly #resources = { ExtGState: new Map<string, string>(), XObject: new Map<string, string>() };

  /** Adds an object and returns the reference to it. */
  add(object: string): string {
    return `${this.#objects.push(object)} 0 R`;
  }

  /** An object that holds bytes, packed. */
  stream(entries: string, bytes: Uint8Array): string {
    return this.deflated(entries, binary(platform.deflate(bytes)));
  }

  /** The same of bytes that are in zlib's format already. */
  deflated(entries: string, packed: string): string {
    return `<< ${entries} /Filter /FlateDecode /Length ${packed.length} >>\nstream\n${packed}\nendstream`;
  }

  /** The name by which the page's content sets opacities for filling and stroking. */
  opacityState(fill: number, stroke: number): string {
    const name = `a${Math.round(fill * 100)}s${Math.round(stroke * 100)}`;
    this.#resources.ExtGState.set(name, `<< /ca ${fixed(fill)} /CA ${fixed(stroke)} >>`);
    return name;
  }

  /** The name by which the page's content shows an image object. */
  nameImage(object: string): string {
    const name = `i${this.#resources.XObject.size}`;
    this.#resources.XObject.set(name, object);
    return name;
  }

  /** The whole file: a page with this content. Points are three quarters of the screen's pixels; y goes down as in SVG. */
  bytes(content: readonly string[], width: number, height: number): Uint8Array {
    const [w, h] = [width * 0.75, height * 0.75];
    const shown = this.add(
      this.stream("", bytesOf(`0.75 0 0 -0.75 0 ${fixed(h)} cm\n${content.join("\n")}`)),
    );
    const fonts: Record<Font, string> = {
      regular: this.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"),
      bold: this.add(
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
      ),
      symbol: this.add("<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"),
      cjk: this.#cjkFont(),
    };
    const dictionary = (entries: Iterable<readonly [string, string]>): string =>
      `<< ${[...entries].map(([key, value]) => `/${key} ${value}`).join(" ")} >>`;
    const resources = dictionary([
      ["Font", dictionary(Object.entries(fonts))],
      ["ExtGState", dictionary(this.#resources.ExtGState)],
      ["XObject", dictionary(this.#resources.XObject)],
    ]);
    const pages = this.#objects.length + 2;
    const page = this.add(
      `<< /Type /Page /Parent ${pages} 0 R /MediaBox [0 0 ${fixed(w)} ${fixed(h)}] /Contents ${shown} /Resources ${resources} >>`,
    );
    this.add(`<< /Type /Pages /Kids [${page}] /Count 1 >>`);
    const catalog = this.add(`<< /Type /Catalog /Pages ${pages} 0 R >>`);
    let text = "%PDF-1.5\n%\xe2\xe3\xcf\xd3\n";
    const places = this.#objects.map((object, i) => {
      const at = text.length;
      text += `${i + 1} 0 obj\n${object}\nendobj\n`;
      return `${String(at).padStart(10, "0")} 00000 n \n`;
    });
    const size = this.#objects.length + 1;
    text += `xref\n0 ${size}\n0000000000 65535 f \n${places.join("")}trailer\n<< /Size ${size} /Root ${catalog} >>\nstartxref\n${text.length}\n%%EOF\n`;
    return bytesOf(text);
  }

  #cjkFont(): string {
    const descendant = this.add(
      "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >> >>",
    );
    return this.add(
      `<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [${descendant}] >>`,
    );
  }
}
