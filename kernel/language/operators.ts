/**
 * Operators on objects, which JavaScript does not have: the method of the object that does what was meant, `x.add(1)` for `x + 1`.
 */
import type TS from "typescript";
import { ts } from "./compiler.js";

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
};

/** The call to write in place of the operation at a position, where an operand has such a method. */
export function callInPlaceOfOperator(
  file: TS.SourceFile,
  position: number,
  checker: TS.TypeChecker,
): string | undefined {
  const operation = operationAt(file, position);
  if (!operation) return undefined;
  const { left, right, operatorToken } = operation;
  const type = checker.getTypeAtLocation(left);
  const method = METHODS[operatorToken.getText(file)]?.find((name) => isMethod(type, name, checker));
  if (method === undefined) return undefined;
  const object = ts.isLeftHandSideExpression(left) ? left.getText(file) : `(${left.getText(file)})`;
  return `${object}.${method}(${right.getText(file)})`;
}

function operationAt(file: TS.SourceFile, position: number): TS.BinaryExpression | undefined {
  let found: TS.BinaryExpression | undefined;
  const visit = (node: TS.Node): void => {
    if (position < node.getStart(file) || position >= node.end) return;
    const { left, right } = node as Partial<TS.BinaryExpression>;
    if (ts.isBinaryExpression(node) && [left, right].some((side) => side!.getStart(file) === position))
      found = node;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Whether values of a type have a method of this name. */
export function isMethod(type: TS.Type, name: string, checker: TS.TypeChecker): boolean {
  const property = type.getProperty(name);
  return property !== undefined && checker.getTypeOfSymbol(property).getCallSignatures().length > 0;
}
