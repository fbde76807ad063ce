/**
 * What the kernel asks of TypeScript: check and transform cells, and answer the editor. The service runs in a worker thread,
 * so that a long check never delays the sockets; everything here is asynchronous for that reason.
 */
import type { CompiledCell } from "../session/messages.js";

/** A type or syntax error, as a person reads it. */
export interface Diagnostic {
  readonly code: number;
  readonly category: "error" | "warning";
  readonly message: string;
  /** 1-based, in the cell. */
  readonly line: number;
  readonly column: number;
  /** ANSI-coloured code frame with the cell's line and a marker below it. */
  readonly frame: string;
}

export type CompileResult =
  | {
      readonly ok: true;
      readonly cell: CompiledCell;
      /** Shown on stderr before the cell runs (`%typecheck warn`). */
      readonly warnings: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export interface Completion {
  readonly text: string;
  /** TypeScript's kind, such as "method", "const", "module". */
  readonly type: string;
  readonly signature?: string;
}

export interface Completions {
  readonly matches: readonly Completion[];
  /** UTF-16 offsets of the text that a match replaces. */
  readonly start: number;
  readonly end: number;
}

export interface Inspection {
  /** Markdown and plain text. */
  readonly data: Record<string, string>;
}

export interface Completeness {
  readonly status: "complete" | "incomplete" | "invalid";
  readonly indent: string;
}

export interface Language {
  /**
   * Checks a cell against all committed cells and transforms it. Nothing is remembered until `commit`.
   * @param cell number that errors show, as in "Cell [3]". Not unique: requests that store no history share the number of the cell before,
   *   and what both declare is kept.
   */
  compile(code: string, cell: number): Promise<CompileResult>;
  /** The cell has run (or begun to): from now on later cells see what it declares. */
  commit(cell: number): Promise<void>;
  /** An expression for user_expressions: checked for syntax only, its value is the result. */
  compileExpression(code: string): Promise<CompileResult>;
  /** Offsets are UTF-16 code units; the protocol layer converts from code points. */
  complete(code: string, offset: number): Promise<Completions>;
  inspect(code: string, offset: number, detail: 0 | 1): Promise<Inspection | undefined>;
  isComplete(code: string): Promise<Completeness>;
  /** Forgets all cells: the session was restarted. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface LanguageOptions {
  /** Imports and tsconfig.json are looked up from here: the notebook's folder. */
  readonly cwd: string;
}

/** What `language/start.ts` exports as `startLanguage`: returns at once; the worker starts meanwhile and calls wait for it. */
export type StartLanguage = (options: LanguageOptions) => Language;
