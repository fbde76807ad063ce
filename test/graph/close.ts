/**
 * Compares an evaluated node with its reference.
 */
import assert from "node:assert/strict";

import type { Node } from "../../src/graph/record/node.js";
import { reference } from "./reference.js";
import { read } from "./values.js";

const tolerances = {
  float32: 2e-5,
  float64: 1e-12,
  // Rounded to the dtype after each operation, as the reference is; where float32 differs in its last place, by one of these.
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
  int32: 0,
  int64: 0,
  int8: 0,
  uint8: 0,
  bool: 0,
};

/** @throws AssertionError where elements differ by more than the dtype's rounding explains. */
export function assertElements(
  actual: readonly number[],
  expected: readonly number[],
  dtype: Node["dtype"],
  what: string,
): void {
  assert.equal(actual.length, expected.length, `${what}: number of elements`);
  const tolerance = tolerances[dtype];
  for (let i = 0; i < expected.length; i++) {
    const x = actual[i]!;
    const y = expected[i]!;
    if (Object.is(x, y) || (Number.isNaN(x) && Number.isNaN(y)) || x === y) continue;
    const allowed = tolerance * Math.max(1, Math.abs(y));
    assert.ok(Math.abs(x - y) <= allowed, `${what}: element ${i} is ${x}, expected ${y}`);
  }
}

/** Evaluates the node and compares it with what it means. */
export function assertMeans(node: Node, what: string): void {
  const expected = reference(node);
  assertElements(read(node), expected, node.dtype, what);
}
