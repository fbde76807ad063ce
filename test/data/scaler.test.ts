/** Standardization by what the training data say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { data, manualSeed, randn, tensor } from "../../src/index.js";

test("features get mean 0 and deviation 1, and come back", () => {
  manualSeed(0);
  const x = randn([50, 3])
    .mul(tensor([1, 20, 0.5]))
    .add(tensor([5, -7, 100]));
  const scaler = new data.StandardScaler();
  const z = scaler.fitTransform(x);
  assert.equal(z.dtype, "float32");
  for (const mean of z.mean(0).tolist() as number[]) assert.ok(Math.abs(mean) < 1e-5);
  for (const deviation of z.std(0, { correction: 0 }).tolist() as number[])
    assert.ok(Math.abs(deviation - 1) < 1e-5);
  assert.ok(scaler.inverseTransform(z).allclose(x, 1e-5, 1e-5));
});

test("other data are measured by the training data's numbers; a constant feature stays finite", () => {
  const scaler = new data.StandardScaler().fit(
    tensor([
      [1, 7],
      [3, 7],
    ]),
  );
  assert.deepEqual(
    [scaler.mean.tolist(), scaler.scale.tolist()],
    [
      [2, 7],
      [1, 1],
    ],
  );
  assert.deepEqual(scaler.transform(tensor([[4, 9]])).tolist(), [[2, 2]]);
  assert.equal(scaler.transform(tensor([[4, 9]], { dtype: "int32" })).dtype, "float32");
  assert.equal(scaler.transform(tensor([[4, 9]], { dtype: "float64" })).dtype, "float64");
});

test("its state goes into a file and back", () => {
  const scaler = new data.StandardScaler().fit(randn([20, 2]));
  const other = new data.StandardScaler().loadStateDict(scaler.stateDict());
  const x = randn([3, 2]);
  assert.deepEqual(other.transform(x).tolist(), scaler.transform(x).tolist());
});

test("what it refuses", () => {
  const scaler = new data.StandardScaler();
  assert.throws(() => scaler.transform(randn([2, 2])), /call fit\(training\) first/);
  assert.throws(() => scaler.fit(tensor(3)), /expected examples \[N, features…\]/);
  assert.throws(() => scaler.fit(randn([0, 2])), /N of at least 1, got \[0, 2\]/);
  assert.throws(() => scaler.fit([[1]] as never), /expected a tensor of examples, got object/);
  scaler.fit(randn([5, 2]));
  assert.throws(() => scaler.transform(randn([5, 3])), /fitted to features \[2\], got \[5, 3\]/);
  assert.throws(() => scaler.loadStateDict({ mean: tensor([1]) }), /expected \{ mean, scale \}/);
});
