/**
 * The language as the kernel uses it: a worker thread behind promises. A call that never ends, which types can bring about, and a
 * worker that breaks cost that one call an error: a new worker takes over and is told all that was committed.
 */
import { Worker } from "node:worker_threads";
import type {
  CompileResult,
  Completeness,
  Completions,
  Diagnostic,
  Inspection,
  Language,
  LanguageOptions,
  StartLanguage,
} from "./language.js";
import type { CellRecord } from "./registry.js";
import type { Answer, Call, CallName, Calls } from "./requests.js";

const PATIENCE_MS = 20_000;

type Value<N extends CallName> = ReturnType<Calls[N]>;

interface Pending {
  readonly call: Call;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export const startLanguage: StartLanguage = (options) => new LanguageWorker(options);

class LanguageWorker implements Language {
  readonly #options: LanguageOptions;
  #worker: Worker;
  #ready = false;
  #nextId = 1;
  /** In the order of the calls; the worker is busy with the first. */
  readonly #pending = new Map<number, Pending>();
  #watchdog: NodeJS.Timeout | undefined;
  /** Compiled cells by run, until they are committed. */
  readonly #compiled = new Map<number, CellRecord>();
  #committed: CellRecord[] = [];
  #closed = false;

  constructor(options: LanguageOptions) {
    this.#options = options;
    this.#worker = this.#startWorker();
  }

  async compile(code: string, cell: number, run = cell): Promise<CompileResult> {
    try {
      const { result, record } = await this.#call("compile", code, cell);
      if (record) this.#compiled.set(run, record);
      return result;
    } catch (error) {
      return { ok: false, diagnostics: [failure(code, error as Error)] };
    }
  }

  async commit(run: number): Promise<void> {
    const record = this.#compiled.get(run);
    if (!record) return;
    this.#compiled.delete(run);
    this.#committed.push(record);
    await this.#call("commit", record);
  }

  async compileExpression(code: string): Promise<CompileResult> {
    try {
      return await this.#call("compileExpression", code);
    } catch (error) {
      return { ok: false, diagnostics: [failure(code, error as Error)] };
    }
  }

  complete(code: string, offset: number): Promise<Completions> {
    const nothing: Completions = { matches: [], start: offset, end: offset };
    return this.#call("complete", code, offset).catch(() => nothing);
  }

  inspect(code: string, offset: number, detail: 0 | 1): Promise<Inspection | undefined> {
    return this.#call("inspect", code, offset, detail).catch(() => undefined);
  }

  isComplete(code: string): Promise<Completeness> {
    return this.#call("isComplete", code).catch(() => ({ status: "complete", indent: "" }));
  }

  async reset(): Promise<void> {
    this.#compiled.clear();
    this.#committed = [];
    await this.#call("reset");
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#watchdog);
    for (const { reject } of this.#pending.values()) reject(new Error("The language service was closed."));
    this.#pending.clear();
    await this.#worker.terminate();
  }

  #call<N extends CallName>(name: N, ...args: Parameters<Calls[N]>): Promise<Value<N>> {
    if (this.#closed) return Promise.reject(new Error("The language service was closed."));
    const call: Call = { id: this.#nextId++, name, args };
    return new Promise((resolve, reject) => {
      this.#pending.set(call.id, { call, resolve: resolve as (value: unknown) => void, reject });
      if (this.#ready) this.#send(call);
    });
  }

  #send(call: Call): void {
    this.#worker.postMessage(call);
    if (this.#watchdog === undefined) this.#watch();
  }

  /** Waits for the call that the worker is busy with; each answer starts the wait anew. */
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

  #startWorker(): Worker {
    const worker = startThread({ ...this.#options });
    worker.on("message", (answer: Answer) => {
      this.#hear(answer);
    });
    worker.on("error", (error) => {
      if (worker === this.#worker) this.#replace(`failed: ${error.message}`);
    });
    worker.on("exit", (code) => {
      if (worker === this.#worker && !this.#closed) this.#replace(`ended with exit code ${String(code)}`);
    });
    return worker;
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

  /** Gives up the worker and what it was busy with, and lets a new one do the rest. */
  #replace(why: string): void {
    if (this.#closed) return;
    const old = this.#worker;
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
      this.#closed = true;
      return;
    }
    this.#worker = this.#startWorker();
    const waiting = [...this.#pending.entries()];
    this.#pending.clear();
    for (const record of this.#committed) this.#call("commit", record).catch(() => undefined);
    for (const [id, pending] of waiting) this.#pending.set(id, pending);
    void old.terminate();
  }
}

/** A new checker is made for each cell: room for what it allocates saves most of the collector's work. Types nest deep. */
const RESOURCES = { maxYoungGenerationSizeMb: 64, stackSizeMb: 16 };

function startThread(workerData: LanguageOptions): Worker {
  const options = { workerData, name: "cellgrad language", resourceLimits: RESOURCES };
  if (!import.meta.url.endsWith(".ts")) return new Worker(new URL("./worker.js", import.meta.url), options);
  // Run from its sources: tsx, which loads them, does not reach into worker threads by itself.
  const tsx = import.meta.resolve("tsx/esm/api");
  const file = new URL("./worker.ts", import.meta.url).href;
  const load = `import(${JSON.stringify(tsx)}).then((tsx) => { tsx.register(); return import(${JSON.stringify(file)}); });`;
  return new Worker(load, { eval: true, ...options });
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
