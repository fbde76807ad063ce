/**
 * What goes wrong while a plan runs is said in the user's terms, and leaves the graph usable.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

import { binary, scalar, take } from "../../../src/graph/record/build.js";
import { evaluate, step, Variable } from "../../../src/graph/run/evaluate.js";
import { counting, given, read, stored } from "../values.js";

test("an index out of range names the index and the size", () => {
  const node = take(counting([5, 2]), 0, given([1, 7], [2], "int32"));
  assert.throws(() => evaluate([node]), {
    name: "RangeError",
    message: "index 7 is out of range for a dimension of size 5",
  });
  const negative = take(counting([5, 2]), 0, given([-6], [1], "int32"));
  assert.throws(() => evaluate([negative]), /index -6 is out of range for a dimension of size 5/);
});

test("a failing step leaves variables as they were, and the next step works", () => {
  const w = new Variable(counting([3]));
  const m = new Variable(counting([3]), { inPlace: true });
  const add = (variable: Variable): { variable: Variable; value: ReturnType<typeof binary> } => ({
    variable,
    value: binary("add", variable.node, scalar(1, "float32")),
  });
  for (let i = 0; i < 3; i++) step([add(w), add(m)]);
  // A sink of the next step.
  take(counting([5]), 0, given([9], [1], "int32"));
  assert.throws(() => step([add(w), add(m)]), /index 9 is out of range/);
  assert.deepEqual(stored(w.node), [3, 4, 5]);
  assert.deepEqual(stored(m.node), [3, 4, 5]);
  step([add(w), add(m)]);
  step([add(w), add(m)]);
  assert.deepEqual(stored(w.node), [5, 6, 7]);
  assert.deepEqual(stored(m.node), [5, 6, 7]);
  assert.deepEqual(read(w.node), [5, 6, 7]);
});
