/**
 * In-place changes of views, as in PyTorch: what changes one changes the base and all its views, and gradients are those of the values
 * that were there when an operation was recorded.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  arange,
  gradcheck,
  grad,
  nn,
  noGrad,
  ones,
  optim,
  randn,
  tensor,
  type Tensor,
  zeros,
} from "../../src/index.js";
import { difference, type ViewProgram } from "../golden/views.js";

const leaf = (data: number[]): Tensor => tensor(data, { requiresGrad: true });

test("random programs of views and changes give PyTorch's values and gradients", () => {
  const file = new URL("../golden/views.json", import.meta.url);
  for (const program of JSON.parse(readFileSync(file, "utf8")) as ViewProgram[]) {
    assert.equal(
      difference(program, () => false),
      null,
    );
    assert.equal(
      difference(program, () => true),
      null,
    );
  }
});

test("a change of a part changes the whole", () => {
  const x = zeros([3]);
  x.slice([0, 2]).add_(1);
  assert.deepEqual(x.tolist(), [1, 1, 0]);
  const m = zeros([2, 3]);
  for (const row of m) row.add_(tensor([1, 2, 3]));
  m.t().at(0).mul_(10);
  m.diagonal(1).fill_(-1);
  m.slice(1, "::2").neg_();
  nn.init.ones_(m.narrow(1, 2, 1));
  assert.deepEqual(m.tolist(), [
    [10, -1, 1],
    [-10, 2, 1],
  ]);
});

test("all views see a change of the base, whoever made it", () => {
  const x = arange(6).float();
  const rows = x.view(2, 3);
  const [a, b] = rows.unbind();
  const even = x.slice("::2");
  const detached = x.detach();
  rows.mul_(2);
  b!.add_(1);
  detached.at(0).fill_(9);
  assert.deepEqual(x.tolist(), [9, 2, 4, 7, 9, 11]);
  assert.deepEqual(a!.tolist(), [9, 2, 4]);
  assert.deepEqual(even.tolist(), [9, 4, 9]);
});

test("a change of a view is a part of the base's history", () => {
  assert.ok(
    gradcheck(
      (x, w) => {
        const y = x!.mul(2);
        const v = y.slice([1, 3], null);
        const before = v.exp();
        v.mul_(w!);
        v.t().at(0).add_(v.at(0).sum());
        y.diagonal().square_();
        return [before, y, v, y.slice(0)];
      },
      [
        randn([3, 3], { dtype: "float64", requiresGrad: true }),
        randn([2, 3], { dtype: "float64", requiresGrad: true }),
      ],
    ),
  );
});

test("a change of no elements is a part of the history too", () => {
  const x = zeros([2, 3]);
  const [flat, none, w] = [x.view([6]), x.narrow(0, 1, 0), leaf([1, 2, 3])];
  none.sub_(w);
  for (const changed of [x, flat, none]) assert.equal(changed.requiresGrad, true);
  flat.sum().backward();
  assert.deepEqual(w.grad!.tolist(), [0, 0, 0]);
});

test("leaves that require grad, and views of them, are refused outside noGrad", () => {
  const w = leaf([1, 2, 3]);
  const part = w.slice([0, 2]);
  assert.throws(() => part.mul_(10), {
    message:
      "mul_: a view of a leaf tensor that requires grad cannot be changed in place while operations are recorded; " +
      "wrap the change: noGrad(() => x.mul_(...)), or use an optimizer",
  });
  assert.throws(() => w.reshape(3, 1).at(0).zero_(), { message: /^zero_: a view of a leaf/ });
  assert.throws(() => w.copy_(w), { message: /^copy_: a leaf/ });
  noGrad(() => part.mul_(10));
  assert.deepEqual(w.tolist(), [10, 20, 3]);
  assert.ok(w.isLeaf);
  part.sum().backward();
  assert.deepEqual(w.grad!.tolist(), [1, 1, 0]);
});

test("several elements that are one in the base cannot be changed, but may all be filled", () => {
  const x = ones([3, 1]);
  assert.throws(() => x.expand(3, 4).add_(1), {
    message:
      "add_: several elements of this tensor of shape [3, 4] are one element of its base (it was expanded or unfolded); change x.clone()",
  });
  assert.throws(() => x.flatten().unfold(0, 2, 1).neg_(), { message: /^neg_: several elements/ });
  x.expand(3, 4).fill_(7);
  assert.deepEqual(x.flatten().tolist(), [7, 7, 7]);
});

test("a view made within noGrad does not carry a recorded change to its base", () => {
  const w = leaf([1, 2]);
  const x = zeros([2]);
  const v = noGrad(() => x.view(2, 1));
  assert.throws(() => v.add_(w.view(2, 1)), { message: /^add_: this view was made within noGrad/ });
  v.add_(1);
  assert.deepEqual(x.tolist(), [1, 1]);
});

test("view refuses where only a copy can have the shape; reshape copies there", () => {
  const x = arange(6).float().reshape(2, 3);
  assert.throws(() => x.t().view(6), {
    message: /^view: the elements of this view of shape \[3, 2\] .* use reshape\(\), which copies/,
  });
  x.t().reshape(6).zero_();
  assert.equal(x.sum().item(), 15);
});

test("an optimizer's step is seen by views and detached handles", () => {
  const w = leaf([1, 2, 3]);
  const part = w.slice([1, null]);
  const same = w.detach();
  const optimizer = new optim.SGD([w], { lr: 1 });
  for (let step = 1; step <= 4; step++) {
    w.sum().backward();
    optimizer.step();
    optimizer.zeroGrad();
    assert.deepEqual(part.tolist(), [2 - step, 3 - step]);
    assert.deepEqual(same.tolist(), [1 - step, 2 - step, 3 - step]);
  }
  noGrad(() => part.fill_(5));
  assert.deepEqual(w.tolist(), [-3, 5, 5]);
  w.sum().backward();
  optimizer.step();
  assert.deepEqual(w.tolist(), [-4, 4, 4]);
});

test("what a gradient needs stays, however often it is changed afterwards", () => {
  for (const changes of [1, 1023, 1024, 1025, 3000]) {
    const w = leaf([2, 3]);
    const x = tensor([5, 7]);
    const y = w.mul(x);
    for (let i = 0; i < changes; i++) x.add_(1);
    y.sum().backward();
    assert.deepEqual(w.grad!.tolist(), [5, 7], `${changes} changes`);
  }
  const w = leaf([2, 3]);
  const h = w.mul(1);
  const y = h.square();
  h.copy_(h);
  h.zero_();
  y.sum().backward();
  assert.deepEqual(w.grad!.tolist(), [4, 6]);
});

test("grad of a tensor is that of the state it has now; a leaf's is that of all its states", () => {
  const w = leaf([1, 2]);
  const y = w.mul(3);
  const old = y.sum();
  y.mul_(2);
  const [now] = grad(y.square().sum(), [y], { retainGraph: true });
  assert.deepEqual(now.tolist(), [12, 24]);
  assert.throws(() => grad(old, [y], { retainGraph: true }), { message: /do not depend on input 0/ });
  const first = w.square().sum();
  noGrad(() => w.add_(1));
  assert.deepEqual(grad(first.add(w.square().sum()), [w])[0].tolist(), [6, 10]);
});

test("second derivatives go through changes of views", () => {
  const x = tensor([1, 2, 3], { dtype: "float64", requiresGrad: true });
  const y = x.mul(1);
  y.slice([1, null]).mul_(y.slice([1, null]));
  const [g] = grad(y.pow(2).sum(), [x], { createGraph: true });
  assert.deepEqual(g.tolist(), [2, 32, 108]);
  const [h] = grad(g.sum(), [x]);
  assert.deepEqual(h.tolist(), [2, 48, 108]);
});

test("hooks and retained gradients are those of the right state", () => {
  const w = leaf([1, 2]);
  const y = w.mul(3).retainGrad();
  const seen: number[][] = [];
  y.registerHook((g) => void seen.push(g.tolist() as number[]));
  y.mul_(2);
  y.sum().backward();
  assert.deepEqual(y.grad!.tolist(), [1, 1]);
  assert.deepEqual(seen, [[2, 2]]);
  assert.deepEqual(w.grad!.tolist(), [6, 6]);
});
