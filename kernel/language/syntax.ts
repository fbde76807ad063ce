/**
 * A cell as syntax alone: how it parses, which names it declares at its top level and which names it mentions. No checker.
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

export interface ParsedCell {
  /** The text that was parsed, as long as the cell. */
  readonly text: string;
  readonly file: TS.SourceFile;
  readonly scriptKind: TS.ScriptKind;
  /** The cell is one object literal and is to be read in parentheses. */
  readonly parenthesized: boolean;
  readonly errors: readonly TS.DiagnosticWithLocation[];
}

/** Every way in which a cell could be meant: as TypeScript, and as TSX where it may have elements. */
export function parsings(text: string): ParsedCell[] {
  const best = parseCell(text);
  return best.errors.length > 0 && MAYBE_JSX.test(text) ? [best, parse(text, ts.ScriptKind.TSX)] : [best];
}

const MAYBE_JSX = /<[\w>]/u;

/** Parses a cell as TypeScript, or as TSX or as an object literal where only that works. */
export function parseCell(text: string): ParsedCell {
  const plain = parse(text, ts.ScriptKind.TS);
  const isBlock = /^\s*\{[^]*\}\s*$/u.test(text);
  if (isBlock && (plain.errors.length > 0 || isLabelsOnly(plain.file))) {
    const object = parse(`(${text}\n)`, ts.ScriptKind.TS);
    if (object.errors.length === 0) return { ...object, text, parenthesized: true };
  }
  if (plain.errors.length > 0 && MAYBE_JSX.test(text)) {
    const tsx = parse(text, ts.ScriptKind.TSX);
    if (tsx.errors.length === 0 || (hasJsx(tsx.file) && tsx.errors.length < plain.errors.length)) return tsx;
  }
  return plain;
}

/** How cells are parsed. */
export const CELL_PARSING: TS.CreateSourceFileOptions = {
  languageVersion: ts.ScriptTarget.ES2022,
  impliedNodeFormat: ts.ModuleKind.ESNext,
  setExternalModuleIndicator: (file) => {
    // A cell is a module whatever it holds, so that `await` is a keyword at its top level.
    (file as { externalModuleIndicator?: TS.Node | true }).externalModuleIndicator = true;
  },
};

function parse(text: string, scriptKind: TS.ScriptKind): ParsedCell {
  const file = ts.createSourceFile("cell.mts", text, CELL_PARSING, true, scriptKind);
  return { text, file, scriptKind, parenthesized: false, errors: parseErrors(file) };
}

function parseErrors(file: TS.SourceFile): readonly TS.DiagnosticWithLocation[] {
  return (file as unknown as { parseDiagnostics: readonly TS.DiagnosticWithLocation[] }).parseDiagnostics;
}

/** `{ a: 1 }` parses as a block with a label; nobody means that. */
function isLabelsOnly(file: TS.SourceFile): boolean {
  const [block, ...rest] = file.statements;
  return (
    block !== undefined &&
    rest.length === 0 &&
    ts.isBlock(block) &&
    block.statements.every((s) => ts.isLabeledStatement(s) && ts.isExpressionStatement(s.statement))
  );
}

function hasJsx(node: TS.Node): boolean {
  return (
    ts.isJsxElement(node) ||
    ts.isJsxSelfClosingElement(node) ||
    ts.isJsxFragment(node) ||
    (ts.forEachChild(node, (child) => hasJsx(child) || undefined) ?? false)
  );
}

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

export interface Mentioned {
  readonly names: Set<string>;
  /** Every identifier. */
  readonly all: ReadonlySet<string>;
  /** Specifiers of the modules that are imported in any way. */
  readonly imports: readonly TS.StringLiteral[];
  readonly jsx: boolean;
  /** It adds to the global scope or to another module. */
  readonly augments: boolean;
}

