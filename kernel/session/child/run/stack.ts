/**
 * Stacks in the user's terms: positions of cells and of compiled modules are mapped back to what the user wrote, and frames
 * of the kernel and of Node are left out. Also what user code reads from `error.stack`.
 */
import { createRequire } from "node:module";
import { existsSync, readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import type { TraceMap } from "@jridgewell/trace-mapping";
import { isLocalFile } from "../modules/resolve.js";
import { critical } from "../interrupt/critical-sections.js";

interface Source {
  /** What the user calls it. */
  readonly name: string;
  readonly map: string;
  readonly text: string;
  trace?: TraceMap;
}

export interface Frame {
  /** As an engine would print it, such as "train (Cell [3]:4:11)". */
  readonly text: string;
  /** Where the user wrote it; undefined for code of packages. */
  readonly at?: { readonly file: string; readonly line: number; readonly column: number };
  readonly internal: boolean;
}

const require = createRequire(import.meta.url);
let mapping: typeof import("@jridgewell/trace-mapping") | undefined;
const sources = new Map<string, Source>();
const frames = new WeakMap<object, readonly Frame[]>();
/** Folders of code that is not the user's, as V8 names the files in them: modules by URL, others by path. */
const internalFolders: string[] = [];

function hideFolder(url: URL): void {
  internalFolders.push(url.href, fileURLToPath(url));
}

hideFolder(new URL("../../..", import.meta.url));

/** Last line of a compiled cell or file: V8 stops before such a script runs where a debugger has asked for it. */
export const MAPPED = "\n//# sourceMappingURL=cellgrad\n";

/** Remembers how to map a file, as V8 calls it, back to the text that the user wrote and knows as `name`. */
export function addSource(file: string, map: string, text: string, name = file): void {
  sources.set(file, { name, map, text });
}

/** How many cells have had a name. */
const cells = new Map<string, number>();
/** Cells whose text is kept for what they may still throw, oldest first; a notebook that goes on for days must not fill the memory. */
const remembered = new Set<string>();
const REMEMBERED = 4_000;

/** Like `addSource` for a cell, whose name may come again: answers the name that V8 is to know it by. */
export function addCell(name: string, map: string, text: string): string {
  const count = (cells.get(name) ?? 0) + 1;
  cells.set(name, count);
  const file = count === 1 ? name : `${name} (${String(count)})`;
  addSource(file, map, text, name);
  remembered.add(file);
  if (remembered.size > REMEMBERED) {
    const [oldest] = remembered;
    remembered.delete(oldest!);
    sources.delete(oldest!);
  }
  return file;
}

/** A script as a debugger needs it. */
export interface SourceText {
  /** As V8 calls it. */
  readonly file: string;
  /** Source map (version 3, JSON), or "" where the script is what the user wrote. */
  readonly map: string;
  readonly text: string;
}

export function sourceOf(file: string): SourceText | undefined {
  const source = sources.get(file);
  return source && { file, map: source.map, text: source.text };
}

export function allSources(): SourceText[] {
  return [...sources].map(([file, { map, text }]) => ({ file, map, text }));
}

/** The text of a cell or local module that has run, by the name that V8 knows. */
export function sourceText(file: string): string | undefined {
  return sources.get(file)?.text;
}

/** Position in the user's text, one-based; undefined where generated code has no counterpart. */
function original(
  source: Source,
  line: number,
  column: number,
): { line: number; column: number } | undefined {
  if (source.map === "") return { line, column };
  // Loaded with the first error, for the session to start sooner.
  mapping ??= critical(
    () => require("@jridgewell/trace-mapping") as typeof import("@jridgewell/trace-mapping"),
  );
  source.trace ??= new mapping.TraceMap(source.map);
  const found = mapping.originalPositionFor(source.trace, { line, column: column - 1 });
  if (found.line === null) return undefined;
  return { line: found.line, column: calleeStart(source.text, found.line, found.column) + 1 };
}

/**
 * The compiled cell calls f as `(0, $.f)(x)`, and V8 places such a call at its parenthesis; what the user wrote is a call of a name,
 * which V8 places at the name.
 */
function calleeStart(text: string, line: number, column: number): number {
  const before = text.split("\n", line)[line - 1] ?? "";
  return before[column] === "(" ? column - /[\w$]*$/.exec(before.slice(0, column))![0].length : column;
}

function describe(site: NodeJS.CallSite): Frame {
  return frame(
    String(site),
    site.getFileName() ?? "",
    site.getLineNumber() ?? 0,
    site.getColumnNumber() ?? 0,
  );
}

/** Code of the kernel, of the runtime that it has loaded, and of Node, which is also in what starts a worker from a text. */
function isInternal(file: string): boolean {
  return (
    /^node:|^\[worker eval\]-wrapper$/.test(file) || internalFolders.some((folder) => file.startsWith(folder))
  );
}

function frame(text: string, file: string, line: number, column: number): Frame {
  if (file === "" || isInternal(file)) return { text, internal: file !== "" };
  const source = sources.get(file);
  if (!source) return { text: isCell(file) ? withoutPlace(text, file) : text, internal: false };
  const position = original(source, line, column);
  if (!position) return { text, internal: true };
  const place = `${source.name}:${String(position.line)}:${String(position.column)}`;
  return {
    // V8 calls a function that was assigned to a name of the scope "$.f".
    text: text
      .replace(`${file}:${String(line)}:${String(column)}`, place)
      .replace(/^((?:async |new )*)\$\./, "$1"),
    at: { file, ...position },
    internal: false,
  };
}

/** Of a cell that is no longer remembered the place would be that in what was compiled of it. */
function isCell(file: string): boolean {
  return /^Cell \[\d+\](?: \(\d+\))?$/.test(file);
}

function withoutPlace(text: string, file: string): string {
  const at = text.indexOf(`${file}:`) + file.length;
  return text.slice(0, at) + text.slice(at).replace(/^(?::\d+)+/, "");
}

/** Frames out of the text of a stack, for an error of another thread or one that a library's own formatter has printed. */
function framesOfText(stack: unknown, read = frame): readonly Frame[] {
  if (typeof stack !== "string") return [];
  const found: Frame[] = [];
  for (const [, text] of stack.matchAll(/^ {4}at (.+)$/gm)) {
    const place = /(?:^|\()([^()]*):(\d+):(\d+)\)?$/.exec(text!);
    found.push(read(text!, place?.[1] ?? "", Number(place?.[2]), Number(place?.[3])));
  }
  return found;
}

/** The frames of an error, innermost first; empty for what is not an error. */
export function framesOf(error: unknown): readonly Frame[] {
  if (typeof error !== "object" || error === null) return [];
  try {
    // Reading it makes V8 call prepareStackTrace.
    const { stack } = error as { stack?: unknown };
    return frames.get(error) ?? framesOfText(stack);
  } catch {
    return [];
  }
}

/** Takes the stack of an error of another thread for what it is: mapped there already. */
export function adoptFrames(error: unknown): void {
  if (typeof error !== "object" || error === null) return;
  const adopted = framesOfText((error as { stack?: unknown }).stack, (text, file, line, column) => {
    if (isInternal(file)) return { text, internal: true };
    if (!isAbsolute(file) || !isLocalFile(file)) return { text, internal: false };
    if (!sources.has(file) && existsSync(file)) addSource(file, "", readFileSync(file, "utf8"));
    return { text, at: { file, line, column }, internal: false };
  });
  frames.set(error, adopted);
}

function header(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

/** @param runtime the module that cells have without an import; frames of its folder say nothing to them */
export function installStackTraces(runtime?: string): void {
  if (runtime !== undefined) hideFolder(new URL("..", runtime));
  // Enough for a deep stack of the runtime to show the line of the cell below it.
  Error.stackTraceLimit = 100;
  Error.prepareStackTrace = (error: unknown, sites: NodeJS.CallSite[]) => {
    const described = sites.map(describe);
    if (typeof error === "object" && error !== null) frames.set(error, described);
    const shown = described.filter((frame) => !frame.internal);
    return [header(error), ...shown.map((frame) => `    at ${frame.text}`)].join("\n");
  };
}

/** Gives a syntax error the place in the user's text that it is about; the stack itself only shows who loaded the file. */
export function placeError(error: Error, name: string, line: number, column: number): Error {
  void error.stack;
  const text = `${name}:${String(line)}:${String(column)}`;
  frames.set(error, [
    { text, at: { file: name, line, column }, internal: false },
    ...(frames.get(error) ?? []),
  ]);
  return error;
}
