/**
 * Local files export types of other files as they do values: `export { Row } from "./base"`. Files are compiled one by one, so that the
 * compiler does not see that nothing is left of `Row` when they run, and linking them would fail. This leaves such exports out.
 */
import { readFileSync } from "node:fs";
import type TS from "typescript";
import { declaredIn, exportsOfFile, type FileExports, type Reference } from "../../../file-exports.js";

/** The file that a module's types are in: a source or a declaration file. */
export type FindTypes = (specifier: string, from: string) => string | undefined;

/** So many files are looked through for one name. */
const FILES = 50;

export function withoutTypeExports(
  ts: typeof TS,
  findTypes: FindTypes,
): TS.TransformerFactory<TS.SourceFile> {
  return (context) => (file) => {
    const types = new Types(ts, findTypes);
    const declared = declaredIn(ts, file);
    /** Names that were imported like values, and are exported again. */
    const left = new Set<string>();
    const isImportedType = (name: string): boolean => {
      const what = declared.get(name);
      const answer = typeof what === "object" && types.isType(what, file.fileName);
      if (answer) left.add(name);
      return answer;
    };
    const withoutTypes = (statement: TS.Statement): TS.Statement | undefined => {
      if (ts.isExportAssignment(statement))
        return ts.isIdentifier(statement.expression) && isImportedType(statement.expression.text)
          ? undefined
          : statement;
      if (!ts.isExportDeclaration(statement) || statement.isTypeOnly) return statement;
      const { exportClause, moduleSpecifier } = statement;
      if (!exportClause || !ts.isNamedExports(exportClause)) return statement;
      const from = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
      const kept = exportClause.elements.filter(({ name, propertyName }) => {
        const inside = (propertyName ?? name).text;
        return from === undefined
          ? !isImportedType(inside)
          : !types.isType({ from, name: inside }, file.fileName);
      });
      return kept.length === 0 && exportClause.elements.length > 0
        ? undefined
        : withElements(statement, exportClause, kept);
    };
    const withElements = (
      statement: TS.ExportDeclaration,
      clause: TS.NamedExports,
      kept: readonly TS.ExportSpecifier[],
    ): TS.Statement => {
      if (kept.length === clause.elements.length) return statement;
      const { modifiers, isTypeOnly, moduleSpecifier, attributes } = statement;
      const named = context.factory.updateNamedExports(clause, kept);
      return context.factory.updateExportDeclaration(
        ...([statement, modifiers, isTypeOnly, named, moduleSpecifier, attributes] as const),
      );
    };
    const statements = file.statements.map(withoutTypes);
    if (statements.every((statement, index) => statement === file.statements[index])) return file;
    return context.factory.updateSourceFile(
      file,
      statements.flatMap((statement) => (statement ? withoutImports(ts, context, statement, left) : [])),
    );
  };
}

/** Without the names that were imported for an export which was left out. */
function withoutImports(
  ts: typeof TS,
  context: TS.TransformationContext,
  statement: TS.Statement,
  left: ReadonlySet<string>,
): TS.Statement[] {
  if (!ts.isImportDeclaration(statement) || !statement.importClause) return [statement];
  const drop = (node: TS.Node): TS.Node | undefined => {
    if (ts.isImportSpecifier(node)) return left.has(node.name.text) ? undefined : node;
    // A default import.
    if (ts.isIdentifier(node)) return left.has(node.text) ? undefined : node;
    return ts.isNamedImports(node) ? ts.visitEachChild(node, drop, context) : node;
  };
  const clause = ts.visitEachChild(statement.importClause, drop, context);
  if (clause === statement.importClause) return [statement];
  const { name, namedBindings } = clause;
  const isEmpty =
    !name && (!namedBindings || (ts.isNamedImports(namedBindings) && namedBindings.elements.length === 0));
  if (isEmpty) return [];
  const { modifiers, moduleSpecifier, attributes } = statement;
  return [context.factory.updateImportDeclaration(statement, modifiers, clause, moduleSpecifier, attributes)];
}

/** Looks names up through the files that export them; those that are found nowhere are no types. */
class Types {
  readonly #ts: typeof TS;
  readonly #findTypes: FindTypes;
  readonly #read = new Map<string, FileExports | undefined>();

  constructor(ts: typeof TS, findTypes: FindTypes) {
    this.#ts = ts;
    this.#findTypes = findTypes;
  }

  isType(reference: Reference, from: string): boolean {
    return this.#find(reference, from, new Set()) === "type";
  }

  #find({ from: specifier, name }: Reference, from: string, seen: Set<string>): "value" | "type" | undefined {
    const path = this.#findTypes(specifier, from);
    if (path === undefined || seen.has(`${path} ${name}`) || seen.size >= FILES) return undefined;
    seen.add(`${path} ${name}`);
    const exported = this.#exportsOf(path);
    const what = exported?.names.get(name);
    if (typeof what === "object") return this.#find(what, path, seen);
    if (what !== undefined || name === "default") return what;
    for (const each of exported?.all ?? []) {
      const found = this.#find({ from: each, name }, path, seen);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #exportsOf(path: string): FileExports | undefined {
    if (!this.#read.has(path)) this.#read.set(path, readExports(this.#ts, path));
    return this.#read.get(path);
  }
}

function readExports(ts: typeof TS, path: string): FileExports | undefined {
  try {
    return exportsOfFile(ts, path, readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
