/**
 * Random training loops: variables, in place and not, hold after each step what plain JavaScript computes from the values before it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

import { binary, flip, permute, reduce, scalar, unary } from "../../../src/graph/record/build.js";
import { describePlan, step, Variable } from "../../../src/graph/run/evaluate.js";
import type { Node } from "../../../src/graph/record/node.js";
import { assertElements } from "../close.js";
import { generator } from "../random-graphs.js";
import { reference } from "../reference.js";
import { given, read, stored } from "../values.js";

const size = 5;

/** A random expression of [5, 5] over these values. */
function expression(next: () => number, pool: readonly Node[]): Node {
  const made = pool.slice();
  const some = (): Node => made[Math.floor(next() * made.length)]!;
  const length = 1 + Math.floor(next() * 6);
  for (let i = 0; i < length; i++) {
    const a = some();
    const choice = Math.floor(next() * 8);
    if (choice === 0) made.push(permute(a, [1, 0]));
    else if (choice === 1) made.push(flip(a, [Math.floor(next() * 2)]));
    else if (choice === 2) made.push(binary("mul", a, reduce("max", some(), [Math.floor(next() * 2)], true)));
    else if (choice === 3) made.push(unary("tanh", a));
    else if (choice === 4) made.push(binary("mul", a, scalar(next(), "float32")));
    else made.push(binary(choice === 5 ? "sub" : "add", a, some()));
  }
  return unary("sin", made.at(-1)!);
}

test("100 random loops of 5 steps over 4 variables", () => {
  for (let seed = 0; seed < 100; seed++) {
    const start = generator(seed);
    const variables = Array.from({ length: 4 }, (_, i) => {
      const data = Array.from({ length: size * size }, () => 2 * start() - 1);
      return new Variable(given(data, [size, size]), { inPlace: i >= 2 });
    });
    for (let iteration = 0; iteration < 5; iteration++) {
      // The same structure in each iteration, so that plans are used again.
      const next = generator(1000 + seed);
      const pool = variables.map((variable) => variable.node);
      const values = variables.map(() => expression(next, pool));
      const sink = expression(next, pool);
      const expected = [...values, sink].map(reference);
      // Consumed, so the step does not store it; from variables that keep their old values for one step.
      const passing = binary(
        "add",
        variables[0]!.node,
        binary("mul", variables[1]!.node, scalar(2, "float32")),
      );
      unary("neg", passing);
      const expectedPassing = reference(passing);
      const text = describePlan([...values, sink]);
      step(variables.map((variable, i) => ({ variable, value: values[i]! })));
      const what = `seed ${seed}, step ${iteration}`;
      try {
        variables.forEach((variable, i) =>
          assertElements(stored(variable.node), expected[i]!, "float32", `${what}, variable ${i}`),
        );
        assertElements(stored(sink), expected[4]!, "float32", `${what}, a value on the way`);
        assertElements(read(passing), expectedPassing, "float32", `${what}, read after the step`);
      } catch (error) {
        assert.fail(`${(error as Error).message}\n${text}`);
      }
    }
  }
});
