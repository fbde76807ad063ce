/**
 * What a cell may need from elsewhere, by its syntax alone: the names that it mentions, the modules that it imports, and whether it may
 * leave anything behind for the types of later cells.
 */
import type TS from "typescript";
import { ts } from "./compiler.js";

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
    if (ts.isBinaryExpression(expression)) return NARROWING.has(expression.operatorToken.kind);
    // An assertion, such as `assert(x)`.
    return (
      ts.isCallExpression(expression) && /assert|invariant|ok$/iu.test(expression.expression.getText(file))
    );
  });
}

/** An assignment narrows, also one behind `||`; sums and comparisons do not. */
const { SyntaxKind } = ts;
const NARROWING: ReadonlySet<TS.SyntaxKind> = new Set([
  SyntaxKind.EqualsToken,
  SyntaxKind.BarBarEqualsToken,
  SyntaxKind.AmpersandAmpersandEqualsToken,
  SyntaxKind.QuestionQuestionEqualsToken,
  SyntaxKind.BarBarToken,
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.QuestionQuestionToken,
]);

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
