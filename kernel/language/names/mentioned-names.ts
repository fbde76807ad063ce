/**
 * What a cell may need from elsewhere, by its syntax alone: the names that it mentions, the modules that it imports, and whether it may
 * leave anything behind for the types of later cells.
 */
import type TS from "typescript";
import { getAssignmentTargetKind, Target } from "../syntax/changed-objects.js";
import { ts } from "../compiler.js";

export interface Mentioned {
  readonly names: Set<string>;
  /** Every identifier. */
  readonly all: ReadonlySet<string>;
  /** Specifiers of the modules that are imported in any way. */
  readonly imports: readonly TS.StringLiteral[];
  readonly jsx: boolean;
  /** Variables that it assigns to or whose lists it adds to. */
  readonly changed: ReadonlyMap<string, Change>;
  /** It adds to the global scope or to another module. */
  readonly augments: boolean;
}

/** When a variable is changed: as the cell runs, or when one of its functions is called. */
export type Change = "now" | "later";

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
  const changed = new Map<string, Change>();
  let jsx = false;
  let functions = 0;
  const visit = (node: TS.Node) => {
    if (ts.isIdentifier(node)) {
      all.add(node.text);
      if (!isMemberName(node)) {
        names.add(node.text);
        if (isAssigned(node))
          changed.set(node.text, functions > 0 ? "later" : (changed.get(node.text) ?? "now"));
        else if (isAddedTo(node) && changed.get(node.text) !== "now")
          changed.set(node.text, functions > 0 ? "later" : "now");
      }
    }
    if (ts.isStringLiteral(node) && isSpecifier(node)) imports.push(node);
    jsx ||= ts.isJsxOpeningLikeElement(node) || ts.isJsxFragment(node);
    const isFunction = ts.isFunctionLike(node);
    if (isFunction) functions++;
    ts.forEachChild(node, visit);
    if (isFunction) functions--;
  };
  visit(file);
  const augments = file.statements.some(
    (s) =>
      ts.isModuleDeclaration(s) &&
      (ts.isStringLiteral(s.name) || (s.flags & ts.NodeFlags.GlobalAugmentation) !== 0),
  );
  return { names, all, imports, jsx, changed, augments };
}

/** Whether an identifier is assigned to, alone, as part of a pattern or by an operator. */
export function isAssigned(id: TS.Identifier): boolean {
  return !isDeclaration(id.parent) && getAssignmentTargetKind(id) !== Target.none;
}

function isDeclaration(node: TS.Node): boolean {
  return ts.isVariableDeclaration(node) || ts.isBindingElement(node) || ts.isParameter(node);
}

/** `list.push(x)`, `list.unshift(x)`, `list[i] = x`: where TypeScript finds the type of a list that is declared without one. */
function isAddedTo(id: TS.Identifier): boolean {
  const { parent } = id;
  if (ts.isElementAccessExpression(parent))
    return parent.expression === id && getAssignmentTargetKind(parent) !== Target.none;
  if (!ts.isPropertyAccessExpression(parent) || parent.expression !== id) return false;
  return (
    (parent.name.text === "push" || parent.name.text === "unshift") &&
    ts.isCallExpression(parent.parent) &&
    parent.parent.expression === parent
  );
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
