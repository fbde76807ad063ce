/** Arguments are taken as PyTorch takes them, by position and by name; a dtype may be given by another tensor. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ones, type Tensor, tensor } from "../../src/index.js";

test("clamp takes its bounds by position, by name, or one of each", () => {
  const x = tensor([-2, 0.5, 3]);
  const low = tensor([0, 1, 2]);
  for (const [clamped, expected] of [
    [x.clamp(0, 1), [0, 0.5, 1]],
    [x.clamp({ min: 0, max: 1 }), [0, 0.5, 1]],
    [x.clamp(0, { max: 1 }), [0, 0.5, 1]],
    [x.clamp(0), [0, 0.5, 3]],
    [x.clamp({ min: 0 }), [0, 0.5, 3]],
    [x.clamp(null, 1), [-2, 0.5, 1]],
    [x.clamp({ max: 1 }), [-2, 0.5, 1]],
    [x.clamp({ min: low, max: 2 }), [0, 1, 2]],
    [x.clamp(low, { max: tensor(2) }), [0, 1, 2]],
    [x.clone().clamp_({ max: 1 }), [-2, 0.5, 1]],
    [x.clone().clamp_(0, { max: 1 }), [0, 0.5, 1]],
  ] as const)
    assert.deepEqual(clamped.tolist(), expected);
  const w = tensor([-2, 0.5, 3], { requiresGrad: true });
  w.clamp({ min: 0, max: 1 }).sum().backward();
  assert.deepEqual(w.grad!.tolist(), [0, 1, 0]);
  assert.throws(() => x.clamp({}), /clamp: expected min, max or both/);
  assert.throws(() => x.clamp({ minimum: 0 } as never), /clamp: unknown option minimum; it takes min, max/);
});

test("pointwise operations take parameters by position and by name, and no others", () => {
  const x = tensor([1, 2]);
  const y = tensor([3, NaN]);
  for (const [got, expected] of [
    [x.add(x, { alpha: 2 }), [3, 6]],
    [x.rsub(x, { alpha: 3 }), [-2, -4]],
    [x.rsub(1, { alpha: 3 }), [-2, -5]],
    [x.div(2, { roundingMode: "floor" }), [0, 1]],
    [x.div(2, { roundingMode: null }), [0.5, 1]],
    [y.nanToNum(7), [3, 7]],
    [y.nanToNum({ nan: 8 }), [3, 8]],
    [x.clampMin({ min: 2 }), [2, 2]],
  ] as const)
    assert.deepEqual(got.tolist(), expected);
  for (const [name, ...args] of [
    ["add", x, { out: y }],
    ["mul", x, { alpha: 2 }],
    ["mul", x, x],
    ["sin", { out: y }],
    ["eq", { to: 1 }],
    ["matmul", x, { transpose: true }],
  ] as const)
    assert.throws(() => (x[name] as (...args: unknown[]) => unknown)(...args), {
      name: "TypeError",
      message: /unknown option|expected at most 1 argument/,
    });
  assert.deepEqual(x.add_(x, { alpha: 2 }).tolist(), [3, 6]);
});

test("operations in place take the result into the tensor's dtype", () => {
  const x = tensor([1, 2, 3]);
  const whole = x.slice([0, 2]);
  assert.equal(whole.gt_(1), whole);
  assert.deepEqual([x.dtype, x.tolist()], ["float32", [0, 1, 3]]);
  assert.deepEqual(x.logicalNot_().tolist(), [1, 0, 0]);
  assert.deepEqual(tensor([6, 7], { dtype: "int64" }).bitwiseAnd_(3).tolist(), [2, 3]);
  assert.deepEqual(tensor([7, -7], { dtype: "int32" }).floorDivide_(2).tolist(), [3, -4]);
  assert.throws(() => tensor([1], { dtype: "int32" }).cosh_(), /cosh_: the result is float32/);
});

test("to takes a dtype, a tensor that has it, and the one device", () => {
  const x = tensor([1.5, 2]);
  assert.equal(x.to("float64").dtype, "float64");
  assert.equal(x.to(ones([2], { dtype: "int32" })).dtype, "int32");
  assert.equal(x.typeAs(ones([2], { dtype: "float64" })).dtype, "float64");
  assert.equal(x.to("cpu"), x);
  assert.equal(x.cpu(), x);
  assert.deepEqual(x.to("cpu", "int32").tolist(), [1, 2]);
  for (const device of ["cuda", "cuda:1", "mps", "gpu"])
    assert.throws(() => x.to(device as never), {
      name: "TypeError",
      message: `to: there is no device "${device}", all is computed on the "cpu"; leave to("${device}") out`,
    });
  assert.throws(
    () => x.to("float8" as never),
    /to: float8 is not a dtype; there are float32, float64, int32, bool, int64, uint8, int8, float16 and bfloat16/,
  );
});

test("an argument of another kind is refused where it is given, by the operation's name", () => {
  const x = ones([2, 3]) as unknown as Record<string, (...args: unknown[]) => Tensor>;
  for (const [name, args, message] of [
    ["rsub", [[NaN]], /rsub: expected a tensor, got an array; wrap it/],
    ["typeAs", [3], /typeAs: expected a tensor, got number/],
    ["viewAs", [[6]], /viewAs: expected a tensor/],
    ["expandAs", [3], /expandAs: expected a tensor/],
    ["sum", ["rows"], /sum: expected a list of dims, got rows/],
    ["mean", [ones([2])], /mean: expected a list of dims, got a Tensor/],
    ["broadcastTo", [3], /broadcastTo: expected a list of sizes, got 3/],
    ["asStrided", [[2], 1], /asStrided: expected a list of strides, got 1/],
    ["split", [null], /split: expected a list of sizes, got null/],
    [
      "repeatInterleave",
      [2 ** 53],
      /repeatInterleave: 54043195528445950 entries are more than a dim can have/,
    ],
    ["softmax", [0, "float"], /float is not a dtype; there are float32/],
    ["argsort", [0, 1.5], /sort: expected descending to be a whole number, got 1\.5/],
    ["normal_", [ones([])], /^normal_: expected a number, got a Tensor$/],
    ["expand", [2 ** 53, 2, 3], /a tensor of shape \[9007199254740992, 2, 3\] would have more elements/],
  ] as const)
    assert.throws(() => x[name]!(...args), { message });
  // None of them has left something behind that a later reading meets.
  assert.equal(ones([2]).sum().item(), 2);
});
