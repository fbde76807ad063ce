/**
 * What the committed cells have declared: for each name the latest cell that declares it. Records of cells are plain data, so that
 * a new language process can be given them again.
 */
import type { LaterPart } from "./later-parts.js";
import { meanings, type Evolves, type Meaning, type NameKind } from "./top-level.js";

export interface DeclaredName {
  readonly name: string;
  readonly meaning: Meaning;
  readonly kind: NameKind;
  readonly evolves?: Evolves;
}

/** What a cell shows of a variable's type. */
export interface Shown {
  /**
   * Nothing beyond its declaration, or that its type is narrower. Of a variable without a type: the one that it has, that it is still
   * empty, or that it may be anything. Or that all is as it was before the cell.
   */
  readonly how: "declared" | "narrowed" | "type" | "open" | "any" | "same";
  /** Id of the record that declares the variable. */
  readonly of: number;
}

/** A committed cell, as later cells see it. */
export interface CellRecord {
  /** Unique in this kernel; cells' numbers are not. */
  readonly id: number;
  /** Number that is shown. */
  readonly cell: number;
  readonly source: string;
  /** Where its imports are looked up. */
  readonly folder: string;
  readonly names: readonly DeclaredName[];
  /** Its parts that look up names when they are called, or are types. */
  readonly parts: readonly LaterPart[];
  /** Its types were looked at. */
  readonly checked: boolean;
  /** Id of the record that this one has parts of, which have been read again since a name in them means something else. */
  readonly origin?: number;
  /** Variables that it may have changed once it has begun to run. */
  readonly changes: readonly string[];
  /** What it shows of variables, its own and others, if it runs to its end. */
  readonly shows: Readonly<Record<string, Shown>>;
}

/** Id of the prelude, which comes before all cells. */
export const PRELUDE = 0;

export interface Binding extends DeclaredName {
  /** Id of the record that declares the name. */
  readonly from: number;
  /** A property of `globalThis`, and not of the scope object. */
  readonly isGlobal?: boolean;
  /** What the cells since have shown of its type, and the id of the record that did. */
  readonly shown?: { readonly how: Exclude<Shown["how"], "declared" | "same">; readonly by: number };
}

/** `_3` and `_i3` have the types of `_` and `_i`: the result and the text of a cell by its number. */
const NUMBERED_RESULT = /^(_i?)[1-9]\d*$/u;

export class Registry {
  readonly #prelude = new Map<string, Binding>();
  /** What user code has put on `globalThis`. */
  #globals = new Map<string, Binding>();
  readonly #bindings = new Map<string, readonly Binding[]>();
  /** How much of what is known comes from each cell: names, and what it has shown of names. */
  readonly #uses = new Map<number, number>();
  /** Records from which something comes. */
  readonly #records = new Map<number, CellRecord>();
  /** Records with parts that look up a name. */
  readonly #lookingUp = new Map<string, Set<number>>();
  /** Cells that have begun to run and not ended, and what was shown before of the variables that they change. */
  readonly #running = new Map<
    number,
    { readonly record: CellRecord; readonly before: Map<string, Binding["shown"]> }
  >();

  setPrelude(names: readonly DeclaredName[]): void {
    for (const name of names) this.#prelude.set(name.name, { ...name, from: PRELUDE });
  }

