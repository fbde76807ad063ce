/**
 * `a, b = b, a`, which assigns twice in Python. JavaScript reads three expressions, of which one assigns, and would run it.
 */
import type TS from "typescript";
import { ts } from "../../compiler.js";
import { commaOperands, text } from "../../syntax/nodes.js";

export interface Unpacking {
  readonly statement: TS.ExpressionStatement;
  /** What is assigned to. */
  readonly targets: readonly TS.Expression[];
  /** What to write, behind `const` where the names are new. */
  readonly write: string;
}

/** Statements of this kind in a file. */
export function unpackings(file: TS.SourceFile): Unpacking[] {
  const found: Unpacking[] = [];
  const visit = (node: TS.Node): void => {
    if (ts.isExpressionStatement(node)) {
      const unpacking = unpackingIn(node, file);
      if (unpacking) found.push(unpacking);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function unpackingIn(statement: TS.ExpressionStatement, file: TS.SourceFile): Unpacking | undefined {
  const operands = commaOperands(statement.expression);
  const at = operands.findIndex(isAssignment);
  const assignment = operands[at];
  if (at <= 0 || !assignment || !isAssignment(assignment)) return undefined;
  const targets = [...operands.slice(0, at), assignment.left];
  if (!targets.every(isTarget)) return undefined;
  const values = [assignment.right, ...operands.slice(at + 1)].map((value) => text(value, file));
  const list = targets.map((target) => text(target, file)).join(", ");
  return {
    statement,
    targets,
    write: `[${list}] = ${values.length === 1 ? values[0]! : `[${values.join(", ")}]`}`,
  };
}

function isAssignment(node: TS.Expression): node is TS.AssignmentExpression<TS.EqualsToken> {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
}

function isTarget(node: TS.Expression): boolean {
  return ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}
