/**
 * A line of source with its neighbours and a marker below what is meant. Lines are never longer than what a page shows without a break:
 * a marker that stands below another line than its own is worse than none. So a long line is cut around the marker.
 */
import { glyphsOf, type Glyph } from "./width.js";

export interface Mark {
  /** Line and column from 1, in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** UTF-16 units that are marked; at least one column is, and nothing beyond the line. */
  readonly length?: number;
}

/** Lines shown before and after the marked one. */
const AROUND = 2;
/** Columns of source that a line shows: with what stands before them they fit beside each other in a page of 700 pixels. */
const COLUMNS = 64;
/** Longer lines are looked at so far around the marker only: minified code is one of a megabyte. */
const LOOKED_AT = 2_000;
const TAB = "    ";
/** No colour is read as well on the grounds that clients give to errors, in light pages and in dark ones. */
const BOLD = "\u001b[1m";
const BOLD_END = "\u001b[22m";
/** Not bright black, which cannot be read on a dark page; a client that knows no faint text shows it as it is. */
const FAINT = "\u001b[2m";
const FAINT_END = "\u001b[22m";
/** As wide as a wide character, also where the page's fonts do not make that two columns. */
const WIDE_BLANK = "\u3000";

/** The lines of the frame; empty where the text has no such line, as a file that has been edited since. */
export function codeFrame(text: string, { line, column, length = 1 }: Mark): string[] {
  const lines = text.split(/\r\n|\n/u);
  const marked = lines[line - 1];
  if (marked === undefined) return [];
  const skipped = Math.max(0, column - LOOKED_AT);
  const glyphs = shownGlyphs(marked.slice(skipped, skipped + 2 * LOOKED_AT));
  const offset = column - 1 - skipped;
  const { from, to } = windowAround(glyphs, offset);
  const isBlank = (number: number) => lines[number - 1]!.trim() === "";
  let first = Math.max(1, line - AROUND);
  let last = Math.min(lines.length, line + AROUND);
  while (first < line && isBlank(first)) first++;
  while (last > line && isBlank(last)) last--;
  const digits = String(last).length;
  const frame: string[] = [];
  for (let number = first; number <= last; number++) {
    const gutter = `${String(number).padStart(digits)} | `;
    if (number !== line) {
      const neighbour = lines[number - 1]!;
      frame.push(
        `${FAINT}  ${gutter}${part(shownGlyphs(neighbour.slice(0, LOOKED_AT)), 0, COLUMNS).trimEnd()}`.trimEnd() +
          FAINT_END,
      );
      continue;
    }
    frame.push(`${BOLD}>${BOLD_END} ${gutter}${part(glyphs, from, to)}`);
    const { indent, carets } = marker(glyphs, from, to, offset, length);
    frame.push(`  ${" ".repeat(digits)} | ${indent}${BOLD}${"^".repeat(carets)}${BOLD_END}`);
  }
  return frame;
}

/** Glyphs as they can be shown: a tab is blanks, and what would change how the line is shown is visible. */
function shownGlyphs(line: string): Glyph[] {
  return glyphsOf(line).map((glyph): Glyph => {
    if (glyph.text === "\t") return { ...glyph, text: TAB };
    if (/^[\p{Control}\u{202a}-\u{202e}\u{2066}-\u{2069}]$/u.test(glyph.text))
      return { ...glyph, text: "\ufffd", width: 1 };
    return glyph;
  });
}

function columnsOf({ text, width }: Glyph): number {
  return text === TAB ? TAB.length : width;
}

/** Columns of the line that are shown, such that the offset is among them. */
function windowAround(glyphs: readonly Glyph[], offset: number): { from: number; to: number } {
  const columns = glyphs.map(columnsOf);
  const total = sum(columns);
  if (total <= COLUMNS) return { from: 0, to: COLUMNS };
  const at = sum(columns.slice(0, indexAt(glyphs, offset)));
  const from = Math.max(0, Math.min(at - COLUMNS / 2, total - COLUMNS));
  return { from, to: from + COLUMNS };
}

/** The part of a line between two columns, with … where something is missing. */
function part(glyphs: readonly Glyph[], from: number, to: number): string {
  return pieces(glyphs, from, to)
    .map(({ text }) => text)
    .join("");
}

interface Piece {
  readonly text: string;
  readonly glyph?: Glyph;
}

function pieces(glyphs: readonly Glyph[], from: number, to: number): Piece[] {
  const found: Piece[] = [];
  let column = 0;
  for (const glyph of glyphs) {
    const end = column + columnsOf(glyph);
    if (column >= from && end <= to) found.push({ text: glyph.text, glyph });
    column = end;
  }
  if (from > 0 && found.length > 0) found[0] = { text: "…" };
  if (column > to) found.push({ text: "…" });
  return found;
}

/** Blanks as wide as what stands before the offset, and how many columns are marked. */
function marker(
  glyphs: readonly Glyph[],
  from: number,
  to: number,
  offset: number,
  length: number,
): { indent: string; carets: number } {
  const shown = pieces(glyphs, from, to);
  const start = glyphs[indexAt(glyphs, offset)]?.at ?? Infinity;
  let indent = "";
  let carets = 0;
  if (from > 0) indent += " ";
  for (const { glyph } of shown) {
    if (!glyph) continue;
    if (glyph.at < start) indent += glyph.width === 2 ? WIDE_BLANK : " ".repeat(columnsOf(glyph));
    else if (glyph.at < offset + length) carets += columnsOf(glyph);
  }
  return { indent, carets: Math.max(1, carets) };
}

/** Which glyph an offset lies in; as many as there are where it lies behind the line. */
function indexAt(glyphs: readonly Glyph[], offset: number): number {
  const index = glyphs.findIndex(({ at, text }, i) => offset < (glyphs[i + 1]?.at ?? at + text.length));
  return index < 0 ? glyphs.length : index;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
