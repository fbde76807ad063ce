/**
 * What is at a place in a file, and what of it is shown to a person.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";

/** Where in a file something is. */
export interface Place {
  readonly file: TS.SourceFile;
  readonly start: number;
  readonly length: number;
}

/** The token at a position. */
export function tokenAt(file: TS.SourceFile, position: number): TS.Node {
  let found: TS.Node = file;
  for (;;) {
    const inner: TS.Node | undefined = ts.forEachChild(found, (child) =>
      child.getStart(file) <= position && position < child.end ? child : undefined,
    );
    if (!inner) return found;
    found = inner;
  }
}

/** The operands of commas: `x[0, 1]` and `a, b = 1, 2` have them. */
export function commaOperands(node: TS.Expression): TS.Expression[] {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.CommaToken
    ? [...commaOperands(node.left), node.right]
    : [node];
}

/** Longer texts are shortened. */
const LONGEST = 80;

/** An expression as it stands. */
export function text(node: TS.Node, file: TS.SourceFile): string {
  const whole = node.getText(file);
  return whole.length > LONGEST || whole.includes("\n") ? "…" : whole;
}

/** An expression as it stands before a dot. */
export function textBeforeDot(node: TS.Expression, file: TS.SourceFile): string {
  const shown = text(node, file);
  if (ts.isNumericLiteral(node) || !ts.isLeftHandSideExpression(node)) return `(${shown})`;
  return shown;
}

/** Whether values of a type have a method of this name. */
export function isMethod(type: TS.Type, name: string, checker: TS.TypeChecker): boolean {
  const property = type.getProperty(name);
  return property !== undefined && checker.getTypeOfSymbol(property).getCallSignatures().length > 0;
}

/** Members of an object that its users can read. */
export function memberNames(type: TS.Type, checker: TS.TypeChecker): string[] {
  return checker
    .getPropertiesOfType(type)
    .filter((symbol) => {
      const declaration = symbol.valueDeclaration;
      const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
      return !declaration || (ts.getCombinedModifierFlags(declaration) & hidden) === 0;
    })
    .map(({ name }) => name)
    .filter((name) => /^[a-z]\w*$/iu.test(name));
}
