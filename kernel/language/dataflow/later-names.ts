/**
 * Whether a place in a cell is come to only when one of its functions is called, so that a later cell may define until then what is missing
 * there.
 */
import type TS from "typescript";
import { ts } from "../compiler.js";

/** Methods and constructors that call at once what they are given. */
const CALLING = new Set([
  "every",
  "filter",
  "find",
  "findIndex",
  "findLast",
  "findLastIndex",
  "flatMap",
  "forEach",
  "from",
  "map",
  "reduce",
  "reduceRight",
  "some",
  "sort",
  "toSorted",
  "Promise",
]);

/** In a function's body or signature, or in what each object of a class gets; not where the function is called on the spot. */
export function isLater(node: TS.Node): boolean {
  for (
    let inner = node, at = node.parent as TS.Node | undefined;
    at;
    inner = at, at = at.parent as TS.Node | undefined
  ) {
    if (ts.isDecorator(inner) || (at as { name?: TS.Node }).name === inner) continue;
    if (ts.isFunctionLike(at) && !isCalledAtOnce(at)) return true;
    if (ts.isPropertyDeclaration(at) && !at.modifiers?.some(isStatic)) return true;
  }
  return false;
}

function isStatic({ kind }: TS.ModifierLike): boolean {
  return kind === ts.SyntaxKind.StaticKeyword;
}

function isCalledAtOnce(node: TS.Node): boolean {
  if (!ts.isArrowFunction(node) && !ts.isFunctionExpression(node)) return false;
  let place: TS.Node = node;
  while (ts.isParenthesizedExpression(place.parent)) place = place.parent;
  const { parent } = place;
  if (ts.isNewExpression(parent))
    return ts.isIdentifier(parent.expression) && CALLING.has(parent.expression.text);
  if (!ts.isCallExpression(parent)) return false;
  if (parent.expression === place) return true;
  return ts.isPropertyAccessExpression(parent.expression) && CALLING.has(parent.expression.name.text);
}
