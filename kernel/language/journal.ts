/**
 * What a new language process has to be told so that it knows what the one before it knew: the cells that were committed, what user code
 * has put on `globalThis`, the folder and the locale.
 */
import type { Locale } from "../../locale/locale.js";
import type { CellRecord } from "./names/registry.js";
import type { CallName, Calls } from "./requests.js";

/** A call without the number by which it is answered. */
export type NamedCall = {
  [N in CallName]: { readonly name: N; readonly args: Parameters<Calls[N]> };
}[CallName];

interface Committed {
  readonly record: CellRecord;
  /** Whether the cell has run to its end; undefined while it runs. */
  ok?: boolean;
}

export class Journal {
  /** By the id of the record, in the order of the commits. */
  readonly #committed = new Map<number, Committed>();
  #globals: Readonly<Record<string, string>> = {};
  readonly #cwd: string;
  #folder: string;
  /** What `%locale` has said since the last reset. */
  #locale: Locale | undefined;

  constructor(cwd: string) {
    this.#cwd = cwd;
    this.#folder = cwd;
  }

  commit(record: CellRecord): void {
    this.#committed.set(record.id, { record });
  }

  hasCommitted(id: number): boolean {
    return this.#committed.has(id);
  }

  ended(id: number, ok: boolean): void {
    const committed = this.#committed.get(id);
    if (committed) committed.ok = ok;
  }

  /** Nothing comes from these records any more. */
  forget(ids: readonly number[]): void {
    for (const id of ids) this.#committed.delete(id);
  }

  declareGlobals(types: Readonly<Record<string, string>>): void {
    this.#globals = types;
  }

  changeFolder(folder: string): void {
    this.#folder = folder;
  }

  setLocale(locale: Locale): void {
    this.#locale = locale;
  }

  reset(): void {
    this.#committed.clear();
    this.#globals = {};
    this.#folder = this.#cwd;
    this.#locale = undefined;
  }

  /** Leaves out what a process was busy with when it had to be given up: the next one would have to be given up too. */
  leaveOut(call: NamedCall): void {
    if (call.name === "commit") this.#committed.delete(call.args[0]);
    else if (call.name === "restore") this.#committed.delete(call.args[0].id);
    else if (call.name === "declareGlobals") this.#globals = {};
  }

  /** A call as a process takes it that has not checked the cell itself: a commit brings the whole record. */
  forNewProcess(call: NamedCall): NamedCall {
    const record = call.name === "commit" ? this.#committed.get(call.args[0])?.record : undefined;
    return record ? { name: "restore", args: [record] } : call;
  }

  /** The calls that tell a new process all this, but for what is told by calls that wait for it. */
  replay(waiting: readonly NamedCall[]): NamedCall[] {
    const stillToCommit = new Set(waiting.map((call) => call.name === "restore" && call.args[0].id));
    const calls: NamedCall[] = [];
    if (Object.keys(this.#globals).length > 0) calls.push({ name: "declareGlobals", args: [this.#globals] });
    for (const { record, ok } of this.#committed.values()) {
      if (stillToCommit.has(record.id)) continue;
      calls.push({ name: "restore", args: [record] });
      if (ok !== undefined) calls.push({ name: "ended", args: [record.id, ok] });
    }
    if (this.#locale) calls.push({ name: "setLocale", args: [this.#locale] });
    if (this.#folder !== this.#cwd) calls.push({ name: "changeFolder", args: [this.#folder] });
    return calls;
  }
}
