/**
 * Names inside of the namespaces and modules that the notebook has, as they are written in a cell: `nn.Linear`, `nn.functional.relu`.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";

export interface QualifiedName {
  readonly path: string;
  readonly symbol: TS.Symbol;
}

/** So deep namespaces are looked into. */
const DEPTH = 3;

/** What can be reached through these namespaces, each thing once, by the shortest way. */
export function* namesInside(
  namespaces: ReadonlyMap<string, TS.Symbol>,
  checker: TS.TypeChecker,
): Generator<QualifiedName> {
  const seen = new Set<TS.Symbol>();
  let level: QualifiedName[] = [...namespaces].map(([path, symbol]) => ({ path, symbol }));
  for (let depth = 0; depth < DEPTH && level.length > 0; depth++) {
    const deeper: QualifiedName[] = [];
    for (const { path, symbol } of level) {
      const namespace = resolved(symbol, checker);
      if (seen.has(namespace)) continue;
      seen.add(namespace);
      for (const member of checker.getExportsOfModule(namespace)) {
        const target = resolved(member, checker);
        if (member.name === "default" || !(target.flags & ts.SymbolFlags.Value) || seen.has(target)) continue;
        const found = { path: `${path}.${member.name}`, symbol: member };
        if (target.flags & ts.SymbolFlags.ValueModule) deeper.push(found);
        else seen.add(target);
        yield found;
      }
    }
    level = deeper;
  }
}

/** What an imported or exported name stands for. */
export function resolved(symbol: TS.Symbol, checker: TS.TypeChecker): TS.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}
