/**
 * What a checked cell shows of its variables' types: read off the variables that stand at the end of its module (`watched` in
 * dataflow/lasting-types.ts).
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { END } from "../dataflow/lasting-types.js";
import { isAssigned } from "../names/mentioned-names.js";
import type { Binding, Shown } from "../names/registry.js";
import type { OpenCell } from "./workspace.js";

/** What a checked cell shows of the variables that are watched; those of which nothing new is shown have no entry. */
export function shownTypes(cell: OpenCell, id: number): Record<string, Shown> {
  const { file, module, program } = cell;
  const checker = program.getTypeChecker();
  const found: Record<string, Shown> = {};
  for (const statement of file.statements) {
    if (statement.getStart(file) < module.end || !ts.isVariableStatement(statement)) continue;
    const variable = statement.declarationList.declarations[0]?.initializer;
    if (!variable || !ts.isIdentifier(variable)) continue;
    const binding = module.brought.get(variable.text) ?? module.foreign.get(variable.text);
    const how = shown(variable, binding, cell, checker);
    if (how) found[variable.text] = { how, of: binding?.from ?? id };
  }
  return found;
}

function shown(
  variable: TS.Identifier,
  binding: Binding | undefined,
  { file, module }: OpenCell,
  checker: TS.TypeChecker,
): Shown["how"] | undefined {
  const name = variable.text;
  const now = checker.getTypeAtLocation(variable);
  const before = binding?.shown;
  const beforeType = (): TS.Type | undefined => {
    const alias = before && ts.escapeLeadingUnderscores(`__cellgrad_${String(before.by)}_${END}${name}`);
    const symbol = alias && (file as unknown as { locals: Map<TS.__String, TS.Symbol> }).locals.get(alias);
    return symbol && checker.getTypeOfSymbol(symbol);
  };
  const evolves = binding ? binding.evolves : module.names.get(name)?.evolves;
  if (evolves) {
    const changed = module.changed.get(name);
    if (evolves === "value" && changed === "later" && isAssignedLater(variable, file, checker)) return "any";
    if (evolves === "list" && isListOfAny(now, checker))
      return changed || before?.how === "any" ? "any" : "open";
    if (now.flags & (ts.TypeFlags.Any | ts.TypeFlags.Never)) return "any";
    if (isNullish(now, checker)) return "open";
    return before?.how === "type" && beforeType() === now ? "same" : "type";
  }
  const symbol = checker.getSymbolAtLocation(variable);
  const declared = symbol && checker.getTypeOfSymbol(symbol);
  if (!declared || declared === now || declared.flags & ts.TypeFlags.Any) return before && "declared";
  if (now.flags & ts.TypeFlags.Never || isNullish(now, checker)) return before && "declared";
  const kept = keptOf(declared, now, checker);
  const narrows = declared.isUnion()
    ? kept.size < declared.types.length
    : checker.getBaseTypeOfLiteralType(now) !== declared;
  if (!narrows) return before && "declared";
  const known = beforeType();
  if (!known) return "narrowed";
  const isSame = declared.isUnion() ? isSameSet(kept, keptOf(declared, known, checker)) : known === now;
  return isSame ? "same" : "narrowed";
}

/** As `__cellgrad_Kept` does. */
function keptOf(declared: TS.Type, now: TS.Type, checker: TS.TypeChecker): Set<TS.Type> {
  if (!declared.isUnion()) return new Set();
  const kinds = (now.isUnion() ? now.types : [now]).map((type) => checker.getBaseTypeOfLiteralType(type));
  return new Set(
    declared.types.filter((type) => kinds.some((kind) => checker.isTypeAssignableTo(type, kind))),
  );
}

function isSameSet(a: ReadonlySet<unknown>, b: ReadonlySet<unknown>): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each));
}

function isNullish(type: TS.Type, checker: TS.TypeChecker): boolean {
  return (checker.getNonNullableType(type).flags & ts.TypeFlags.Never) !== 0;
}

function isListOfAny(type: TS.Type, checker: TS.TypeChecker): boolean {
  if (!checker.isArrayType(type)) return false;
  const [element] = checker.getTypeArguments(type as TS.TypeReference);
  return ((element?.flags ?? 0) & ts.TypeFlags.Any) !== 0;
}

/** Whether a function assigns to the variable itself, and not to one of its own of the same name. */
function isAssignedLater(variable: TS.Identifier, file: TS.SourceFile, checker: TS.TypeChecker): boolean {
  const symbol = checker.getSymbolAtLocation(variable);
  const visit = (node: TS.Node, later: boolean): boolean => {
    if (later && ts.isIdentifier(node) && node.text === variable.text && isAssigned(node))
      return checker.getSymbolAtLocation(node) === symbol;
    return (
      ts.forEachChild(node, (child) => visit(child, later || ts.isFunctionLike(node)) || undefined) ?? false
    );
  };
  return visit(file, false);
}
