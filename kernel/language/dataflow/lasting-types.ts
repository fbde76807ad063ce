/**
 * What cells show of a variable's type beyond its declaration, as it holds for what follows in one file: an assignment or a check narrows
 * it, and a variable that is declared without a type, such as `let best;` or `const losses = []`, has the type of what it was given.
 *
 * The module of a cell ends with a variable for each one that is watched, which takes its type as it is there; the module of a later cell
 * begins with a declaration that uses it. So the types are TypeScript's own, and any checker finds them again.
 */
import type TS from "typescript";
import type { CellModule } from "../program/cell-module.js";
import { ts } from "../compiler.js";
import { isAssigned, type Change } from "../program/mentioned-names.js";
import { PRELUDE, type Binding, type Shown } from "../program/registry.js";
import { meanings, type NameKind } from "../program/top-level.js";
import type { OpenCell } from "../program/workspace.js";

/**
 * What the prelude declares for this. That a variable holds "train" or null at the moment does not narrow it, since the notebook's cells may
 * be run in any order: of a union all stays that is of the same kind as what was shown.
 */
export const LASTING = `
type __cellgrad_Kind<T> = T extends string ? string : T extends number ? number : T extends bigint ? bigint : T extends boolean ? boolean : T;
type __cellgrad_Kept<Declared, Kinds> = Declared extends Kinds ? Declared : never;
export type __cellgrad_Lasting<Declared, Shown> = [__cellgrad_Kept<Declared, __cellgrad_Kind<Shown>>] extends [never] ? Shown : __cellgrad_Kept<Declared, __cellgrad_Kind<Shown>>;
export declare function __cellgrad_is<T>(value: unknown): asserts value is T;
`;

const LASTING_TYPE = "__cellgrad_Lasting";
const ASSERT = "__cellgrad_is";
/** Before the name of the variable that takes another one's type at the end of a cell. */
export const END = "__cellgrad_end_";

/** Kinds of names whose types can be narrowed. */
const VARIABLES = new Set<NameKind>(["const", "let", "var"]);

/** How a variable of an earlier cell is laid into a module: text for its head, and the names that this needs. */
export interface BroughtIn {
  readonly line: string;
  readonly foreign: ReadonlyMap<string, Binding>;
}

/** Whether a name needs more than its symbol. */
export function hasLastingType({ evolves, shown }: Binding): boolean {
  return evolves !== undefined || shown !== undefined;
}

/**
 * @param changed the cell assigns to the variable or adds to its list
 * @param local the variable may be declared anew in the module, so that functions of the cell know it as well as its top level does
 */
export function bringIn(
  binding: Binding,
  { changed, local }: { readonly changed: Change | undefined; readonly local: boolean },
): BroughtIn {
  const { name, from, kind, evolves, shown } = binding;
  const foreign = new Map<string, Binding>();
  const typeOf = (record: number, variable: string): string => {
    const alias = `__cellgrad_${String(record)}_${variable}`;
    foreign.set(alias, { ...binding, name: variable, from: record });
    return `typeof ${alias}`;
  };
  const type = shown && shown.how !== "any" ? typeOf(shown.by, END + name) : undefined;
  const keyword = kind === "const" ? "const" : "let";
  if (evolves) {
    const known = type ?? (evolves === "list" ? "any[]" : "any");
    const goesOn = evolves === "list" ? changed === "now" : changed !== undefined;
    if (!goesOn && shown?.how !== "open") return { line: `declare ${keyword} ${name}: ${known};`, foreign };
    const begins =
      evolves === "value"
        ? `let ${name};${name} = null! as ${known};`
        : `${keyword} ${name} = [];${shown?.how === "open" ? "" : `${name}.push(...(null! as ${known}));`}`;
    return { line: begins, foreign };
  }
  if (type === undefined) return { line: "", foreign: new Map([[name, binding]]) };
  for (const needed of [LASTING_TYPE, ASSERT])
    foreign.set(needed, { name: needed, from: PRELUDE, kind: "function", meaning: meanings.value });
  let declared = `typeof ${name}`;
  let line = "";
  if (local && kind !== "const") {
    declared = typeOf(from, name);
    line = `declare let ${name}: ${declared};`;
  } else foreign.set(name, binding);
  return { line: `${line}${ASSERT}<${LASTING_TYPE}<${declared}, ${type}>>(${name});`, foreign };
}

/** Statements for the end of a module, which take the types of its variables there. */
export function watched(
  module: Pick<CellModule, "names" | "foreign" | "brought" | "changed">,
  narrows: boolean,
): string {
  const { names, foreign, brought, changed } = module;
  const found: string[] = [];
  for (const { name, kind, meaning, evolves } of names.values())
    if (VARIABLES.has(kind) && meaning === meanings.value && (narrows || evolves)) found.push(name);
  const others = new Set(brought.keys());
  for (const [name, binding] of foreign)
    if (name === binding.name && binding.from !== PRELUDE) others.add(name);
  for (const name of others) {
    const { kind, meaning, evolves } = brought.get(name) ?? foreign.get(name)!;
    if (!VARIABLES.has(kind) || meaning !== meanings.value) continue;
    if (evolves ? changed.has(name) : narrows) found.push(name);
  }
  return found.map((name) => `\n;let ${END}${name} = ${name};`).join("");
}

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
