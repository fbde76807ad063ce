/**
 * Values whose types were defined again since they were made: `a` of a cell with `const a = new A()`, where a later cell has defined `A`
 * again. They are still of the class that was there then, for the types as at run time, until their cell is run again.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { tokenAt, type Place } from "../syntax/nodes.js";
import { PRELUDE, type Registry } from "../names/registry.js";
import type { NotebookSymbols } from "../names/symbols.js";

/** So far types are looked into: what a function answers, what a list holds, what a class extends. */
const DEPTH = 3;

/** A sentence about a value in the statement at a place that only running its cell again brings up to date. */
export function aboutOutdated(
  { file, start }: Place,
  registry: Registry,
  { checker, symbolOf }: NotebookSymbols,
): string | undefined {
  const current = (name: string): TS.Symbol[] =>
    registry.find(name).flatMap((binding) => symbolOf(binding) ?? []);
  const isOutdated = (symbol: TS.Symbol): boolean => {
    const isOfCell =
      symbol.declarations?.some((d) => /\/__cellgrad_\d+\.mts$/u.test(d.getSourceFile().fileName)) ?? false;
    if (!isOfCell || symbol.declarations?.some((d) => d.getSourceFile() === file)) return false;
    const now = current(symbol.name);
    return now.length > 0 && !now.includes(symbol);
  };
  const outdated = (type: TS.Type, depth: number): TS.Symbol | undefined => {
    const own = [type.aliasSymbol, type.getSymbol()].find(
      (symbol) => symbol && isTopLevel(symbol) && isOutdated(symbol),
    );
    if (own || depth === 0) return own;
    for (const inner of partsOf(type, checker)) {
      const found = outdated(inner, depth - 1);
      if (found) return found;
    }
    return undefined;
  };
  const visit = (node: TS.Node): string | undefined => {
    if (ts.isIdentifier(node)) {
      const [binding, ...others] = registry.find(node.text);
      const cell =
        binding && binding.from !== PRELUDE && others.length === 0
          ? registry.record(binding.from)?.cell
          : undefined;
      const symbol = cell === undefined ? undefined : outdated(checker.getTypeAtLocation(node), DEPTH);
      if (symbol)
        return `'${node.text}' is of '${symbol.name}' as it was before it was defined again: run Cell [${String(cell)}] again.`;
    }
    return ts.forEachChild(node, visit);
  };
  let statement: TS.Node = tokenAt(file, start);
  while (!ts.isStatement(statement) && !ts.isSourceFile(statement)) statement = statement.parent;
  return ts.isSourceFile(statement) ? undefined : visit(statement);
}

function isTopLevel({ declarations = [] }: TS.Symbol): boolean {
  // What is a whole file has no parent.
  return declarations.some(
    ({ parent }: { parent?: TS.Node }) => parent !== undefined && ts.isSourceFile(parent),
  );
}

function partsOf(type: TS.Type, checker: TS.TypeChecker): readonly TS.Type[] {
  if (type.isUnionOrIntersection()) return type.types;
  const calls = [...type.getCallSignatures(), ...type.getConstructSignatures()];
  const held = checker.getTypeArguments(type as TS.TypeReference);
  const bases = type.isClassOrInterface() ? checker.getBaseTypes(type) : [];
  return [
    ...calls.map((call) => call.getReturnType()),
    ...((held as readonly TS.Type[] | undefined) ?? []),
    ...bases,
  ];
}
