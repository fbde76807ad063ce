/**
 * The module that TypeScript sees in place of a cell: the cell's own text with, before it, imports of what it uses from earlier
 * cells and, behind it, exports of all that it declares. Offsets are mapped both ways.
 */
import { cellNamespace, IMPORTS_MODULE, NESTED_VAR, PRELUDE_MODULE } from "./declarations.js";
import { PRELUDE, type Binding, type Registry } from "./registry.js";
import { meanings, mentionedNames, topLevelNames, type ParsedCell, type TopLevelName } from "./syntax.js";

export interface CellModule {
  readonly parsed: ParsedCell;
  readonly text: string;
  readonly names: ReadonlyMap<string, TopLevelName>;
  /** Every identifier in the cell, to choose names that do not collide. */
  readonly identifiers: ReadonlySet<string>;
  /** Offset in the cell where the imports are put in; nearly always 0. */
  readonly insertedAt: number;
  readonly insertedLength: number;
  /** Offset in `text` where the cell ends. */
  readonly end: number;
}

export interface CellModuleOptions {
  /** False for the editor, where the text may be anything. */
  readonly exported: boolean;
  /** Names that JSX refers to. */
  readonly jsx: readonly string[];
  /** Names to bring in although the cell does not mention them. */
  readonly also?: readonly string[];
}

export function cellModule(parsed: ParsedCell, registry: Registry, options: CellModuleOptions): CellModule {
  const names = topLevelNames(parsed.file);
  const mentioned = mentionedNames(parsed.file);
  if (mentioned.jsx) for (const name of options.jsx) mentioned.names.add(name);
  for (const name of options.also ?? []) mentioned.names.add(name);
  let prologue = IMPORTS;
  for (const name of mentioned.names) {
    const declared = names.get(name)?.meaning ?? 0;
    const visible = registry.find(name).filter((binding) => (binding.meaning & declared) === 0);
    // An import alias has all meanings, so one name of two cells, or of this cell too, takes its value by its type.
    const split = visible.length > 1 || declared !== 0;
    for (const binding of visible) prologue += importLine(binding, split);
  }
  const insertedAt = pragmaEnd(parsed.text);
  const head = `${prologue}${parsed.parenthesized ? "(" : ""}\n`;
  let text = parsed.text.slice(0, insertedAt) + head + parsed.text.slice(insertedAt);
  const end = text.length;
  if (parsed.parenthesized) text += "\n)";
  if (options.exported) text += exportLines(names.values());
  return { parsed, text, names, identifiers: mentioned.all, insertedAt, insertedLength: head.length, end };
}

/** The same in every cell: a program whose imports do not change is made anew at a fraction of the cost. */
const IMPORTS =
  `import * as ${PRELUDE_MODULE} from "./${PRELUDE_MODULE}.mjs";` +
  `import * as ${IMPORTS_MODULE} from "./${IMPORTS_MODULE}.mjs";`;

function importLine(binding: Binding, split: boolean): string {
  const { name, kind, meaning } = binding;
  const from = binding.from === PRELUDE ? PRELUDE_MODULE : cellNamespace(binding.from);
  // An alias can not be assigned to, a `let` of an earlier cell can.
  if (meaning === meanings.value && (kind === "let" || kind === "var"))
    return `declare let ${name}: typeof ${from}.${name};`;
  if (meaning === meanings.value && split) return `declare const ${name}: typeof ${from}.${name};`;
  return `import ${name} = ${from}.${name};`;
}

function exportLines(names: Iterable<TopLevelName>): string {
  const exported: string[] = [];
  let nested = "";
  for (const { name, exported: already, nested: isNested } of names) {
    if (already) continue;
    if (isNested) {
      // Declarations are only emitted for statements of the top level.
      nested += `let ${NESTED_VAR}${name} = ${name};`;
      exported.push(`${NESTED_VAR}${name} as ${name}`);
    } else {
      exported.push(name);
    }
  }
  return `\n;${nested}export { ${exported.join(", ")} };`;
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
