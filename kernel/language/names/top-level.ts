/**
 * Names that a cell's top level declares, by its syntax alone.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";

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
  /** Its type is that of what it is given. */
  readonly evolves?: Evolves;
}

/** A variable without a type, and without a value or with an empty list for its value. */
export type Evolves = "value" | "list";

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

/**
 * The names that a cell's top level declares, in order, each once.
 * @param evolving variables without a type have that of what they are given
 */
export function topLevelNames(file: TS.SourceFile, evolving = true): Map<string, TopLevelName> {
  const names = new Map<string, TopLevelName>();
  const declare = (id: TS.Identifier, kind: NameKind, meaning: Meaning, evolves?: Evolves) => {
    const known = names.get(id.text);
    if (known) {
      known.meaning |= meaning;
      known.nodes.push(id);
    } else {
      names.set(id.text, { name: id.text, kind, meaning, nodes: [id], ...(evolves && { evolves }) });
    }
  };
  const pattern = (name: TS.BindingName, kind: NameKind) => {
    if (ts.isIdentifier(name)) declare(name, kind, meanings.value);
    else
      for (const element of name.elements) if (!ts.isOmittedExpression(element)) pattern(element.name, kind);
  };
  const { value, type, namespace } = meanings;
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      const kind = variableKind(statement.declarationList);
      for (const declaration of statement.declarationList.declarations) {
        const { name } = declaration;
        if (ts.isIdentifier(name))
          declare(name, kind, value, evolving ? evolves(statement, declaration, kind) : undefined);
        else pattern(name, kind);
      }
    } else if (ts.isFunctionDeclaration(statement)) {
      if (statement.name) declare(statement.name, "function", value);
    } else if (ts.isClassDeclaration(statement)) {
      if (statement.name) declare(statement.name, "class", value | type);
    } else if (ts.isEnumDeclaration(statement)) {
      declare(statement.name, "enum", value | type | namespace);
    } else if (ts.isInterfaceDeclaration(statement)) {
      declare(statement.name, "interface", type);
    } else if (ts.isTypeAliasDeclaration(statement)) {
      declare(statement.name, "type", type);
    } else if (ts.isModuleDeclaration(statement)) {
      if (ts.isIdentifier(statement.name) && !(statement.flags & ts.NodeFlags.GlobalAugmentation))
        declare(statement.name, "namespace", namespace | (isInstantiated(statement) ? value : 0));
    } else if (ts.isImportEqualsDeclaration(statement)) {
      declare(statement.name, "import", value | type | namespace);
    } else if (ts.isImportDeclaration(statement)) {
      for (const id of importBindings(statement)) declare(id, "import", value | type | namespace);
    } else {
      nestedVars(statement, (name) => {
        pattern(name, "var");
      });
    }
  }
  return names;
}

/** Where TypeScript takes the type of a variable from what it is given. */
function evolves(
  { modifiers }: TS.VariableStatement,
  { type, initializer, exclamationToken }: TS.VariableDeclaration,
  kind: NameKind,
): Evolves | undefined {
  if (type || exclamationToken || modifiers) return undefined;
  if (initializer && ts.isArrayLiteralExpression(initializer) && initializer.elements.length === 0)
    return "list";
  if (kind !== "let" && kind !== "var") return undefined;
  if (!initializer || initializer.kind === ts.SyntaxKind.NullKeyword) return "value";
  return ts.isIdentifier(initializer) && initializer.text === "undefined" ? "value" : undefined;
}

/** Identifiers that an import declaration binds. */
function importBindings(statement: TS.ImportDeclaration): TS.Identifier[] {
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
