/**
 * What the editor is told in the lines of magics: completion of their names and words, and help. TypeScript in them is TypeScript's.
 */
import type { Completions, Inspection } from "../language.js";
import { findMagic, MAGICS, magicHelp, spelled, type Magic } from "./table.js";
import { readMagics } from "./parse.js";

interface MagicLine {
  /** The line up to the cursor, from its first `%`. */
  readonly before: string;
  /** `%` or `%%`, and the name as far as the cursor or the next blank. */
  readonly name: string;
  /** The name goes on, or ends, at the cursor. */
  readonly atName: boolean;
}

/** The magic line in which an offset lies; undefined elsewhere. */
function magicLineAt(code: string, offset: number): MagicLine | undefined {
  const start = code.lastIndexOf("\n", offset - 1) + 1;
  const before = code.slice(start, offset).trimStart();
  if (!before.startsWith("%")) return undefined;
  if (start >= readMagics(code).headEnd) return undefined;
  const name = /^%%?\S*/u.exec(before)![0];
  return { before, name, atName: name.length === before.length };
}

/** Whether an offset lies in what a cell magic takes as its text, which is no TypeScript. */
function isText(code: string, offset: number): boolean {
  const { steps, headEnd } = readMagics(code);
  const last = steps.at(-1);
  return offset >= headEnd && last?.kind === "magic" && last.body !== "";
}

export function completeMagic(code: string, offset: number): Completions | undefined {
  const line = magicLineAt(code, offset);
  if (!line) return isText(code, offset) ? { matches: [], start: offset, end: offset } : undefined;
  if (line.atName) {
    const matches = MAGICS.flatMap((magic) => spellings(magic).map((text) => ({ text, magic })))
      .filter(({ text }) => text.startsWith(line.name))
      .map(({ text, magic }) => ({ text, type: "keyword", signature: `${magic.usage}: ${magic.help}` }));
    return { matches, start: offset - line.name.length, end: offset };
  }
  const magic = findMagic(line.name.replace(/^%+/u, ""));
  if (magic?.takesCode) return undefined;
  const typed = /\S*$/u.exec(line.before)![0];
  if (magic?.name === "capture") return undefined;
  const words = magic?.name === "help" ? MAGICS.map(spelled) : (magic?.words ?? []);
  const matches = words.filter((word) => word.startsWith(typed)).map((text) => ({ text, type: "keyword" }));
  return { matches, start: offset - typed.length, end: offset };
}

function spellings(magic: Magic): string[] {
  return magic.form === "both" ? [`%${magic.name}`, `%%${magic.name}`] : [spelled(magic)];
}

/** Help on the magic whose name stands at an offset. */
export function inspectMagic(code: string, offset: number): Inspection | undefined {
  const end = offset + /^[%\w]*/u.exec(code.slice(offset))![0].length;
  const line = magicLineAt(code, end);
  if (!line || (!line.atName && findMagic(line.name.replace(/^%+/u, ""))?.takesCode)) return undefined;
  const magic = findMagic(line.name.replace(/^%+/u, ""));
  if (!magic) return undefined;
  return {
    data: {
      "text/plain": magicHelp([magic]).trimEnd(),
      "text/markdown": `\`${magic.usage}\`\n\n${magic.help}`,
    },
  };
}
