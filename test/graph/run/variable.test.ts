/**
 * Variables change when a step ends; what was computed from their old values stays readable for one step.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import {
  binary,
  copy,
  expand,
  matmul,
  permute,
  reduce,
  reshape,
  scalar,
  unary,
} from "../../../src/graph/record/build.js";
import {
  evaluate,
  keep,
  markSaved,
  planCacheStats,
  step,
  Variable,
} from "../../../src/graph/run/evaluate.js";
import type { Node } from "../../../src/graph/record/node.js";
import { counting, given, placeOf, read, stored } from "../values.js";

const times = (a: Node, factor: number): Node => binary("mul", a, scalar(factor, "float32"));
const plus = (a: Node, b: Node): Node => binary("add", a, b);

/** A step that adds `amount` to the variable. */
function advance(variable: Variable, amount: number): void {
  step([{ variable, value: plus(variable.node, scalar(amount, "float32")) }]);
}

describe("a variable", () => {
  test("takes its new value in each step", () => {
    const w = new Variable(counting([3]));
    for (let i = 1; i <= 5; i++) {
      advance(w, 10);
      assert.deepEqual(stored(w.node), [10 * i, 10 * i + 1, 10 * i + 2]);
    }
  });

  test("may start as a value that is still pending", () => {
    const w = new Variable(times(counting([3]), 2));
    advance(w, 1);
    assert.deepEqual(read(w.node), [1, 3, 5]);
    const zeros = new Variable(expand(scalar(0, "float32"), [2]));
    assert.deepEqual(read(zeros.node), [0, 0]);
  });

  test("alternates between two storages, and never writes into the one it was given", () => {
    const initial = counting([2000]);
    const w = new Variable(initial);
    const places = new Set<ArrayBuffer>();
    for (let i = 0; i < 6; i++) {
      advance(w, 1);
      places.add(placeOf(w.node).buffer);
    }
    assert.equal(places.size, 2);
    assert.equal(stored(initial)[7], 7);
  });

  test("in place keeps one storage, if only the update itself reads it", () => {
    const m = new Variable(counting([2000]), { inPlace: true });
    advance(m, 1);
    const first = placeOf(m.node).buffer;
    for (let i = 0; i < 4; i++) {
      step([{ variable: m, value: plus(times(m.node, 2), scalar(1, "float32")) }]);
      assert.equal(placeOf(m.node).buffer, first);
    }
    assert.equal(stored(m.node)[5], 6 * 16 + 15);
  });

  test("in place is not overwritten while an element is still wanted elsewhere", () => {
    const m = new Variable(counting([3, 3]), { inPlace: true });
    let expected = stored(m.node);
    for (let i = 0; i < 4; i++) {
      step([{ variable: m, value: plus(m.node, permute(m.node, [1, 0])) }]);
      expected = expected.map((x, j) => x + expected[3 * (j % 3) + Math.floor(j / 3)]!);
      assert.deepEqual(stored(m.node), expected);
    }
    for (let i = 0; i < 3; i++) {
      const total = reduce("sum", m.node, [0, 1], true);
      step([{ variable: m, value: plus(m.node, total) }]);
      const sum = expected.reduce((x, y) => x + y);
      expected = expected.map((x) => Math.fround(x + sum));
      assert.deepEqual(stored(m.node), expected);
    }
  });

  test("in place serves other readers first", () => {
    const m = new Variable(counting([3]), { inPlace: true });
    advance(m, 1);
    for (let i = 0; i < 3; i++) {
      const old = stored(m.node);
      const sum = reduce("sum", m.node, [0], false);
      const twice = times(m.node, 2);
      step([{ variable: m, value: plus(m.node, scalar(1, "float32")) }]);
      assert.deepEqual(
        [stored(sum)[0], ...stored(twice), ...stored(m.node)],
        [old.reduce((x, y) => x + y), ...old.map((x) => 2 * x), ...old.map((x) => x + 1)],
      );
    }
  });

  test("two variables with the same new value do not share it", () => {
    const a = new Variable(counting([3]));
    const b = new Variable(counting([3]));
    const same = plus(a.node, b.node);
    step([
      { variable: a, value: same },
      { variable: b, value: same },
    ]);
    advance(a, 1);
    advance(a, 1);
    assert.deepEqual(stored(b.node), [0, 2, 4]);
    assert.deepEqual(stored(a.node), [2, 4, 6]);
  });

  test("takes a value that has been computed already, and one that is another's leaf", () => {
    const a = new Variable(counting([3]));
    const b = new Variable(counting([3]));
    const ready = times(counting([3]), 5);
    evaluate([ready]);
    step([
      { variable: a, value: ready },
      { variable: b, value: a.node },
    ]);
    advance(a, 1);
    advance(a, 1);
    advance(a, 1);
    assert.deepEqual(stored(ready), [0, 5, 10]);
    assert.deepEqual(stored(a.node), [3, 8, 13]);
    assert.deepEqual(stored(b.node), [0, 1, 2]);
  });

  test("can be assigned outside of a step", () => {
    const w = new Variable(counting([3]));
    advance(w, 1);
    advance(w, 1);
    const given = times(counting([3]), 3);
    w.assign(given);
    advance(w, 1);
    advance(w, 1);
    advance(w, 1);
    assert.deepEqual(stored(w.node), [3, 6, 9]);
    assert.deepEqual(read(given), [0, 3, 6]);
  });
});

