/** Arguments are taken as PyTorch takes them, by position and by name; a dtype may be given by another tensor. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ones, tensor } from "../../src/index.js";

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
  for (const bounds of [{}, { minimum: 0 }])
    assert.throws(() => x.clamp(bounds as never), /clamp: expected min, max or both/);
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
