/**
 * Which cells hold old values: cells that have read a variable of a cell that has been run again since, and cells that have read
 * something of those. Pure bookkeeping over what `language/compile/names-used.ts` finds in each cell; it knows neither messages nor values.
 *
 * A cell is old only where another run of the very cell that it read from has come since. That another cell declares the name again further
 * down is the ordinary course of a notebook. A function that a cell declares reads what it needs when it is called, so it is never old
 * itself, while what a cell computed by calling it may be. Who changes a variable's object has given it a value as who assigns to it.
 */
import type { NamesUsed } from "../../language/language.js";
import { before, forget, Run, type CellName, type RunsOfCell } from "./cell-runs.js";

export interface Reason extends CellName {
  /** The variable that was read; the cell in this object is the one that gave it its value then, as it has run last. */
  readonly name: string;
  /** A sentence for a person. */
  readonly text: string;
}

export interface StaleCell extends CellName {
  readonly because: readonly Reason[];
}

export interface Definer extends CellName {
  readonly stale: boolean;
}

/** More cells without an id than these are not remembered: a console has no end. */
const REMEMBERED = 1000;

/** Of the cells that have changed one object so many are remembered, and the one that has made it. */
const LAYERS = 100;

export class Staleness {
  readonly #cells = new Map<string, RunsOfCell>();
  /** The run that gave each name its value. */
  readonly #writers = new Map<string, Run>();
  #begun = 0;
  /** Nothing is old before a cell has run again. */
  #again = false;

  /** A cell begins to run. It counts from the first that it does. */
  begin(name: CellName, code: string): RunningCell {
    // The same text is the same cell where nothing else says which it is.
    const key = name.cellId === undefined ? `text ${code.trim()}` : `id ${name.cellId}`;
    const run = new Run(key, name, ++this.#begun);
    const changed = new Set<string>();
    return {
      reads: (names) => {
        for (const name of this.#read(run, names)) changed.add(name);
      },
      writes: (names) => this.#write(run, names),
      end: (ok) => {
        this.#change(run, changed);
        this.#end(run, ok);
      },
    };
  }

  /** Cells that the notebook no longer has. */
  drop(cellIds: readonly string[]): void {
    for (const id of cellIds) this.#forget(`id ${id}`);
  }

  clear(): void {
    this.#cells.clear();
    this.#writers.clear();
    this.#again = false;
  }

  /** The cells that hold old values, in the order in which they ran. */
  stale(): readonly StaleCell[] {
    if (!this.#again) return [];
    const reasons = this.#reasons();
    const found: StaleCell[] = [];
    for (const cell of this.#cells.values()) {
      const because = cell.runs.flatMap((run) => reasons.get(run) ?? []);
      if (because.length > 0) found.push({ ...cell.latest.name, because });
    }
    return found.sort((a, b) => a.executionCount - b.executionCount);
  }

  /** For each name the cell that gave it its value, and whether that value is old; functions read anew what they need. */
  definers(): ReadonlyMap<string, Definer> {
    const reasons = this.#reasons();
    return new Map(
      [...this.#writers].map(
        ([name, run]) => [name, { ...run.name, stale: reasons.has(run) && !run.later.has(name) }] as const,
      ),
    );
  }

  /** Answers the variables whose objects the run changes, itself or by functions that it calls. */
  #read(run: Run, names: NamesUsed): ReadonlySet<string> {
    this.#enter(run);
    const { later, changesLater = {} } = names;
    for (const [name, reads] of Object.entries(later))
      run.later.set(name, { reads, changes: Object.hasOwn(changesLater, name) ? changesLater[name]! : [] });
    const changed = new Set(names.changes);
    const own = new Set(names.declares);
    const seen = new Set<string>();
    const waiting: { name: string; by?: Run }[] = names.reads.map((name) => ({ name }));
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { name, by } = next;
      if (seen.has(name)) continue;
      seen.add(name);
      const isOwnFunction = run.later.has(name);
      const from = isOwnFunction ? run : this.#writers.get(name);
      // What a function of this very cell reads of it is about to be there.
      if (!from || (by === run && own.has(name) && !isOwnFunction)) continue;
      const called = from.later.get(name);
      for (const inner of called?.changes ?? []) changed.add(inner);
      // A log that a function writes to, or what it has computed before, makes no difference to who calls it.
      const inside = (called?.reads ?? []).filter((inner) => !called?.changes.includes(inner));
      waiting.push(...inside.map((inner) => ({ name: inner, by: from })));
      // What a function reads of its own cell is as old as the function.
      const read = from === by ? undefined : before(run, { name, from });
      if (read && !run.reads.has(name)) run.reads.set(name, read);
    }
    // A cell that only adds to a list depends on the cell that has made it, and not on others that add to it.
    for (const name of changed) {
      const from = this.#layers(name).at(-1);
      if (from && from.key !== run.key && !own.has(name) && !run.reads.has(name))
        run.reads.set(name, { name, from });
    }
    return changed;
  }

  /** The runs that have made a name's value what it is: those that have changed its object, the latest first, and the one that has made it. */
  #layers(name: string): readonly Run[] {
    const last = this.#writers.get(name);
    return last ? [last, ...(last.changed.get(name) ?? [])] : [];
  }

