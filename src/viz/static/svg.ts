/**
 * Writing SVG: elements, numbers, and the few HTML tags that Plotly's texts may have. Text is measured by estimate, since no browser
 * is there to ask.
 */
import {
  element as write,
  type Attributes,
  type Content,
  type Markup,
  type Style,
} from "../../../html/writer.js";
import { fontFamily } from "../palette.js";

/** Two decimals are finer than any screen. */
export function coordinate(x: number): string {
  return String(Math.round(x * 100) / 100);
}

/** A closed path of many points, to a tenth of a pixel: each says how far it lies from the one before, which is half as long to write. */
export function ringPath(points: readonly (readonly [number, number])[]): string {
  let [x, y] = [0, 0];
  let out = "";
  points.forEach(([px, py], i) => {
    const [tx, ty] = [Math.round(px * 10), Math.round(py * 10)];
    if (i > 0 && tx === x && ty === y) return;
    for (const tenths of [tx - x, ty - y]) {
      const step = String(tenths / 10).replace(/^(-?)0\./, "$1.");
      // A sign parts two numbers as well as a space does.
      out += step.startsWith("-") || /(^|[Ml])$/.test(out) ? step : ` ${step}`;
    }
    if (i === 0) out = `M${out}l`;
    [x, y] = [tx, ty];
  });
  return `${out.replace(/l$/, "")}Z`;
}

/** An element; attributes that are undefined are left out. */
export function element(name: string, attributes: Attributes, content?: Content): Markup {
  const rounded = Object.entries(attributes).map(([key, value]) => [
    key,
    typeof value === "number" && Number.isFinite(value) ? coordinate(value) : value,
  ]);
  return write(name, Object.fromEntries(rounded) as Attributes, content);
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

/** Whether labels of these widths lie over one another, at so many pixels from each other. */
export function overlap(widths: readonly number[], room: number): boolean {
  return widths.some((width, i) => i > 0 && (width + widths[i - 1]!) / 2 + 4 > room);
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

/** What inline tags mean. */
const styles = new Map<string, Style>([
  ["b", { "font-weight": "bold" }],
  ["strong", { "font-weight": "bold" }],
  ["i", { "font-style": "italic" }],
  ["em", { "font-style": "italic" }],
  ["sup", { "baseline-shift": "super", "font-size": "75%" }],
  ["sub", { "baseline-shift": "sub", "font-size": "75%" }],
]);

/** Inline tags to tspans; other tags are left out, and what is no tag is shown as it was written. */
function inline(line: string): Content {
  const open: { readonly style: Style; readonly content: Content[] }[] = [{ style: {}, content: [] }];
  const close = (): void => {
    const { style, content } = open.pop()!;
    open.at(-1)!.content.push(element("tspan", { style }, content));
  };
  for (const part of line.split(/(<\/?[a-z]+[^>]*>)/i)) {
    const tag = /^<(\/?)([a-z]+)[^>]*>$/i.exec(part);
    const style = tag && styles.get(tag[2]!.toLowerCase());
    if (!tag) open.at(-1)!.content.push(part);
    else if (style && tag[1] === "") open.push({ style, content: [] });
    else if (style && open.length > 1) close();
  }
  while (open.length > 1) close();
  return open[0]!.content;
}

export function text(content: string, x: number, y: number, style: TextStyle): Markup {
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
      : lines.map((line, i) => element("tspan", { x, y: first + i * height }, inline(line)));
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
