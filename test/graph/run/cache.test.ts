/**
 * Plans are kept by structure, the least recently used ones go first, and what goes gives the engine's memory back.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

import { engine, useEngine } from "../../../src/engine/current.js";
import type { Engine, Executable } from "../../../src/engine/engine.js";
import { binary, expand, reduce, scalar, unary } from "../../../src/graph/record/build.js";
import { evaluate, planCacheStats } from "../../../src/graph/run/evaluate.js";
import type { Node } from "../../../src/graph/record/node.js";
import { forgetWalk, undoWalk, walk, walked } from "../../../src/graph/run/walk.js";
import { counting, read } from "../values.js";

/** A structure of its own for each length. */
function chain(length: number, size: number): number[] {
  let node = counting([size]);
  for (let i = 0; i < length; i++)
    node = i % 2 === 0 ? unary("neg", node) : binary("add", node, scalar(1, "float32"));
  return read(node);
}

test("the second evaluation of a structure finds the plan of the first, whatever its leaves and scalars hold", () => {
  const evaluateWith = (factor: number, start: number): number[] => {
    const node = binary("mul", counting([3], "float32", 1, start), scalar(factor, "float32"));
    return read(node);
  };
  assert.deepEqual(evaluateWith(2, 0), [0, 2, 4]);
  const { hits, misses } = planCacheStats();
  assert.deepEqual(evaluateWith(-3, 1), [-3, -6, -9]);
  assert.equal(planCacheStats().hits, hits + 1);
  assert.equal(planCacheStats().misses, misses);
});

test("another shape, dtype, operation or sharing of operands is another structure", () => {
  const x = counting([2, 3]);
  const y = counting([2, 3]);
  const structures = [
    () => binary("add", x, x),
    () => binary("add", x, y),
    () => binary("sub", x, y),
    () => binary("add", counting([3, 2]), counting([3, 2])),
    () => binary("add", counting([2, 3], "float64"), counting([2, 3], "float64")),
  ];
  for (const make of structures) {
    const { misses } = planCacheStats();
    evaluate([make()]);
    assert.equal(planCacheStats().misses, misses + 1);
  }
});

test("another engine gets plans of its own", (t) => {
  const first = engine().name;
  const other = first === "native" ? "wasm" : "native";
  try {
    useEngine(other);
  } catch {
    t.skip(`the ${other} engine is not built here`);
    return;
  }
  try {
    for (const name of [first, other, first] as const) {
      useEngine(name);
      const { misses } = planCacheStats();
      assert.deepEqual(read(unary("neg", counting([3], "float32", 1, 1))), [-1, -2, -3]);
      assert.equal(planCacheStats().misses, misses + 1);
    }
  } finally {
    useEngine(first);
  }
});

test("no more than 512 plans are kept; the oldest are disposed of, those in use stay", () => {
  const current = engine() as { -readonly [Key in keyof Engine]: Engine[Key] };
  const { compile } = current;
  let alive = 0;
  current.compile = (program): Executable => {
    const executable = compile(program);
    const { dispose } = executable;
    alive++;
    executable.dispose = () => {
      alive--;
      dispose.call(executable);
    };
    return executable;
  };
  try {
    const inUse = chain(3, 1001);
    for (let size = 1; size <= 700; size++) {
      chain(2, size);
      if (size % 100 === 0) assert.deepEqual(chain(3, 1001), inUse);
    }
    assert.equal(planCacheStats().plans, 512);
    assert.ok(alive <= 512, `${alive} executables`);
    const { misses } = planCacheStats();
    chain(3, 1001);
    assert.equal(planCacheStats().misses, misses, "a plan in use is not dropped");
    chain(2, 1);
    assert.equal(planCacheStats().misses, misses + 1, "the oldest plan is dropped");
  } finally {
    current.compile = compile;
  }
});

test("sizes that differ by a multiple of 2³² are different structures", () => {
  // Expanded, so that nothing of this size is ever stored.
  const sum = (size: number): Node =>
    reduce("max", expand(counting([1], "float32", 0, 3), [size]), [0], false);
  const { stepEpoch } = walked;
  walk([sum(5)], 0, false);
  const short = walked.key.slice(0, walked.keyLength);
  undoWalk(stepEpoch);
  walk([sum(5 + 2 ** 32)], 0, false);
  assert.notDeepEqual(walked.key.slice(0, walked.keyLength), short);
  undoWalk(stepEpoch);
  forgetWalk();
});
