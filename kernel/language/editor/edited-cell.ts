/** What completion and help look at. */
import type ts from "typescript";
import type { CellModule } from "../program/cell-module.js";

/** A cell that is being written, laid before the language service. */
export interface EditedCell {
  readonly module: CellModule;
  readonly path: string;
  readonly service: ts.LanguageService;
  readonly source: string;
}
