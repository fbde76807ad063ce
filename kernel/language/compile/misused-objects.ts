/**
 * Objects of the runtime where JavaScript wants a truth value, a number or an order: an object is always true, and `sort()` compares texts. Where a
 * class has `item()`, its one element was meant. TypeScript allows both, so they are looked for here, once it has checked the file.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { isMethod, textBeforeDot } from "../syntax/nodes.js";
import { SIGNS } from "./operators.js";

const { SyntaxKind } = ts;

/** What only a text with such signs can have. */
const MAYBE =
  /\b(?:if|while|for)\b|[?!~]|[=(,:;{\s]-\s*[\w$(]|^-|==|&&|\|\||\.\s*(?:sort|toSorted|filter|some|every|find\w*)\s*\(/u;

/** Comments at the top, one of which switches type checks off. */
const UNCHECKED = /^(?:\s*\/\/[^\n]*\n)*\s*\/\/\s*@ts-nocheck\b/u;

/** Methods of lists that take a condition. */
const PREDICATES: ReadonlySet<string> = new Set([
  "filter",
  "some",
  "every",
  "find",
  "findIndex",
  "findLast",
  "findLastIndex",
]);
const SORTS: ReadonlySet<string> = new Set(["sort", "toSorted"]);

/** Operators whose left side is a condition, and whose right side is one where the whole is. */
const JOINS: ReadonlySet<TS.SyntaxKind> = new Set([
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.BarBarToken,
]);
const JOINING_ASSIGNMENTS: ReadonlySet<TS.SyntaxKind> = new Set([
  SyntaxKind.AmpersandAmpersandEqualsToken,
  SyntaxKind.BarBarEqualsToken,
]);

/** A place in a file where an object is used as what it is not. */
export interface Misuse extends TS.DiagnosticWithLocation {
  readonly messageText: string;
}

/** Uses of objects as truth values, and lists of them that are sorted as texts. */
export function misusedObjects(
  file: TS.SourceFile,
  checker: TS.TypeChecker,
  options: TS.CompilerOptions,
  isOfRuntime: (symbol: TS.Symbol) => boolean,
): Misuse[] {
  // Without strict null checks no type says that a value may be missing.
  if (!MAYBE.test(file.text) || !(options.strictNullChecks ?? options.strict)) return [];
  if (UNCHECKED.test(file.text)) return [];
  const found = new Map<TS.Node, string>();

  /** The runtime's class with `item()` of which all values of a type are. */
  const classOf = (type: TS.Type): string | undefined => {
    if (type.isUnion()) {
      const classes = type.types.map(classOf);
      return classes.includes(undefined) ? undefined : classes[0];
    }
    if (type.isIntersection()) return firstOf(type.types);
    if (type.flags & ts.TypeFlags.TypeParameter) {
      const constraint = checker.getBaseConstraintOfType(type);
      return constraint && constraint !== type ? classOf(constraint) : undefined;
    }
    const symbol = type.getSymbol();
    if (!symbol || !(symbol.flags & ts.SymbolFlags.Class)) return undefined;
    if (isOfRuntime(symbol) && isMethod(type, "item", checker)) return symbol.name;
    const declared = (type as Partial<TS.TypeReference>).target ?? type;
    return firstOf(declared.getBaseTypes() ?? []);
  };
  const firstOf = (types: readonly TS.Type[]): string | undefined => {
    for (const type of types) {
      const name = classOf(type);
      if (name !== undefined) return name;
    }
    return undefined;
  };
  const inspect = (value: TS.Expression): void => {
    if (isPlain(value)) return;
    const type = checker.getTypeAtLocation(value);
    const name = classOf(type);
    if (name === undefined || mayBeMissing(value, checker)) return;
    found.set(value, alwaysTrue(name, textBeforeDot(value, file), isOneElement(type, checker)));
  };

  /** `-x` and `~x`, which TypeScript allows: where the shape is known not to be that of a number, they throw. */
  const sign = (node: TS.PrefixUnaryExpression): void => {
    const type = checker.getTypeAtLocation(node.operand);
    const method = SIGNS[ts.tokenToString(node.operator) ?? ""];
    if (method === undefined || classOf(type) === undefined || !isMethod(type, method, checker)) return;
    const sizes = knownSizes(type, checker);
    if (sizes === undefined || sizes.every((size) => size === 1)) return;
    found.set(
      node,
      `There are no operators on objects; write ${textBeforeDot(node.operand, file)}.${method}()`,
    );
  };
  /** `a == b` of two objects, which are never equal unless they are one. */
  const equality = ({ left, right, operatorToken }: TS.BinaryExpression, method: string): void => {
    const [name, other] = [left, right].map((side) => classOf(checker.getTypeAtLocation(side)));
    if (name === undefined || other === undefined) return;
    const [operator, a, b] = [operatorToken.getText(file), textBeforeDot(left, file), right.getText(file)];
    found.set(
      operatorToken.parent,
      `${operator} asks whether two ${name.toLowerCase()}s are one and the same; write ${a}.${method}(${b}) to compare their elements, ${a} ${operator}= ${b} if that was meant`,
    );
  };

  const condition = (node: TS.Expression): void => {
    const value = withoutBrackets(node);
    // What is left of `&&` and `||`, and behind `!`, is a condition anyway.
    if (ts.isBinaryExpression(value) && JOINS.has(value.operatorToken.kind)) condition(value.right);
    else if (ts.isConditionalExpression(value)) {
      condition(value.whenTrue);
      condition(value.whenFalse);
    } else inspect(value);
  };

  const call = (node: TS.CallExpression): void => {
    if (!ts.isPropertyAccessExpression(node.expression)) return;
    const { name: method, expression: list } = node.expression;
    const sorts = SORTS.has(method.text) && node.arguments.length === 0;
    const [predicate] = PREDICATES.has(method.text) ? node.arguments : [];
    if (!sorts && !predicate) return;
    const type = checker.getNonNullableType(checker.getTypeAtLocation(list));
    if (!checker.isArrayType(type) && !checker.isTupleType(type)) return;
    if (predicate) {
      const body = ts.isArrowFunction(predicate) && !ts.isBlock(predicate.body) ? predicate.body : undefined;
      if (body) return condition(body);
      const [signature] = checker.getTypeAtLocation(predicate).getCallSignatures();
      const answer = signature?.getReturnType();
      const name = answer && classOf(answer);
      if (name !== undefined) found.set(predicate, alwaysTrue(name, "…", isOneElement(answer!, checker)));
      return;
    }
    const element = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
    const name = element && classOf(checker.getNonNullableType(element));
    if (name === undefined) return;
    const sort = `${textBeforeDot(list, file)}.${method.text}`;
    found.set(
      node,
      `${method.text}() without a function orders ${name.toLowerCase()}s by their texts; write ${sort}((a, b) => a.item() - b.item())`,
    );
  };

  const visit = (node: TS.Node): void => {
    if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node))
      condition(node.expression);
    else if (ts.isForStatement(node)) {
      if (node.condition) condition(node.condition);
    } else if (ts.isConditionalExpression(node)) condition(node.condition);
    else if (ts.isPrefixUnaryExpression(node)) {
      if (node.operator === SyntaxKind.ExclamationToken) condition(node.operand);
      else sign(node);
    } else if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (JOINS.has(kind) || JOINING_ASSIGNMENTS.has(kind)) condition(node.left);
      else if (kind === SyntaxKind.EqualsEqualsToken) equality(node, "eq");
      else if (kind === SyntaxKind.ExclamationEqualsToken) equality(node, "ne");
    } else if (ts.isCallExpression(node)) call(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...found]
    .filter(([node]) => !isIgnored(node, file))
    .map(([node, messageText]) => ({
      category: ts.DiagnosticCategory.Error,
      code: 0,
      file,
      start: node.getStart(file),
      length: node.getWidth(file),
      messageText,
    }));
}

function withoutBrackets(node: TS.Expression): TS.Expression {
  return ts.isParenthesizedExpression(node) ? withoutBrackets(node.expression) : node;
}

/** `x` of `x!` and `x as T`. */
function withoutAssertions(node: TS.Expression): TS.Expression {
  const isAssertion =
    ts.isNonNullExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isTypeAssertionExpression(node) ||
    ts.isParenthesizedExpression(node);
  return isAssertion ? withoutAssertions(node.expression) : node;
}

/** Expressions whose type needs not be asked for: comparisons, negations, literals. */
function isPlain(node: TS.Expression): boolean {
  if (ts.isPrefixUnaryExpression(node) || ts.isLiteralExpression(node) || ts.isTypeOfExpression(node))
    return true;
  if (!ts.isBinaryExpression(node))
    return node.kind === SyntaxKind.TrueKeyword || node.kind === SyntaxKind.FalseKeyword;
  const { kind } = node.operatorToken;
  return (
    kind !== SyntaxKind.CommaToken &&
    kind !== SyntaxKind.QuestionQuestionToken &&
    !(kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment)
  );
}

/**
 * Whether a value may be missing though its type here is an object: it was narrowed to it, it is looked up in a list or by a key, or it
 * was declared before it has a value.
 */
function mayBeMissing(node: TS.Expression, checker: TS.TypeChecker): boolean {
  const value = withoutAssertions(node);
  if (value !== node && isNullable(checker.getTypeAtLocation(value), checker)) return true;
  if (ts.isBinaryExpression(value)) return mayBeMissing(value.right, checker);
  if (ts.isConditionalExpression(value))
    return mayBeMissing(value.whenTrue, checker) || mayBeMissing(value.whenFalse, checker);
  if (ts.isAwaitExpression(value)) return mayBeMissing(value.expression, checker);
  if (ts.isElementAccessExpression(value) || ts.isPropertyAccessExpression(value)) {
    const key = ts.isPropertyAccessExpression(value) ? value.name : value.argumentExpression;
    if (!ts.isMemberName(key) && !ts.isStringLiteralLike(key) && !ts.isNumericLiteral(key)) return true;
    const object = checker.getApparentType(checker.getTypeAtLocation(value.expression));
    const symbol = ts.isPrivateIdentifier(key)
      ? checker.getSymbolAtLocation(key)
      : object.getProperty(key.text);
    return symbol === undefined || isDeclaredMissing(symbol, checker);
  }
  const symbol = ts.isIdentifier(value) ? checker.getSymbolAtLocation(value) : undefined;
  return symbol !== undefined && isDeclaredMissing(symbol, checker);
}

function isDeclaredMissing(symbol: TS.Symbol, checker: TS.TypeChecker): boolean {
  const type = checker.getTypeOfSymbol(symbol);
  if (isNullable(type, checker)) return true;
  const declaration = symbol.valueDeclaration;
  if (declaration && ts.isPropertyDeclaration(declaration)) return declaration.exclamationToken !== undefined;
  if (declaration && ts.isBindingElement(declaration)) return isFoundByKey(declaration, checker);
  if (!declaration || !ts.isVariableDeclaration(declaration)) return false;
  if (declaration.initializer) return !declaration.type && mayBeMissing(declaration.initializer, checker);
  return !ts.isForOfStatement(declaration.parent.parent);
}

/** `const [first] = list`, where the list may be empty. */
function isFoundByKey(element: TS.BindingElement, checker: TS.TypeChecker): boolean {
  const pattern = element.parent;
  const { initializer } = pattern.parent;
  if (!initializer) return ts.isArrayBindingPattern(pattern);
  const type = checker.getTypeAtLocation(initializer);
  if (ts.isArrayBindingPattern(pattern)) return !checker.isTupleType(type);
  const key = element.propertyName ?? element.name;
  return !ts.isIdentifier(key) || type.getProperty(key.text) === undefined;
}

function isNullable(type: TS.Type, checker: TS.TypeChecker): boolean {
  return (
    (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0 ||
    checker.getNonNullableType(type) !== type
  );
}

function alwaysTrue(name: string, value: string, isOne: boolean): string {
  const several = isOne ? "" : ` for one element, ${value}.any().item() or ${value}.all().item() for several`;
  return `A ${name.toLowerCase()} is always true as a condition; write ${value}.item()${several}`;
}

/** Sizes of the shape, where the type says them all. */
function knownSizes(type: TS.Type, checker: TS.TypeChecker): number[] | undefined {
  const property = type.getProperty("shape");
  const shape = property && checker.getTypeOfSymbol(property);
  if (!shape || !checker.isTupleType(shape)) return undefined;
  const sizes = checker.getTypeArguments(shape as TS.TypeReference);
  const known = sizes.flatMap((size) => (size.isNumberLiteral() ? [size.value] : []));
  return known.length === sizes.length ? known : undefined;
}

/** Whether the type says that its shape is []. */
function isOneElement(type: TS.Type, checker: TS.TypeChecker): boolean {
  return knownSizes(type, checker)?.length === 0;
}

/** As TypeScript's own errors, it is left out behind `// @ts-ignore`. */
function isIgnored(node: TS.Node, file: TS.SourceFile): boolean {
  const before = file.text.slice(0, node.getStart(file));
  return /\/[/*]\s*@ts-ignore\b[^\n]*\n[^\n]*$/u.test(before);
}
