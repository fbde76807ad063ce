/**
 * Errors that come of what is known beyond a class, where that may have changed since: they are not told, the call itself will check.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { saidByTypes } from "./rewording.js";
import { Trust, type TrustContext } from "../dataflow/trusted-types.js";

/** A comparison of two types that have no value in common. */
const NO_OVERLAP = 2367;

export function isDoubtful(diagnostic: TS.Diagnostic, context: TrustContext): boolean {
  const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
  // Sizes are numbers, also those that are known.
  if (diagnostic.code === NO_OVERLAP) return /types '-?\d+' and '-?\d+'/u.test(message);
  const { file, start, length = 0 } = diagnostic;
  if (!file || start === undefined || saidByTypes(message) === undefined) return false;
  const call = callAround(innermost(file, start, start + length));
  if (!call) return false;
  const trust = new Trust(context);
  const { expression: callee, arguments: operands = [] } = call;
  const values = ts.isPropertyAccessExpression(callee) ? [callee.expression, ...operands] : operands;
  return !values.every((value) => trust.isTrusted(value));
}

function innermost(file: TS.SourceFile, start: number, end: number): TS.Node {
  let found: TS.Node = file;
  const visit = (node: TS.Node): void => {
    if (node.getStart(file) > start || node.end < end) return;
    found = node;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  return found;
}

/** The call of which a node is an argument or the callee. */
function callAround(node: TS.Node): TS.CallExpression | TS.NewExpression | undefined {
  for (
    let at: TS.Node | undefined = node.parent as TS.Node | undefined;
    at;
    at = at.parent as TS.Node | undefined
  )
    if (ts.isCallExpression(at) || ts.isNewExpression(at)) return at;
  return undefined;
}