  /** Variables whose objects the run has changed; what their functions read stays as it is. */
  #change(run: Run, names: Iterable<string>): void {
    for (const name of names) {
      const layers = this.#layers(name);
      if (run.wrote.has(name) || layers.length === 0) continue;
      const later = layers[0]!.later.get(name);
      if (later && !run.later.has(name)) run.later.set(name, later);
      const others = layers.filter(({ key }) => key !== run.key);
      this.#write(run, [name]);
      run.changed.set(name, [...others.slice(0, LAYERS), ...others.slice(LAYERS).slice(-1)]);
    }
  }

  #write(run: Run, names: Iterable<string>): void {
    const cell = this.#enter(run);
    for (const name of names) {
      run.wrote.add(name);
      cell.wrote.set(name, run);
      this.#writers.set(name, run);
    }
  }

  /** After a whole run only its own values are the cell's. */
  #end(run: Run, ok: boolean): void {
    const cell = this.#cells.get(run.key);
    if (!cell?.runs.includes(run)) return;
    const counts = (other: Run) => [...other.wrote].some((name) => this.#writers.get(name) === other);
    const past = cell.runs.filter((other) => other !== run && (ok || !counts(other)));
    cell.runs = cell.runs.filter((other) => !past.includes(other));
    // Nobody asks them any more; kept, each would hold those before it.
    past.forEach(forget);
  }

  #enter(run: Run): RunsOfCell {
    let cell = this.#cells.get(run.key);
    if (!cell) {
      cell = { key: run.key, latest: run, wrote: new Map(), runs: [] };
      this.#cells.set(run.key, cell);
      this.#forgetOldest();
    }
    if (!cell.runs.includes(run)) cell.runs.push(run);
    if (cell.latest !== run) this.#again = true;
    cell.latest = run;
    return cell;
  }

  #forgetOldest(): void {
    if (this.#cells.size <= REMEMBERED) return;
    for (const key of this.#cells.keys()) {
      if (!key.startsWith("text ")) continue;
      this.#forget(key);
      return;
    }
  }

  #forget(key: string): void {
    for (const run of this.#cells.get(key)?.runs ?? []) forget(run);
    this.#cells.delete(key);
  }

  /** Why each run that still counts is old; those that are not have no entry. */
  #reasons(): ReadonlyMap<Run, readonly Reason[]> {
    const reasons = new Map<Run, readonly Reason[]>();
    const counting: Run[] = [];
    for (const { runs } of this.#cells.values()) {
      for (const run of runs) if (run.reads.size > 0) counting.push(run);
    }
    // What a run has read was there before it: in order of time each is decided by those that are decided.
    counting.sort((a, b) => a.order - b.order);
    for (const run of counting) {
      const because = [...run.reads.values()].flatMap(({ name, from }) => {
        for (const layer of [from, ...(from.changed.get(name) ?? [])]) {
          const cell = layer.key === run.key ? undefined : this.#cells.get(layer.key);
          const reason = cell && this.#reason(run, name, layer, cell, reasons);
          if (reason) return [reason];
        }
        return [];
      });
      if (because.length > 0) reasons.set(run, because);
    }
    return reasons;
  }

  #reason(
    run: Run,
    name: string,
    from: Run,
    cell: RunsOfCell,
    reasons: ReadonlyMap<Run, unknown>,
  ): Reason | undefined {
    const { latest } = cell;
    const used = `Cell [${String(run.name.executionCount)}] used \`${name}\` of Cell [${String(from.name.executionCount)}]`;
    if (cell.wrote.get(name) !== from) {
      const again = latest.name.executionCount;
      const as = again === from.name.executionCount ? "" : ` as [${String(again)}]`;
      return { name, ...latest.name, text: `${used}, which has run again${as}` };
    }
    if (cell.runs.includes(from) && reasons.has(from))
      return { name, ...latest.name, text: `${used}, which itself used old values` };
    return undefined;
  }
}

/** What a running cell does, as it becomes known. */
export interface RunningCell {
  /** A step of it begins, which reads what is there now. */
  reads(names: NamesUsed): void;
  /** Names now have values of its making. */
  writes(names: Iterable<string>): void;
  end(ok: boolean): void;
}
