/**
 * What is said about the name under the cursor: its signature and documentation, inside of a call that of the function, and with
 * more detail the source of a definition that the user can read.
 */
import type TS from "typescript";
import { ts } from "./compiler.js";
import { toCell, toModule } from "./cell-module.js";
import type { EditedCell } from "./completion.js";
import type { Inspection } from "./language.js";
import { recallDocs } from "./library-docs.js";
import { inWordsOfCells, withoutAlias } from "./wording.js";

interface Found {
  /** In TypeScript. */
  readonly signature: string;
  readonly documentation: string;
  readonly tags: readonly TS.JSDocTagInfo[];
  /** Where the name stands that this is about. */
  readonly position: number;
}

export function inspectionAt(cell: EditedCell, offset: number, detail: 0 | 1): Inspection | undefined {
  const position = toModule(cell.module, offset);
  const endsName = /[\p{ID_Continue}$]$/u.test(cell.source.slice(0, offset));
  recallDocsAt(cell, position);
  if (endsName) recallDocsAt(cell, position - 1);
  const found =
    hover(cell, position) ?? (endsName ? hover(cell, position - 1) : undefined) ?? call(cell, position);
  if (!found) return undefined;
  const signature = inWordsOfCells(found.signature);
  const source = detail === 1 ? sourceOf(cell, found.position) : undefined;
  const tags = found.tags.map((tag) => [tag.name, ts.displayPartsToString(tag.text)] as const);
  const plain = [
    signature,
    found.documentation,
    tags.map(([name, text]) => `@${name} ${text}`.trim()).join("\n"),
    source,
  ];
  const markdown = [
    fenced(signature),
    found.documentation,
    tags.map(([name, text]) => markdownTag(name, text)).join("  \n"),
    source === undefined ? undefined : fenced(source),
  ];
  return { data: { "text/plain": joined(plain), "text/markdown": joined(markdown) } };
}

function hover(cell: EditedCell, position: number): Found | undefined {
  if (position < 0) return undefined;
  const info = cell.service.getQuickInfoAtPosition(cell.path, position);
  if (!info || toCell(cell.module, info.textSpan.start) === undefined) return undefined;
  const text = ts.displayPartsToString(info.displayParts);
  // A name that nothing declares is "any".
  if (text === "" || text === "any") return undefined;
  return {
    signature: withoutAlias(text),
    documentation: ts.displayPartsToString(info.documentation),
    tags: info.tags ?? [],
    position: info.textSpan.start,
  };
}

/** Sees to it that what a name means has its documentation. */
function recallDocsAt(cell: EditedCell, position: number): void {
  if (position < 0) return;
  const program = cell.service.getProgram();
  for (const { fileName } of cell.service.getDefinitionAtPosition(cell.path, position) ?? []) {
    const file = program?.getSourceFile(fileName);
    if (file) recallDocs(file);
  }
}

/** Offset of the bracket that is open at an offset. */
function openBracket(text: string, offset: number): number {
  let depth = 0;
  for (let i = offset - 1; i >= 0; i--) {
    if (/[)\]}]/u.test(text[i]!)) depth++;
    else if (/[([{]/u.test(text[i]!) && depth-- === 0) return i;
  }
  return -1;
}

/** The function whose arguments are being written. */
function call(cell: EditedCell, position: number): Found | undefined {
  recallDocsAt(cell, openBracket(cell.module.text, position) - 1);
  const help = cell.service.getSignatureHelpItems(cell.path, position, undefined);
  const item = help?.items[help.selectedItemIndex];
  if (!help || !item) return undefined;
  const text = (parts: TS.SymbolDisplayPart[]) => ts.displayPartsToString(parts);
  const parameters = item.parameters
    .map((parameter) => text(parameter.displayParts))
    .join(text(item.separatorDisplayParts));
  const others = help.items.length - 1;
  const current = item.parameters[help.argumentIndex];
  const about = current ? text(current.documentation) : "";
  const more = others > 0 ? ` (+${String(others)} overload${others > 1 ? "s" : ""})` : "";
  return {
    signature: `${text(item.prefixDisplayParts)}${parameters}${text(item.suffixDisplayParts)}${more}`,
    documentation: [text(item.documentation), current && about !== "" ? `${current.name}: ${about}` : ""]
      .filter((part) => part !== "")
      .join("\n\n"),
    tags: item.tags.filter((tag) => tag.name !== "param"),
    position: help.applicableSpan.start - 1,
  };
}

/** Source of a definition in a cell or in a local file. */
function sourceOf(cell: EditedCell, position: number): string | undefined {
  const program = cell.service.getProgram();
  for (const { fileName, contextSpan, textSpan } of cell.service.getDefinitionAtPosition(
    cell.path,
    position,
  ) ?? []) {
    const file = program?.getSourceFile(fileName);
    if (!file || file.isDeclarationFile || fileName.includes("/node_modules/")) continue;
    const span = contextSpan ?? textSpan;
    return file.text.slice(span.start, span.start + span.length);
  }
  return undefined;
}

function fenced(code: string): string {
  return `\`\`\`typescript\n${code}\n\`\`\``;
}

function markdownTag(name: string, text: string): string {
  if (name === "example") return `*@example*\n${text.includes("```") ? text : fenced(text)}`;
  const [, subject, rest] = /^(\S+)\s*([^]*)$/u.exec(text) ?? [];
  if (name === "param" && subject !== undefined) return `*@param* \`${subject}\` ${rest ?? ""}`.trim();
  return `*@${name}* ${text}`.trim();
}

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join("\n\n");
}
