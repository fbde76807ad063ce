/**
 * Completion in a cell: what the language service offers at a place, and the names of earlier cells and of the prelude.
 */
import type ts from "typescript";
import { toModule, type CellModule } from "./cell-module.js";
import type { Completion, Completions } from "./language.js";
import { MAGICS } from "./magics.js";
import type { Binding, Registry } from "./registry.js";
import { PRELUDE } from "./registry.js";
import { inWordsOfCells, withoutAlias } from "./wording.js";

/** A cell that is being written, laid before the language service. */
export interface EditedCell {
  readonly module: CellModule;
  readonly path: string;
  readonly service: ts.LanguageService;
  readonly source: string;
}

/** TypeScript's sort text of names that the file does not declare; those of cells go with the file's own, the prelude follows. */
const ELSEWHERE = "15";
const OWN_SORT = "11";
const PRELUDE_SORT = "14";

/** Up to so many matches carry their signature: each costs a question to the checker. */
const SIGNATURES = 25;

export function completionsAt(cell: EditedCell, offset: number, registry: Registry): Completions {
  const position = toModule(cell.module, offset);
  const info = cell.service.getCompletionsAtPosition(cell.path, position, {
    includeCompletionsForModuleExports: false,
    includeCompletionsWithInsertText: false,
  });
  let start = offset - wordBefore(cell.source, offset).length;
  const found: { name: string; type: string; sort: string }[] = [];
  const seen = new Set<string>();
  for (const { name, kind, sortText, replacementSpan } of info?.entries ?? []) {
    if (name.startsWith("__cellgrad_") || seen.has(name)) continue;
    // Paths and other strings say what they replace, and all say the same.
    if (replacementSpan) start = offset - (position - replacementSpan.start);
    seen.add(name);
    const [binding] = sortText === ELSEWHERE ? registry.find(name) : [];
    const sort = binding === undefined ? sortText : binding.from === PRELUDE ? PRELUDE_SORT : OWN_SORT;
    found.push({ name, type: binding && kind === "alias" ? typeOf(binding) : kind, sort });
  }
  const matching = matches(found, cell.source.slice(start, offset));
  matching.sort((a, b) => compare(a.sort, b.sort) || compare(a.name, b.name));
  const details = matching.length <= SIGNATURES;
  return {
    matches: matching.map(({ name, type }): Completion => {
      const signature = details ? signatureOf(cell, position, name) : undefined;
      return signature === undefined ? { text: name, type } : { text: name, type, signature };
    }),
    start,
    end: offset,
  };
}

function wordBefore(code: string, offset: number): string {
  return /[\p{ID_Continue}$#]*$/u.exec(code.slice(0, offset))![0];
}

/** Names that begin with what was typed, whatever their case where no other does. */
function matches<T extends { readonly name: string }>(found: readonly T[], typed: string): T[] {
  const exact = found.filter(({ name }) => name.startsWith(typed));
  if (exact.length > 0) return exact;
  const lower = typed.toLowerCase();
  return found.filter(({ name }) => name.toLowerCase().startsWith(lower));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A binding's kind in TypeScript's words. */
function typeOf({ kind }: Binding): string {
  if (kind === "namespace") return "module";
  if (kind === "using") return "const";
  return kind === "import" ? "alias" : kind;
}

function signatureOf(cell: EditedCell, position: number, name: string): string | undefined {
  const details = cell.service.getCompletionEntryDetails(
    cell.path,
    position,
    name,
    undefined,
    undefined,
    undefined,
    undefined,
  );
  const text = details?.displayParts.map((part) => part.text).join("");
  return text === undefined || text === "" ? undefined : inWordsOfCells(withoutAlias(text));
}

/** Completion within a magic line. */
export function completeMagic(code: string, offset: number): Completions | undefined {
  const line = code.slice(code.lastIndexOf("\n", offset - 1) + 1, offset);
  if (!/^\s*%/u.test(line) || !/^(?:\s*%[^\n]*\n|\s*\n)*\s*%[^\n]*$/u.test(code.slice(0, offset)))
    return undefined;
  const words = line.trimStart().split(/\s+/u);
  const typed = words.at(-1)!;
  const candidates =
    words.length === 1 ? Object.keys(MAGICS).map((name) => `%${name}`) : (MAGICS[words[0]!.slice(1)] ?? []);
  return {
    matches: candidates.filter((name) => name.startsWith(typed)).map((text) => ({ text, type: "keyword" })),
    start: offset - typed.length,
    end: offset,
  };
}
