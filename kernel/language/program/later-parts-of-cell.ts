/** Which parts of a checked cell look up names when they are called, or are types (names/later-parts.ts). */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { laterParts, type LaterPart } from "../names/later-parts.js";
import type { OpenCell } from "./workspace.js";

/** What TypeScript has and does not declare: what a name stands for at a place, or in the global scope. */
interface GlobalNames {
  resolveName(
    name: string,
    at: undefined,
    meaning: TS.SymbolFlags,
    excludeGlobals: false,
  ): TS.Symbol | undefined;
}
const ANYTHING = ts.SymbolFlags.Value | ts.SymbolFlags.Type | ts.SymbolFlags.Namespace;

/** Parts of a checked cell that look up names later, without names that JavaScript itself has: a cell's code goes on using that, whatever is declared later. */
export function laterPartsOf({ module, program }: OpenCell): LaterPart[] {
  const { names, foreign, brought, parsed } = module;
  const { resolveName } = program.getTypeChecker() as TS.TypeChecker & GlobalNames;
  const isGlobal = (name: string): boolean =>
    !names.has(name) &&
    !foreign.has(name) &&
    !brought.has(name) &&
    resolveName(name, undefined, ANYTHING, false) !== undefined;
  return laterParts(parsed.file, names, isGlobal);
}
