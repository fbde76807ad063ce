/**
 * What a cell leaves to later cells, as text: the body of a global namespace, so that the file of all cells' declarations never
 * changes its imports and TypeScript can keep the structure of its program from cell to cell. What comes from other modules
 * is imported in one place, the module IMPORTS, whose text changes only when a cell imports something.
 */
import type TS from "typescript";
import { ts } from "./compiler.js";
import type { TopLevelName } from "./syntax.js";

/** Global namespace of the prelude and name of its module. */
export const PRELUDE_MODULE = "__cellgrad_prelude";
/** Global namespace of all imports of all cells and name of its module. */
export const IMPORTS_MODULE = "__cellgrad_imports";
/** What stands for a `var` of an inner block in the emitted declarations. */
export const NESTED_VAR = "__cellgrad_var_";

/** Global namespace of a cell's declarations; the module's name too, for a cell that stands for itself. */
export function cellNamespace(id: number): string {
  return `__cellgrad_${String(id)}`;
}

export interface Declarations {
  /** Statements of the namespace. */
  readonly body: string;
  /** Statements of the module IMPORTS. */
  readonly imports: string;
}

/**
 * Turns the declaration file of a cell into a namespace's body; undefined where it augments modules, which a namespace can not.
 * @param exported all names that the cell exports, with those of `export * from`
 */
export function namespaceOf(
  declarationFile: string,
  id: number,
  names: ReadonlyMap<string, TopLevelName>,
  exported: readonly string[],
): Declarations | undefined {
  const file = ts.createSourceFile(
    "cell.d.mts",
    declarationFile,
    ts.ScriptTarget.ES2022,
    false,
    ts.ScriptKind.TS,
  );
  let body = "";
  const imports = new Imports(id);
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement)) {
      const { text } = statement.moduleSpecifier as TS.StringLiteral;
      if (!text.startsWith("./__cellgrad_")) body += imports.importDeclaration(statement, file);
    } else if (ts.isExportDeclaration(statement)) {
      if (statement.moduleSpecifier) body += imports.reexport(statement, file, names, exported);
    } else if (
      ts.isImportEqualsDeclaration(statement) &&
      ts.isExternalModuleReference(statement.moduleReference)
    ) {
      const alias = imports.add((name) => `import ${name} = ${statement.moduleReference.getText(file)};`);
      body += `export import ${statement.name.text} = ${alias};\n`;
    } else if (ts.isImportEqualsDeclaration(statement)) {
      // An alias of the cell's own is there for later cells, one that brings in an earlier cell's name is not.
      const text = statement.getText(file).replace(/^export\s+/u, "");
      body += `${names.has(statement.name.text) ? "export " : ""}${text}\n`;
    } else if (ts.isModuleDeclaration(statement) && isAugmentation(statement)) {
      return undefined;
    } else if (!ts.isExportAssignment(statement)) {
      const text = imports.hoisted(statement, file).replace(/^(\s*)export default\b/mu, "$1");
      body += `${text.trim()}\n`;
    }
  }
  return { body: body.replaceAll(NESTED_VAR, ""), imports: imports.text };
}

/** The namespace's body of a cell whose own module stands for it. */
export function namespaceOfModule(id: number, exported: readonly string[]): Declarations {
  const imports = new Imports(id);
  const alias = imports.add((name) => `import * as ${name} from "./${cellNamespace(id)}.mjs";`);
  return {
    body: exported.map((name) => `export import ${name} = ${alias}.${name};\n`).join(""),
    imports: imports.text,
  };
}

/** Collects statements of the module IMPORTS for one cell. */
class Imports {
  text = "";
  readonly #id: number;
  #count = 0;

  constructor(id: number) {
    this.#id = id;
  }

  /** Adds an import under a fresh name and answers how a namespace refers to it. */
  add(statement: (name: string) => string): string {
    const name = `i${String(this.#id)}_${String(this.#count++)}`;
    this.text += `${statement(name)} export { ${name} };\n`;
    return `${IMPORTS_MODULE}.${name}`;
  }

