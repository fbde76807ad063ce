/**
 * Repetitions of a loop's body that are computed with the plan of the latest one: the same bits as if each value had been read at once, also
 * where the loop changes, ends anywhere, or leaves values behind that somebody holds.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

import { binary, concat, reduce, scalar, unary } from "../../../src/graph/record/build.js";
import { evaluate, keep, planCacheStats } from "../../../src/graph/run/evaluate.js";
import type { Node } from "../../../src/graph/record/node.js";
import { pendingCount } from "../../../src/graph/record/pending.js";
import { ones, randn, zeros } from "../../../src/index.js";
import { counting, read } from "../values.js";

const number = (value: number): Node => scalar(value, "float32");

/** A loop of `steps` repetitions that shows values to `each`. */
type Loop = (steps: number, each: (value: Node) => void) => Node[];

const start = (): Node => counting([50], "float32", 0.02, -0.4);
const shrink = (x: Node): Node => binary("mul", binary("add", x, number(0.01)), number(0.98));

const loops: Record<string, Loop> = {
  "whose body is always the same": (steps, each) => {
    let x = start();
    for (let t = 0; t < steps; t++) each((x = unary("tanh", shrink(x))));
    return [x];
  },
  "whose body becomes another one": (steps, each) => {
    let x = start();
    for (let t = 0; t < steps; t++) each((x = unary(t < steps / 2 ? "tanh" : "sin", shrink(x))));
    return [x];
  },
  "whose body is another one now and then": (steps, each) => {
    let x = start();
    for (let t = 0; t < steps; t++) {
      x = shrink(x);
      if (t % 701 === 700) x = binary("sub", x, reduce("max", x, [0], true));
      each(x);
    }
    return [x];
  },
  "that goes on with a value from within an earlier body": (steps, each) => {
    let x = start();
    let middle = x;
    for (let t = 0; t < steps; t++) {
      const inner = shrink(x);
      if (t === Math.floor(steps / 2)) middle = inner;
      if (t === Math.floor(0.9 * steps)) x = binary("add", x, middle);
      each((x = unary("tanh", inner === x ? x : shrink(inner))));
    }
    return [x, middle];
  },
  "that leaves values behind": (steps, each) => {
    const left: Node[] = [];
    let x = start();
    for (let t = 0; t < steps; t++) {
      x = shrink(x);
      // Nothing in the graph reads these: now one in each body, now one in some.
      if (t < steps / 2 || t % 97 === 0) left.push(reduce("sum", x, [0], true));
      each(x);
    }
    return [x, concat(left, 0)];
  },
  "some of whose values are kept": (steps, each) => {
    const kept: Node[] = [];
    let x = start();
    for (let t = 0; t < steps; t++) {
      const inner = unary("tanh", x);
      if (t % 50 === 49) {
        keep(inner);
        kept.push(inner);
      }
      each((x = shrink(inner)));
    }
    return [x, concat(kept, 0)];
  },
};

for (const [name, loop] of Object.entries(loops)) {
  test(`a loop ${name} gives the bits of one that reads in each step`, () => {
    for (const steps of [1500, 2311, 4000]) {
      const expected = loop(steps, (value) => evaluate([value])).map(read);
      const results = loop(steps, () => assert.ok(pendingCount() <= 8192));
      assert.deepEqual(results.map(read), expected);
    }
  });
}

test("a loop in which nothing changes asks for one plan again and again", () => {
  const loop = loops["whose body is always the same"]!;
  loop(4000, () => undefined);
  const { hits, misses } = planCacheStats();
  const results = loop(40_000, () => undefined);
  const after = planCacheStats();
  assert.ok(after.misses - misses <= 10, `${after.misses - misses} plans were made`);
  // Pieces of about a hundred nodes, so some thousand for 120,000.
  assert.ok(after.hits - hits >= 800 && after.hits - hits <= 4000, `${after.hits - hits} plans were run`);
  evaluate(results);
});

test("what cannot be computed is told once, and neither what else waits nor later loops are touched", () => {
  for (const [size, bad] of [
    [1, 3000],
    [4, 700],
    [40, 100],
  ] as const) {
    const zero = zeros([1], { dtype: "int32" });
    const source = randn([50]);
    let x = source;
    let at = zero;
    let aside = ones([3]);
    const errors: string[] = [];
    let steps = 0;
    for (let t = 0; t < 6000; t++) {
      try {
        if (errors.length === 0) at = at.add(t === bad ? 100 : 0);
        for (let i = 0; i < size; i++) x = x.mul(0.99).add(x.indexSelect(0, at)).mul(0.5);
        aside = aside.add(1);
        steps++;
      } catch (error) {
        errors.push((error as Error).message);
        [x, at] = [source, zero];
      }
    }
    assert.deepEqual(errors, ["indexSelect: position 100 is out of range for a dim of size 50"]);
    assert.ok(Number.isFinite(x.sum().item()));
    assert.equal(aside.sum().item(), 3 * (steps + 1));
  }
});
