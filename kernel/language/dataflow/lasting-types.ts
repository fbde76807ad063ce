/**
 * What cells show of a variable's type beyond its declaration, as it holds for what follows in one file: an assignment or a check narrows
 * it, and a variable that is declared without a type, such as `let best;` or `const losses = []`, has the type of what it was given.
 *
 * The module of a cell ends with a variable for each one that is watched, which takes its type as it is there; the module of a later cell
 * begins with a declaration that uses it. So the types are TypeScript's own, and any checker finds them again.
 */
import type { Change } from "../names/mentioned-names.js";
import { PRELUDE, type Binding } from "../names/registry.js";
import { meanings, type NameKind, type TopLevelName } from "../names/top-level.js";

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

/** What the module of a cell says of names; program/cell-module.ts has the whole of it. */
interface NamesOfModule {
  /** Names that the cell declares. */
  readonly names: ReadonlyMap<string, TopLevelName>;
  /** Names that stand for those of other cells. */
  readonly foreign: ReadonlyMap<string, Binding>;
  /** Variables of other cells that the module declares anew. */
  readonly brought: ReadonlyMap<string, Binding>;
  /** Variables that the cell assigns to, or lists that it adds to. */
  readonly changed: ReadonlyMap<string, Change>;
}

/**
 * Statements for the end of a module, which take the types of its variables there.
 * @param narrows the cell has code that may narrow types
 */
export function watched({ names, foreign, brought, changed }: NamesOfModule, narrows: boolean): string {
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
