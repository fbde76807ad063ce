/**
 * What is said about the name under the cursor: its signature and documentation, inside of a call that of the function, and with
 * more detail the source of a definition that the user can read.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { toCell, toModule } from "../program/cell-module.js";
import type { EditedCell } from "./edited-cell.js";
import type { Inspection } from "../language.js";
import { callAt, type Found } from "./signature-help.js";
import { recallDocsAt } from "../program/library-docs.js";
import { sourceAt } from "./definition-source.js";
import { resolved } from "../names/namespaces.js";
import { readableSignature } from "./readable-signature.js";
import { tokenAt } from "../syntax/nodes.js";
import { valueAt } from "./value-path.js";
import { inWordsOfCells, withoutAlias } from "../program/cell-paths.js";

export function inspectionAt(cell: EditedCell, offset: number, detail: 0 | 1): Inspection | undefined {
  const position = toModule(cell.module, offset);
  const endsName = /[\p{ID_Continue}$]$/u.test(cell.source.slice(0, offset));
  recallDocsAt(cell.service, cell.path, position);
  if (endsName) recallDocsAt(cell.service, cell.path, position - 1);
  const named = hover(cell, position) ?? (endsName ? hover(cell, position - 1) : undefined);
  const value = valueAt(cell, named?.position ?? position);
  const found = named ?? callAt(cell, position);
  // What is "any" to TypeScript may be known to the session.
  if (!found) return value && { data: {}, value };
  const signature = inWordsOfCells(found.signature);
  const documentation = withoutLinks(found.documentation);
  const source = detail === 1 ? sourceAt(cell, found.position) : undefined;
  const tags = found.tags.map((tag) => [tag.name, withoutLinks(ts.displayPartsToString(tag.text))] as const);
  const plain = [
    signature,
    documentation,
    tags.map(([name, text]) => `@${name} ${text}`.trim()).join("\n"),
    source,
  ];
  const markdown = [
    fenced(signature),
    documentation,
    tags.map(([name, text]) => markdownTag(name, text)).join("  \n"),
    source === undefined ? undefined : fenced(source),
  ];
  return {
    data: { "text/plain": joined(plain), "text/markdown": joined(markdown) },
    ...(named && value && { value }),
  };
}

function hover(cell: EditedCell, position: number): Found | undefined {
  if (position < 0) return undefined;
  const info = cell.service.getQuickInfoAtPosition(cell.path, position, LENGTH);
  if (!info || toCell(cell.module, info.textSpan.start) === undefined) return undefined;
  const text = ts.displayPartsToString(info.displayParts);
  // A name that nothing declares is "any"; so is an option whose name is not whole yet.
  if (text === "" || text === "any" || /^\(property\) [\w$]+: any$/u.test(text)) return undefined;
  const whole = membersOf(cell, info.textSpan.start) ?? readableSignature(withoutAlias(text));
  const ways = waysToCall(cell, info.textSpan.start);
  return {
    // Long arguments of the type of a function say what its ways to be called say again.
    signature: [ways.length > 0 ? whole.replace(/(?<=: \w+)<[^]{60,}>$/u, "<…>") : whole, ...ways].join("\n"),
    documentation: ts.displayPartsToString(info.documentation),
    tags: info.tags ?? [],
    position: info.textSpan.start,
  };
}

/** What a name stands for. */
function symbolAt(
  cell: EditedCell,
  position: number,
): { node: TS.Identifier; symbol: TS.Symbol; checker: TS.TypeChecker } | undefined {
  const program = cell.service.getProgram()!;
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(cell.path)!;
  const node = tokenAt(file, position);
  if (!ts.isIdentifier(node) || node.getStart(file) !== position) return undefined;
  const symbol = checker.getSymbolAtLocation(node);
  return symbol && { node, symbol: resolved(symbol, checker), checker };
}

/**
 * How objects of a class are made, and how a function is called that is declared as a value of some type; where the name is called, that is what
 * is said of it already.
 */
function waysToCall(cell: EditedCell, position: number): string[] {
  const { node, symbol, checker } = symbolAt(cell, position) ?? {};
  if (!node || !symbol || !checker) return [];
  const isClass = (symbol.flags & ts.SymbolFlags.Class) !== 0;
  if (!isClass && !(symbol.flags & ts.SymbolFlags.Variable)) return [];
  const called = ts.isPropertyAccessExpression(node.parent) ? node.parent : node;
  if (ts.isNewExpression(called.parent)) return [];
  const type = checker.getTypeOfSymbolAtLocation(symbol, node);
  // What is written as an arrow has its signature for a type.
  const { flags = 0 } = (type.symbol as TS.Symbol | undefined) ?? {};
  if (!isClass && !type.aliasSymbol && !(flags & ts.SymbolFlags.Interface)) return [];
  return (isClass ? type.getConstructSignatures() : type.getCallSignatures())
    .filter(({ declaration }) => declaration)
    .slice(0, WAYS)
    .map((signature) => checker.signatureToString(signature, node, FORMAT))
    .map((signature) => readableSignature(`${isClass ? "new " : ""}${symbol.name}${signature}`));
}

const FORMAT = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

/** So many ways to call are listed. */
const WAYS = 4;

/** Characters of a signature, before TypeScript leaves out parts of it. */
const LENGTH = 10_000;

/** A namespace with what is in it. */
function membersOf(cell: EditedCell, position: number): string | undefined {
  const { node, symbol: namespace, checker } = symbolAt(cell, position) ?? {};
  if (!node || !checker || !namespace || !(namespace.flags & ts.SymbolFlags.ValueModule)) return undefined;
  if (namespace.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class | ts.SymbolFlags.Enum))
    return undefined;
  const names = checker
    .getExportsOfModule(namespace)
    .filter((member) => resolved(member, checker).flags & ts.SymbolFlags.Value)
    .map(({ name }) => name);
  if (names.length === 0) return undefined;
  const more = names.length > MEMBERS ? `, … ${String(names.length - MEMBERS)} more` : "";
  return `namespace ${node.text} { ${names.slice(0, MEMBERS).join(", ")}${more} }`;
}

/** So many names of a namespace are listed. */
const MEMBERS = 120;

/** `{@link name}`, as documentation refers to other names. */
function withoutLinks(text: string): string {
  return text.replaceAll(
    /\{@link(?:code|plain)?\s+([^\s|}]+)(?:[\s|]+([^}]*))?\}/gu,
    (_, target: string, label = "") => {
      const shown = String(label).trim() || target;
      return /^https?:/u.test(target) ? `[${shown}](${target})` : `\`${shown}\``;
    },
  );
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
