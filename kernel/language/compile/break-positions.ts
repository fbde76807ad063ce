/**
 * Where in a text a debugger can stop: at statements that do something, at calls, and at the ends of functions. V8 decides when the
 * code is there; this says it before, so that a breakpoint can be shown at its place as soon as it is set.
 */
import { extname } from "node:path";
import type TS from "typescript";
import { ts } from "../compiler.js";
import type { Position } from "../language.js";

/** Places in order, one for each line that has any. */
export function breakPositions(file: TS.SourceFile): Position[] {
  const columns = new Map<number, number>();
  const add = (offset: number): void => {
    const { line, character } = file.getLineAndCharacterOfPosition(offset);
    const known = columns.get(line + 1);
    if (known === undefined || character < known) columns.set(line + 1, character);
  };
  const visit = (node: TS.Node): void => {
    if (isTypeOnly(node)) return;
    if (isStop(node)) add(node.getStart(file));
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) add(calleeName(node).getStart(file));
    if (ts.isFunctionLike(node)) {
      const body = (node as TS.FunctionLikeDeclaration).body;
      if (body === undefined) return;
      if (ts.isBlock(body)) add(body.end - 1);
      else add(body.getStart(file));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...columns].map(([line, column]) => ({ line, column })).sort((a, b) => a.line - b.line);
}

function isStop(node: TS.Node): boolean {
  if (ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)) return node.initializer !== undefined;
  return (
    ts.isExpressionStatement(node) ||
    ts.isVariableStatement(node) ||
    ts.isIfStatement(node) ||
    ts.isIterationStatement(node, false) ||
    ts.isSwitchStatement(node) ||
    ts.isReturnStatement(node) ||
    ts.isThrowStatement(node) ||
    ts.isBreakOrContinueStatement(node) ||
    ts.isDebuggerStatement(node) ||
    ts.isExportAssignment(node)
  );
}

/** What a call is placed at, as in `a.b.c()`: the last name. */
function calleeName(node: TS.CallExpression | TS.NewExpression): TS.Node {
  if (ts.isNewExpression(node)) return node;
  const { expression } = node;
  return ts.isPropertyAccessExpression(expression) ? expression.name : expression;
}

function isTypeOnly(node: TS.Node): boolean {
  if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return true;
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  // A declaration without a value does nothing where it stands.
  if (ts.isVariableStatement(node) && node.declarationList.declarations.every((d) => !d.initializer))
    return true;
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  return modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.DeclareKeyword) ?? false;
}

/** Parses a file of the user's as its extension says. */
export function parseFile(path: string, text: string): TS.SourceFile {
  const isScript = [".js", ".cjs", ".mjs", ".jsx"].includes(extname(path));
  const kind = /x$/u.test(path) ? ts.ScriptKind.TSX : isScript ? ts.ScriptKind.JS : ts.ScriptKind.TS;
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true, kind);
}

/** Whether code waits for a promise outside of the functions in it. */
export function awaits(node: TS.Node): boolean {
  if (ts.isFunctionLike(node)) return false;
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) return true;
  return ts.forEachChild(node, (child) => awaits(child) || undefined) ?? false;
}
