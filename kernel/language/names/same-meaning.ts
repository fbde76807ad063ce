/**
 * Whether what a name means is still the same for the types after it was declared again.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { resolved } from "./namespaces.js";

/** Values and types that a name stands for. */
export type Meanings = readonly TS.Symbol[];

export function isSameMeaning(before: Meanings, after: Meanings, checker: TS.TypeChecker): boolean {
  if (before.length !== after.length) return false;
  return before.every((symbol, index) =>
    isSameSymbol(resolved(symbol, checker), resolved(after[index]!, checker), checker),
  );
}

function isSameSymbol(before: TS.Symbol, after: TS.Symbol, checker: TS.TypeChecker): boolean {
  if (before === after) return true;
  const isType = (before.flags | after.flags) & (ts.SymbolFlags.Type | ts.SymbolFlags.Namespace);
  if (isType) {
    if (textOf(before) !== textOf(after) || before.flags !== after.flags) return false;
    const [a, b] = [before, after].map((symbol) => checker.getDeclaredTypeOfSymbol(symbol));
    if (!isBothWays(a!, b!, checker)) return false;
    if (!(before.flags & ts.SymbolFlags.Value)) return true;
  }
  const [a, b] = [before, after].map((symbol) =>
    checker.getBaseTypeOfLiteralType(checker.getTypeOfSymbol(symbol)),
  );
  return (
    isBothWays(a!, b!, checker) && (isType !== 0 || checker.typeToString(a!) === checker.typeToString(b!))
  );
}

function isBothWays(a: TS.Type, b: TS.Type, checker: TS.TypeChecker): boolean {
  return checker.isTypeAssignableTo(a, b) && checker.isTypeAssignableTo(b, a);
}

function textOf({ declarations = [] }: TS.Symbol): string {
  return declarations.map((declaration) => declaration.getText()).join("\n");
}