  /** Takes in what a cell declares, which begins to run; answers the ids of cells from which nothing comes any more. */
  commit(record: CellRecord): number[] {
    const { drop, forgotten } = this.#dropping();
    // It counts while it runs.
    this.#count(record.id, 1);
    if (record.origin !== undefined) this.#count(record.origin, 1);
    this.#records.set(record.id, record);
    for (const { mentions } of record.parts) {
      for (const name of mentions) {
        const known = this.#lookingUp.get(name);
        if (known) known.add(record.id);
        else this.#lookingUp.set(name, new Set([record.id]));
      }
    }
    for (const declared of record.names) {
      // A value and a type may share a name, also from two cells; where meanings overlap the new declaration replaces the old one.
      const found = this.find(declared.name);
      const kept = found.filter((old) => (old.meaning & declared.meaning) === 0);
      this.#bindings.set(declared.name, [...kept, { ...declared, from: record.id }]);
      this.#count(record.id, 1);
      for (const old of found) {
        if (kept.includes(old)) continue;
        drop(old.from);
        drop(old.shown?.by);
      }
    }
    // What was known of these holds again only once the cell has run to its end.
    const before = new Map<string, Binding["shown"]>();
    for (const name of record.changes) before.set(name, this.#show(name, undefined));
    this.#running.set(record.id, { record, before });
    return forgotten();
  }

  /** A cell that was committed is over: what it shows of types holds only if it has run to its end. */
  ended(id: number, ok: boolean): number[] {
    const running = this.#running.get(id);
    if (!running) return [];
    this.#running.delete(id);
    const { record, before } = running;
    const { drop, forgotten } = this.#dropping();
    for (const [name, { how, of }] of ok ? Object.entries(record.shows) : []) {
      if (!this.#bindings.get(name)?.some(({ from }) => from === of)) continue;
      const shown = how === "same" ? before.get(name) : how === "declared" ? undefined : { how, by: id };
      if (how === "same" && !before.has(name)) continue;
      if (shown) this.#count(shown.by, 1);
      drop(this.#show(name, shown)?.by);
    }
    for (const shown of before.values()) drop(shown?.by);
    drop(id);
    return forgotten();
  }

  /** Sets what is shown of a variable; answers what was before. */
  #show(name: string, shown: Binding["shown"]): Binding["shown"] {
    const bindings = this.#bindings.get(name);
    if (!bindings) return undefined;
    const known = ({ shown: _, ...binding }: Binding): Binding => ({ ...binding, ...(shown && { shown }) });
    this.#bindings.set(name, bindings.map(known));
    return bindings.find((binding) => binding.shown)?.shown;
  }

  #dropping(): { drop: (id: number | undefined) => void; forgotten: () => number[] } {
    const found = new Set<number>();
    const drop = (id: number | undefined) => {
      if (id === undefined || id === PRELUDE || this.#count(id, -1) > 0) return;
      found.add(id);
      const record = this.#records.get(id);
      this.#records.delete(id);
      for (const { mentions } of record?.parts ?? [])
        for (const name of mentions)
          if (this.#lookingUp.get(name)?.delete(id) && this.#lookingUp.get(name)?.size === 0)
            this.#lookingUp.delete(name);
      drop(record?.origin);
    };
    return { drop, forgotten: () => [...found] };
  }

  #count(id: number, change: number): number {
    const uses = (this.#uses.get(id) ?? 0) + change;
    if (uses > 0) this.#uses.set(id, uses);
    else this.#uses.delete(id);
    return uses;
  }

  /** From now on these names, which a module of this id declares, are there where nothing else declares them; answers what was before. */
  setGlobals(names: readonly string[], id: number): number[] {
    const before = [...this.#globals.values()].map(({ from }) => from);
    this.#globals = new Map(
      names.map((name) => [name, { name, kind: "var", meaning: meanings.value, from: id, isGlobal: true }]),
    );
    return [...new Set(before)];
  }

  /** The record of a cell from which something comes. */
  record(id: number): CellRecord | undefined {
    return this.#records.get(id);
  }

  /** Whether parts of cells look up a name. */
  isLookedUp(name: string): boolean {
    return this.#lookingUp.has(name);
  }

  /** Parts of cells that look up names which mean something else now, and parts that look up those, by record; not those of the cell itself. */
  partsWith(names: Iterable<string>, cell?: number): Map<CellRecord, LaterPart[]> {
    const found = new Map<CellRecord, LaterPart[]>();
    const waiting = [...names];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      for (const id of this.#lookingUp.get(name) ?? []) {
        const record = this.#records.get(id);
        if (!record || id === cell) continue;
        const parts = found.get(record) ?? [];
        for (const part of record.parts) {
          const isCurrent = this.#bindings.get(part.name)?.some(({ from }) => from === id);
          if (!isCurrent || !part.mentions.includes(name) || parts.includes(part)) continue;
          parts.push(part);
          waiting.push(part.name);
        }
        if (parts.length > 0) found.set(record, parts);
      }
    }
    return found;
  }

  /** What a name means now: nothing, one declaration, or a value and a type from two cells. */
  find(name: string): readonly Binding[] {
    const bindings = this.#bindings.get(name);
    if (bindings) return bindings;
    const base = NUMBERED_RESULT.exec(name)?.[1] ?? "";
    const other = this.#prelude.get(name) ?? this.#globals.get(name) ?? this.#prelude.get(base);
    return other ? [other] : [];
  }

  /** All names that are visible. */
  names(): Set<string> {
    return new Set([...this.#bindings.keys(), ...this.#prelude.keys(), ...this.#globals.keys()]);
  }

  /** Names that cells have given a value, in the order of their first declaration. */
  values(): Binding[] {
    return [...this.#bindings.values()]
      .flat()
      .filter(({ meaning, from }) => from !== PRELUDE && (meaning & meanings.value) !== 0);
  }

  clear(): void {
    this.#bindings.clear();
    this.#globals.clear();
    this.#uses.clear();
    this.#running.clear();
    this.#records.clear();
    this.#lookingUp.clear();
  }
}
