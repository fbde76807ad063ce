/**
 * The names that a file exports, by its syntax and that of the files that it exports from. No checker.
 */
import type TS from "typescript";
import { ts } from "./compiler.js";
import type { Files } from "./files.js";

/** Each name with whether it stands for a value; "default" is among them where the file has a default export. */
export type Exported = ReadonlyMap<string, boolean>;

/** So many files are followed from one. */
const FILES = 100;

export function exportedNames(path: string, files: Files): Exported {
  const names = new Map<string, boolean>();
  const followed = new Set<string>();
  const follow = (file: string) => {
    if (followed.has(file) || followed.size >= FILES) return;
    followed.add(file);
    const text = files.readFile(file);
    if (text === undefined) return;
    const source = ts.createSourceFile(
      file,
      text,
      { languageVersion: ts.ScriptTarget.ES2022, jsDocParsingMode: ts.JSDocParsingMode.ParseNone },
      false,
    );
    const nested = new Map<string, boolean>();
    for (const from of exportsOf(source, nested)) {
      const { resolvedModule } = files.resolve(from, file, ts.ModuleKind.ESNext);
      if (resolvedModule) follow(resolvedModule.resolvedFileName);
    }
    // What `export *` brings along is without the default.
    if (file !== path) nested.delete("default");
    for (const [name, isValue] of nested) names.set(name, isValue);
  };
  follow(path);
  return names;
}

/** Adds what a file exports by itself; answers the modules all of whose names it exports. */
function exportsOf(source: TS.SourceFile, names: Map<string, boolean>): string[] {
  const from: string[] = [];
  const bound = (name: TS.BindingName) => {
    if (ts.isIdentifier(name)) names.set(name.text, true);
    else for (const element of name.elements) if (!ts.isOmittedExpression(element)) bound(element.name);
  };
  for (const statement of source.statements) {
    if (ts.isExportAssignment(statement)) {
      names.set("default", true);
    } else if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement;
      if (!exportClause) {
        if (moduleSpecifier && ts.isStringLiteral(moduleSpecifier)) from.push(moduleSpecifier.text);
      } else if (ts.isNamespaceExport(exportClause)) names.set(exportClause.name.text, true);
      else for (const { name, isTypeOnly } of exportClause.elements) names.set(name.text, !isTypeOnly);
    } else if (isExported(statement)) {
      if (isExported(statement, ts.SyntaxKind.DefaultKeyword)) names.set("default", true);
      else if (ts.isVariableStatement(statement))
        for (const { name } of statement.declarationList.declarations) bound(name);
      else if (isNamed(statement) && statement.name && ts.isIdentifier(statement.name))
        names.set(statement.name.text, !isType(statement));
    }
  }
  return from;
}

function isExported(statement: TS.Statement, keyword: TS.SyntaxKind = ts.SyntaxKind.ExportKeyword): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement)?.some((modifier) => modifier.kind === keyword) ?? false)
  );
}

function isType(statement: TS.Statement): boolean {
  return ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
}

function isNamed(statement: TS.Statement): statement is TS.DeclarationStatement {
  return "name" in statement;
}
