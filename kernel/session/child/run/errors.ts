/**
 * What a person sees of an error: name and message, the source line with a marker, the user's own frames, and the causes.
 */
import { inspect } from "node:util";
import { localized } from "../../../locale/sentences.js";
import { codeFrame } from "../../../text/code-frame.js";
import type { CellError } from "../../messages.js";
import { adviceOn } from "./advice.js";
import { framesOf, sourceText, type Frame } from "./stack.js";

const RED = "\u001b[31m";
/** Not bright black, which cannot be read on a dark page; a client that knows no faint text shows it as it is. */
const FAINT = "\u001b[2m";
const FAINT_END = "\u001b[22m";
const PLAIN = "\u001b[39m";
const MESSAGE_LIMIT = 20_000;
const CAUSE_LIMIT = 8;
const FRAME_LIMIT = 20;

function cut(text: string): string {
  if (text.length <= MESSAGE_LIMIT) return text;
  return `${text.slice(0, MESSAGE_LIMIT)}… (${String(text.length - MESSAGE_LIMIT)} more characters)`;
}

/** A property of a thrown value, whose getter may itself throw. */
function read(value: unknown, key: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}

export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
  } catch {
    return false;
  }
}

/** Any value as text; never throws. */
export function printed(value: unknown, colors = false): string {
  try {
    return inspect(value, { colors });
  } catch (error) {
    return `[${typeof value} that cannot be shown: ${isError(error) ? String(read(error, "message")) : "its inspection threw"}]`;
  }
}

/**
 * True for what V8 unwinds a terminated stack with. It is no value of the language, yet Node passes it on as an uncaught exception
 * where a promise of its file system is resolved; nothing can show it.
 */
export function isTermination(error: unknown): boolean {
  if (typeof error === "object" || typeof error === "function") return false;
  try {
    inspect(error);
    return false;
  } catch {
    return true;
  }
}

function nameOf(error: unknown): string {
  if (!isError(error)) return "Uncaught";
  const name = read(error, "name");
  const constructor = read(read(error, "constructor"), "name");
  // A subclass that does not set `name` still says Error there.
  if (name === "Error" && typeof constructor === "string" && constructor !== "") return constructor;
  return typeof name === "string" && name !== "" ? name : "Error";
}

/** V8 names what was not a function as the compiled cell has it: "(0 , $.f)" and "$.f" are "f" to the user. */
function withoutScope(message: string): string {
  return message.replace(/\(0 , \$\.([\w$]+)\)/g, "$1").replace(/(?<![\w$.])\$\.([\w$])/g, "$1");
}

function messageOf(error: unknown): string {
  if (!isError(error)) return cut(typeof error === "string" ? error : printed(error));
  const message = read(error, "message");
  if (typeof message !== "string") return cut(printed(message));
  if (error instanceof ReferenceError) return cut(localized(message));
  if (!(error instanceof TypeError)) return cut(message);
  const shown = withoutScope(message);
  const advice = adviceOn(shown);
  return cut(advice === undefined ? shown : `${shown}. ${localized(advice)}`);
}

function frameLines(shown: readonly Frame[]): string[] {
  const groups: { readonly text: string; count: number }[] = [];
  for (const { text } of shown) {
    const last = groups.at(-1);
    if (last?.text === text) last.count++;
    else groups.push({ text, count: 1 });
  }
  const lines = groups.slice(0, FRAME_LIMIT).map(({ text, count }) => {
    const times = count === 1 ? "" : ` ${localized(`(${String(count)} times)`)}`;
    return `    at ${text}${times}`;
  });
  const more = groups.slice(FRAME_LIMIT).reduce((sum, { count }) => sum + count, 0);
  if (more > 0) lines.push(`    ${localized(`… ${String(more)} more frames`)}`);
  return lines;
}

/** What is told elsewhere. */
const KNOWN = new Set(["name", "message", "stack", "cause", "errors"]);
const PROPERTIES_LIMIT = 2000;

/** What an error carries beside its message: `code`, `status` and the like. */
function ownProperties(error: Error): string[] {
  let keys: string[] = [];
  try {
    keys = Object.keys(error).filter((key) => !KNOWN.has(key));
  } catch {
    // A proxy that does not tell.
  }
  if (keys.length === 0) return [];
  const text = printed(Object.fromEntries(keys.map((key) => [key, read(error, key)])));
  const shown = text.length <= PROPERTIES_LIMIT ? text : `${text.slice(0, PROPERTIES_LIMIT)}…`;
  return [`${FAINT}${shown}${FAINT_END}`];
}

function describe(error: unknown, prefix: string, seen: Set<unknown>): string[] {
  const lines: string[] = [];
  const message = messageOf(error);
  const title = isError(error) ? nameOf(error) : "Uncaught";
  // A part or a cause that is no error was not thrown.
  if (prefix !== "" && !isError(error)) lines.push(`${prefix}${message}`);
  else lines.push(`${prefix}${RED}${title}${PLAIN}${message === "" ? "" : `: ${message}`}`);
  seen.add(error);
  const all = framesOf(error).filter((frame) => !frame.internal);
  const mine = all.filter((frame) => frame.at);
  const place = mine[0]?.at;
  const source = place && sourceText(place.file);
  if (place && source !== undefined) lines.push("", ...codeFrame(source, place), "");
  // Where nothing of the user's is on the stack, the package's frames are all there is to go by.
  lines.push(...frameLines(mine.length > 0 ? mine : all));
  if (!isError(error)) return lines;
  lines.push(...ownProperties(error));
  const parts = read(error, "errors");
  if (Array.isArray(parts)) {
    for (const part of parts.slice(0, CAUSE_LIMIT) as unknown[]) {
      if (!seen.has(part)) lines.push("", ...describe(part, "[errors] ", seen));
    }
    if (parts.length > CAUSE_LIMIT)
      lines.push(localized(`… ${String(parts.length - CAUSE_LIMIT)} more errors`));
  }
  const cause = read(error, "cause");
  if (cause !== undefined && !seen.has(cause) && seen.size < CAUSE_LIMIT) {
    lines.push("", ...describe(cause, `${localized("Caused by")} `, seen));
  }
  return lines;
}

/** Any thrown value as the client shows it; never throws. */
export function cellError(error: unknown): CellError {
  return { ename: nameOf(error), evalue: messageOf(error), traceback: describe(error, "", new Set()) };
}
