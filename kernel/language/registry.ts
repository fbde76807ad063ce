/**
 * What the committed cells have declared: for each name the latest cell that declares it, and each cell's declarations. Plain data, so that a restarted worker can be given it again.
 */
import type { Meaning, NameKind } from "./syntax.js";

export interface DeclaredName {
  readonly name: string;
  readonly meaning: Meaning;
  readonly kind: NameKind;
}

/** A committed cell, as later cells see it. */
export interface CellRecord {
  /** Unique in this kernel; cells' numbers are not. */
  readonly id: number;
  /** Number that is shown. */
  readonly cell: number;
  readonly source: string;
  readonly names: readonly DeclaredName[];
}

/** Id of the prelude, which comes before all cells. */
export const PRELUDE = 0;

export interface Binding extends DeclaredName {
  /** Id of the record that declares the name. */
  readonly from: number;
}

export class Registry {
  readonly records = new Map<number, CellRecord>();
  readonly #prelude = new Map<string, Binding>();
  readonly #bindings = new Map<string, readonly Binding[]>();

  setPrelude(names: readonly DeclaredName[]): void {
    for (const name of names) this.#prelude.set(name.name, { ...name, from: PRELUDE });
  }

  commit(record: CellRecord): void {
    this.records.set(record.id, record);
    for (const declared of record.names) {
      // A value and a type may share a name, also from two cells; where meanings overlap the new declaration replaces the old one.
      const rest = this.find(declared.name).filter((old) => (old.meaning & declared.meaning) === 0);
      this.#bindings.set(declared.name, [...rest, { ...declared, from: record.id }]);
    }
  }

  /** What a name means now: nothing, one declaration, or a value and a type from two cells. */
  find(name: string): readonly Binding[] {
    const bindings = this.#bindings.get(name);
    if (bindings) return bindings;
    const prelude = this.#prelude.get(name);
    return prelude ? [prelude] : [];
  }

  /** All names that are visible. */
  names(): Set<string> {
    return new Set([...this.#bindings.keys(), ...this.#prelude.keys()]);
  }

  /** Ids of the cells that any name stands for. */
  inUse(): Set<number> {
    return new Set(
      [...this.#bindings.values()].flatMap((bindings) => bindings.map((binding) => binding.from)),
    );
  }

  clear(): void {
    this.records.clear();
    this.#bindings.clear();
  }
}
