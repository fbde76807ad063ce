/**
 * Completion in a cell: what the language service offers at a place, and the names of earlier cells and of the prelude.
 */
import type ts from "typescript";
import { toModule, type CellModule } from "./cell-module.js";
import type { Completion, Completions } from "./language.js";
import { MAGICS } from "./magics.js";
import type { Binding, Registry } from "./registry.js";
import { PRELUDE } from "./registry.js";
import { meanings, type Meaning } from "./syntax.js";
import { inWordsOfCells, withoutAlias } from "./wording.js";

/** A cell that is being written, laid before the language service. */
export interface EditedCell {
  readonly module: CellModule;
  readonly path: string;
  readonly service: ts.LanguageService;
  readonly source: string;
}

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
    const binding = kind === "alias" ? registry.find(name)[0] : undefined;
    found.push({ name, type: binding ? typeOf(binding) : kind, sort: sortText });
  }
  const wanted = wantedMeaning(info);
  for (const name of wanted === 0 ? [] : registry.names()) {
    const [binding] = registry.find(name);
    if (seen.has(name) || !binding || (binding.meaning & wanted) === 0) continue;
    found.push({ name, type: typeOf(binding), sort: binding.from === PRELUDE ? "14" : "11" });
  }
  const matching = matches(found, cell.source.slice(start, offset));
  matching.sort((a, b) => compare(a.sort, b.sort) || compare(a.name, b.name));
  const details = matching.length <= SIGNATURES;
  return {
    matches: matching.map(({ name, type }): Completion => {
      const signature = details ? signatureOf(cell, position, name, registry) : undefined;
      return signature === undefined ? { text: name, type } : { text: name, type, signature };
    }),
    start,
    end: offset,
  };
}

/** Whether any name of the scope fits in a place, or only those of types, or none. */
function wantedMeaning(info: ts.CompletionInfo | undefined): Meaning {
  if (!info || info.isMemberCompletion) return 0;
  if (info.entries.some(({ name }) => name === "parseInt"))
    return meanings.value | meanings.type | meanings.namespace;
  return info.entries.some(({ name }) => name === "Array") ? meanings.type | meanings.namespace : 0;
}

/** Names of the scope that begin with the word before `offset`: to be known to the service, they have to be imported. */
export function typedNames(code: string, offset: number, registry: Registry): string[] {
  const word = wordBefore(code, offset);
  if (word === "") return [];
  const found = matches(
    [...registry.names()].map((name) => ({ name })),
    word,
  );
  return found.length <= SIGNATURES ? found.map(({ name }) => name) : [];
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

function signatureOf(
  cell: EditedCell,
  position: number,
  name: string,
  registry: Registry,
): string | undefined {
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
  return text === undefined || text === "" ? undefined : inWordsOfCells(withoutAlias(text), registry);
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
