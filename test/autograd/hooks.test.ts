/**
 * Hooks of tensors, retained gradients, detach_, and what gradFn shows.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  autograd,
  inferenceMode,
  isGradEnabled,
  noGrad,
  setGradEnabled,
  tensor,
  type Tensor,
} from "../../src/index.js";

const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });

test("handle.remove() takes one hook away, another that is the same stays", () => {
  const w = leaf([1]);
  const twice = (g: Tensor): Tensor => g.mul(2);
  const first = w.registerHook(twice);
  w.registerHook(twice);
  w.sum().backward();
  assert.equal(w.grad!.item(), 4);
  first.remove();
  first.remove();
  w.grad = null;
  w.sum().backward();
  assert.equal(w.grad!.item(), 2);
});

test("a retained gradient is what the hooks have left", () => {
  const w = leaf([1, 2]);
  const h = w.mul(3);
  assert.equal(h.retainsGrad, false);
  h.retainGrad();
  assert.equal(h.retainsGrad, true);
  h.registerHook((g) => g.mul(10));
  h.sum().backward();
  assert.deepEqual(h.grad!.tolist(), [10, 10]);
  assert.equal(w.retainGrad().retainsGrad, false, "a leaf keeps its gradient anyway");
});

test("registerPostAccumulateGradHook is called once grad is there", () => {
  const w = leaf([1, 2]);
  const seen: unknown[] = [];
  const handle = w.registerPostAccumulateGradHook((t) => {
    assert.equal(t, w);
    seen.push(t.grad!.tolist());
    t.grad = null;
  });
  w.mul(2).sum().backward();
  w.mul(3).sum().backward();
  handle.remove();
  w.mul(4).sum().backward();
  assert.deepEqual(seen, [
    [2, 2],
    [3, 3],
  ]);
  assert.deepEqual(w.grad!.tolist(), [4, 4]);
  assert.throws(() => w.mul(2).registerPostAccumulateGradHook(() => undefined), /use registerHook/);
});

test("detach_ makes a leaf of a result; what was computed before keeps its gradient", () => {
  const w = leaf([2]);
  const h = w.mul(3);
  const before = h.mul(h);
  assert.equal(h.detach_(), h);
  assert.equal(h.isLeaf, true);
  assert.equal(h.requiresGrad, false);
  assert.equal(h.mul(w).requiresGrad, true);
  h.mul(w).add(before).sum().backward();
  assert.equal(w.grad!.item(), 6 + 36);
  assert.throws(() => w.mul(1).view([1, 1]).detach_(), /a view/);
});

test("gradFn names the operation and those that it hands gradients on to", () => {
  const w = leaf([1, 2]);
  const y = w.mul(2).add(w).sum();
  const { gradFn } = y;
  assert.equal(gradFn!.name, "SumBackward0");
  assert.equal(y.gradFn, gradFn);
  const [add] = gradFn!.nextFunctions;
  assert.equal(add!.name, "AddBackward0");
  assert.deepEqual(
    add!.nextFunctions.map((step) => step?.name),
    ["MulBackward0", "AccumulateGrad"],
  );
  assert.equal(add!.nextFunctions[1]!.variable, w);
  assert.equal(w.gradFn, null);
});

test("autograd.backward of several tensors is one pass", () => {
  const w = leaf([1, 2]);
  const h = w.mul(2);
  autograd.backward([h.sum(), h], [null, tensor([10, 20])]);
  assert.deepEqual(w.grad!.tolist(), [22, 42]);
  const v = leaf([3]);
  autograd.backward(v.mul(w.detach()).sum(), { inputs: [v] });
  assert.equal(v.grad!.item(), 3);
  assert.throws(() => autograd.backward([w.sum()], [null, null]), /expected 1 gradTensors/);
});

test("setGradEnabled and inferenceMode", () => {
  assert.equal(setGradEnabled(false, isGradEnabled), false);
  assert.equal(isGradEnabled(), true);
  noGrad(() => {
    setGradEnabled(true);
    assert.equal(isGradEnabled(), true);
  });
  setGradEnabled(false);
  assert.equal(isGradEnabled(), false);
  assert.equal(autograd.enableGrad(isGradEnabled), true);
  assert.equal(isGradEnabled(), false);
  setGradEnabled(true);
  assert.equal(leaf([1]).mul(2).requiresGrad, true);
  assert.equal(inferenceMode(() => leaf([1]).mul(2)).requiresGrad, false);
  assert.equal(inferenceMode(isGradEnabled, false), true);
});
