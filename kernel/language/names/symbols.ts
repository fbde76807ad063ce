/**
 * TypeScript's symbols of the notebook's names, for those who do not need the whole program.
 */
import type TS from "typescript";
import type { Binding } from "./registry.js";

export interface NotebookSymbols {
  readonly checker: TS.TypeChecker;
  /** What every cell sees without an import, by name. */
  readonly prelude: ReadonlyMap<string, TS.Symbol>;
  symbolOf(binding: Binding): TS.Symbol | undefined;
}
