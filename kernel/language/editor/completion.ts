/**
 * Completion in a cell: what the language service offers at a place, and the names of earlier cells and of the prelude.
 */
import type ts from "typescript";
import { toModule } from "../program/cell-module.js";
import { declaredName } from "../program/declared-names.js";
import type { Importable } from "../program/importable.js";
import type { Completion, Completions } from "../language.js";
import { namesInside, resolved } from "../names/namespaces.js";
import { PRELUDE, type DeclaredName, type Registry } from "../names/registry.js";
import type { EditedCell } from "./edited-cell.js";
import { openValueAt } from "./value-path.js";
import { inWordsOfCells } from "../program/cell-paths.js";

/** An entry with what TypeScript knows of it and does not declare. */
type Entry = ts.CompletionEntry & { readonly symbol?: ts.Symbol };

interface Found extends Completion {
  readonly sort: string;
  readonly symbol?: ts.Symbol | undefined;
}

/** TypeScript's sort text of names that the file does not declare; those of cells go with the file's own, the prelude follows. */
const ELSEWHERE = "15";
const OWN_SORT = "11";
const PRELUDE_SORT = "14";
/** What the place asks for, such as the enum of the type that is expected, comes before all. */
const RECOMMENDED_SORT = "0";
/** `apply`, `bind`, `call` and such, which every function has, come after a function's or class's own members. */
const EVERY_FUNCTION_SORT = "16";

/** Up to so many matches carry their signature: each costs a question to the checker, and only consoles show them. */
const SIGNATURES = 10;

/** So much of a name has to be there before names inside of namespaces and modules are searched for it. */
const ENOUGH_TYPED = 3;
/** A client puts in at once what is the only match, and an import is long. */
const ENOUGH_FOR_IMPORTS = 5;

const COMPLETING = { includeSymbol: true } as ts.GetCompletionsAtPositionOptions;

export function completionsAt(
  cell: EditedCell,
  offset: number,
  registry: Registry,
  importable: Importable,
): Completions {
  const position = toModule(cell.module, offset);
  const info = cell.service.getCompletionsAtPosition(cell.path, position, COMPLETING);
  const entries = (info?.entries ?? []) as Entry[];
  const checker = cell.service.getProgram()!.getTypeChecker();
  const typedName = wordBefore(cell.source, offset);
  // Paths and other strings say what they replace.
  const starts = entries.map(({ replacementSpan: span }) =>
    span ? offset - (position - span.start) : offset - typedName.length,
  );
  const start = Math.min(offset - typedName.length, ...starts);
  const found: Found[] = [];
  const seen = new Set<string>();
  entries.forEach(({ name, kind, sortText, symbol, isRecommended }, index) => {
    const text = cell.source.slice(start, starts[index]) + name;
    if (name.startsWith("__cellgrad_") || seen.has(text)) return;
    seen.add(text);
    const [binding] = sortText === ELSEWHERE ? registry.find(name) : [];
    let sort = binding === undefined ? sortText : binding.from === PRELUDE ? PRELUDE_SORT : OWN_SORT;
    if (isRecommended) sort = RECOMMENDED_SORT;
    else if (symbol && isOfEveryFunction(symbol)) sort = EVERY_FUNCTION_SORT;
    const type = kind === "alias" && symbol ? kindOf(declaredName(name, symbol, checker)) : kind;
    found.push({ text, type, sort, symbol });
  });
  const typed = cell.source.slice(start, offset);
  let matching = beginnings(found, typed);
  if (typed.length >= ENOUGH_TYPED && seen.has("undefined"))
    for (const { path, symbol } of namesInside(namespaces(found, registry), checker))
      if (path.slice(path.lastIndexOf(".") + 1).startsWith(typed))
        matching.push({ text: path, type: kindOf(declaredName(path, symbol, checker)), sort: "", symbol });
  if (matching.length === 0 && isWholeStatement(cell, offset))
    matching = imports(importable, typed).map((text) => ({ text, type: "module", sort: "" }));
  if (matching.length === 0) matching = found.filter(({ text }) => includes(text, typed)).sort(bySort);
  const details = matching.length <= SIGNATURES;
  const value = openValueAt(cell, offset);
  return {
    matches: matching.map(({ text, type, symbol }): Completion => {
      const signature = details && symbol ? signatureOf(symbol, checker) : undefined;
      return signature === undefined ? { text, type } : { text, type, signature };
    }),
    start: matching.length === 0 && value ? value.start : start,
    end: offset,
    ...(value && { value }),
  };
}

