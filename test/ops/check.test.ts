/** A value that an operation does not allow is an error of that operation, with its line, also where it turns up later. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nn, noGrad, ones, optim, tensor, zeros, type Tensor } from "../../src/index.js";
import { checkedRange } from "../../src/ops/check.js";

/** Positions that are still to be computed. */
function later(...positions: number[]): Tensor {
  return tensor(positions, { dtype: "int32" }).mul(1);
}

/** The line of this file in an error's stack. */
function lineOf({ stack }: Error): number {
  return Number(/check\.test\.ts:(\d+)/.exec(stack!)![1]);
}

const operations: Record<string, (index: Tensor) => Tensor> = {
  gather: (index) => zeros([3]).gather(0, index),
  indexSelect: (index) => zeros([2, 3]).indexSelect(1, index),
  take: (index) => zeros([3]).take(index),
  slice: (index) => zeros([3]).slice(index),
  scatter: (index) => zeros([3]).scatter(0, index, 1),
  scatterAdd: (index) => zeros([3]).scatterAdd(0, index, ones([9])),
  indexAdd: (index) => zeros([3]).indexAdd(0, index, ones([2])),
};

for (const [name, operation] of Object.entries(operations))
  test(`${name}: a position that is computed later is an error of the line that used it`, () => {
    for (const position of [3, -4]) {
      let line = 0;
      const recorded = ((): Tensor => {
        line = lineOf(new Error("one line above")) + 1;
        return operation(later(0, position));
      })();
      assert.throws(
        () => recorded.add(1).tolist(),
        (error: Error) => {
          assert.equal(error.name, "RangeError");
          assert.equal(error.message, `${name}: position ${position} is out of range for a dim of size 3`);
          assert.ok(error.stack!.includes(`check.test.ts:${line}:`), error.stack);
          return true;
        },
      );
    }
  });

for (const wrong of [1.5, -0.5, NaN, Infinity, 2 ** 31])
  test(`an array of positions with ${wrong} is refused at once`, () => {
    assert.throws(() => zeros([3]).indexSelect(0, [0, wrong]), RangeError);
    assert.throws(() => zeros([3]).take([wrong]), RangeError);
    assert.throws(() => zeros([3]).indexAdd(0, [wrong], ones([1])), RangeError);
  });

test("one index on dims of several sizes: the operation that it does not fit is named", () => {
  const index = later(4);
  const fits = zeros([9]).gather(0, index);
  const fitsNot = zeros([2]).take(index);
  assert.deepEqual(fits.tolist(), [0]);
  assert.throws(() => fitsNot.item(), /take: position 4 is out of range for a dim of size 2/);
});

test("in a plan that is known already the error is that of the line that failed this time", () => {
  const lines: number[] = [];
  for (const position of [0, 1, 5, 2, 6]) {
    const picked = zeros([3]).take(later(position));
    if (position < 3) assert.equal(picked.item(), 0);
    else
      assert.throws(
        () => picked.item(),
        (error: Error) => {
          assert.match(error.message, new RegExp(`position ${position} `));
          lines.push(lineOf(error));
          return true;
        },
      );
  }
  assert.equal(lines.length, 2);
});

test("a backward pass and a step name the operation of the forward pass", () => {
  const table = zeros([3, 2], { requiresGrad: true });
  const optimizer = new optim.SGD([table], { lr: 0.1 });
  table.indexSelect(0, later(1, 8)).sum().backward();
  assert.throws(() => optimizer.step(), /indexSelect: position 8 is out of range for a dim of size 3/);
  assert.deepEqual(table.tolist(), [
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
});

test("oneHot: a class out of range, known or not", () => {
  const refused = /oneHot: class (3|-1) is out of range for 3 classes/;
  assert.throws(() => tensor([0, 3], { dtype: "int32" }).oneHot(3), refused);
  assert.throws(() => later(0, 3).oneHot(3).tolist(), refused);
  assert.throws(() => nn.functional.oneHot(later(-1), 3).sum().item(), refused);
  assert.throws(() => later(0).oneHot(1.5), /oneHot: expected a whole number of classes, got 1.5/);
  assert.deepEqual(later(2, 0).oneHot(3).tolist(), [
    [0, 0, 1],
    [1, 0, 0],
  ]);
});

function checked(x: Tensor): Tensor {
  return checkedRange(x.square().mean(), x, 0, 1, (value, position) => `${value} at ${position}`);
}

test("a range of values: at once where they are known, else when the result is computed", () => {
  assert.throws(() => checked(tensor([0.5, 2])), { name: "RangeError", message: "2 at 1" });
  assert.throws(
    () =>
      checked(
        tensor([
          [0.5, -2],
          [3, 1],
        ]).mul(2),
      ).item(),
    { name: "RangeError", message: "-4 at 1" },
  );
  const x = tensor([0.5, 1]);
  assert.equal(checked(x.mul(1)).item(), 0.625);
  assert.equal(checked(x).item(), 0.625);
  assert.ok(Number.isNaN(checked(tensor([NaN, 1]).mul(1)).item()));
  assert.ok(Number.isNaN(checked(zeros([0]).mul(1)).item()));
});

test("a checked result hands its gradient on, and a step that meets a value outside has not been", () => {
  const weight = tensor([0.5, 0.25], { requiresGrad: true });
  const optimizer = new optim.SGD([weight], { lr: 1 });
  checked(weight.mul(1)).backward();
  assert.deepEqual(weight.grad!.tolist(), [0.5, 0.25]);
  optimizer.step();
  assert.deepEqual(weight.tolist(), [0, 0]);
  noGrad(() => weight.add_(3));
  checked(weight.mul(1)).backward();
  assert.throws(() => optimizer.step(), { message: "3 at 0" });
  assert.deepEqual(weight.tolist(), [3, 3]);
});

/** Two values that the same mistake spoils. */
const spoiled: Record<string, () => readonly [Tensor, Tensor]> = {
  "two values under one check": () => {
    const x = tensor([0.5, 2]).mul(1);
    const told = (result: Tensor): Tensor => checkedRange(result, x, 0, 1, () => "outside");
    return [told(x.sum()), told(x.mean())];
  },
  "two readers of one position": () => {
    const index = later(7);
    return [zeros([3]).indexSelect(0, index).add(1), ones([3]).indexSelect(0, index).mul(2)];
  },
  "what is made of what is read": () => {
    const x = zeros([3]).take(later(7));
    return [x, x.add(1).exp().sum()];
  },
};

for (const [name, make] of Object.entries(spoiled))
  test(`${name}: who reads one is told, who reads others is not, also after many readings`, () => {
    const [read, unread] = make();
    assert.throws(() => read.tolist(), RangeError);
    // What waits and is never read is computed with one of so many readings.
    for (let i = 0; i < 200; i++) assert.equal(ones([2]).add(i).sum().item(), 2 + 2 * i);
    assert.throws(() => unread.tolist(), RangeError);
  });
