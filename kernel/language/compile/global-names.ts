/**
 * Names that a cell puts on `globalThis` itself. What was put there by others is known from the session.
 */
import type TS from "typescript";
import { getAssignmentTargetKind, Target } from "../syntax/changed-objects.js";
import { ts } from "../compiler.js";
import { saysOnlyTypes } from "../syntax/parse.js";

/** `globalThis.x = 1`, `globalThis["x"] = 1`, `Object.assign(globalThis, { x: 1 })`, also by way of a cast. */
export function namesPutOnGlobal(file: TS.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: TS.Node): void => {
    if (ts.isPropertyAccessExpression(node) && isGlobal(node.expression)) {
      if (getAssignmentTargetKind(node) !== Target.none) names.add(node.name.text);
    } else if (ts.isElementAccessExpression(node) && isGlobal(node.expression)) {
      const key = node.argumentExpression;
      if (ts.isStringLiteralLike(key) && getAssignmentTargetKind(node) !== Target.none) names.add(key.text);
    } else if (ts.isCallExpression(node)) {
      const [target, ...values] = node.arguments;
      if (target && isGlobal(target))
        for (const value of values) {
          if (ts.isStringLiteralLike(value)) names.add(value.text);
          if (!ts.isObjectLiteralExpression(value)) continue;
          for (const { name } of value.properties)
            if (name && (ts.isIdentifier(name) || ts.isStringLiteral(name))) names.add(name.text);
        }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

function isGlobal(node: TS.Expression): boolean {
  if (saysOnlyTypes(node)) return isGlobal(node.expression);
  return ts.isIdentifier(node) && (node.text === "globalThis" || node.text === "global");
}