  importDeclaration(statement: TS.ImportDeclaration, file: TS.SourceFile): string {
    const clause = statement.importClause;
    if (!clause) return "";
    const type = clause.phaseModifier === ts.SyntaxKind.TypeKeyword ? "type " : "";
    const from = this.#from(statement, file);
    let body = "";
    const bind = (local: string, alias: string) => (body += `export import ${local} = ${alias};\n`);
    if (clause.name)
      bind(
        clause.name.text,
        this.add((name) => `import ${type}${name} ${from}`),
      );
    const bindings = clause.namedBindings;
    if (bindings && ts.isNamespaceImport(bindings))
      bind(
        bindings.name.text,
        this.add((name) => `import ${type}* as ${name} ${from}`),
      );
    else
      for (const element of bindings?.elements ?? []) {
        const kind = type === "" && element.isTypeOnly ? "type " : "";
        const exported = (element.propertyName ?? element.name).getText(file);
        bind(
          element.name.text,
          this.add((name) => `import ${type}{ ${kind}${exported} as ${name} } ${from}`),
        );
      }
    return body;
  }

  reexport(
    statement: TS.ExportDeclaration,
    file: TS.SourceFile,
    names: ReadonlyMap<string, TopLevelName>,
    exported: readonly string[],
  ): string {
    const from = this.#from(statement, file);
    const type = statement.isTypeOnly ? "type " : "";
    const clause = statement.exportClause;
    if (clause && ts.isNamedExports(clause))
      return clause.elements
        .map((element) => {
          const source = (element.propertyName ?? element.name).getText(file);
          const alias = this.add((name) => `import ${type}{ ${source} as ${name} } ${from}`);
          return `export import ${element.name.text} = ${alias};\n`;
        })
        .join("");
    const all = this.add((name) => `import ${type}* as ${name} ${from}`);
    if (clause) return `export import ${clause.name.text} = ${all};\n`;
    return exported
      .filter((name) => !names.has(name))
      .map((name) => `export import ${name} = ${all}.${name};\n`)
      .join("");
  }

  /** A statement with its `import("x").T` led through the module IMPORTS. */
  hoisted(statement: TS.Statement, file: TS.SourceFile): string {
    const edits: { start: number; end: number; text: string }[] = [];
    const visit = (node: TS.Node) => {
      if (ts.isImportTypeNode(node) && !node.attributes && (node.qualifier !== undefined || node.isTypeOf)) {
        const start = file.text.indexOf("import", node.getStart(file));
        const end = file.text.indexOf(")", node.argument.end) + 1;
        edits.push({
          start,
          end,
          text: this.#namespace((node.argument as TS.LiteralTypeNode).literal.getText(file)),
        });
      }
      ts.forEachChild(node, visit);
    };
    visit(statement);
    let text = "";
    let from = statement.getFullStart();
    for (const edit of edits.sort((a, b) => a.start - b.start)) {
      text += file.text.slice(from, edit.start) + edit.text;
      from = edit.end;
    }
    return text + file.text.slice(from, statement.end);
  }

  #namespace(specifier: string): string {
    const own = /^"\.\/(__cellgrad_\w+)\.mjs"$/u.exec(specifier)?.[1];
    return own ?? this.add((name) => `import * as ${name} from ${specifier};`);
  }

  #from(statement: TS.ImportDeclaration | TS.ExportDeclaration, file: TS.SourceFile): string {
    const attributes = statement.attributes ? ` ${statement.attributes.getText(file)}` : "";
    return `from ${statement.moduleSpecifier!.getText(file)}${attributes};`;
  }
}

function isAugmentation(node: TS.ModuleDeclaration): boolean {
  return ts.isStringLiteral(node.name) || (node.flags & ts.NodeFlags.GlobalAugmentation) !== 0;
}
