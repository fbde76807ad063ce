/**
 * What the committed cells have declared: for each name the latest cell that declares it. Records of cells are plain data, so that
 * a new language process can be given them again.
 */
import { meanings, type Meaning, type NameKind } from "./top-level.js";

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
  /** Where its imports are looked up. */
  readonly folder: string;
  readonly names: readonly DeclaredName[];
  /** Variables of this and of earlier cells that it mentions: whether they are known not to be null or undefined at its end. */
  readonly notNull: Readonly<Record<string, boolean>>;
}

/** Id of the prelude, which comes before all cells. */
export const PRELUDE = 0;

export interface Binding extends DeclaredName {
  /** Id of the record that declares the name. */
  readonly from: number;
  /** Its type has null or undefined and the cells since have shown that its value is neither. */
  readonly notNull?: boolean;
  /** Id of the record that says so. */
  readonly notNullBy?: number;
}

export class Registry {
  readonly #prelude = new Map<string, Binding>();
  readonly #bindings = new Map<string, readonly Binding[]>();
  /** How much of what is known comes from each cell: names, and what it has shown of names. */
  readonly #uses = new Map<number, number>();

  setPrelude(names: readonly DeclaredName[]): void {
    for (const name of names) this.#prelude.set(name.name, { ...name, from: PRELUDE });
  }

  /** Takes in what a cell declares; answers the ids of cells from which nothing comes any more. */
  commit(record: CellRecord): number[] {
    const forgotten = new Set<number>();
    const drop = (id: number | undefined) => {
      if (id !== undefined && id !== PRELUDE && this.#count(id, -1) === 0) forgotten.add(id);
    };
    // It counts until all is taken in, or a cell that declares a name twice over would forget itself.
    this.#count(record.id, 1);
    for (const declared of record.names) {
      // A value and a type may share a name, also from two cells; where meanings overlap the new declaration replaces the old one.
      const found = this.find(declared.name);
      const kept = found.filter((old) => (old.meaning & declared.meaning) === 0);
      this.#bindings.set(declared.name, [...kept, { ...declared, from: record.id }]);
      this.#count(record.id, 1);
      for (const old of found) {
        if (kept.includes(old)) continue;
        drop(old.from);
        drop(old.notNullBy);
      }
    }
    for (const [name, notNull] of Object.entries(record.notNull)) {
      const bindings = this.#bindings.get(name);
      if (!bindings) continue;
      for (const old of bindings) {
        this.#count(record.id, 1);
        drop(old.notNullBy);
      }
      this.#bindings.set(
        name,
        bindings.map((binding) => ({ ...binding, notNull, notNullBy: record.id })),
      );
    }
    drop(record.id);
    return [...forgotten];
  }

  #count(id: number, change: number): number {
    const uses = (this.#uses.get(id) ?? 0) + change;
    if (uses > 0) this.#uses.set(id, uses);
    else this.#uses.delete(id);
    return uses;
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

  /** Names that cells have given a value, in the order of their first declaration. */
  values(): Binding[] {
    return [...this.#bindings.values()]
      .flat()
      .filter(({ meaning, from }) => from !== PRELUDE && (meaning & meanings.value) !== 0);
  }

  clear(): void {
    this.#bindings.clear();
    this.#uses.clear();
  }
}
