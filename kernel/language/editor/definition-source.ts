/**
 * The source of what a name means: its definition in a cell or a local file, and for a package the JavaScript that lies beside its
 * declarations.
 */
import { existsSync, readFileSync } from "node:fs";
import type TS from "typescript";
import { ts } from "../compiler.js";
import type { EditedCell } from "./edited-cell.js";

/** Longer sources are cut: a minified file is one line. */
const LIMIT = 20_000;

export function sourceAt(cell: EditedCell, position: number): string | undefined {
  const program = cell.service.getProgram();
  const definitions = cell.service.getDefinitionAtPosition(cell.path, position) ?? [];
  for (const { fileName, contextSpan, textSpan } of definitions) {
    const file = program?.getSourceFile(fileName);
    if (!file) continue;
    const span = contextSpan ?? textSpan;
    const source = file.isDeclarationFile
      ? implementation(file, textSpan.start)
      : file.text.slice(span.start, span.start + span.length);
    if (source !== undefined) return flush(source.length <= LIMIT ? source : `${source.slice(0, LIMIT)}…`);
  }
  return undefined;
}

/** The first line begins at the margin; what follows goes as far to the left as its last line. */
function flush(source: string): string {
  const indent = /\n([ \t]+)\S[^\n]*$/u.exec(source)?.[1];
  return indent === undefined ? source : source.replaceAll(`\n${indent}`, "\n");
}

/** What a declaration declares, in the JavaScript file of the same name. */
function implementation(declared: TS.SourceFile, position: number): string | undefined {
  const names = namesAt(declared, position);
  const path = [".js", ".mjs", ".cjs"]
    .map((extension) => declared.fileName.replace(/\.d\.[cm]?ts$/u, extension))
    .find(existsSync);
  if (path === undefined || names.length === 0) return undefined;
  const text = readFileSync(path, "utf8");
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  return find(file, names)?.getText(file);
}

/** The declaration's name, after those of the classes and namespaces that it is in. */
function namesAt(file: TS.SourceFile, position: number): string[] {
  const names: string[] = [];
  const visit = (node: TS.Node): void => {
    if (position < node.pos || position >= node.end) return;
    const name = nameOf(node);
    if (name !== undefined) names.push(name);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

/** The definition with these names, wherever it is in a file; variables with the statement that declares them. */
function find(node: TS.Node, names: readonly string[]): TS.Node | undefined {
  const [name, ...inner] = names;
  return ts.forEachChild(node, (child): TS.Node | undefined => {
    if (nameOf(child) !== name || !isDefinition(child)) {
      // Functions and classes may be inside of a statement, never inside of another function.
      return ts.isFunctionLike(child) ? undefined : find(child, names);
    }
    return inner.length === 0 ? (ts.isVariableDeclaration(child) ? child.parent : child) : find(child, inner);
  });
}

function isDefinition(node: TS.Node): boolean {
  if (ts.isParameter(node) || ts.isBindingElement(node)) return false;
  return (
    ts.isFunctionLike(node) ||
    ts.isClassLike(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isPropertyDeclaration(node)
  );
}

function nameOf(node: TS.Node): string | undefined {
  const { name } = node as { name?: TS.Node };
  return name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) && isNamed(node)
    ? name.text
    : undefined;
}

function isNamed(node: TS.Node): boolean {
  return (
    ts.isFunctionLike(node) ||
    ts.isClassLike(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isModuleDeclaration(node)
  );
}
