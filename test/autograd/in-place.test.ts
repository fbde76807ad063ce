/**
 * Methods that end in `_`: this tensor changes, and gradients stay right. How views change with it is in views.test.ts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cat,
  gradcheck,
  manualSeed,
  noGrad,
  ones,
  optim,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.js";

const leaf = (data: number[]): Tensor => tensor(data, { requiresGrad: true });

test("each in-place method gives what the method without _ gives", () => {
  const values = [-1.5, 0.5, 2];
  const other = tensor([2, 4, 0.5]);
  const pairs: readonly (readonly [(x: Tensor) => Tensor, (x: Tensor) => Tensor])[] = [
    [(x) => x.add_(other, { alpha: 2 }), (x) => x.add(other, { alpha: 2 })],
    [(x) => x.sub_(1), (x) => x.sub(1)],
    [(x) => x.mul_(other), (x) => x.mul(other)],
    [(x) => x.div_(other), (x) => x.div(other)],
    [(x) => x.pow_(2), (x) => x.pow(2)],
    [(x) => x.addcmul_(other, other, { value: 3 }), (x) => x.addcmul(other, other, { value: 3 })],
    [(x) => x.addcdiv_(other, other), (x) => x.addcdiv(other, other)],
    [(x) => x.lerp_(other, 0.25), (x) => x.lerp(other, 0.25)],
    [(x) => x.neg_(), (x) => x.neg()],
    [(x) => x.exp_(), (x) => x.exp()],
    [(x) => x.abs().sqrt_(), (x) => x.abs().sqrt()],
    [(x) => x.relu_(), (x) => x.relu()],
    [(x) => x.sigmoid_(), (x) => x.sigmoid()],
    [(x) => x.tanh_(), (x) => x.tanh()],
    [(x) => x.clamp_(-1, 1), (x) => x.clamp(-1, 1)],
    [(x) => x.maskedFill_(x.gt(0), 9), (x) => x.maskedFill(x.gt(0), 9)],
    [(x) => x.zero_(), () => zeros(3)],
    [(x) => x.fill_(7), () => ones(3).mul(7)],
    [(x) => x.copy_(tensor([5])), () => ones(3).mul(5)],
  ];
  for (const [change, same] of pairs) {
    const x = tensor(values);
    const y = change(x);
    assert.deepEqual(y.tolist(), same(tensor(values)).tolist());
  }
});

test("a change is seen through all handles on the value, not in what was computed from it", () => {
  const x = tensor([1, 2, 3, 4]);
  const view = x.reshape(2, 2);
  const detached = x.detach();
  const copy = x.clone();
  const double = x.mul(2);
  assert.equal(x.add_(1), x);
  assert.deepEqual(view.flatten().tolist(), [2, 3, 4, 5]);
  assert.deepEqual(detached.tolist(), [2, 3, 4, 5]);
  assert.deepEqual(copy.tolist(), [1, 2, 3, 4]);
  assert.deepEqual(double.tolist(), [2, 4, 6, 8]);
});

test("gradients pass through recorded changes, also to what used the tensor before", () => {
  assert.ok(
    gradcheck(
      (x) => {
        const y = x!.mul(2);
        const before = y.exp();
        y.mul_(y).add_(1);
        const between = y.sin();
        y.div_(3);
        return [before, between, y];
      },
      tensor([0.3, -0.7], { dtype: "float64", requiresGrad: true }),
    ),
  );
});

test("a change by a tensor that requires grad makes the tensor part of its history", () => {
  const w = leaf([2, 3]);
  const total = zeros([2]);
  for (let i = 1; i <= 3; i++) total.add_(w.mul(i));
  assert.equal(total.requiresGrad, true);
  total.sum().backward();
  assert.deepEqual(w.grad!.tolist(), [6, 6]);
});

test("copy_ passes gradients to its source, fill_ a gradient of 0", () => {
  const w = leaf([2, 3]);
  const x = zeros([2]);
  x.copy_(w.mul(5));
  x.sum().backward();
  assert.deepEqual(w.grad!.tolist(), [5, 5]);
  const y = w.mul(2);
  y.fill_(1);
  assert.equal(y.requiresGrad, true);
  y.sum().backward();
  assert.deepEqual(w.grad!.tolist(), [5, 5]);
});

test("a change within noGrad does not disturb gradients that do not need the old value", () => {
  const w = leaf([1, 2]);
  const b = leaf([0, 0]);
  const y = w.add(b).sum();
  noGrad(() => b.add_(1));
  y.backward();
  assert.deepEqual(w.grad!.tolist(), [1, 1]);
  assert.deepEqual(b.grad!.tolist(), [1, 1]);
});

test("the result of a recorded operation may be changed within noGrad: gradients are those before the change", () => {
  const w = leaf([1, 2]);
  const y = w.exp();
  noGrad(() => y.mul_(0));
  assert.deepEqual(y.tolist(), [0, 0]);
  y.sum().backward();
  assert.ok(w.grad!.allclose(tensor([Math.E, Math.E ** 2])));
});

test("training by hand within noGrad keeps leaves leaves", () => {
  const w = leaf([5]);
  for (let i = 0; i < 300; i++) {
    w.square().sum().backward();
    noGrad(() => {
      w.sub_(w.grad!.mul(0.1));
      w.grad!.zero_();
    });
  }
  assert.equal(w.isLeaf, true);
  assert.ok(Math.abs(w.item()) < 1e-6);
});

test("uniform_ and normal_ draw from the seeded stream", () => {
  manualSeed(3);
  const a = zeros([4]).uniform_(2, 3);
  const b = zeros([4]).normal_(10, 0.1);
  manualSeed(3);
  assert.deepEqual(zeros([4]).uniform_(2, 3).tolist(), a.tolist());
  assert.ok(a.ge(2).all().item<boolean>() && a.lt(3).all().item<boolean>());
  assert.ok(b.sub(10).abs().lt(1).all().item<boolean>());
});

test("the dtype stays: a float64 operand does not widen the tensor", () => {
  const x = zeros([2]);
  x.add_(tensor([1, 2], { dtype: "float64" }));
  assert.equal(x.dtype, "float32");
  assert.deepEqual(x.tolist(), [1, 2]);
  assert.equal(randn([2]).requiresGrad_(false).requiresGrad, false);
});

test("an optimizer's step between forward and backward does not disturb the gradient; two are an error", () => {
  const w = leaf([1, 2]);
  const optimizer = new optim.SGD([w], { lr: 0.5 });
  w.sum().backward();
  optimizer.step();
  optimizer.zeroGrad();
  const loss = w.mul(w).sum();
  loss.backward(null, { retainGraph: true });
  optimizer.step();
  optimizer.zeroGrad();
  assert.deepEqual(w.tolist(), [0, 0]);
  loss.backward(null, { retainGraph: true });
  assert.deepEqual(w.grad!.tolist(), [1, 3]);
  for (let i = 0; i < 2; i++) {
    w.sum().backward();
    optimizer.step();
  }
  assert.throws(() => loss.backward(), {
    message: /changed in place after the operation, by two steps.*Call backward\(\) before the steps/,
  });
});

test("a list of inputs remembers what each was", () => {
  const w = leaf([1, 2]);
  const h = w.mul(2);
  const joined = cat([h, h]);
  h.mul_(3);
  joined.sum().backward();
  assert.deepEqual(w.grad!.tolist(), [4, 4]);
});
