/** A kernel with several results is recorded as a tuple and one node for each result that is taken; a stop may come between any two of these. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { engine } from "../../../src/engine/current.js";
import type { Engine } from "../../../src/engine/engine.js";
import { call, pick } from "../../../src/graph/record/build.js";
import { evaluate } from "../../../src/graph/run/evaluate.js";
import { manualSeed, nn, optim, randn, tensor } from "../../../src/index.js";

const x = randn([3, 3]);

/** A step, which computes whatever is pending; gives the weight that it leaves. */
function stepped(): number[][] {
  manualSeed(0);
  const layer = new nn.Linear(2, 2);
  const optimizer = new optim.SGD(layer.parameters(), { lr: 0.1 });
  layer
    .forward(randn([1, 2]))
    .sum()
    .backward();
  optimizer.step();
  return layer.weight.tolist();
}

const expected = stepped();

test("a tuple none of whose results was taken yet does not disturb the step that comes next", () => {
  call("sort", [x.node], [1, 0, 3]);
  assert.deepEqual(stepped(), expected);
});

test("nor does a result that its tuple does not know yet", () => {
  const tuple = call("sort", [x.node], [1, 0, 3]);
  pick(tuple, 0);
  tuple.picks = null;
  assert.deepEqual(stepped(), expected);
});

test("a result that is read has one storage, the others that were taken each one too", () => {
  const here = engine() as { allocate: Engine["allocate"] };
  const { allocate } = here;
  const given = tensor(
    Array.from({ length: 70 }, (_, i) => Array.from({ length: 70 }, (_, j) => (i * j) % 7)),
  );
  const sizes: number[] = [];
  here.allocate = (bytes, filled) => {
    sizes.push(bytes);
    return allocate(bytes, filled);
  };
  try {
    const tuple = call("sort", [given.node], [1, 0, 70]);
    const values = pick(tuple, 0);
    pick(tuple, 1);
    evaluate([values]);
  } finally {
    here.allocate = allocate;
  }
  // The values and the indices.
  assert.deepEqual(sizes, [70 * 70 * 4, 70 * 70 * 4]);
});
