/**
 * How deep JSON may nest. What is too deep can be read by JSON.parse, but not be written again by JSON.stringify, which follows it on the
 * stack; and Python's clients fail on a message that nests deeper than Python recurses.
 */

/** Levels that every client can read, with room for the stack that it reads on. */
export const LEVELS = 500;

/** True where arrays and objects nest deeper than `levels`. */
export function nestsDeeper(value: unknown, levels = LEVELS): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  for (const part of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) {
    if (nestsDeeper(part, levels - 1)) return true;
  }
  return false;
}
