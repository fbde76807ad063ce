/**
 * How much room text takes where all columns are equally wide: a Chinese character or an emoji takes two, an accent none. What a person sees
 * as one character is one here, however many code points it is made of.
 */

/** A character as a person counts them. */
export interface Glyph {
  readonly text: string;
  /** Offset in the text, in UTF-16 units. */
  readonly at: number;
  readonly width: 0 | 1 | 2;
}

const PLAIN = /^[\x20-\x7e]*$/u;
/** East Asian wide and fullwidth characters (Unicode's UAX 11), flags, and emoji that are drawn as pictures. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\u{fe0f}|\p{Regional_Indicator}{2}|[\d#*]\u{fe0f}?\u{20e3}|[\u{1100}-\u{115f}\u{2e80}-\u{303e}\u{3041}-\u{a4cf}\u{a960}-\u{a97f}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe30}-\u{fe6f}\u{ff01}-\u{ff60}\u{ffe0}-\u{ffe6}\u{1b000}-\u{1b2fb}\u{20000}-\u{3fffd}])/u;
const NONE = /^[\p{Mark}\p{Default_Ignorable_Code_Point}\p{Control}]*$/u;

let segmenter: Intl.Segmenter | undefined;

export function glyphsOf(text: string): Glyph[] {
  if (PLAIN.test(text)) return Array.from(text, (char, at) => ({ text: char, at, width: 1 }));
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return Array.from(segmenter.segment(text), ({ segment, index }) => ({
    text: segment,
    at: index,
    width: NONE.test(segment) ? 0 : WIDE.test(segment) ? 2 : 1,
  }));
}

/** Columns that a line takes. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  return glyphsOf(text).reduce((sum, { width }) => sum + width, 0);
}

/** The text with blanks behind it, or before it, up to so many columns. */
export function padded(text: string, columns: number, side: "left" | "right" = "left"): string {
  const blanks = " ".repeat(Math.max(0, columns - widthOf(text)));
  return side === "left" ? text + blanks : blanks + text;
}

/** The text, cut to so many columns, with … as the last where something is missing. */
export function cutTo(text: string, columns: number): string {
  // Glyphs of a megabyte are not looked for where a hundred are shown.
  const head = text.length > 8 * columns ? text.slice(0, 8 * columns) : text;
  if (head === text && widthOf(text) <= columns) return text;
  let width = 0;
  const kept: string[] = [];
  for (const glyph of glyphsOf(head)) {
    width += glyph.width;
    if (width > columns - 1) break;
    kept.push(glyph.text);
  }
  return `${kept.join("")}…`;
}
