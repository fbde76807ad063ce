/**
 * Writing SVG: elements, numbers, and the few HTML tags that Plotly's texts may have. Text is measured by estimate, since no browser
 * is there to ask.
 */
import { fontFamily } from "../palette.js";

export type Attribute = string | number | undefined;

export function escapeXml(text: string): string {
  return (
    text
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/"/g, "&quot;")
      // Control characters are not allowed in XML, not even escaped.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
  );
}

/** Two decimals are finer than any screen. */
export function coordinate(x: number): string {
  return String(Math.round(x * 100) / 100);
}

/** An element; attributes that are undefined are left out. */
export function element(name: string, attributes: Readonly<Record<string, Attribute>>, content = ""): string {
  let open = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    open += ` ${key}="${typeof value === "number" ? coordinate(value) : escapeXml(value)}"`;
  }
  return content === "" ? `${open}/>` : `${open}>${content}</${name}>`;
}

/** Width in pixels of one line: CJK characters are square, Latin ones a little over half as wide as high. */
export function textWidth(text: string, size: number): number {
  let em = 0;
  for (const char of text) {
    if (char >= "\u2e80") em += 1;
    else if (/[\sil.,:;'|!()[\]/fjt]/.test(char)) em += 0.3;
    else if (/[A-Zmw%@×]/.test(char)) em += 0.72;
    else em += 0.56;
  }
  return em * size;
}

/** Plain lines of a text with <br> and other tags. */
export function textLines(text: string): string[] {
  return text.split(/<br\s*\/?>/i).map((line) => line.replace(/<[^>]*>/g, ""));
}

export interface TextStyle {
  readonly size: number;
  readonly color: string;
  readonly anchor?: "start" | "middle" | "end";
  /** Where y lies on the block of lines. */
  readonly baseline?: "top" | "middle" | "bottom" | "alphabetic";
  readonly angle?: number;
  readonly weight?: string;
  readonly family?: string;
}

/** Inline tags to tspans; what is no known tag is shown as it was written. */
function inline(line: string): string {
  const styles: Record<string, string> = {
    b: "font-weight:bold",
    strong: "font-weight:bold",
    i: "font-style:italic",
    em: "font-style:italic",
    sup: "baseline-shift:super;font-size:75%",
    sub: "baseline-shift:sub;font-size:75%",
  };
  let out = "";
  let depth = 0;
  for (const part of line.split(/(<\/?[a-z]+[^>]*>)/i)) {
    const tag = /^<(\/?)([a-z]+)[^>]*>$/i.exec(part);
    const style = tag && styles[tag[2]!.toLowerCase()];
    if (!tag) out += escapeXml(part);
    else if (style !== undefined && style !== null) {
      if (tag[1] === "") {
        depth++;
        out += `<tspan style="${style}">`;
      } else if (depth > 0) {
        depth--;
        out += "</tspan>";
      }
    }
  }
  return out + "</tspan>".repeat(depth);
}

export function text(content: string, x: number, y: number, style: TextStyle): string {
  const lines = content.split(/<br\s*\/?>/i);
  const height = style.size * 1.25;
  const below =
    { top: 0.82, middle: 0.35, bottom: -0.2, alphabetic: 0 }[style.baseline ?? "alphabetic"] * style.size;
  const above =
    style.baseline === "middle" ? (lines.length - 1) / 2 : style.baseline === "top" ? 0 : lines.length - 1;
  const first = y + below - above * height;
  const spans =
    lines.length === 1
      ? inline(content)
      : lines
          .map(
            (line, i) =>
              `<tspan x="${coordinate(x)}" y="${coordinate(first + i * height)}">${inline(line)}</tspan>`,
          )
          .join("");
  return element(
    "text",
    {
      x,
      y: first,
      "font-size": style.size,
      fill: style.color,
      "text-anchor": style.anchor === "start" ? undefined : style.anchor,
      "font-weight": style.weight,
      "font-family": style.family === fontFamily ? undefined : style.family,
      transform: style.angle ? `rotate(${style.angle} ${coordinate(x)} ${coordinate(y)})` : undefined,
    },
    spans,
  );
}
