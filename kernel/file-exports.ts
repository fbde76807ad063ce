/**
 * What a file exports, by its syntax alone, without a checker. The process that checks cells looks here for names to import, and the session
 * that runs local files for those that are types, of which nothing is left when the file runs.
 */
import type TS from "typescript";

/** A value, a type alone, or what another module exports, which may be either. */
export type Export = "value" | "type" | Reference;

export interface Reference {
  readonly from: string;
  readonly name: string;
}

export interface FileExports {
  /** Each exported name; "default" is among them where the file has a default export. */
  readonly names: ReadonlyMap<string, Export>;
  /** The modules all of whose names it exports. */
  readonly all: readonly string[];
}

export function exportsOfFile(ts: typeof TS, path: string, text: string): FileExports {
  const { ParseNone: jsDocParsingMode } = ts.JSDocParsingMode;
  const options = { languageVersion: ts.ScriptTarget.ES2022, jsDocParsingMode };
  return exportsOf(ts, ts.createSourceFile(path, text, options, false));
}

/** What the top level of a file declares or imports, by name. */
export function declaredIn(ts: typeof TS, file: TS.SourceFile): Map<string, Export> {
  const declared = new Map<string, Export>();
  for (const statement of file.statements)
    for (const [name, what] of declarations(ts, statement)) add(declared, name, what);
  return declared;
}

function exportsOf(ts: typeof TS, file: TS.SourceFile): FileExports {
  const declared = declaredIn(ts, file);
  const names = new Map<string, Export>();
  const all: string[] = [];
  for (const statement of file.statements) {
    if (ts.isExportAssignment(statement)) {
      const { expression } = statement;
      add(names, "default", (ts.isIdentifier(expression) && declared.get(expression.text)) || "value");
    } else if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier, isTypeOnly } = statement;
      const from = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
      if (!exportClause) {
        if (from !== undefined) all.push(from);
      } else if (ts.isNamespaceExport(exportClause)) {
        add(names, exportClause.name.text, isTypeOnly ? "type" : "value");
      } else
        for (const { name, propertyName, isTypeOnly: isType } of exportClause.elements) {
          const inside = (propertyName ?? name).text;
          const what = from === undefined ? (declared.get(inside) ?? "value") : { from, name: inside };
          add(names, name.text, isTypeOnly || isType ? "type" : what);
        }
    } else if (has(ts, statement, ts.SyntaxKind.ExportKeyword)) {
      const isDefault = has(ts, statement, ts.SyntaxKind.DefaultKeyword);
      const made = declarations(ts, statement);
      if (isDefault) add(names, "default", made[0]?.[1] ?? "value");
      else for (const [name, what] of made) add(names, name, what);
    }
  }
  return { names, all };
}

/** What is declared more than once, such as a class and an interface, is a value if one of both is. */
function add(names: Map<string, Export>, name: string, what: Export): void {
  if (names.get(name) !== "value") names.set(name, what);
}

function declarations(ts: typeof TS, statement: TS.Statement): [name: string, what: Export][] {
  if (ts.isImportDeclaration(statement)) return imported(ts, statement);
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => bound(ts, name));
  if (!("name" in statement)) return [];
  const { name } = statement as TS.DeclarationStatement;
  return name && ts.isIdentifier(name) ? [[name.text, isType(ts, statement) ? "type" : "value"]] : [];
}

function imported(
  ts: typeof TS,
  { importClause, moduleSpecifier }: TS.ImportDeclaration,
): [string, Export][] {
  if (!importClause || !ts.isStringLiteral(moduleSpecifier)) return [];
  const { name: byDefault, namedBindings, phaseModifier } = importClause;
  const isTypeOnly = phaseModifier === ts.SyntaxKind.TypeKeyword;
  const from = moduleSpecifier.text;
  const found: [string, Export][] = byDefault ? [[byDefault.text, { from, name: "default" }]] : [];
  if (namedBindings && ts.isNamespaceImport(namedBindings)) found.push([namedBindings.name.text, "value"]);
  else
    for (const { name, propertyName, isTypeOnly: isType } of namedBindings?.elements ?? [])
      found.push([name.text, isType ? "type" : { from, name: (propertyName ?? name).text }]);
  return isTypeOnly ? found.map(([name]) => [name, "type"]) : found;
}

function bound(ts: typeof TS, name: TS.BindingName): [string, Export][] {
  if (ts.isIdentifier(name)) return [[name.text, "value"]];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : bound(ts, element.name)));
}

/** Interfaces, aliases, and namespaces that hold nothing else. */
function isType(ts: typeof TS, statement: TS.Statement): boolean {
  if (ts.isModuleDeclaration(statement))
    return (
      statement.body !== undefined &&
      ts.isModuleBlock(statement.body) &&
      statement.body.statements.every((inner) => isType(ts, inner))
    );
  return ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
}

function has(ts: typeof TS, statement: TS.Statement, keyword: TS.SyntaxKind): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement)?.some((modifier) => modifier.kind === keyword) ?? false)
  );
}
