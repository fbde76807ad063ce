/** Which expressions may have no value though their type is that of an object. */
import type TS from "typescript";
import { ts } from "../compiler.js";

/**
 * Whether a value may be missing though its type here is an object: it was narrowed to it, it is looked up in a list or by a key, or it
 * was declared before it has a value.
 */
export function mayBeMissing(node: TS.Expression, checker: TS.TypeChecker): boolean {
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
