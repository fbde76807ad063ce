/**
 * Scripts that V8 knows and the texts that they come from: cells by their paths, files of the user's by theirs. Maps places both
 * ways and tells whose a script is.
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { Debugger } from "node:inspector";
import {
  generatedPositionFor,
  GREATEST_LOWER_BOUND,
  LEAST_UPPER_BOUND,
  originalPositionFor,
  TraceMap,
} from "@jridgewell/trace-mapping";
import type { Position } from "../language/language.js";
import { CELL_PREFIX, cellPath } from "./cell-paths.js";
import type { Cdp } from "./cdp.js";
import type { Source } from "./dap.js";

/** Folders whose code is nobody's to step through: the kernel's and the runtime's. */
const KERNEL = new URL("..", import.meta.url).href;
const RUNTIME = new URL("../../src/", import.meta.url).href;

/** Scripts that a debugger steps past, as regular expressions over what V8 calls them. */
export const LIBRARY_PATTERNS: readonly string[] = [
  "^node:",
  `^${escape(KERNEL)}`,
  `^${escape(RUNTIME)}`,
  "/node_modules/",
];
const library = new RegExp(LIBRARY_PATTERNS.join("|"));

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** As `SourceText` of the session. */
interface SourceText {
  readonly file: string;
  readonly map: string;
  readonly text: string;
}

/** A script of the user's, and how its places lead to the text. */
export class Script {
  #trace: TraceMap | undefined;

  constructor(
    readonly id: string,
    readonly source: Source,
    /** What the user wrote. */
    readonly text: string,
    private readonly map: string,
  ) {}

  get path(): string {
    return this.source.path;
  }

  get isCell(): boolean {
    return this.path.startsWith(CELL_PREFIX);
  }

  /** The place in the text; undefined where the script has what the text has not. */
  original({ line, column }: Position): Position | undefined {
    if (this.map === "") return { line, column };
    this.#trace ??= new TraceMap(this.map);
    return (
      this.#original(line, column, GREATEST_LOWER_BOUND) ?? this.#original(line, column, LEAST_UPPER_BOUND)
    );
  }

  #original(line: number, column: number, bias: 1 | -1): Position | undefined {
    const found = originalPositionFor(this.#trace!, { line, column, bias });
    return found.line === null ? undefined : { line: found.line, column: found.column };
  }

  /** The first place of the script that comes from this place of the text or one after it on its line. */
  generated({ line, column }: Position): Position | undefined {
    if (this.map === "") return { line, column };
    this.#trace ??= new TraceMap(this.map);
    const source = this.#trace.sources[0] ?? "";
    const found = generatedPositionFor(this.#trace, { source, line, column, bias: LEAST_UPPER_BOUND });
    return found.line === null ? undefined : { line: found.line, column: found.column };
  }

  /** Whether a name is the user's, and not one that compiling has made. */
  mentions(name: string): boolean {
    return this.text.includes(name);
  }
}

/** A place in a text that a client can open. */
export interface Place extends Position {
  readonly source: Source;
  /** Unset where the script is the text. */
  readonly script?: Script;
}

export class Sources {
  readonly #cdp: Cdp;
  /** What V8 calls each script. */
  readonly #urls = new Map<string, string>();
  readonly #scripts = new Map<string, Script>();
  /** Texts of cells that a client has told of, by path. */
  readonly #cells = new Map<string, string>();

  constructor(cdp: Cdp) {
    this.#cdp = cdp;
  }

  /** Remembers a cell's text; answers the cell's path. */
  dump(code: string): string {
    const path = cellPath(code);
    this.#cells.set(path, code);
    return path;
  }

  parsed({ scriptId, url }: Debugger.ScriptParsedEventDataType): void {
    if (url !== "") this.#urls.set(scriptId, url);
  }

  /** Forgets the scripts of a session that has ended. */
  clear(): void {
    this.#urls.clear();
    this.#scripts.clear();
  }

  /** Learns what the scripts come from that there are already. */
  async readAll(): Promise<void> {
    const byFile = new Map<string, SourceText>();
    for (const text of (await this.#cdp.ask("sources()")) as SourceText[]) byFile.set(text.file, text);
    for (const [id, url] of this.#urls) {
      const text = byFile.get(fileOf(url));
      if (text) this.#add(id, url, text);
    }
  }

  /** Learns what a script comes from; undefined where the user has not written it. */
  async read(id: string): Promise<Script | undefined> {
    const known = this.#scripts.get(id);
    if (known) return known;
    const url = this.#urls.get(id);
    if (url === undefined || library.test(url)) return undefined;
    const text = (await this.#cdp.ask(`source(${JSON.stringify(fileOf(url))})`)) as SourceText | undefined;
    return text && this.#add(id, url, text);
  }

  /** The user's scripts that come from a path. */
  of(path: string): Script[] {
    return [...this.#scripts.values()].filter((script) => script.path === path);
  }

  /** Where a place of a script leads; undefined where the user has not written it. */
  place({ scriptId, lineNumber, columnNumber = 0 }: Debugger.Location): Place | undefined {
    const at = { line: lineNumber + 1, column: columnNumber };
    const script = this.#scripts.get(scriptId);
    if (script) {
      const original = script.original(at);
      return original && { source: script.source, script, ...original };
    }
    const url = this.#urls.get(scriptId);
    if (!url?.startsWith("file:")) return undefined;
    const path = fileURLToPath(url);
    return { source: { name: basename(path), path }, ...at };
  }

  /** Whether a script is none of the user's: Node's, the kernel's, the runtime's or a package's. */
  isLibrary(id: string): boolean {
    const url = this.#urls.get(id);
    return url === undefined || library.test(url);
  }

  /** Files of the user's that have been loaded. */
  files(): string[] {
    const files = new Set<string>();
    for (const url of this.#urls.values()) {
      if (url.startsWith("file:") && !library.test(url)) files.add(fileURLToPath(url));
    }
    return [...files].sort();
  }

  /** The text behind a path; undefined where there is none. */
  async text(path: string): Promise<string | undefined> {
    if (path.startsWith(CELL_PREFIX)) return this.#cells.get(path) ?? this.of(path)[0]?.text;
    return readFile(path, "utf8").catch(() => undefined);
  }

  #add(id: string, url: string, { file, map, text }: SourceText): Script | undefined {
    // Expressions of a client's have no place that anyone could stop at.
    if (file === "Expression") return undefined;
    const source = url.startsWith("file:")
      ? { name: basename(file), path: file }
      : { name: file, path: cellPath(text) };
    const script = new Script(id, source, text, map);
    this.#scripts.set(id, script);
    return script;
  }
}

/** What the session calls a script that V8 calls `url`. */
function fileOf(url: string): string {
  return url.startsWith("file:") ? fileURLToPath(url) : url;
}
