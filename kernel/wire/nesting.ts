/**
 * How deep JSON may nest. What is too deep can be read by JSON.parse, but not be written again by JSON.stringify, which follows it on the
 * stack; and Python's clients fail on a message that nests deeper than Python recurses.
 */

/** Levels that every client can read, with room for the stack that it reads on. */
export const LEVELS = 500;

/** True where the arrays and objects of a JSON text nest deeper than `levels`. */
export function jsonNestsDeeper(json: string, levels = LEVELS): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(json, at);
    else if (unit === OPEN_BRACKET || unit === OPEN_BRACE) {
      if (++depth > levels) return true;
    } else if (unit === CLOSE_BRACKET || unit === CLOSE_BRACE) depth--;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Where the string that begins at `start` has its closing quote: the first that is not escaped. */
function endOfString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); ; at = json.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
}

/** True where arrays and objects nest deeper than `levels`. */
export function nestsDeeper(value: unknown, levels = LEVELS): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  for (const part of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) {
    if (nestsDeeper(part, levels - 1)) return true;
  }
  return false;
}
