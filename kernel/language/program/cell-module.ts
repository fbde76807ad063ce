/**
 * The module that TypeScript sees in place of a cell: the cell's own text, and which names of earlier cells and of the prelude are
 * laid into its scope. The rare cell needs a line before it or brackets around it; offsets are mapped both ways.
 */
import type TS from "typescript";
import { bringIn, hasLastingType, watched } from "../dataflow/lasting-types.js";
import { mayNarrow, mentionedNames, type Mentioned } from "../names/mentioned-names.js";
import type { LaterPart } from "../names/later-parts.js";
import type { Binding, CellRecord, Registry } from "../names/registry.js";
import type { ParsedCell } from "../syntax/parse.js";
import { meanings, topLevelNames, type TopLevelName } from "../names/top-level.js";

export interface CellModule {
  readonly parsed: ParsedCell;
  readonly text: string;
  readonly names: ReadonlyMap<string, TopLevelName>;
  /** Names in the module's scope that stand for names of other cells. */
  readonly foreign: ReadonlyMap<string, Binding>;
  /** Variables of other cells that the module declares itself, with what is known of their types. */
  readonly brought: ReadonlyMap<string, Binding>;
  readonly changed: Mentioned["changed"];
  /** Every identifier in the cell, to choose names that do not collide. */
  readonly identifiers: ReadonlySet<string>;
  readonly imports: readonly TS.StringLiteral[];
  readonly augments: boolean;
  /** Offset in the cell where a line is put in, and its length; nearly always 0. */
  readonly insertedAt: number;
  readonly insertedLength: number;
  /** Offset in `text` where the cell ends. */
  readonly end: number;
}

export interface CellModuleOptions {
  /** Names that JSX refers to. */
  readonly jsx: readonly string[];
  /** Bring in all names there are, for the editor, and not just those that are mentioned. */
  readonly all: boolean;
  /** Variables that are declared without a type have that of what they are given. */
  readonly evolving: boolean;
}

export function cellModule(parsed: ParsedCell, registry: Registry, options: CellModuleOptions): CellModule {
  const names = topLevelNames(parsed.file, options.evolving);
  const mentioned = mentionedNames(parsed.file);
  if (mentioned.jsx)
    for (const name of [...options.jsx, ...jsxPragmas(parsed.text)]) mentioned.names.add(name);
  const foreign = new Map<string, Binding>();
  const brought = new Map<string, Binding>();
  let line = "";
  for (const [{ source }, parts] of partsToRead(names, mentioned.names, registry)) {
    for (const { name, mentions, spans } of parts) {
      brought.set(name, registry.find(name)[0]!);
      for (const other of mentions) mentioned.names.add(other);
      for (const [start, end] of spans) line += `${source.slice(start, end)}\n;`;
    }
  }
  for (const name of options.all ? registry.names() : mentioned.names) {
    if (brought.has(name)) continue;
    const declared = names.get(name)?.meaning ?? 0;
    const visible = registry.find(name).filter((binding) => (binding.meaning & declared) === 0);
    const [only, ...others] = visible;
    if (only && others.length === 0 && declared === 0) {
      if (!hasLastingType(only) || !mentioned.names.has(name)) {
        foreign.set(name, only);
        continue;
      }
      const known = bringIn(only, { changed: mentioned.changed.get(name), local: !options.all });
      line += known.line;
      for (const [alias, binding] of known.foreign) foreign.set(alias, binding);
      if (!known.foreign.has(name)) brought.set(name, only);
      continue;
    }
    // A value and a type of one name from two cells: the value is declared, the type joins it (see Workspace).
    for (const binding of visible) {
      if (!mentioned.names.has(name)) continue;
      if ((binding.meaning & meanings.value) === 0) {
        foreign.set(name, binding);
        continue;
      }
      const hidden = `__cellgrad_${String(binding.from)}_${name}`;
      foreign.set(hidden, binding);
      line += `declare let ${name}: typeof ${hidden};`;
    }
  }
  const [before, after] = parsed.around ?? ["", ""];
  const head = line + before;
  const insertedAt = head === "" ? 0 : pragmaEnd(parsed.text);
  const inserted = head === "" ? "" : `${head}\n`;
  const text = parsed.text.slice(0, insertedAt) + inserted + parsed.text.slice(insertedAt);
  const { changed } = mentioned;
  const ending = options.all ? "" : watched({ names, foreign, brought, changed }, mayNarrow(parsed.file));
  return {
    parsed,
    text: text + (after === "" ? "" : `\n${after}`) + ending,
    names,
    foreign,
    brought,
    changed,
    identifiers: mentioned.all,
    imports: mentioned.imports,
    augments: mentioned.augments,
    insertedAt,
    insertedLength: inserted.length,
    end: text.length,
  };
}

/** Functions and types of other cells that this one uses and that look up what it declares: they are read as part of it. */
function partsToRead(
  names: ReadonlyMap<string, TopLevelName>,
  mentioned: ReadonlySet<string>,
  registry: Registry,
): [CellRecord, LaterPart[]][] {
  const defined = [...names.keys()].filter((name) => registry.isLookedUp(name));
  if (defined.length === 0) return [];
  const found = [...registry.partsWith(defined)].map(([record, parts]): [CellRecord, LaterPart[]] => [
    record,
    parts.filter(({ name }) => !names.has(name) && registry.find(name).length === 1),
  ]);
  return found.some(([, parts]) => parts.some(({ name }) => mentioned.has(name))) ? found : [];
}

/** Names that a cell gives for what makes its elements: `/** @jsx h *​/`. */
function jsxPragmas(text: string): string[] {
  return [...text.matchAll(/@jsx(?:Frag)?\s+([\p{ID_Continue}$]+)/gu)].map(([, name]) => name!);
}

/** Comments such as `// @ts-nocheck`, `/** @jsx h *​/` and `/// <reference>` only count at the very top of a file. */
function pragmaEnd(text: string): number {
  const leading = /^(?:\s*(?:\/\/[^\n]*(?:\n|$)|\/\*[^]*?\*\/))*/u.exec(text)?.[0] ?? "";
  return /@ts-(?:no)?check|@jsx|<reference/u.test(leading) ? leading.length : 0;
}

/** Offset in the module of an offset in the cell. */
export function toModule(module: CellModule, offset: number): number {
  return offset < module.insertedAt || (offset === 0 && module.insertedAt > 0)
    ? offset
    : offset + module.insertedLength;
}

/** Offset in the cell of an offset in the module; undefined where the module has text that the cell has not. */
export function toCell(module: CellModule, offset: number): number | undefined {
  if (offset < module.insertedAt) return offset;
  if (offset < module.insertedAt + module.insertedLength) return undefined;
  if (offset > module.end) return undefined;
  return offset - module.insertedLength;
}
