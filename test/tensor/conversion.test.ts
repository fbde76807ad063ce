/** What JavaScript makes of a tensor: a number where there is one element, else an error that says what to write. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { full, normal, tensor, type Tensor, zeros } from "../../src/index.js";

test("tensors of one element compare and compute as numbers", () => {
  const a = tensor(10);
  const b = tensor(9);
  assert.deepEqual([a < b, a > b, b <= a, b >= a], [false, true, true, false]);
  assert.ok(tensor([10]) > tensor([9.5]));
  assert.equal(Number(a), 10);
  assert.equal(-(a as unknown as number), -10);
  assert.equal(Math.max(a as unknown as number, b as unknown as number), 10);
  assert.equal((a as unknown as number) * 2, 20);
  assert.equal(+tensor(true), 1);
  let best = tensor(9.5);
  const loss = tensor(10.2);
  if (loss < best) best = loss;
  assert.equal(best.item(), 9.5);
});

test("other tensors are no numbers", () => {
  const message =
    "a tensor of shape [2] is not one number, so JavaScript's operators cannot compute with it; " +
    "write x.neg() for -x, a.lt(b) for a < b, a.mul(b) for a * b";
  const x = tensor([1, 2]);
  for (const use of [
    () => x < tensor([3, 4]),
    () => x >= tensor([1, 0]),
    () => +x,
    () => -(x as unknown as number),
    () => (x as unknown as number) * 2,
    () => Math.sqrt(x as unknown as number),
  ]) {
    assert.throws(use, { name: "TypeError", message });
  }
  assert.throws(() => zeros(0) < zeros(0), { message: /shape \[0\] is not one number/ });
});

test("text is still text", () => {
  const x = tensor([1, 2]);
  assert.equal(`${String(x)}`, "tensor([1., 2.])");
  assert.equal(`loss ${tensor(0.5)}`, "loss tensor(0.5000)");
  assert.equal("loss " + String(tensor(0.5)), "loss tensor(0.5000)");
  assert.equal(("x " + (x as unknown as string)) as string, "x tensor([1., 2.])");
});

test("a bool tensor reads as true and false", () => {
  const mask = tensor([
    [1, 5],
    [7, 2],
  ]).gt(3);
  assert.deepEqual(mask.tolist(), [
    [false, true],
    [true, false],
  ]);
  const some: boolean = mask.any().item();
  assert.equal(some, true);
  assert.equal(mask.all().item<boolean>(), false);
  assert.equal(JSON.stringify({ mask: mask.at(0) }), '{"mask":[false,true]}');
  assert.deepEqual(Array.from(mask.dataSync()), [0, 1, 1, 0]);
  assert.equal(mask.sum().item(), 2);
});

test("the shape of a tensor stays, whatever is done to a list of its sizes", () => {
  const sizes = [2, 3];
  const made: Tensor[] = [
    zeros(sizes),
    full(sizes, 1),
    normal(0, 1, sizes),
    zeros(6).reshape(sizes),
    zeros(6).view(sizes),
    zeros(3).expand(sizes),
    zeros(3).broadcastTo(sizes),
  ];
  sizes.reverse();
  for (const x of made) {
    (x.shape as unknown as number[]).reverse();
    (x.size() as unknown as number[]).push(4);
    assert.deepEqual(x.shape, [2, 3]);
    assert.equal(x.at(0).numel(), 3);
  }
});
