/**
 * What a tensor says of itself, and how it is made.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arange,
  device,
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  ones,
  onesLike,
  setNumThreads,
  Tensor,
  tensor,
  zeros,
  zerosLike,
} from "../../src/index.js";

test("a tensor knows shape, dtype, size and place", () => {
  const x = zeros([2, 3]);
  assert.deepEqual([...x.shape], [2, 3]);
  assert.deepEqual(
    [x.dtype, x.device, x.ndim, x.dim(), x.numel(), x.size(-1), x.length],
    ["float32", "cpu", 2, 2, 6, 3, 2],
  );
  assert.deepEqual(x.size(), x.shape);
  assert.throws(() => x.size(2), { name: "RangeError" });
});

test("values come out as numbers, nested arrays and typed arrays", async () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(x.tolist(), [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(x.dataSync(), new Float32Array([1, 2, 3, 4]));
  assert.deepEqual(await x.double().data(), new Float64Array([1, 2, 3, 4]));
  assert.deepEqual(x.int().dataSync(), new Int32Array([1, 2, 3, 4]));
  assert.deepEqual(x.gt(2).dataSync(), new Uint8Array([0, 0, 1, 1]));
  assert.equal(x.sum().item(), 10);
  assert.equal(tensor([[7]]).item(), 7);
});

test("JSON has the values", () => {
  assert.equal(JSON.stringify({ w: tensor([[1, 2.5]]) }), '{"w":[[1,2.5]]}');
});

test("a tensor is not made with new", () => {
  assert.throws(() => new (Tensor as unknown as new (data: number[]) => Tensor)([1, 2]), {
    message: /make tensors with tensor\(\[\.\.\.\]\)/,
  });
});

test("what dataSync gives is a copy", () => {
  const x = tensor([1, 2]);
  x.dataSync()[0] = 9;
  assert.deepEqual(x.tolist(), [1, 2]);
});

test("data is copied, and gives the dtype: numbers float32, booleans bool, typed arrays their own", () => {
  const source = new Float64Array([1, 2]);
  const x = tensor(source);
  source[0] = 9;
  assert.deepEqual([x.dtype, x.tolist()], ["float64", [1, 2]]);
  assert.equal(tensor(3).dtype, "float32");
  assert.equal(tensor([true, false]).dtype, "bool");
  assert.equal(tensor(new Int32Array(2)).dtype, "int32");
  assert.equal(tensor(new Uint8Array([7])).dtype, "uint8");
  assert.equal(tensor(new Int8Array([7])).dtype, "int8");
  assert.equal(tensor(new BigInt64Array([7n])).dtype, "int64");
  assert.equal(tensor([[7n]]).dtype, "int64");
  assert.deepEqual(tensor(new Uint8Array([7, 0]), { dtype: "bool" }).tolist(), [true, false]);
  assert.deepEqual(tensor([new Float32Array([1, 2]), new Float32Array([3, 4])]).tolist(), [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual([...tensor([]).shape], [0]);
  assert.throws(() => tensor(zeros(2) as unknown as number[]), {
    message: /got a tensor; use x\.clone\(\)\.detach\(\)/,
  });
});

test("shapes may be given as one array or one by one", () => {
  for (const x of [zeros([2, 3]), zeros(2, 3), ones([2, 3]), empty(2, 3), full([2, 3], 0)]) {
    assert.deepEqual([...x.shape], [2, 3]);
  }
  assert.deepEqual([...zeros([]).shape], []);
  assert.deepEqual([...zeros(4).shape], [4]);
  assert.equal(zeros(2, 3, { dtype: "int32" }).dtype, "int32");
  const x = zeros(2, { dtype: "int32" });
  assert.deepEqual([x.dtype, [...x.shape]], ["int32", [2]]);
  assert.throws(() => (zeros as (...args: unknown[]) => Tensor)([2], 3), {
    message: /zeros\(\[sizes\], \{ options \}\)/,
  });
});

test("the options are checked", () => {
  assert.throws(() => zeros([2], { dtype: "int16" as "int32" }), {
    message: /int16 is not a dtype; there are float32, .* and bfloat16/,
  });
  assert.throws(() => zeros([2], { dtype: "int32", requiresGrad: true }), {
    message: /only floating tensors/,
  });
  assert.throws(() => tensor([1]).to("half" as "float32"), { message: /half is not a dtype/ });
});

test("the like functions take shape and dtype", () => {
  const x = zeros([2], { dtype: "float64" });
  assert.deepEqual(zerosLike(x).tolist(), [0, 0]);
  assert.deepEqual(onesLike(x).tolist(), [1, 1]);
  assert.deepEqual(fullLike(x, 3).tolist(), [3, 3]);
  assert.equal(emptyLike(x).dtype, "float64");
  assert.equal(onesLike(x, { dtype: "int32" }).dtype, "int32");
});

test("arange counts in int32 where all is whole, and eye is the identity", () => {
  assert.equal(arange(3).dtype, "int32");
  assert.equal(arange(0, 1, 0.5).dtype, "float32");
  assert.deepEqual(arange(3, { dtype: "float64" }).tolist(), [0, 1, 2]);
  assert.deepEqual(eye(2).tolist(), [
    [1, 0],
    [0, 1],
  ]);
});

test("a tensor is walked through along its first dim", () => {
  const rows = [
    ...tensor([
      [1, 2],
      [3, 4],
    ]),
  ].map((row) => row.tolist());
  assert.deepEqual(rows, [
    [1, 2],
    [3, 4],
  ]);
  assert.throws(() => [...tensor(1)], { message: /0-dimensional/ });
});

test("requiresGrad can be set on leaves", () => {
  const x = zeros([2]);
  x.requiresGrad = true;
  assert.equal(x.isLeaf && x.requiresGrad, true);
  const y = x.mul(2);
  assert.equal(y.gradFn?.name, "MulBackward0");
  assert.throws(() => y.requiresGrad_(false), { message: /detach\(\)/ });
  assert.equal(y.detach().requiresGrad, false);
  assert.throws(
    () => {
      x.grad = zeros([3]) as unknown as typeof x;
    },
    { message: "grad: expected shape [2], got [3]" },
  );
});

test("the device says which engine computes, and numbers do not depend on its threads", () => {
  const { type, threads, description } = device();
  assert.equal(type, "cpu");
  assert.ok(threads >= 1 && description.length > 0);
  const x = arange(10_000).float().sin();
  const sum = x.mul(x).sum().item();
  setNumThreads(1);
  assert.equal(x.mul(x).sum().item(), sum);
  setNumThreads(threads);
  assert.throws(() => setNumThreads(0), { name: "RangeError" });
});

test("equal and allclose compare", () => {
  const x = tensor([1, 2]);
  assert.equal(x.equal(tensor([1, 2])), true);
  assert.equal(x.equal(tensor([1, 3])), false);
  assert.equal(x.equal(tensor([[1, 2]])), false);
  assert.equal(x.allclose(tensor([1, 2.000001])), true);
  assert.equal(x.allclose(tensor([1, 2.1])), false);
});

test("a number in brackets is refused with what to write, also where no type is known", () => {
  const x: Record<number, unknown> = tensor([
    [1, 2],
    [3, 4],
  ]) as never;
  assert.throws(() => x[0], { name: "TypeError", message: /write x\.at\(0\) in place of x\[0\]/ });
  assert.throws(() => x[-1], { message: /x\.at\(-1\)/ });
  assert.throws(() => (x[1] = 5), { message: /x\.at\(1\)\.fill_\(value\)/ });
  assert.throws(() => (x[1] = tensor([5, 6])), { message: /x\.at\(1\)\.copy_\(value\)/ });
});