/** Whether statements of the top level may narrow the type of a variable for what follows the cell. */
export function mayNarrow(file: TS.SourceFile): boolean {
  return file.statements.some((statement) => {
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.some(({ type, initializer }) => type && initializer);
    if (!ts.isExpressionStatement(statement))
      return (
        ts.isIfStatement(statement) ||
        ts.isIterationStatement(statement, false) ||
        ts.isSwitchStatement(statement) ||
        ts.isTryStatement(statement) ||
        ts.isBlock(statement)
      );
    const { expression } = statement;
    if (ts.isBinaryExpression(expression)) return expression.operatorToken.kind !== ts.SyntaxKind.CommaToken;
    // An assertion, such as `assert(x)`.
    return (
      ts.isCallExpression(expression) && /assert|invariant|ok$/iu.test(expression.expression.getText(file))
    );
  });
}

/** Names that a cell mentions other than as members, keys and labels: what it may need from elsewhere. */
export function mentionedNames(file: TS.SourceFile): Mentioned {
  const names = new Set<string>();
  const all = new Set<string>();
  const imports: TS.StringLiteral[] = [];
  let jsx = false;
  const visit = (node: TS.Node) => {
    if (ts.isIdentifier(node)) {
      all.add(node.text);
      if (!isMemberName(node)) names.add(node.text);
    }
    if (ts.isStringLiteral(node) && isSpecifier(node)) imports.push(node);
    jsx ||= ts.isJsxOpeningLikeElement(node) || ts.isJsxFragment(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  const augments = file.statements.some(
    (s) =>
      ts.isModuleDeclaration(s) &&
      (ts.isStringLiteral(s.name) || (s.flags & ts.NodeFlags.GlobalAugmentation) !== 0),
  );
  return { names, all, imports, jsx, augments };
}

function isSpecifier(literal: TS.StringLiteral): boolean {
  const { parent } = literal;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent))
    return parent.moduleSpecifier === literal;
  if (ts.isExternalModuleReference(parent)) return true;
  if (ts.isLiteralTypeNode(parent))
    return ts.isImportTypeNode(parent.parent) && parent.parent.argument === parent;
  if (!ts.isCallExpression(parent) || parent.arguments[0] !== literal) return false;
  const callee = parent.expression;
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === "require")
  );
}

/** An identifier that names a member, a key or a label and so never looks anything up. */
export function isMemberName(id: TS.Identifier): boolean {
  const { parent } = id;
  switch (parent.kind) {
    case ts.SyntaxKind.PropertyAccessExpression:
    case ts.SyntaxKind.PropertyAssignment:
    case ts.SyntaxKind.PropertyDeclaration:
    case ts.SyntaxKind.PropertySignature:
    case ts.SyntaxKind.MethodDeclaration:
    case ts.SyntaxKind.MethodSignature:
    case ts.SyntaxKind.GetAccessor:
    case ts.SyntaxKind.SetAccessor:
    case ts.SyntaxKind.EnumMember:
    case ts.SyntaxKind.JsxAttribute:
    case ts.SyntaxKind.MetaProperty:
    case ts.SyntaxKind.NamedTupleMember:
      return (parent as unknown as { name?: TS.Node }).name === id;
    case ts.SyntaxKind.QualifiedName:
      return (parent as TS.QualifiedName).right === id;
    case ts.SyntaxKind.BindingElement:
      return (parent as TS.BindingElement).propertyName === id;
    case ts.SyntaxKind.ImportType:
    case ts.SyntaxKind.ImportAttribute:
    case ts.SyntaxKind.LabeledStatement:
    case ts.SyntaxKind.BreakStatement:
    case ts.SyntaxKind.ContinueStatement:
    case ts.SyntaxKind.ImportSpecifier:
    case ts.SyntaxKind.NamespaceExport:
    case ts.SyntaxKind.JsxNamespacedName:
      return true;
    case ts.SyntaxKind.ExportSpecifier: {
      const specifier = parent as TS.ExportSpecifier;
      if (specifier.parent.parent.moduleSpecifier) return true;
      return specifier.propertyName !== undefined && specifier.propertyName !== id;
    }
    default:
      return false;
  }
}
