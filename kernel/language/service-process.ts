/**
 * The language process behind promises: calls wait until it is there and are answered one after another. A call that never ends, which
 * types can bring about, and a process that breaks cost that one call an error: a new process takes over and is told what is in the journal.
 */
import type { ChildProcess } from "node:child_process";
import type { Journal, NamedCall } from "./journal.js";
import type { LanguageOptions } from "./language.js";
import { end, FROM_SOURCES, ownSnapshot, startProcess } from "./process.js";
import type { Answer, CallName, Calls } from "./requests.js";
import { discardSnapshot, ensureSnapshot } from "./snapshot.js";

/** The process is given up when it has not answered a call for so long, in milliseconds. */
const PATIENCE_MS = 20_000;
/** A snapshot that is missing is made when the kernel has been there for so long, in milliseconds: its first cells go first. */
const SNAPSHOT_AFTER_MS = 5_000;

interface Pending {
  readonly call: NamedCall;
  /** Told from the journal; nobody waits for the answer. */
  readonly replayed: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class ServiceProcess {
  readonly #options: LanguageOptions;
  readonly #journal: Journal;
  /** Undefined where one could not start and nobody has asked for anything since. */
  #child: ChildProcess | undefined;
  #ready = false;
  #snapshotTimer: NodeJS.Timeout | undefined;
  #nextId = 1;
  /** In the order of the calls; the process is busy with the first. */
  readonly #pending = new Map<number, Pending>();
  #watchdog: NodeJS.Timeout | undefined;
  #closed = false;
  #onProcess: (pid: number) => void = () => undefined;

  constructor(options: LanguageOptions, journal: Journal) {
    this.#options = options;
    this.#journal = journal;
    this.#child = this.#start(ownSnapshot());
  }

  /** The process at hand, to tell whether a later one is the same. */
  get process(): ChildProcess | undefined {
    return this.#child;
  }

  onProcess(listener: (pid: number) => void): void {
    this.#onProcess = listener;
    if (this.#child?.pid !== undefined) listener(this.#child.pid);
  }

  call<N extends CallName>(name: N, ...args: Parameters<Calls[N]>): Promise<ReturnType<Calls[N]>> {
    if (this.#closed) return Promise.reject(new Error("The language service was closed."));
    this.#child ??= this.#start(ownSnapshot());
    return new Promise((resolve, reject) => {
      this.#add({
        call: { name, args } as NamedCall,
        replayed: false,
        resolve: resolve as (value: unknown) => void,
        reject,
      });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#watchdog);
    for (const { reject } of this.#pending.values()) reject(new Error("The language service was closed."));
    this.#pending.clear();
    clearTimeout(this.#snapshotTimer);
    if (this.#child) await end(this.#child);
  }

  #add(pending: Pending): void {
    const id = this.#nextId++;
    this.#pending.set(id, pending);
    if (this.#ready) this.#send(id, pending.call);
  }

  #send(id: number, { name, args }: NamedCall): void {
    // Should the process end meanwhile, its end is told by "exit".
    this.#child?.send({ id, name, args }, () => undefined);
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
      for (const [id, { call }] of this.#pending) this.#send(id, call);
      return;
    }
    const pending = this.#pending.get(answer.id);
    if (!pending) return;
    this.#pending.delete(answer.id);
    this.#watch();
    if (answer.type === "answer") pending.resolve(answer.value);
    else pending.reject(new Error(answer.message));
  }

  /** Gives up the process and the call that it was busy with, and lets a new one do the rest. */
  #replace(why: string): void {
    if (this.#closed) return;
    const old = this.#child;
    clearTimeout(this.#watchdog);
    this.#watchdog = undefined;
    const [stuck, ...others] = this.#pending.values();
    this.#pending.clear();
    if (stuck) {
      this.#journal.leaveOut(stuck.call);
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
    const waiting = others
      .filter(({ replayed }) => !replayed)
      .map((pending) => ({ ...pending, call: this.#journal.forNewProcess(pending.call) }));
    for (const call of this.#journal.replay(waiting.map(({ call }) => call)))
      this.#add({ call, replayed: true, resolve: () => undefined, reject: () => undefined });
    for (const pending of waiting) this.#add(pending);
    if (old) void end(old);
  }
}
