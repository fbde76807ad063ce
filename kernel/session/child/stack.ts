/**
 * Stacks in the user's terms: positions of cells and of compiled modules are mapped back to what the user wrote, and frames
 * of the kernel and of Node are left out. Also what user code reads from `error.stack`.
 */
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

interface Source {
  readonly map: string;
  readonly text: string;
  trace?: TraceMap;
}

export interface Frame {
  /** As an engine would print it, such as "train (Cell [3]:4:11)". */
  readonly text: string;
  /** Where the user wrote it; undefined for code of packages. */
  readonly at?: { readonly name: string; readonly line: number; readonly column: number };
  readonly internal: boolean;
}

const sources = new Map<string, Source>();
const frames = new WeakMap<object, readonly Frame[]>();
/** This directory's parent and the runtime's: `kernel/session`. */
const KERNEL = fileURLToPath(new URL("..", import.meta.url));
const KERNEL_URL = new URL("..", import.meta.url).href;

/** Remembers how to map `name`, a cell or a module's file, back to the text that the user wrote. */
export function addSource(name: string, map: string, text: string): void {
  sources.set(name, { map, text });
}

/** The text of a cell or local module that has run. */
export function sourceText(name: string): string | undefined {
  return sources.get(name)?.text;
}

/** Position in the user's text, one-based; undefined where generated code has no counterpart. */
function original(name: string, line: number, column: number): { line: number; column: number } | undefined {
  const source = sources.get(name);
  if (!source) return undefined;
  if (source.map === "") return { line, column };
  source.trace ??= new TraceMap(source.map);
  const found = originalPositionFor(source.trace, { line, column: column - 1 });
  return found.line === null ? undefined : { line: found.line, column: found.column + 1 };
}

function describe(site: NodeJS.CallSite): Frame {
  const file = site.getFileName() ?? "";
  const line = site.getLineNumber() ?? 0;
  const column = site.getColumnNumber() ?? 0;
  const text = String(site);
  if (file === "" || file.startsWith("node:") || file.startsWith(KERNEL) || file.startsWith(KERNEL_URL)) {
    return { text, internal: file !== "" };
  }
  if (!sources.has(file)) return { text, internal: false };
  const position = original(file, line, column);
  if (!position) return { text, internal: true };
  const name = file.startsWith("file:") ? fileURLToPath(file) : file;
  const place = `${name}:${String(position.line)}:${String(position.column)}`;
  return {
    text: text.replace(`${file}:${String(line)}:${String(column)}`, place),
    at: { name, ...position },
    internal: false,
  };
}

/** The frames of an error, innermost first; empty for what is not an error. */
export function framesOf(error: unknown): readonly Frame[] {
  if (typeof error !== "object" || error === null) return [];
  try {
    // Reading it once makes V8 call prepareStackTrace.
    void (error as { stack?: unknown }).stack;
  } catch {
    return [];
  }
  return frames.get(error) ?? [];
}

function header(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

export function installStackTraces(): void {
  Error.stackTraceLimit = 30;
  Error.prepareStackTrace = (error: unknown, sites: NodeJS.CallSite[]) => {
    const described = sites.map(describe);
    if (typeof error === "object" && error !== null) frames.set(error, described);
    const shown = described.filter((frame) => !frame.internal);
    return [header(error), ...shown.map((frame) => `    at ${frame.text}`)].join("\n");
  };
}

/** True for a path of source code that a person writes, as against a package's. */
export function isUserFile(path: string): boolean {
  return !/[\\/]node_modules[\\/]/.test(path) && extname(path) !== "";
}
