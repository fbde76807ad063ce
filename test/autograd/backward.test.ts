/**
 * backward(): what ends up in `grad`, and when.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { grad, ones, randn, type Tensor, tensor, valueAndGrad, zeros } from "../../src/index.js";

const leaf = (data: number[]): Tensor => tensor(data, { requiresGrad: true });

test("gradients of a network by hand: y = w₂ tanh(w₁ x)", () => {
  const w1 = leaf([0.5]);
  const w2 = leaf([-2]);
  const x = tensor([3]);
  w2.mul(w1.mul(x).tanh()).sum().backward();
  const t = Math.tanh(1.5);
  assert.ok(Math.abs(w2.grad!.item() - t) < 1e-6);
  assert.ok(Math.abs(w1.grad!.item() - -2 * (1 - t * t) * 3) < 1e-6);
});

test("gradients add up over calls until they are set to null", () => {
  const w = leaf([1, 2]);
  w.square().sum().backward();
  w.square().sum().backward();
  assert.deepEqual(w.grad!.tolist(), [4, 8]);
  w.grad = null;
  w.sum().backward();
  assert.deepEqual(w.grad!.tolist(), [1, 1]);
});

test("a tensor used twice gets the sum of both gradients", () => {
  const w = leaf([3]);
  const y = w.mul(2);
  y.mul(y).add(y).sum().backward();
  assert.equal(w.grad!.item(), 2 * (2 * 6 + 1));
});

test("only leaves that require grad get one, others after retainGrad()", () => {
  const w = leaf([1, 2]);
  const x = tensor([3, 4]);
  const h = w.mul(x);
  const kept = h.add(1).retainGrad();
  kept.mul(2).sum().backward();
  assert.equal(x.grad, null);
  assert.equal(h.grad, null);
  assert.deepEqual(kept.grad!.tolist(), [2, 2]);
});

test("a gradient to begin with weighs the elements", () => {
  const w = leaf([1, 2]);
  w.mul(3).backward(tensor([1, 10]));
  assert.deepEqual(w.grad!.tolist(), [3, 30]);
});

test("retainGraph allows a second walk; a graph that saved nothing allows it anyway", () => {
  const w = leaf([2]);
  const y = w.exp().sum();
  y.backward(null, { retainGraph: true });
  y.backward();
  assert.ok(Math.abs(w.grad!.item() - 2 * Math.exp(2)) < 1e-5);
  const z = w.add(1).sum();
  z.backward();
  z.backward();
});

test("backward takes PyTorch's arguments by place, by name, or the gradient by place and the others by name", () => {
  const squared = (): { w: Tensor; y: Tensor } => {
    const w = leaf([2, 3]);
    return { w, y: w.square() };
  };
  const seed = tensor([1, 10]);
  for (const first of [
    (y: Tensor) => y.backward(seed, { retainGraph: true }),
    (y: Tensor) => y.backward({ gradient: seed, retainGraph: true }),
    (y: Tensor) => y.backward(seed, true),
    (y: Tensor) => y.backward(seed, null, true),
  ]) {
    const { w, y } = squared();
    first(y);
    y.backward(seed);
    assert.deepEqual(w.grad!.tolist(), [8, 120]);
  }
  const { w, y } = squared();
  y.sum().backward({ retainGraph: true });
  y.sum().backward({});
  assert.deepEqual(w.grad!.tolist(), [8, 12]);
  assert.throws(() => y.sum().backward(), /pass \{ retainGraph: true \}/);
});

test("inputs alone get a gradient, also what was computed", () => {
  const w = leaf([2, 3]);
  const x = leaf([5, 7]);
  const h = w.mul(x);
  h.square()
    .sum()
    .backward({ inputs: [x, h], retainGraph: true });
  assert.equal(w.grad, null);
  assert.deepEqual(x.grad!.tolist(), [40, 126]);
  assert.deepEqual(h.grad!.tolist(), [20, 42]);
  h.sum().backward(null, false, false, x);
  assert.deepEqual(x.grad!.tolist(), [42, 129]);
  assert.throws(() => w.sum().backward({ inputs: [] }), /inputs is an empty list/);
});

test("createGraph lets gradients be differentiated: d³/dx³ of x⁴ is 24 x", () => {
  const x = leaf([2]);
  let y = x.pow(4).sum();
  for (let i = 0; i < 3; i++) y = grad(y, x, { createGraph: true })[0].sum();
  assert.equal(y.item(), 48);
});

test("a hook sees the gradient and may replace it", () => {
  const w = leaf([1, 2]);
  const seen: unknown[] = [];
  const remove = w.registerHook((g) => {
    seen.push(g.tolist());
    return g.mul(10);
  });
  w.mul(2).sum().backward();
  assert.deepEqual(seen, [[2, 2]]);
  assert.deepEqual(w.grad!.tolist(), [20, 20]);
  remove();
  w.mul(2).sum().backward();
  assert.deepEqual(w.grad!.tolist(), [22, 22]);
});

test("a chain of 20,000 operations is walked without a deep stack", () => {
  const w = leaf([1]);
  let y: Tensor = w;
  for (let i = 0; i < 20_000; i++) y = y.add(w);
  y.sum().backward();
  assert.equal(w.grad!.item(), 20_001);
});

test("gradients of a float64 loss reach float32 leaves as float32", () => {
  const w = leaf([1, 2]);
  w.mul(tensor([3, 4], { dtype: "float64" }))
    .sum()
    .backward();
  assert.equal(w.grad!.dtype, "float32");
  assert.deepEqual(w.grad!.tolist(), [3, 4]);
});

test("two leaves that were handed the same gradient hold tensors of their own", () => {
  const a = leaf([1]);
  const b = leaf([1]);
  a.add(b).sum().backward();
  a.grad!.mul_(5);
  assert.equal(b.grad!.item(), 1);
});

test("grad() leaves .grad alone, gives null for what is unused, and stops where it may", () => {
  const a = leaf([2]);
  const b = leaf([3]);
  const unused = leaf([1]);
  const h = a.mul(b);
  const [da, none, dh] = grad(h.mul(h).sum(), [a, unused, h], { allowUnused: true });
  assert.equal(da!.item(), 2 * 6 * 3);
  assert.equal(none, null);
  assert.equal(dh!.item(), 12);
  assert.equal(a.grad, null);
});

test("grad() of several outputs adds their gradients", () => {
  const a = leaf([2]);
  const [g] = grad([a.mul(3), a.square()], a, { gradOutputs: [tensor([1]), tensor([10])] });
  assert.equal(g.item(), 3 + 10 * 4);
});

test("valueAndGrad differentiates a function with respect to chosen arguments", () => {
  const loss = (w: Tensor, x: Tensor, scale: number) => w.mul(x).sum().mul(scale);
  const w = tensor([1, 2]);
  const x = tensor([3, 4]);
  const first = valueAndGrad(loss)(w, x, 2);
  assert.equal(first.value.item(), 22);
  assert.deepEqual(first.grad.tolist(), [6, 8]);
  const both = valueAndGrad(loss, [0, 1])(w, x, 2);
  assert.deepEqual(
    both.grad.map((g) => g.tolist()),
    [
      [6, 8],
      [2, 4],
    ],
  );
  assert.equal(w.requiresGrad, false);
  assert.throws(() => valueAndGrad(loss, 2)(w, x, 2), { message: /argument 2 is number/ });
});

test("a training loop by hand finds the minimum, and memory does not hold its history", () => {
  const w = zeros([3], { requiresGrad: true });
  const target = tensor([1, -2, 0.5]);
  for (let i = 0; i < 200; i++) {
    const [g] = grad(w.sub(target).square().sum(), w);
    // An in-place change outside noGrad is refused; see in-place.test.ts for the way within it.
    w.grad = g;
    const next = w.detach().sub(g.mul(0.1));
    w.requiresGrad_(false).copy_(next).requiresGrad_();
  }
  assert.ok(w.allclose(target, { atol: 1e-4 }));
  assert.equal(w.isLeaf, true);
});

test("numbers read before backward are those of the forward pass", () => {
  const w = randn([5, 5], { requiresGrad: true });
  const x = ones([5]);
  const loss = w.matmul(x).square().mean();
  const before = loss.item();
  loss.backward();
  assert.equal(loss.item(), before);
  assert.equal(w.grad!.shape.length, 2);
});