describe("what was computed from old weights", () => {
  test("can be read after the step that replaced them", () => {
    const w = new Variable(counting([3]));
    advance(w, 1);
    const hidden = times(w.node, 2);
    const output = plus(hidden, hidden);
    advance(w, 10);
    assert.deepEqual(read(hidden), [2, 4, 6]);
    assert.deepEqual(read(output), [4, 8, 12]);
  });

  test("can not be read after two steps, and says what to do", () => {
    const w = new Variable(counting([3]));
    advance(w, 1);
    const hidden = times(w.node, 2);
    plus(hidden, hidden);
    advance(w, 1);
    advance(w, 1);
    assert.throws(() => evaluate([hidden]), /weights that have been replaced twice.*detach\(\)\.clone\(\)/s);
  });

  test("stays when a later step reads it itself", () => {
    const w = new Variable(counting([3]));
    advance(w, 1);
    const hidden = times(w.node, 2);
    const unused = plus(hidden, hidden);
    advance(w, 1);
    // This step needs the value of two steps ago, so it must not write over it.
    step([{ variable: w, value: plus(w.node, hidden) }]);
    assert.deepEqual(stored(w.node), [2 + 2, 3 + 4, 4 + 6]);
    assert.deepEqual(read(unused), [4, 8, 12]);
  });

  test("is there at any later time if nothing else consumed it, or it was kept", () => {
    const w = new Variable(counting([3]));
    const loss = reduce("sum", w.node, [0], false);
    const gradient = times(w.node, 3);
    plus(gradient, gradient);
    keep(gradient);
    for (let i = 0; i < 4; i++) advance(w, 1);
    assert.deepEqual(stored(loss), [3]);
    assert.deepEqual(stored(gradient), [0, 3, 6]);
  });

  test("a copy and a reshape of a leaf outlive it", () => {
    const w = new Variable(counting([2, 2]));
    advance(w, 1);
    const copied = copy(w.node);
    const reshaped = reshape(w.node, [4]);
    evaluate([copied, reshaped]);
    for (let i = 0; i < 4; i++) advance(w, 1);
    assert.deepEqual(stored(copied), [1, 2, 3, 4]);
    assert.deepEqual(stored(reshaped), [1, 2, 3, 4]);
  });
});

describe("reading before the step", () => {
  test("keeps products and reductions that the backward pass will want", () => {
    const x = counting([2, 3]);
    const product = matmul(x, counting([3, 2]));
    const activation = unary("tanh", times(product, 0.01));
    const loss = reduce("sum", activation, [0, 1], false);
    for (const node of [product, activation, loss]) markSaved(node);
    evaluate([loss]);
    assert.notEqual(product.storage, null);
    assert.equal(activation.storage, null);
    assert.equal(product.a, null, "a computed node lets go of its operands");
    assert.deepEqual(stored(product), [10, 13, 28, 40]);
  });

  test("two nodes that are the same computation are computed once and both stored", () => {
    const x = counting([3]);
    const a = unary("exp", x);
    const b = unary("exp", x);
    evaluate([a, b]);
    assert.equal(placeOf(a).buffer, placeOf(b).buffer);
    assert.equal(placeOf(a).byteOffset, placeOf(b).byteOffset);
  });
});

test("one loop makes its plans once, whatever its scalars are", () => {
  const w = new Variable(given([1, 2, 3], [3]));
  const state = new Variable(given([0, 0, 0], [3]), { inPlace: true });
  const iteration = (rate: number): void => {
    const gradient = times(w.node, 2);
    const momentum = plus(times(state.node, 0.9), gradient);
    step([
      { variable: w, value: binary("sub", w.node, times(momentum, rate)) },
      { variable: state, value: momentum },
    ]);
  };
  for (let i = 0; i < 3; i++) iteration(0.1);
  const before = planCacheStats();
  for (let i = 0; i < 20; i++) iteration(0.1 / (i + 1));
  const after = planCacheStats();
  assert.equal(after.misses, before.misses);
  assert.equal(after.hits, before.hits + 20);
});
