/**
 * The committed cells, which later cells see: what each brings about, in the names that there are and in functions and types of earlier
 * cells, which are read again where names in them mean something else now.
 */
import type TS from "typescript";
import type { Hints } from "./compile/hints.js";
import { unfitParts } from "./compile/unfit-parts.js";
import { withParts } from "./names/later-parts.js";
import { PRELUDE, type CellRecord, type Registry } from "./names/registry.js";
import type { CellModule } from "./program/cell-module.js";
import type { Workspace } from "./program/workspace.js";
import type { Committed } from "./requests.js";

export class CommittedCells {
  readonly #registry: Registry;
  readonly #workspace: Workspace;
  readonly #hints: Hints;
  /** The module of a cell's text, as names are now. */
  readonly #read: (source: string) => CellModule;
  /** Records of parts have ids of their own, so that those of cells are the same in a process that takes over. */
  #lastPart = PRELUDE;

  constructor(registry: Registry, workspace: Workspace, hints: Hints, read: (source: string) => CellModule) {
    this.#registry = registry;
    this.#workspace = workspace;
    this.#hints = hints;
    this.#read = read;
  }

  /** From now on later cells see what the cell of this record declares. @param file the cell in the program */
  commit(record: CellRecord, file: TS.SourceFile): Committed {
    this.#workspace.keep(record.id, file);
    const lookedUp = record.names.filter(({ name }) => this.#registry.isLookedUp(name));
    const before = lookedUp.map(({ name }) => this.#workspace.meaningOf(this.#registry.find(name)));
    const forgotten = this.#registry.commit(record);
    const changed = lookedUp.filter(
      ({ name }, index) =>
        !this.#workspace.isSame(before[index]!, this.#workspace.meaningOf(this.#registry.find(name))),
    );
    const { forgotten: replaced, warnings } = this.#readAgain(
      changed.map(({ name }) => name),
      record,
    );
    return { forgotten: this.#workspace.forget([...forgotten, ...replaced]), warnings };
  }

  /**
   * Reads functions and types again which look up names that mean something else now; answers what does not fit any more.
   * @param cause the cell that has defined the names
   */
  #readAgain(names: readonly string[], cause: CellRecord): Committed {
    const found = names.length === 0 ? [] : [...this.#registry.partsWith(names, cause.id)];
    if (found.length === 0) return { forgotten: [], warnings: [] };
    const forgotten: number[] = [];
    const records = found.map(([record, parts]): CellRecord => {
      const own = new Set(parts.map(({ name }) => name));
      return {
        ...record,
        id: --this.#lastPart,
        origin: record.origin ?? record.id,
        source: withParts(record.source, parts),
        names: record.names.filter(({ name }) => own.has(name)),
        parts,
        changes: [],
        shows: {},
      };
    });
    // All of them first, since they may look up each other.
    for (const record of records) forgotten.push(...this.#registry.commit(record));
    const modules = records.map((record) => [record.id, this.#read(record.source)] as const);
    const open = this.#workspace.lay(modules);
    const warnings = records.flatMap((record, index) =>
      record.checked ? unfitParts(record, open[index]!, this.#hints) : [],
    );
    for (const { id } of records) forgotten.push(...this.#registry.ended(id, true));
    return { forgotten, warnings };
  }

  /** The cell of a record is over; answers the ids of records from which nothing comes any more. */
  ended(id: number, ok: boolean): number[] {
    return this.#workspace.forget(this.#registry.ended(id, ok));
  }

  /** What user code has put on `globalThis`, by name with its type: all of it. */
  declareGlobals(types: Readonly<Record<string, string>>): void {
    const text = Object.entries(types).map(([name, type]) => `declare var ${name}: ${type};`);
    const id = --this.#lastPart;
    this.#workspace.lay([[id, this.#read(text.join("\n"))]]);
    this.#workspace.forget(this.#registry.setGlobals(Object.keys(types), id));
  }
}
