/**
 * The language as the kernel uses it: a process behind promises. A call that never ends, which types can bring about, and a
 * process that breaks cost that one call an error: a new one takes over and is told all that was committed. It is a process and not a
 * thread because only a process can start from a snapshot.
 */
import type { ChildProcess } from "node:child_process";
import type { Locale } from "../../locale/locale.js";
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
import { end, FROM_SOURCES, ownSnapshot, startProcess } from "./process.js";
import type { CellRecord } from "./names/registry.js";
import type { Answer, Call, CallName, Calls } from "./requests.js";
import { discardSnapshot, ensureSnapshot } from "./snapshot.js";

const PATIENCE_MS = 20_000;
/** A snapshot that is missing is made when the kernel has been there for so long, in milliseconds: its first cells go first. */
const SNAPSHOT_AFTER_MS = 5_000;

type Value<N extends CallName> = ReturnType<Calls[N]>;

interface Pending {
  call: Call;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A cell that the process was asked to check. */
interface CheckedCell {
  readonly id: number;
  /** Once it is checked: by which process, which knows it by its id, and what another one has to be told. */
  by?: ChildProcess | undefined;
  record?: CellRecord;
}

export const startLanguage: StartLanguage = (options) => new LanguageProcess(options);

class LanguageProcess implements Language {
  readonly #options: LanguageOptions;
  /** Undefined where one could not start and nobody has asked for anything since. */
  #child: ChildProcess | undefined;
  #ready = false;
  #snapshotTimer: NodeJS.Timeout | undefined;
  #nextId = 1;
  /** In the order of the calls; the process is busy with the first. */
  readonly #pending = new Map<number, Pending>();
  #watchdog: NodeJS.Timeout | undefined;
  /** Cells that are checked or have been, by run, until they are committed or discarded. */
  readonly #checked = new Map<number, CheckedCell>();
  /** Ids of records are counted from 1; 0 is the prelude's. */
  #lastRecord = 0;
  /** By id, in the order of their commits, and whether they have run to their end: what a process that takes over is told. */
  readonly #committed = new Map<number, { readonly record: CellRecord; ok?: boolean }>();
  /** Ids of records by run, from their commit until they have ended. */
  readonly #running = new Map<number, number>();
  #globals: Readonly<Record<string, string>> = {};
  #folder: string;
  /** What `%locale` has said since the last reset. */
  #locale: Locale | undefined;
  #closed = false;
  #onProcess: (pid: number) => void = () => undefined;

  constructor(options: LanguageOptions) {
    this.#options = options;
    this.#folder = options.cwd;
    this.#child = this.#start(ownSnapshot());
  }

