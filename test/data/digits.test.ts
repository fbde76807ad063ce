/** The digits are MNIST's: 10,000 images of gray levels, divided in a fixed way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { data, type Tensor } from "../../src/index.js";

const { train, test: held } = data.digits();
const counts = (labels: Tensor) => labels.oneHot(10).sum(0).tolist() as number[];

test("8,000 images for training and 2,000 for testing, as rows of 784", () => {
  assert.deepEqual(
    train.tensors.map((each) => each.shape),
    [[8000, 784], [8000]],
  );
  assert.deepEqual(
    held.tensors.map((each) => each.shape),
    [[2000, 784], [2000]],
  );
  assert.equal(train.tensors[1].dtype, "int32");
});

test("together they are the first 10,000 of MNIST's training set, so often does each digit come", () => {
  const [a, b] = [counts(train.tensors[1]), counts(held.tensors[1])];
  assert.deepEqual(
    a.map((count, digit) => count + b[digit]!),
    [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978],
  );
  b.forEach((count, digit) => assert.ok(Math.abs(count - (a[digit]! + count) / 5) < 1));
});

test("pixels are whole gray levels between 0 and 1", () => {
  const levels = held.tensors[0].mul(255);
  assert.ok(levels.sub(levels.round()).abs().max().item() < 1e-4);
  assert.equal(held.tensors[0].min().item(), 0);
  assert.equal(held.tensors[0].max().item(), 1);
  // MNIST's mean gray level is 0.1307.
  assert.ok(Math.abs(train.tensors[0].mean().item() - 0.1307) < 0.003);
});

test("classes are mixed, the same way in every process", () => {
  assert.equal(new Set(train.tensors[1].slice([0, 100]).tolist() as number[]).size, 10);
  assert.deepEqual(
    train.tensors[1].slice([0, 8]).tolist(),
    data.digits().train.tensors[1].slice([0, 8]).tolist(),
  );
});
