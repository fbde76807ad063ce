/**
 * Direct `eval` in a cell, whose code sees the names of cells as it sees those of the functions around it. They are properties of the scope
 * object, so that the code runs within `with`, first on that and then on an object which stands for the variables around the call. As all
 * of a cell it is strict: what it declares is its own.
 */
import type TS from "typescript";
import { ts } from "../../compiler.js";

const { factory } = ts;

/** Name of the function that evaluates; `evaluator` is its text. */
const EVAL = "__cellgrad_eval";

export interface Local {
  readonly name: string;
  readonly isConstant: boolean;
}

/** Text that defines EVAL, a function of the variables around the call and of the code. */
export function evaluator(scope: string): string {
  const within = `Function("scope", "locals", "code", "with (scope) with (locals) return eval(code);")`;
  return (
    `const ${EVAL} = function (locals, code) { return typeof code === "string" ` +
    `? ${within}.call(this, ${scope}, locals, '"use strict";void 0;' + code) : code; };`
  );
}

/** `EVAL.call(this, { get x() { return x; }, set x(value) { x = value; } }, code)` */
export function evaluation(locals: readonly Local[], args: readonly TS.Expression[]): TS.Expression {
  const accessors = locals.flatMap(({ name, isConstant }) => {
    const read = factory.createBlock([factory.createReturnStatement(factory.createIdentifier(name))]);
    const get = factory.createGetAccessorDeclaration(undefined, name, [], undefined, read);
    if (isConstant) return [get];
    const value = factory.createUniqueName("value");
    const write = factory.createAssignment(factory.createIdentifier(name), value);
    const set = factory.createSetAccessorDeclaration(
      undefined,
      name,
      [factory.createParameterDeclaration(undefined, undefined, value)],
      factory.createBlock([factory.createExpressionStatement(write)]),
    );
    return [get, set];
  });
  return factory.createCallExpression(
    factory.createPropertyAccessExpression(factory.createIdentifier(EVAL), "call"),
    undefined,
    [factory.createThis(), factory.createObjectLiteralExpression(accessors), ...args],
  );
}
