/**
 * Memory: intermediates that are alive together never overlap, and a synchronous loop does not grow.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  binary,
  expand,
  leaf,
  matmul,
  permute,
  reduce,
  scalar,
  slice,
  unary,
} from "../../../src/graph/record/build.js";
import { describePlan, evaluate, step, Variable } from "../../../src/graph/run/evaluate.js";
import { layOut, type Lifetime } from "../../../src/graph/plan/arena.js";
import type { Node } from "../../../src/graph/record/node.js";
import { pendingCount } from "../../../src/graph/record/pending.js";
import { generator } from "../random-graphs.js";
import { counting, read } from "../values.js";

test("buffers that are alive at the same time never overlap, and all start at multiples of 64", () => {
  for (let seed = 0; seed < 200; seed++) {
    const next = generator(seed);
    const lifetimes = Array.from({ length: 40 }, (): Lifetime => {
      const first = Math.floor(next() * 30);
      return { bytes: Math.floor(next() ** 3 * 5000), first, last: first + Math.floor(next() * 8) };
    });
    const { offsets, bytes } = layOut(lifetimes);
    lifetimes.forEach((a, i) => {
      assert.equal(offsets[i]! % 64, 0);
      assert.ok(offsets[i]! + a.bytes <= bytes);
      lifetimes.forEach((b, j) => {
        if (i >= j || a.last < b.first || b.last < a.first) return;
        const apart = offsets[i]! + a.bytes <= offsets[j]! || offsets[j]! + b.bytes <= offsets[i]!;
        assert.ok(apart, `seed ${seed}: buffers ${i} and ${j} overlap`);
      });
    });
    let atOnce = 0;
    for (let t = 0; t < 40; t++) {
      const alive = lifetimes.filter(({ first, last }) => first <= t && t <= last);
      atOnce = Math.max(
        atOnce,
        alive.reduce((sum, { bytes: size }) => sum + Math.ceil(size / 64) * 64, 0),
      );
    }
    assert.ok(bytes <= 1.5 * atOnce, `${bytes} bytes where ${atOnce} are alive at once`);
  }
});

test("buffers that follow one another share their place", () => {
  const lifetimes = Array.from({ length: 10 }, (_, i): Lifetime => ({ bytes: 1000, first: i, last: i + 1 }));
  assert.equal(layOut(lifetimes).bytes, 2048);
});

/** Bytes of all ArrayBuffers, after a collection where the collector is exposed. */
function arrayBuffers(): number {
  return process.memoryUsage().arrayBuffers;
}

test("a synchronous loop of training steps keeps external memory flat", () => {
  const x = counting([32, 16], "float32", 0.01);
  const w = new Variable(counting([16, 16], "float32", 0.001));
  let loss: Node | undefined;
  const iteration = (): void => {
    const h = unary("tanh", matmul(x, w.node));
    loss = reduce("sum", binary("mul", h, h), [0, 1], false);
    const gradient = matmul(permute(x, [1, 0]), h);
    step([{ variable: w, value: binary("sub", w.node, binary("mul", gradient, scalar(1e-4, "float32"))) }]);
  };
  for (let i = 0; i < 500; i++) iteration();
  const before = arrayBuffers();
  for (let i = 0; i < 10_000; i++) iteration();
  // 10,000 losses take 0.6 MB until the collector runs; activations of 2 KB each would be 20 MB.
  assert.ok(arrayBuffers() - before < 4e6, `grew by ${arrayBuffers() - before} bytes`);
  assert.ok(Number.isFinite(read(loss!)[0]));
});

test("a loop that only reads holds on to nothing", () => {
  const weights = counting([1000], "float32", 0.001);
  const before = arrayBuffers();
  for (let i = 0; i < 3000; i++) {
    const input = counting([1000]);
    // Computed, and never read: must not keep its inputs alive for ever.
    reduce("max", binary("mul", input, weights), [0], false);
    evaluate([reduce("sum", binary("mul", input, weights), [0], false)]);
  }
  assert.ok(arrayBuffers() - before < 200e6);
  assert.ok(pendingCount() < 8192);
});

test("results that only an unread value reads are not held for ever", () => {
  const before = arrayBuffers();
  let state = counting([250_000], "float32", 1e-6);
  for (let i = 0; i < 1500; i++) {
    state = unary("tanh", state);
    reduce("max", state, [0], false);
    evaluate([state]);
  }
  // 1,500 states of 1 MB have been made.
  assert.ok(arrayBuffers() - before < 700e6, `holds ${arrayBuffers() - before} bytes`);
});

test("describing a plan leaves no trace", () => {
  const node = unary("exp", binary("mul", counting([3]), scalar(2, "float32")));
  const first = describePlan([node]);
  assert.equal(describePlan([node]), first);
  assert.equal(node.storage, null);
});

test("a loop that never reads anything still runs in bounded memory", () => {
  let total = scalar(0, "float32");
  const one = leaf(counting([1], "float32", 0, 1).storage!, "float32", [1]);
  for (let i = 0; i < 50_000; i++) total = binary("add", total, one);
  assert.ok(pendingCount() <= 8192);
  assert.deepEqual(read(total), [50_000]);
});

test("parts of a value that is too large to be stored can be read again and again", () => {
  const huge = binary(
    "add",
    expand(counting([1], "float32", 0, 1), [200_000, 200_000]),
    scalar(1, "float32"),
  );
  const corner = (): Node => slice(huge, [5, 7], [2, 2], [1, 1]);
  assert.throws(() => evaluate([huge]), /160 GB/);
  for (let i = 0; i < 3; i++) assert.deepEqual(read(corner()), [2, 2, 2, 2]);
});
