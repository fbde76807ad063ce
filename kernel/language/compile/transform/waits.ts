/**
 * Marks what a cell awaits where an error would have something to do: amid `try`, which `using` has become by now, and in loops over what has
 * an iterator, which is closed. There `await x` becomes `await __wait(x)`, so that the session can make it throw when the cell is stopped.
 * Everything else is awaited as it stands.
 *
 * At the top level `name = await x` also says how the name gets its value, `__wait.initializing(x, (value) => name = value)`: what there is of
 * a result can be kept then.
 */
import type TS from "typescript";
import { ts } from "../../compiler.js";

const { factory } = ts;

interface Place {
  /** Amid `try`, within the innermost function. */
  readonly guarded: boolean;
  readonly topLevel: boolean;
}

/** Runs after TypeScript's own transformations. */
export function markWaits(file: TS.SourceFile, context: TS.TransformationContext): TS.SourceFile {
  const visitor =
    (place: Place) =>
    (node: TS.Node): TS.Node => {
      const inner = placeOf(node, place);
      if (ts.isForOfStatement(node)) return forOf(node, place, inner);
      const visited = ts.visitEachChild(node, visitor(inner), context);
      if (ts.isAwaitExpression(visited)) return place.guarded ? waiting(visited) : visited;
      if (place.topLevel && ts.isBinaryExpression(visited) && isAssignment(visited))
        return initializing(visited);
      return visited;
    };

  /** What is gone through is awaited outside of the loop's body. */
  const forOf = (node: TS.ForOfStatement, place: Place, inner: Place): TS.Node => {
    const visit = <T extends TS.Node>(part: T, where: Place) => ts.visitNode(part, visitor(where)) as T;
    const iterable = visit(node.expression, place);
    const { awaitModifier } = node;
    const each = awaitModifier && place.guarded ? call(member("each"), [iterable]) : iterable;
    return factory.updateForOfStatement(
      node,
      awaitModifier,
      visit(node.initializer, place),
      each,
      visit(node.statement, inner),
    );
  };

  return ts.visitEachChild(file, visitor({ guarded: false, topLevel: true }), context);
}

function placeOf(node: TS.Node, place: Place): Place {
  if (ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node))
    return { guarded: false, topLevel: false };
  if (!place.guarded && (ts.isTryStatement(node) || ts.isForOfStatement(node)))
    return { ...place, guarded: true };
  return place;
}

/** `await __wait(x)` */
function waiting(node: TS.AwaitExpression): TS.AwaitExpression {
  const marked = call(factory.createIdentifier(WAIT), [node.expression]);
  return factory.updateAwaitExpression(node, ts.setTextRange(marked, node.expression));
}

function isAssignment(node: TS.BinaryExpression): boolean {
  return node.operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isAwaitExpression(unwrapped(node.right));
}

function unwrapped(node: TS.Expression): TS.Expression {
  return ts.isParenthesizedExpression(node) ? unwrapped(node.expression) : node;
}

function initializing(node: TS.BinaryExpression): TS.BinaryExpression {
  const value = factory.createUniqueName("value");
  const assign = factory.createArrowFunction(
    undefined,
    undefined,
    [factory.createParameterDeclaration(undefined, undefined, value)],
    undefined,
    undefined,
    factory.createParenthesizedExpression(factory.createAssignment(node.left, value)),
  );
  const right = unwrapped(node.right) as TS.AwaitExpression;
  const promise = (wrapped: TS.Expression) =>
    ts.setTextRange(call(member("initializing"), [wrapped, assign]), wrapped);
  const inside = guardedPromise(right);
  const awaited = inside
    ? call(factory.createIdentifier(WAIT), [promise(inside)])
    : promise(right.expression);
  return factory.updateBinaryExpression(
    node,
    node.left,
    node.operatorToken,
    factory.updateAwaitExpression(right, ts.setTextRange(awaited, right.expression)),
  );
}

/** `x` of `await __wait(x)`. */
function guardedPromise({ expression }: TS.AwaitExpression): TS.Expression | undefined {
  const isMarked =
    ts.isCallExpression(expression) &&
    ts.isIdentifier(expression.expression) &&
    expression.expression.text === WAIT &&
    expression.expression.pos < 0;
  return isMarked ? expression.arguments[0] : undefined;
}

/** What the session passes a cell for this. */
const WAIT = "__wait";

function member(name: string): TS.Expression {
  return factory.createPropertyAccessExpression(factory.createIdentifier(WAIT), name);
}

function call(callee: TS.Expression, args: readonly TS.Expression[]): TS.CallExpression {
  return factory.createCallExpression(callee, undefined, args);
}
