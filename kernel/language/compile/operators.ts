/**
 * Operators on objects, which JavaScript does not have: the method of the object that does what was meant, `x.add(1)` for `x + 1`.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { isMethod, text, textBeforeDot, tokenAt, type Place } from "../syntax/nodes.js";

const METHODS: Readonly<Record<string, readonly string[]>> = {
  "+": ["add", "plus"],
  "-": ["sub", "minus"],
  "*": ["mul", "times"],
  "/": ["div"],
  "%": ["remainder", "mod"],
  "**": ["pow"],
  "<": ["lt"],
  "<=": ["le", "lte"],
  ">": ["gt"],
  ">=": ["ge", "gte"],
  "==": ["eq"],
  "===": ["eq"],
  "!=": ["ne"],
  "!==": ["ne"],
  "&": ["logicalAnd", "bitwiseAnd"],
  "|": ["logicalOr", "bitwiseOr"],
};

/** The same with the operands exchanged. */
const EXCHANGED: Readonly<Record<string, string>> = {
  "+": "+",
  "*": "*",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
  "==": "==",
  "===": "===",
  "!=": "!=",
  "!==": "!==",
  "&": "&",
  "|": "|",
};

/** Methods in place of operators before an operand. */
export const SIGNS: Readonly<Record<string, string>> = { "-": "neg", "~": "logicalNot" };
const UNARY: Readonly<Record<string, string>> = { ...SIGNS, "++": "add", "--": "sub" };

/** What makes an object of a class of a number: `tensor(2)` for the class Tensor, where there is such a function. */
export type FactoryOf = (type: TS.Type) => string | undefined;

/** The call to write in place of an operation of which TypeScript complains, where an operand has such a method. */
export function callInPlaceOfOperator(
  { file, start, length }: Place,
  checker: TS.TypeChecker,
  factoryOf: FactoryOf,
): string | undefined {
  const operation = operationAt(file, start, start + length);
  if (!operation) return undefined;
  if (!ts.isBinaryExpression(operation)) return ofOneOperand(operation, file, checker);
  const { left, right } = operation;
  const symbol = operation.operatorToken.getText(file);
  const assigns = isAssignment(operation.operatorToken.kind);
  const operator = assigns ? symbol.slice(0, -1) : symbol;
  const [type, other] = [left, right].map((side) =>
    checker.getNonNullableType(checker.getTypeAtLocation(side)),
  ) as [TS.Type, TS.Type];
  const method = methodOf(operator, type, checker);
  if (method !== undefined) {
    const call = `${textBeforeDot(left, file)}.${method}(${text(right, file)})`;
    return assigns ? `${text(left, file)} = ${call}` : call;
  }
  if (!isNumber(type)) return undefined;
  // A sum that is a number wants a number.
  if (assigns)
    return isMethod(other, "item", checker)
      ? `${text(left, file)} ${symbol} ${textBeforeDot(right, file)}.item()`
      : undefined;
  if (operator === "-" && isMethod(other, "neg", checker) && isMethod(other, "add", checker))
    return `${textBeforeDot(right, file)}.neg().add(${text(left, file)})`;
  const turned = EXCHANGED[operator];
  const turnedMethod = turned === undefined ? undefined : methodOf(turned, other, checker);
  if (turnedMethod !== undefined) return `${textBeforeDot(right, file)}.${turnedMethod}(${text(left, file)})`;
  const straight = methodOf(operator, other, checker);
  const factory = factoryOf(other);
  if (straight === undefined || factory === undefined) return undefined;
  return `${factory}(${text(left, file)}).${straight}(${text(right, file)})`;
}

/** What to write for `x += 1` where x is a constant: a change of the object itself. */
export function changeInPlace({ file, start, length }: Place, checker: TS.TypeChecker): string | undefined {
  const operation = operationAt(file, start, start + length);
  if (!operation || !ts.isBinaryExpression(operation)) return undefined;
  const { left, right, operatorToken } = operation;
  if (!isAssignment(operatorToken.kind)) return undefined;
  // Where a constant is assigned to, the checker says no type of it.
  const symbol = checker.getSymbolAtLocation(left);
  if (!symbol) return undefined;
  const type = checker.getTypeOfSymbol(symbol);
  const method = methodOf(operatorToken.getText(file).slice(0, -1), type, checker);
  if (method === undefined || !isMethod(type, `${method}_`, checker)) return undefined;
  const [object, value] = [text(left, file), text(right, file)];
  return `Write ${object}.${method}_(${value}) to change it in place, or declare it with let and write ${object} = ${object}.${method}(${value})`;
}

/** `-x`, `x++`. */
function ofOneOperand(
  node: TS.PrefixUnaryExpression | TS.PostfixUnaryExpression,
  file: TS.SourceFile,
  checker: TS.TypeChecker,
): string | undefined {
  const symbol = ts.tokenToString(node.operator) ?? "";
  const method = UNARY[symbol];
  const type = checker.getNonNullableType(checker.getTypeAtLocation(node.operand));
  if (method === undefined || !isMethod(type, method, checker)) return undefined;
  const object = textBeforeDot(node.operand, file);
  return symbol.length === 2 ? `${object} = ${object}.${method}(1)` : `${object}.${method}()`;
}

function methodOf(operator: string, type: TS.Type, checker: TS.TypeChecker): string | undefined {
  // Texts have a method `sub` too, which makes HTML of them.
  if (type.flags & ts.TypeFlags.StringLike) return undefined;
  return METHODS[operator]?.find((name) => isMethod(type, name, checker));
}

function isNumber(type: TS.Type): boolean {
  return (type.flags & ts.TypeFlags.NumberLike) !== 0;
}

function isAssignment(kind: TS.SyntaxKind): boolean {
  return kind > ts.SyntaxKind.EqualsToken && kind <= ts.SyntaxKind.LastAssignment;
}

type Operation = TS.BinaryExpression | TS.PrefixUnaryExpression | TS.PostfixUnaryExpression;

/** The operation that has this extent, or an operand that has it. */
function operationAt(file: TS.SourceFile, start: number, end: number): Operation | undefined {
  const isThere = (node: TS.Node): boolean => node.getStart(file) === start && node.end === end;
  for (let node = tokenAt(file, start); !ts.isSourceFile(node); node = node.parent) {
    if (ts.isBinaryExpression(node)) {
      if ([node, node.left, node.right].some(isThere)) return node;
    } else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      if ([node, node.operand].some(isThere)) return node;
    }
  }
  return undefined;
}

/** `(-x).sum()`: what JavaScript makes of -x is a number. */
export function ofNegative(
  expression: TS.Expression,
  checker: TS.TypeChecker,
  file: TS.SourceFile,
): string | undefined {
  const inner = ts.isParenthesizedExpression(expression) ? expression.expression : expression;
  if (!ts.isPrefixUnaryExpression(inner) || inner.operator !== ts.SyntaxKind.MinusToken) return undefined;
  const isObject = isMethod(checker.getTypeAtLocation(inner.operand), "neg", checker);
  return isObject
    ? `-${text(inner.operand, file)} is a number; write ${textBeforeDot(inner.operand, file)}.neg()`
    : undefined;
}
