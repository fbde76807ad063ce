/**
 * Gradient checkpointing: the same gradients, activations that are gone, the same random numbers.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  autograd,
  grad,
  gradgradcheck,
  manualSeed,
  nn,
  randn,
  tensor,
  type Tensor,
  utils,
} from "../../src/index.js";

const { checkpoint, checkpointSequential } = utils;

test("gradients of inputs and of what the function reads are those without a checkpoint", () => {
  manualSeed(1);
  const x = randn([4, 3], { dtype: "float64", requiresGrad: true });
  const model = nn.sequential(new nn.Linear(3, 8), new nn.Tanh(), new nn.Linear(8, 2)).double();
  const scale = tensor(2, { dtype: "float64", requiresGrad: true });
  const body = (t: Tensor): Tensor => model.forward(t).mul(scale.mul(3));
  const wanted = [x, scale, ...model.parameters()];
  const plain = grad(body(x).square().sum(), wanted);
  const saved = grad(checkpoint(body, x).square().sum(), wanted);
  plain.forEach((g, i) => assert.deepEqual(saved[i]!.tolist(), g.tolist()));
  const frozen = x.detach();
  const loss = checkpoint(body, frozen).square().sum();
  assert.deepEqual(
    grad(loss, model.parameters()[0]!)[0]!.tolist(),
    plain[2]!.tolist(),
    "no input requires grad",
  );
});

test("gradients of gradients", () => {
  const w = tensor([0.3, -0.7], { dtype: "float64", requiresGrad: true });
  assert.ok(
    gradgradcheck(
      (x) => checkpoint((t: Tensor) => t.mul(w).sin(), x!),
      tensor([1, 2], { dtype: "float64", requiresGrad: true }),
    ),
  );
  const y = checkpoint((t: Tensor) => t.mul(w).sin(), w).sum();
  const [first] = grad(y, w, { createGraph: true });
  const [second] = grad(first!.sum(), w);
  w.tolist().forEach((v, i) => {
    const expected = 2 * Math.cos(v * v) - 4 * v * v * Math.sin(v * v);
    assert.ok(Math.abs((second!.tolist() as number[])[i]! - expected) < 1e-12);
  });
});

test("dropout draws the same numbers again, and the stream goes on as if nothing were", () => {
  const x = randn([100], { requiresGrad: true });
  const dropout = new nn.Dropout(0.5);
  manualSeed(3);
  const y = checkpoint((t: Tensor) => dropout.forward(t), x);
  const kept = y.ne(0).float().mul(2).tolist();
  const after = randn([1]).item();
  y.sum().backward();
  assert.deepEqual(x.grad!.tolist(), kept);
  manualSeed(3);
  dropout.forward(x);
  assert.equal(randn([1]).item(), after);
});

test("the function is called again by each backward pass, and the segments of a sequence but for the last", () => {
  let calls = 0;
  const step = (t: Tensor): Tensor => (calls++, t.mul(2));
  const x = tensor([1], { requiresGrad: true });
  const y = checkpointSequential([step, step, step, step], 2, x);
  assert.equal(calls, 4);
  y.backward();
  assert.equal(calls, 6);
  assert.equal(x.grad!.item(), 16);
  assert.throws(() => checkpointSequential([step], 2, x), /from 1 to 1 segments/);
  assert.equal(autograd.checkpoint, checkpoint);
});

test("a function that gives something else the second time is refused", () => {
  let size = 2;
  const x = tensor([1], { requiresGrad: true });
  const y = checkpoint((t: Tensor) => t.expand([size]), x);
  size = 3;
  assert.throws(() => y.sum().backward(), /gave float32 \[3\] instead of float32 \[2\]/);
});