function wordBefore(code: string, offset: number): string {
  return /[\p{ID_Continue}$#]*$/u.exec(code.slice(0, offset))![0];
}

/** Names that begin with what was typed, first those of the same case: which is meant is for the client to find out. */
function beginnings(found: readonly Found[], typed: string): Found[] {
  const lower = typed.toLowerCase();
  const same = found.filter(({ text }) => text.startsWith(typed));
  const other = found.filter(({ text }) => !text.startsWith(typed) && text.toLowerCase().startsWith(lower));
  return [...same.sort(bySort), ...other.sort(bySort)];
}

function includes(text: string, typed: string): boolean {
  return text.toLowerCase().includes(typed.toLowerCase());
}

function bySort(a: Found, b: Found): number {
  return compare(a.sort, b.sort) || compare(a.text, b.text);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Import declarations of what is typed, or, once that is enough to be unlikely to be meant otherwise, of what begins with it. */
function imports(importable: Importable, typed: string): string[] {
  return typed.length >= ENOUGH_FOR_IMPORTS
    ? importable.beginningWith(typed)
    : importable.importsOf(typed, { known: true });
}

function isOfEveryFunction(symbol: ts.Symbol): boolean {
  const { parent } = symbol as { parent?: ts.Symbol };
  return parent !== undefined && EVERY_FUNCTION.has(parent.name);
}

const EVERY_FUNCTION = new Set(["Function", "CallableFunction", "NewableFunction"]);

/** A name's kind in TypeScript's words. */
function kindOf({ kind }: DeclaredName): string {
  if (kind === "namespace") return "module";
  return kind === "import" ? "alias" : kind;
}

/** The namespaces and modules among the names of the notebook. */
function namespaces(found: readonly Found[], registry: Registry): ReadonlyMap<string, ts.Symbol> {
  const names = new Map<string, ts.Symbol>();
  for (const { text, type, symbol } of found)
    if (symbol && type === "module" && registry.find(text).length > 0) names.set(text, symbol);
  return names;
}

/** Whether what is typed is all of a statement of the cell's top level, so that an import can take its place. */
function isWholeStatement({ source, module }: EditedCell, offset: number): boolean {
  const line = source.slice(source.lastIndexOf("\n", offset - 1) + 1, offset);
  if (!/^\s*[\p{ID_Continue}$]+$/u.test(line) || !/^[^\S\n]*(?:\n|$)/u.test(source.slice(offset)))
    return false;
  return module.parsed.file.statements.some(({ pos, end }) => pos <= offset - 1 && offset === end);
}

/** The call of a function, or the type of a value. */
function signatureOf(symbol: ts.Symbol, checker: ts.TypeChecker): string | undefined {
  const target = resolved(symbol, checker);
  const type = checker.getTypeOfSymbol(target);
  const [call] = type.getCallSignatures();
  const [construct] = type.getConstructSignatures();
  const text = call
    ? checker.signatureToString(call)
    : construct
      ? `new ${checker.signatureToString(construct)}`
      : checker.typeToString(type);
  return text === "any" ? undefined : inWordsOfCells(text);
}

/** Where a class has no name yet of what it extends, TypeScript takes the place for its body; with any name it is none. */
export function withHeritage(code: string, offset: number): string {
  const before = code.slice(0, offset);
  return /\bclass\b[^{;]*\b(?:extends|implements)\s+$/u.test(before)
    ? `${before}_${code.slice(offset)}`
    : code;
}
