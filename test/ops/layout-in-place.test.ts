/** A tensor whose shape is changed in place stays what its views are views of, and gradients reach what it was. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { arange, noGrad, tensor, zeros } from "../../src/index.js";

test("shapes change in place, and views go on showing the elements", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const row = x.select(0, 0);
  assert.equal(x.t_(), x);
  assert.deepEqual([x.shape, x.stride(), x.isContiguous()], [[3, 2], [1, 3], false]);
  row.mul_(10);
  assert.deepEqual(x.tolist(), [
    [10, 4],
    [20, 5],
    [30, 6],
  ]);
  x.unsqueeze_(0).add_(1);
  assert.deepEqual(row.tolist(), [11, 21, 31]);
  assert.deepEqual(x.shape, [1, 3, 2]);
  x.squeeze_().transpose_(0, 1).swapaxes_(0, 1).swapdims_(1, 0).squeeze_(0);
  assert.deepEqual(x.tolist(), [
    [11, 21, 31],
    [5, 6, 7],
  ]);
  const view = arange(4).reshape([2, 2]);
  const part = view.select(1, 0).unsqueeze_(1);
  view.add_(1);
  assert.deepEqual(part.tolist(), [[1], [3]]);
  assert.throws(() => x.unsqueeze_(5), /unsqueeze/);
  assert.deepEqual(x.shape, [2, 3]);
});

test("strides are set, and diagonals filled, in place", () => {
  const x = arange(6);
  const shown = x.asStrided_([2, 2], [2, 1], 1).tolist();
  assert.deepEqual(shown, [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(x.asStrided_([6], [1], 0).tolist(), [0, 1, 2, 3, 4, 5]);
  const tall = zeros([5, 2]).fillDiagonal_(5, true);
  assert.deepEqual(tall.flatten().tolist(), [5, 0, 0, 5, 0, 0, 5, 0, 0, 5]);
  assert.equal(zeros([5, 2]).fillDiagonal_(1).sum().item(), 2);
  assert.throws(() => zeros([2, 3, 2]).fillDiagonal_(1), /expected equal sizes/);
});

test("gradients reach what the tensor was", () => {
  const w = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { requiresGrad: true },
  );
  const factors = tensor([
    [1, 2],
    [3, 4],
  ]);
  const y = w.mul(2);
  const row = y.select(0, 1);
  const before = y.mul(y).sum();
  y.t_();
  row.mul_(3);
  y.mul(factors).sum().add(before).backward();
  assert.deepEqual(w.grad!.tolist(), [
    [10, 22],
    [36, 56],
  ]);
  w.grad = null;
  const z = noGrad(() => tensor([[1, 2]]).t_());
  z.mul_(w.sum());
  z.sum().backward();
  assert.deepEqual(w.grad!.tolist(), [
    [3, 3],
    [3, 3],
  ]);
  assert.throws(() => w.t_(), /leaf tensor that requires grad/);
});
