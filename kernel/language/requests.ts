/**
 * What the kernel and the language process say to each other: a call with a number, and its answer. What was checked is committed by its
 * id; the kernel keeps the records of cells only to tell them to a process that takes over.
 */
import type { Locale } from "../../locale/locale.js";
import type {
  CellToCheck,
  CompileResult,
  Completeness,
  Completions,
  Diagnostic,
  FragmentResult,
  Inspection,
  Position,
  Variable,
} from "./language.js";
import type { CellRecord } from "./names/registry.js";

export interface Checked {
  readonly result: CompileResult;
  /** What a commit takes in, without the text, which the kernel has. */
  readonly record?: Omit<CellRecord, "source">;
}

/** What a cell has brought about as it began to run. */
export interface Committed {
  /** Ids of records without which all is as it is with them. */
  readonly forgotten: readonly number[];
  /** Functions of other cells that do not fit what it declares. */
  readonly warnings: readonly Diagnostic[];
}

/** Methods of the service with their arguments and answers. */
export interface Calls {
  /** @param id by which the cell is committed or discarded; each cell has its own */
  compile(cell: CellToCheck, id: number): Checked;
  commit(id: number): Committed;
  discard(id: number): void;
  /** Commits what another process has checked. */
  restore(record: CellRecord): Committed;
  ended(id: number, ok: boolean): readonly number[];
  declareGlobals(types: Readonly<Record<string, string>>): void;
  compileExpression(code: string): CompileResult;
  compileFragment(code: string, locals: readonly string[]): FragmentResult;
  breakPositions(code: string, path?: string): readonly Position[];
  complete(code: string, offset: number): Completions;
  inspect(code: string, offset: number, detail: 0 | 1): Inspection | undefined;
  isComplete(code: string): Completeness;
  variables(): readonly Variable[];
  changeFolder(folder: string): void;
  setLocale(locale: Locale): void;
  reset(): void;
}

export type CallName = keyof Calls;

export interface Call {
  readonly id: number;
  readonly name: CallName;
  readonly args: readonly unknown[];
}

export type Answer =
  /** TypeScript is there; calls are answered from now on. */
  | { readonly type: "ready" }
  | { readonly type: "answer"; readonly id: number; readonly value: unknown }
  | { readonly type: "failure"; readonly id: number; readonly message: string };
