/** A plain synchronous loop of training steps, where V8 runs no finalizers, holds memory flat and computes nothing twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { manualSeed, nn, optim, rand, randn, tensor, zeros } from "../../src/index.js";

test("20,000 steps of the article's program hold memory flat", () => {
  manualSeed(0);
  const x = randn([100, 2]);
  const y = x.matmul(tensor([[2], [-3]])).add(1);
  const w1 = randn([2, 3]).mul(0.01).detach().requiresGrad_();
  const b1 = zeros([3], { requiresGrad: true });
  const w2 = randn([3, 1]).mul(0.01).detach().requiresGrad_();
  const b2 = zeros([1], { requiresGrad: true });
  const optimizer = new optim.SGD([w1, b1, w2, b2], { lr: 0.01 });
  const run = (steps: number) => {
    for (let step = 0; step < steps; step++) {
      optimizer.zeroGrad();
      const loss = x.matmul(w1).add(b1).matmul(w2).add(b2).sub(y).square().mean();
      loss.backward();
      optimizer.step();
    }
  };
  // The first thousands compile code and let the heap find its size.
  run(5000);
  const before = process.memoryUsage();
  run(20000);
  const after = process.memoryUsage();
  // A leak of one gradient of 24 bytes with its ArrayBuffer a step would be 4 MB, one of all nodes 100 MB.
  assert.ok(
    after.arrayBuffers - before.arrayBuffers < 2e6,
    `ArrayBuffers grew by ${after.arrayBuffers - before.arrayBuffers}`,
  );
  assert.ok(after.rss - before.rss < 30e6, `rss grew by ${after.rss - before.rss}`);
});

test("Adam with dropout, read every step, holds memory flat", () => {
  const model = nn.sequential(new nn.Linear(8, 64), new nn.ReLU(), new nn.Dropout(0.5), new nn.Linear(64, 4));
  const optimizer = new optim.Adam(model.parameters());
  const x = rand([256, 8]);
  const y = tensor(Int32Array.from({ length: 256 }, (_, i) => i % 4));
  let sum = 0;
  const run = (steps: number) => {
    for (let step = 0; step < steps; step++) {
      optimizer.zeroGrad();
      const loss = nn.functional.crossEntropy(model.forward(x), y);
      loss.backward();
      optimizer.step();
      sum += loss.item();
    }
  };
  run(300);
  const before = process.memoryUsage().arrayBuffers;
  run(1000);
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown < 20e6, `ArrayBuffers grew by ${grown}`);
  assert.ok(Number.isFinite(sum));
});

test("data that was drawn before the loop is drawn once, not at every step", () => {
  const x = rand([1000, 1]);
  const y = x.mul(2).add(1);
  const w = zeros([1, 1], { requiresGrad: true });
  const optimizer = new optim.SGD([w], { lr: 0.1 });
  for (let step = 0; step < 2; step++) {
    optimizer.zeroGrad();
    nn.functional.mseLoss(x.matmul(w), y).backward();
    optimizer.step();
  }
  assert.notEqual(x.node.storage, null);
  assert.notEqual(y.node.storage, null);
});
