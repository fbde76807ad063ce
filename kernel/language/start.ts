/**
 * The language as the kernel uses it: the calls of the language process (service-process.ts), and what is answered where one fails. It is
 * a process and not a thread because only a process can start from a snapshot.
 */
import type { ChildProcess } from "node:child_process";
import type { Locale } from "../../locale/locale.js";
import { Journal } from "./journal.js";
import type {
  CellToCheck,
  CompileResult,
  Completeness,
  Completions,
  Diagnostic,
  FragmentResult,
  Inspection,
  Language,
  LanguageOptions,
  Position,
  StartLanguage,
  Variable,
} from "./language.js";
import type { CellRecord } from "./names/registry.js";
import { ServiceProcess } from "./service-process.js";

/** A cell that the process was asked to check. */
interface CheckedCell {
  readonly id: number;
  /** Once it is checked: by which process, which knows it by its id, and what another one has to be told. */
  by?: ChildProcess | undefined;
  record?: CellRecord;
}

export const startLanguage: StartLanguage = (options) => new LanguageProcess(options);

class LanguageProcess implements Language {
  readonly #journal: Journal;
  readonly #service: ServiceProcess;
  /** Cells that are checked or have been, by run, until they are committed or discarded. */
  readonly #checked = new Map<number, CheckedCell>();
  /** Ids of records are counted from 1; 0 is the prelude's. */
  #lastRecord = 0;
  /** Ids of records by run, from their commit until they have ended. */
  readonly #running = new Map<number, number>();

  constructor(options: LanguageOptions) {
    this.#journal = new Journal(options.cwd);
    this.#service = new ServiceProcess(options, this.#journal);
  }

  onProcess(listener: (pid: number) => void): void {
    this.#service.onProcess(listener);
  }

  async compile(cell: CellToCheck, run = cell.number): Promise<CompileResult> {
    this.discard(run);
    const checked: CheckedCell = { id: ++this.#lastRecord };
    this.#checked.set(run, checked);
    let result: CompileResult;
    try {
      const { record, ...answer } = await this.#service.call("compile", cell, checked.id);
      ({ result } = answer);
      if (record) checked.record = { ...record, source: cell.text ?? cell.source };
      checked.by = this.#service.process;
    } catch (error) {
      result = { ok: false, diagnostics: [failure(cell.source, error as Error)] };
    }
    if (!result.ok && this.#checked.get(run) === checked) this.#checked.delete(run);
    return result;
  }

  async commit(run: number): Promise<readonly Diagnostic[]> {
    const { record, by } = this.#checked.get(run) ?? {};
    if (!record) return [];
    this.#checked.delete(run);
    this.#journal.commit(record);
    this.#running.set(run, record.id);
    try {
      const { forgotten, warnings } = await (by === this.#service.process
        ? this.#service.call("commit", record.id)
        : this.#service.call("restore", record));
      this.#journal.forget(forgotten);
      return warnings;
    } catch (error) {
      if (this.#journal.hasCommitted(record.id)) throw error;
      return [notCommitted(error as Error)];
    }
  }

  discard(run: number): void {
    const checked = this.#checked.get(run);
    if (!checked) return;
    this.#checked.delete(run);
    this.#service.call("discard", checked.id).catch(() => undefined);
  }

  async ended(run: number, ok: boolean, globals?: Readonly<Record<string, string>>): Promise<void> {
    if (globals) this.#journal.declareGlobals(globals);
    const declared = globals && this.#service.call("declareGlobals", globals);
    const ended = this.#running.get(run);
    if (ended !== undefined) {
      this.#running.delete(run);
      this.#journal.ended(ended, ok);
      this.#journal.forget(await this.#service.call("ended", ended, ok));
    }
    await declared;
  }

  async compileExpression(code: string): Promise<CompileResult> {
    try {
      return await this.#service.call("compileExpression", code);
    } catch (error) {
      return { ok: false, diagnostics: [failure(code, error as Error)] };
    }
  }

  compileFragment(code: string, locals: readonly string[]): Promise<FragmentResult> {
    return this.#service.call("compileFragment", code, locals).catch((error: Error) => ({
      ok: false,
      message: error.message,
    }));
  }

  breakPositions(code: string, path?: string): Promise<readonly Position[]> {
    return this.#service.call("breakPositions", code, ...given(path)).catch(() => []);
  }

  complete(code: string, offset: number): Promise<Completions> {
    const nothing: Completions = { matches: [], start: offset, end: offset };
    return this.#service.call("complete", code, offset).catch(() => nothing);
  }

  inspect(code: string, offset: number, detail: 0 | 1): Promise<Inspection | undefined> {
    return this.#service.call("inspect", code, offset, detail).catch(() => undefined);
  }

  isComplete(code: string): Promise<Completeness> {
    return this.#service.call("isComplete", code).catch(() => ({ status: "unknown", indent: "" }));
  }

  variables(): Promise<readonly Variable[]> {
    return this.#service.call("variables");
  }

  async changeFolder(folder: string): Promise<void> {
    this.#journal.changeFolder(folder);
    await this.#service.call("changeFolder", folder);
  }

  async setLocale(locale: Locale): Promise<void> {
    this.#journal.setLocale(locale);
    await this.#service.call("setLocale", locale);
  }

  async reset(): Promise<void> {
    this.#checked.clear();
    this.#running.clear();
    this.#journal.reset();
    await this.#service.call("reset");
  }

  close(): Promise<void> {
    return this.#service.close();
  }
}

/** JSON has no undefined in a list. */
function given<T>(value: T | undefined): [T] | [] {
  return value === undefined ? [] : [value];
}

/** The process had to be given up at the commit of a cell, which is not told to the next one. */
function notCommitted(error: Error): Diagnostic {
  const effect = "Cells after this one do not know what it declares.";
  return {
    code: 0,
    category: "warning",
    message: `${error.message}\n${effect}`,
    line: 1,
    column: 1,
    frame: "",
  };
}

function failure(code: string, error: Error): Diagnostic {
  const hint = "`%typecheck off` at the head of the cell runs it unchecked.";
  return {
    code: 0,
    category: "error",
    message: `${error.message}\n${hint}`,
    line: 1,
    column: 1,
    frame: code.split("\n")[0] ?? "",
  };
}
