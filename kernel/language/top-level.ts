/**
 * Names in a cell, by its syntax alone: those that its top level declares and those that it mentions.
 */
import type TS from "typescript";
import { ts } from "./compiler.js";

/** What a name stands for: a bit set of values, types and namespaces, which may share a name. */
export const meanings = { value: 1, type: 2, namespace: 4 } as const;
export type Meaning = number;

export interface TopLevelName {
  readonly name: string;
  meaning: Meaning;
  /** "let" and "var" can be assigned to from later cells. */
  readonly kind: NameKind;
  /** Identifiers that declare it. */
  readonly nodes: TS.Identifier[];
  /** Already exported under its own name by the user. */
  exported: boolean;
  /** A `var` inside of a block: it belongs to the top level, its statement does not. */
  readonly nested: boolean;
}

export type NameKind =
  | "const"
  | "let"
  | "var"
  | "using"
  | "function"
  | "class"
  | "enum"
  | "namespace"
  | "type"
  | "interface"
  | "import";

/** The names that a cell's top level declares, in order, each once. */
export function topLevelNames(file: TS.SourceFile): Map<string, TopLevelName> {
  const names = new Map<string, TopLevelName>();
  const declare = (
    id: TS.Identifier,
    kind: NameKind,
    meaning: Meaning,
    options: { exported?: boolean; nested?: boolean } = {},
  ) => {
    const { exported = false, nested = false } = options;
    const known = names.get(id.text);
    if (known) {
      known.meaning |= meaning;
      known.nodes.push(id);
      known.exported ||= exported;
    } else {
      names.set(id.text, { name: id.text, kind, meaning, nodes: [id], exported, nested });
    }
  };
  const pattern = (
    name: TS.BindingName,
    kind: NameKind,
    options: { exported?: boolean; nested?: boolean },
  ) => {
    if (ts.isIdentifier(name)) declare(name, kind, meanings.value, options);
    else
      for (const element of name.elements)
        if (!ts.isOmittedExpression(element)) pattern(element.name, kind, options);
  };
  const { value, type, namespace } = meanings;
  for (const statement of file.statements) {
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    const exported =
      modifiers.some((m) => m.kind === ts.SyntaxKind.ExportKeyword) &&
      !modifiers.some((m) => m.kind === ts.SyntaxKind.DefaultKeyword);
    if (ts.isVariableStatement(statement)) {
      const kind = variableKind(statement.declarationList);
      for (const d of statement.declarationList.declarations) pattern(d.name, kind, { exported });
    } else if (ts.isFunctionDeclaration(statement)) {
      if (statement.name) declare(statement.name, "function", value, { exported });
    } else if (ts.isClassDeclaration(statement)) {
      if (statement.name) declare(statement.name, "class", value | type, { exported });
    } else if (ts.isEnumDeclaration(statement)) {
      declare(statement.name, "enum", value | type | namespace, { exported });
    } else if (ts.isInterfaceDeclaration(statement)) {
      declare(statement.name, "interface", type, { exported });
    } else if (ts.isTypeAliasDeclaration(statement)) {
      declare(statement.name, "type", type, { exported });
    } else if (ts.isModuleDeclaration(statement)) {
      if (ts.isIdentifier(statement.name) && !(statement.flags & ts.NodeFlags.GlobalAugmentation))
        declare(statement.name, "namespace", namespace | (isInstantiated(statement) ? value : 0), {
          exported,
        });
    } else if (ts.isImportEqualsDeclaration(statement)) {
      declare(statement.name, "import", value | type | namespace, { exported });
    } else if (ts.isImportDeclaration(statement)) {
      for (const id of importBindings(statement)) declare(id, "import", value | type | namespace);
    } else if (ts.isExportDeclaration(statement) && statement.exportClause && !statement.moduleSpecifier) {
      continue;
    } else {
      nestedVars(statement, (name) => pattern(name, "var", { nested: true }));
    }
  }
  for (const statement of file.statements) {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier || !statement.exportClause) continue;
    if (!ts.isNamedExports(statement.exportClause)) continue;
    for (const specifier of statement.exportClause.elements) {
      const known = names.get(specifier.name.text);
      if (known) known.exported = true;
    }
  }
  return names;
}

/** Identifiers that an import declaration binds. */
export function importBindings(statement: TS.ImportDeclaration): TS.Identifier[] {
  const clause = statement.importClause;
  if (!clause) return [];
  const found = clause.name ? [clause.name] : [];
  const named = clause.namedBindings;
  if (named && ts.isNamespaceImport(named)) found.push(named.name);
  else if (named) found.push(...named.elements.map((element) => element.name));
  return found;
}

export function variableKind(list: TS.VariableDeclarationList): "const" | "let" | "var" | "using" {
  const flags = list.flags & ts.NodeFlags.BlockScoped;
  if (flags === ts.NodeFlags.Using || flags === ts.NodeFlags.AwaitUsing) return "using";
  return flags === ts.NodeFlags.Const ? "const" : flags === ts.NodeFlags.Let ? "let" : "var";
}

/** Whether a namespace holds more than types. */
function isInstantiated(node: TS.ModuleDeclaration): boolean {
  const body = node.body;
  if (!body) return false;
  if (ts.isModuleDeclaration(body)) return isInstantiated(body);
  if (!ts.isModuleBlock(body)) return false;
  return body.statements.some((s) =>
    ts.isModuleDeclaration(s)
      ? isInstantiated(s)
      : !ts.isInterfaceDeclaration(s) && !ts.isTypeAliasDeclaration(s),
  );
}

/** `var` declarations inside of blocks and loops, which belong to the function around them: here, the cell. */
function nestedVars(node: TS.Node, found: (name: TS.BindingName) => void): void {
  if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return;
  if (ts.isVariableDeclarationList(node) && variableKind(node) === "var")
    for (const declaration of node.declarations) found(declaration.name);
  ts.forEachChild(node, (child) => nestedVars(child, found));
}
