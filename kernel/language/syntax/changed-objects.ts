/**
 * Whether a variable's object is changed where the variable is mentioned: `point.x = 1`, `losses.push(loss)`, `weights.add_(1)`,
 * `Object.assign(options, more)`. What a method does cannot be seen; those of JavaScript's own collections are known, and by PyTorch's
 * convention a name that ends in `_` changes its object, as a method or as a function of it.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";
import { saysOnlyTypes } from "./parse.js";

/** How TypeScript sorts the places of a name: only read, only assigned to, or both at once. */
export enum Target {
  none,
  definite,
  compound,
}
export const { getAssignmentTargetKind } = ts as unknown as {
  getAssignmentTargetKind(node: TS.Node): Target;
};

/** Methods that change what they are called on, by the type's name. Typed arrays share those of arrays, but for what changes their length. */
const CHANGING: Readonly<Record<string, ReadonlySet<string>>> = {
  Array: new Set([
    "push",
    "pop",
    "shift",
    "unshift",
    "splice",
    "sort",
    "reverse",
    "fill",
    "copyWithin",
    "set",
  ]),
  Map: new Set(["set", "delete", "clear"]),
  Set: new Set(["add", "delete", "clear"]),
};
const ALL_CHANGING: ReadonlySet<string> = new Set(Object.values(CHANGING).flatMap((names) => [...names]));

/** "only" where nothing that comes of it is used, so that what the object was before makes no difference to the cell. */
export function changeOf(name: TS.Identifier, checker: TS.TypeChecker): "only" | "also" | undefined {
  const place = accessed(name);
  const { parent } = place;
  if (ts.isCallExpression(parent)) {
    const changes =
      parent.arguments[0] === place
        ? isInPlace(parent.expression)
        : parent.expression === place && place !== name && isChangingMethod(place, checker);
    if (!changes) return undefined;
    return ts.isExpressionStatement(parent.parent) ? "only" : "also";
  }
  if (place === name) return undefined;
  if (ts.isDeleteExpression(parent)) return "only";
  const target = getAssignmentTargetKind(place);
  if (target === Target.none) return undefined;
  return target === Target.definite ? "only" : "also";
}

/** What is reached from a name by properties, elements and words about types alone: `a.b[0]!` of `a`. */
function accessed(name: TS.Expression): TS.Expression {
  const { parent } = name;
  const isMember = ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent);
  const goesOn = isMember ? parent.expression === name : saysOnlyTypes(parent);
  return goesOn ? accessed(parent as TS.Expression) : name;
}

function isInPlace(callee: TS.Expression): boolean {
  if (ts.isIdentifier(callee)) return /._$/u.test(callee.text);
  if (!ts.isPropertyAccessExpression(callee)) return false;
  const { text } = callee.name;
  const isAssign =
    text === "assign" && ts.isIdentifier(callee.expression) && callee.expression.text === "Object";
  return isAssign || /._$/u.test(text);
}

function isChangingMethod(callee: TS.Expression, checker: TS.TypeChecker): boolean {
  if (!ts.isPropertyAccessExpression(callee)) return false;
  const { text } = callee.name;
  if (/._$/u.test(text)) return true;
  if (!ALL_CHANGING.has(text)) return false;
  const type = checker.getNonNullableType(checker.getTypeAtLocation(callee.expression));
  const { name = "" } = (type.symbol as TS.Symbol | undefined) ?? {};
  const kind = checker.isArrayLikeType(type) || name.endsWith("Array") ? "Array" : name.replace(/^Weak/u, "");
  return Object.hasOwn(CHANGING, kind) && CHANGING[kind]!.has(text);
}
