/** Cursor positions: the protocol counts code points, TypeScript counts UTF-16 units. They differ behind characters such as 𝒳 or 🙂. */
import type { Json } from "../../wire/message.js";
import { optionalInteger, RequestError, textField } from "./fields.js";

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

export interface Cursor {
  readonly code: string;
  /** UTF-16 offset into the code. */
  readonly offset: number;
  /** A UTF-16 offset in the unit in which this client counts. */
  toClient(offset: number): number;
}

/**
 * Code and cursor of a request; without `cursor_pos` the cursor is at the end. Throws TypeError for anything else.
 *
 * VS Code sends UTF-16 offsets, against the specification. The two readings differ only behind an astral character; then the one that
 * puts the cursor behind a word or a dot is taken, and the specification's if both do or neither.
 */
export function readCursor(type: string, content: Json): Cursor {
  const code = textField(type, content, "code");
  const position = optionalInteger(type, content, "cursor_pos");
  const inCodePoints = (offset: number): number => toCodePoints(code, offset);
  if (position === undefined) {
    return { code, offset: code.length, toClient: inCodePoints };
  }
  if (position < 0) throw new RequestError(`${type}: cursor_pos should be 0 or more, not ${position}`);
  const offset = toUtf16(code, position);
  const pastTheEnd = position > inCodePoints(code.length) && position <= code.length;
  if (pastTheEnd || (!isBehindWord(code, offset) && isBehindWord(code, position))) {
    return { code, offset: position, toClient: (utf16) => utf16 };
  }
  return { code, offset, toClient: inCodePoints };
}

/** Where people ask for completions: behind a dot or a word, and not inside the word. */
function isBehindWord(code: string, offset: number): boolean {
  return (
    /[\p{ID_Continue}$.]$/u.test(code.slice(0, offset)) && !/^[\p{ID_Continue}$]/u.test(code.slice(offset))
  );
}
