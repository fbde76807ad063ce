/** Bounds that are known without computing hold, for whatever is computed; and they are known where a check of labels wants them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { boundsOf } from "../../../src/graph/record/bounds.js";
import { arange, cat, full, optim, rand, tensor, where, type Tensor } from "../../../src/index.js";

const labels = tensor([4, 0, -100, 2], { dtype: "int32" });
const fractions = tensor([-1.5, 0.25, 3.75]);

function known(x: Tensor, except?: number): [low: number, high: number] | null {
  const bounds = boundsOf(x.node, except);
  return bounds === null ? null : [bounds.low, bounds.high];
}

test("of values that are there, once for each value that is left out", () => {
  assert.deepEqual(known(labels), [-100, 4]);
  assert.deepEqual(known(labels, -100), [0, 4]);
  assert.deepEqual(known(labels, 4), [-100, 2]);
  assert.deepEqual(known(fractions), [-1.5, 3.75]);
  const holes = tensor([NaN, 1]);
  assert.deepEqual({ ...boundsOf(holes.node) }, { low: 1, high: 1, nan: true, except: undefined });
  const nothing = boundsOf(tensor([], { dtype: "int32" }).node)!;
  assert.ok(nothing.low > nothing.high);
});

test("of labels that were moved, picked or joined", () => {
  const moved = labels.reshape([2, 2]).t().unsqueeze(0).flip([1]);
  assert.deepEqual(known(moved, -100), [0, 4]);
  assert.deepEqual(known(labels.slice([0, 2]), -100), [0, 4]);
  assert.deepEqual(known(labels.indexSelect(0, [1, 1]), -100), [0, 4]);
  assert.deepEqual(known(cat([labels, arange(9).int()]), -100), [0, 8]);
  assert.deepEqual(known(labels.pad([0, 1], { value: 7 }), -100), [0, 7]);
});

test("of a part of labels that a plan has read where it begins", () => {
  const all = tensor([7, 7, 1, 0, 2, 9], { dtype: "int32" });
  const part = all.slice([2, 5]);
  assert.equal(part.mul(1).sum().item(), 3);
  const [low, high] = known(part)!;
  assert.ok(low <= 0 && high >= 2, `${low} ${high}`);
  assert.deepEqual(part.oneHot(3).argmax(1).tolist(), [1, 0, 2]);
  assert.deepEqual(all.slice([4, 6]).indexSelect(0, [1, 0]).tolist(), [9, 2]);
});

test("of what an operation bounds", () => {
  assert.deepEqual(known(rand([5, 7]).argmax(1)), [0, 6]);
  assert.deepEqual(known(fractions.mul(3).sigmoid()), [0, 1]);
  assert.deepEqual(known(fractions.mul(3).clamp(0, 1)), [0, 1]);
  assert.deepEqual(known(fractions.gt(1).int()), [0, 1]);
  assert.deepEqual(known(fractions.int()), [-1, 3]);
  assert.deepEqual(known(labels.mul(5).remainder(3)), [0, 2]);
  assert.deepEqual(known(labels.add(1).sub(labels)), [-103, 105]);
  assert.deepEqual(known(where(labels.lt(0), 0, labels), -100), [0, 4]);
});

test("nothing is known of sums of fractions, of what wraps around, of NaN as a whole number, and of weights", () => {
  assert.equal(known(fractions.add(1)), null);
  assert.equal(known(full([2], 2 ** 31 - 1, { dtype: "int32" }).add(labels.max())), null);
  assert.equal(known(tensor([NaN]).int()), null);
  assert.equal(known(fractions.mul(3).sigmoid().int()), null);
  const weight = tensor([0.5], { requiresGrad: true });
  const optimizer = new optim.SGD([weight], { lr: 1 });
  weight.mul(2).sum().backward();
  optimizer.step();
  assert.equal(known(weight), null);
  assert.deepEqual(weight.tolist(), [-1.5]);
});

test("a graph that doubles at each step is not searched", () => {
  let x = arange(3).int();
  for (let i = 0; i < 60; i++) x = x.maximum(x);
  assert.deepEqual(known(x), [-Infinity, Infinity]);
});

test("they hold for chains of operations", () => {
  let state = 1;
  const below = (n: number) => ((state = Math.imul(state, 1664525) + 1013904223) >>> 8) % n;
  const steps: ((x: Tensor) => Tensor)[] = [
    (x) => x.add(3),
    (x) => x.sub(x.flip([0])),
    (x) => x.remainder(5),
    (x) => x.clamp(-2, 9),
    (x) => where(x.gt(2), x, 1),
    (x) => x.reshape([2, 3]).t().reshape([6]),
    (x) => x.maximum(x.add(1)),
    (x) => x.clamp({ max: 4 }),
    (x) => cat([x, x.add(7)]).slice([3, 9]),
    (x) => x.float().int(),
  ];
  let some = 0;
  for (let round = 0; round < 200; round++) {
    let x: Tensor = tensor([5, -3, 0, 8, 2, -7], { dtype: "int32" });
    for (let i = 0; i < 5; i++) x = steps[below(steps.length)]!(x);
    const bounds = boundsOf(x.node);
    const values = x.tolist() as number[];
    if (bounds === null) continue;
    some++;
    for (const value of values) assert.ok(value >= bounds.low && value <= bounds.high, `${value}`);
  }
  assert.ok(some > 100, `${some}`);
});
