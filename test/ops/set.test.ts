/**
 * x.slice(...) and x.set(...) with integers, ranges, new dims, index tensors and masks, in any mixture, do what PyTorch's brackets do
 * (test/golden/make_indexing.py).
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { arange, type DType, noGrad, tensor, type Tensor, zeros } from "../../src/index.js";
import type { SliceIndex } from "../../src/ops/part.js";

interface Said {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
type Index =
  | number
  | boolean
  | string
  | { range: [number | null, number | null, number | null] }
  | (Said & { dtype: DType });
interface Case {
  readonly shape: readonly number[];
  readonly indices: readonly Index[];
  readonly picked: Said;
  readonly grad: readonly number[];
  readonly value: number | Said;
  readonly set: readonly number[];
  readonly twice: boolean;
  readonly grads: readonly [readonly number[], readonly number[]];
}

const cases = JSON.parse(readFileSync(new URL("../golden/indexing.json", import.meta.url), "utf8")) as Case[];

function indexOf(index: Index): SliceIndex {
  if (typeof index !== "object") return index;
  if ("range" in index) return index.range;
  const data = index.dtype === "bool" ? index.data.map((x) => x !== 0) : index.data;
  return tensor(data as number[], { dtype: index.dtype }).reshape([...index.shape]);
}

function made(shape: readonly number[], first: number): Tensor {
  const size = shape.reduce((n, k) => n * k, 1);
  const data = Array.from({ length: size }, (_, i) => ((first + 7 * i) % 23) - 5);
  return tensor(data, { dtype: "float64" })
    .reshape([...shape])
    .detach()
    .requiresGrad_();
}

const weights = (y: Tensor): Tensor => arange(y.numel()).remainder(5).add(1).double().reshape(y.shape);
const flat = (x: Tensor | null): number[] => (x === null ? [] : [...(x.dataSync() as Float64Array)]);

describe("brackets", () => {
  for (const [number, each] of cases.entries()) {
    const what = `case ${number}: [${each.shape.join()}] at ${JSON.stringify(each.indices)}`;
    test(what, () => {
      const indices = each.indices.map(indexOf);
      const x = made(each.shape, 3);
      const y = x.slice(...indices);
      assert.deepEqual([...y.shape], each.picked.shape);
      assert.deepEqual(flat(y), each.picked.data);
      y.mul(weights(y)).sum().backward();
      assert.deepEqual(flat(x.grad), each.grad);

      const value = typeof each.value === "number" ? each.value : made(each.value.shape, 11);
      const base = made(each.shape, 3);
      const z = base.mul(1);
      assert.equal(z.set(...indices, value), z);
      if (each.twice) return;
      assert.deepEqual(flat(z), each.set);
      z.mul(weights(z)).sum().backward();
      assert.deepEqual(flat(base.grad), each.grads[0]);
      if (typeof value !== "number") assert.deepEqual(flat(value.grad), each.grads[1]);
    });
  }
});

test("of several values for one place the last one stays, and it alone has the gradient", () => {
  const value = tensor([1, 2, 3], { requiresGrad: true });
  const x = zeros([4]).add(0);
  x.set(tensor([2, 0, 2], { dtype: "int32" }), value);
  assert.deepEqual(x.tolist(), [2, 0, 3, 0]);
  x.mul(tensor([10, 20, 30, 40]))
    .sum()
    .backward();
  assert.deepEqual(value.grad!.tolist(), [0, 10, 30]);
});

test("assigning changes the base and its views, and they change what is assigned to", () => {
  const x: Tensor = zeros([3, 4]);
  const column = x.slice(null, 1);
  const rows = x.slice([1, 3]);
  x.set(tensor([0, 2], { dtype: "int64" }), 1, tensor([5, 6]));
  assert.deepEqual(column.tolist(), [5, 0, 6]);
  rows.set(rows.eq(6), 7);
  assert.deepEqual(x.tolist(), [
    [0, 5, 0, 0],
    [0, 0, 0, 0],
    [0, 7, 0, 0],
  ]);
  column.set(1);
  assert.deepEqual(x.sum(0).tolist(), [0, 3, 0, 0]);
});

test("a range that runs backwards is assigned to from its end", () => {
  const x: Tensor = arange(6).reshape([2, 3]);
  x.set(null, "::-1", tensor([1, 2, 3]));
  assert.deepEqual(x.tolist(), [
    [3, 2, 1],
    [3, 2, 1],
  ]);
  x.set("::-1", tensor([0], { dtype: "int32" }), tensor([[8], [9]]));
  assert.deepEqual(x.slice(null, 0).tolist(), [9, 8]);
});

test("a mask with a number is not read: the step stays lazy", () => {
  const x: Tensor = arange(4).float();
  x.set(x.mul(2).gt(3), -1);
  assert.deepEqual(x.tolist(), [0, 1, -1, -1]);
});

test("what is assigned where it cannot be says so at once", () => {
  const x: Tensor = zeros([2, 3]);
  assert.throws(() => x.set(5, 1), /set: index 5 is out of range for dim 0 of size 2/);
  assert.throws(() => x.set(0, [1, 2, 3] as never), /set: expected a tensor or a number .* wrap it: tensor/);
  assert.throws(() => x.set(0, tensor([1, 2])), /cannot be expanded/);
  assert.throws(
    () => x.set(tensor([7], { dtype: "int32" }), 1),
    /set: position 7 is out of range for a dim of size 2/,
  );
  assert.throws(() => x.set(tensor([1.5]), 1), /expected integers as positions/);
  const w = zeros([2], { requiresGrad: true });
  assert.throws(() => w.set(0, 1), /set: a leaf tensor that requires grad/);
  noGrad(() => w.set(0, 1));
  assert.deepEqual(w.tolist(), [1, 0]);
  assert.throws(() => zeros([2], { dtype: "int8" }).set(0, 1000), /does not fit into int8/);
});
