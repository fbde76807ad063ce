/**
 * What a checked cell declares: each name with what it stands for.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { resolved } from "../names/namespaces.js";
import type { DeclaredName } from "../names/registry.js";
import { meanings, type Meaning, type NameKind } from "../names/top-level.js";
import type { OpenCell } from "./workspace.js";

/** Names of the cell's top level, and those that it exports from other modules. */
export function declaredNames({ file, module, program }: OpenCell): DeclaredName[] {
  const checker = program.getTypeChecker();
  const own = [...module.names.values()].map(({ name, kind, meaning, nodes, evolves }) => {
    const symbol = kind === "import" ? checker.getSymbolAtLocation(nodes[0]!) : undefined;
    return symbol
      ? declaredName(name, symbol, checker)
      : { name, kind, meaning, ...(evolves && { evolves }) };
  });
  const symbol = checker.getSymbolAtLocation(file);
  if (!symbol || !file.statements.some((s) => ts.isExportDeclaration(s) && s.moduleSpecifier)) return own;
  const foreign = checker
    .getExportsOfModule(symbol)
    .filter(({ name, declarations }) => {
      if (name === "default" || module.names.has(name)) return false;
      return !declarations?.some((d) => ts.isExportSpecifier(d) && !d.parent.parent.moduleSpecifier);
    })
    .map((exported) => declaredName(exported.name, exported, checker));
  return [...own, ...foreign];
}

const { SymbolFlags } = ts;
const KINDS: readonly (readonly [TS.SymbolFlags, NameKind])[] = [
  [SymbolFlags.Function, "function"],
  [SymbolFlags.Class, "class"],
  [SymbolFlags.Enum, "enum"],
  [SymbolFlags.Variable, "const"],
  [SymbolFlags.Namespace, "namespace"],
  [SymbolFlags.Interface, "interface"],
  [SymbolFlags.TypeAlias, "type"],
];

/** What a symbol, or that for which it is an alias, stands for. */
export function declaredName(name: string, symbol: TS.Symbol, checker: TS.TypeChecker): DeclaredName {
  const target = resolved(symbol, checker);
  // What could not be resolved may be anything.
  if (checker.isUnknownSymbol(target)) return { name, kind: "import", meaning: 7 };
  let meaning: Meaning = 0;
  if (target.flags & SymbolFlags.Value) meaning |= meanings.value;
  if (target.flags & SymbolFlags.Type) meaning |= meanings.type;
  if (target.flags & SymbolFlags.Namespace) meaning |= meanings.namespace;
  return { name, kind: KINDS.find(([flag]) => target.flags & flag)?.[1] ?? "import", meaning };
}
