/** Cursor positions: the protocol counts code points, TypeScript counts UTF-16 units. They differ after characters such as 𝒳 or 🙂. */

/** UTF-16 offset of the position before code point number `position`, clamped to the text. */
export function toUtf16(text: string, position: number): number {
  let offset = 0;
  for (let i = 0; i < position && offset < text.length; i++) {
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  return offset;
}

/** Number of code points before a UTF-16 offset. */
export function toCodePoints(text: string, offset: number): number {
  let position = 0;
  for (let i = 0; i < offset && i < text.length; position++) {
    i += text.codePointAt(i)! > 0xffff ? 2 : 1;
  }
  return position;
}

/** Code and cursor of a request: `cursor_pos` may be missing (the end of the code). Throws TypeError for anything else. */
export function readCursor(
  type: string,
  content: { code?: unknown; cursor_pos?: unknown },
): { code: string; offset: number } {
  const { code, cursor_pos: cursor } = content;
  if (typeof code !== "string")
    throw new TypeError(`${type}: code should be a string, not ${JSON.stringify(code)}`);
  if (cursor === undefined || cursor === null) return { code, offset: code.length };
  if (typeof cursor !== "number" || !Number.isInteger(cursor) || cursor < 0) {
    throw new TypeError(
      `${type}: cursor_pos should be a whole number of 0 or more, not ${JSON.stringify(cursor)}`,
    );
  }
  return { code, offset: toUtf16(code, cursor) };
}
