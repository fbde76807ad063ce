/**
 * What the kernel and the language process say to each other: a call with a number, and its answer. A process that is
 * replaced is told all commits again.
 */
import type { Locale } from "../../locale/locale.js";
import type {
  CompileResult,
  Completeness,
  Completions,
  Diagnostic,
  FragmentResult,
  Inspection,
  Position,
  Variable,
} from "./language.js";
import type { CellRecord } from "./registry.js";

/** Methods of the service with their arguments and answers. */
export interface Calls {
  compile(code: string, cell: number, step?: number): { result: CompileResult; record?: CellRecord };
  commit(record: CellRecord): {
    readonly forgotten: readonly number[];
    readonly warnings: readonly Diagnostic[];
  };
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