  onProcess(listener: (pid: number) => void): void {
    this.#onProcess = listener;
    if (this.#child?.pid !== undefined) listener(this.#child.pid);
  }

  async compile(cell: CellToCheck, run = cell.number): Promise<CompileResult> {
    this.discard(run);
    const checked: CheckedCell = { id: ++this.#lastRecord };
    this.#checked.set(run, checked);
    let result: CompileResult;
    try {
      const { record, ...answer } = await this.#call("compile", cell, checked.id);
      ({ result } = answer);
      if (record) checked.record = { ...record, source: cell.text ?? cell.source };
      checked.by = this.#child;
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
    this.#committed.set(record.id, { record });
    this.#running.set(run, record.id);
    const { forgotten, warnings } = await (by === this.#child
      ? this.#call("commit", record.id)
      : this.#call("restore", record));
    for (const id of forgotten) this.#committed.delete(id);
    return warnings;
  }

  discard(run: number): void {
    const checked = this.#checked.get(run);
    if (!checked) return;
    this.#checked.delete(run);
    this.#call("discard", checked.id).catch(() => undefined);
  }

  async ended(run: number, ok: boolean, globals?: Readonly<Record<string, string>>): Promise<void> {
    if (globals) this.#globals = globals;
    const declared = globals && this.#call("declareGlobals", globals);
    const ended = this.#running.get(run);
    if (ended !== undefined) {
      this.#running.delete(run);
      const committed = this.#committed.get(ended);
      if (committed) committed.ok = ok;
      for (const id of await this.#call("ended", ended, ok)) this.#committed.delete(id);
    }
    await declared;
  }

  async compileExpression(code: string): Promise<CompileResult> {
    try {
      return await this.#call("compileExpression", code);
    } catch (error) {
      return { ok: false, diagnostics: [failure(code, error as Error)] };
    }
  }

  compileFragment(code: string, locals: readonly string[]): Promise<FragmentResult> {
    return this.#call("compileFragment", code, locals).catch((error: Error) => ({
      ok: false,
      message: error.message,
    }));
  }

  breakPositions(code: string, path?: string): Promise<readonly Position[]> {
    return this.#call("breakPositions", code, ...given(path)).catch(() => []);
  }

  complete(code: string, offset: number): Promise<Completions> {
    const nothing: Completions = { matches: [], start: offset, end: offset };
    return this.#call("complete", code, offset).catch(() => nothing);
  }

  inspect(code: string, offset: number, detail: 0 | 1): Promise<Inspection | undefined> {
    return this.#call("inspect", code, offset, detail).catch(() => undefined);
  }

  isComplete(code: string): Promise<Completeness> {
    return this.#call("isComplete", code).catch(() => ({ status: "unknown", indent: "" }));
  }

  variables(): Promise<readonly Variable[]> {
    return this.#call("variables");
  }

  async changeFolder(folder: string): Promise<void> {
    this.#folder = folder;
    await this.#call("changeFolder", folder);
  }

  async setLocale(locale: Locale): Promise<void> {
    this.#locale = locale;
    await this.#call("setLocale", locale);
  }

  async reset(): Promise<void> {
    this.#locale = undefined;
    this.#checked.clear();
    this.#committed.clear();
    this.#running.clear();
    this.#globals = {};
    this.#folder = this.#options.cwd;
    await this.#call("reset");
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#watchdog);
    for (const { reject } of this.#pending.values()) reject(new Error("The language service was closed."));
    this.#pending.clear();
    clearTimeout(this.#snapshotTimer);
    if (this.#child) await end(this.#child);
  }

  #call<N extends CallName>(name: N, ...args: Parameters<Calls[N]>): Promise<Value<N>> {
    if (this.#closed) return Promise.reject(new Error("The language service was closed."));
    this.#child ??= this.#start(ownSnapshot());
    const call: Call = { id: this.#nextId++, name, args };
    return new Promise((resolve, reject) => {
      this.#pending.set(call.id, { call, resolve: resolve as (value: unknown) => void, reject });
      if (this.#ready) this.#send(call);
    });
  }

  #send(call: Call): void {
    // Should the process end meanwhile, its end is told by "exit".
    this.#child?.send(call, () => undefined);
    if (this.#watchdog === undefined) this.#watch();
  }

  /** Waits for the call that the process is busy with; each answer starts the wait anew. */
  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = undefined;
    if (this.#pending.size === 0) return;
    const patience = this.#options.patience ?? PATIENCE_MS;
    this.#watchdog = setTimeout(() => {
      this.#replace(
        `did not answer for ${String(patience / 1000)} s; perhaps a type of this cell never ends`,
      );
    }, patience).unref();
  }

  #start(snapshot?: string): ChildProcess {
    const child = startProcess(this.#options, snapshot);
    if (child.pid !== undefined) this.#onProcess(child.pid);
    child.on("message", (answer: Answer) => {
      if (child === this.#child) this.#hear(answer);
    });
    child.on("error", (error) => {
      if (child === this.#child) this.#replace(`failed: ${error.message}`);
    });
    child.on("exit", (code, signal) => {
      if (child !== this.#child || this.#closed) return;
      if (snapshot !== undefined && !this.#ready && signal === null) {
        // Another Node under the same name, or a file that is cut off.
        discardSnapshot(snapshot);
        this.#child = this.#start();
      } else this.#replace(`ended with ${signal ?? `exit code ${String(code)}`}`);
    });
    if (snapshot === undefined && !FROM_SOURCES) {
      clearTimeout(this.#snapshotTimer);
      this.#snapshotTimer = setTimeout(
        () => void ensureSnapshot({ inBackground: true }),
        SNAPSHOT_AFTER_MS,
      ).unref();
    }
    return child;
  }

  #hear(answer: Answer): void {
    if (answer.type === "ready") {
      this.#ready = true;
      for (const { call } of this.#pending.values()) this.#send(call);
      return;
    }
    const pending = this.#pending.get(answer.id);
    if (!pending) return;
    this.#pending.delete(answer.id);
    this.#watch();
    if (answer.type === "answer") pending.resolve(answer.value);
    else pending.reject(new Error(answer.message));
  }

  /** Gives up the process and what it was busy with, and lets a new one do the rest. */
  #replace(why: string): void {
    if (this.#closed) return;
    const old = this.#child;
    clearTimeout(this.#watchdog);
    this.#watchdog = undefined;
    const [stuck] = this.#pending.values();
    if (stuck) {
      this.#pending.delete(stuck.call.id);
      stuck.reject(
        new Error(
          `TypeScript ${why}. Its service was started again; the session and its variables are kept.`,
        ),
      );
    }
    const startedBefore = this.#ready;
    this.#ready = false;
    if (!startedBefore && !stuck) {
      this.#child = undefined;
      return;
    }
    this.#child = this.#start(ownSnapshot());
    const waiting = [...this.#pending.entries()];
    this.#pending.clear();
    if (Object.keys(this.#globals).length > 0)
      this.#call("declareGlobals", this.#globals).catch(() => undefined);
    const stillToCommit = new Set(waiting.flatMap(([, pending]) => this.#restoring(pending)));
    for (const { record, ok } of this.#committed.values()) {
      if (stillToCommit.has(record.id)) continue;
      this.#call("restore", record).catch(() => undefined);
      if (ok !== undefined) this.#call("ended", record.id, ok).catch(() => undefined);
    }
    if (this.#locale) this.#call("setLocale", this.#locale).catch(() => undefined);
    if (this.#folder !== this.#options.cwd) this.#call("changeFolder", this.#folder).catch(() => undefined);
    for (const [id, pending] of waiting) this.#pending.set(id, pending);
    if (old) void end(old);
  }

  /** Gives a commit that waits what a process needs that has not checked the cell; answers the cell's id. */
  #restoring(pending: Pending): number[] {
    const { name, args } = pending.call;
    if (name === "restore") return [(args[0] as CellRecord).id];
    const record = name === "commit" && this.#committed.get(args[0] as number)?.record;
    if (!record) return [];
    pending.call = { ...pending.call, name: "restore", args: [record] };
    return [record.id];
  }
}

/** JSON has no undefined in a list. */
function given<T>(value: T | undefined): [T] | [] {
  return value === undefined ? [] : [value];
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
