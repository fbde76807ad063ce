/** What a tensor says of itself, tensors of what may be one already, and the default dtype. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arange,
  asarray,
  asTensor,
  getDefaultDtype,
  getNumThreads,
  initialSeed,
  manualSeed,
  nn,
  rand,
  scalarTensor,
  seed,
  setDefaultDtype,
  setNumThreads,
  tensor,
  zeros,
} from "../../src/index.js";

test("layout, bytes and type are PyTorch's", () => {
  const x = arange(6, { dtype: "float64" }).reshape([2, 3]);
  assert.deepEqual([x.nelement(), x.ndimension(), x.elementSize(), x.itemsize, x.nbytes], [6, 2, 8, 8, 48]);
  assert.deepEqual([x.stride(), x.stride(-1), x.isContiguous(), x.storageOffset()], [[3, 1], 1, true, 0]);
  const part = x.t().slice([1, 3]);
  assert.deepEqual([part.stride(), part.isContiguous(), part.storageOffset()], [[1, 3], false, 1]);
  assert.equal(x.type(), "torch.DoubleTensor");
  assert.equal(x.type("int64").dtype, "int64");
  assert.ok(x.isSigned() && !x.bool().isSigned());
  assert.ok(x.isSameSize(x.mul(2)) && !x.isSameSize(x.t()));
  assert.deepEqual(
    tensor([1, 2])
      .apply_((v) => v * v)
      .map_(tensor(10), (v, w) => v + w)
      .tolist(),
    [11, 14],
  );
});

test("a tensor is taken as it is where it fits", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  assert.equal(asTensor(x), x);
  assert.equal(asTensor(x, { dtype: "float64" }).dtype, "float64");
  assert.equal(asTensor([1, 2], "int64" as never).dtype, "int64");
  assert.equal(asarray(x).requiresGrad, false);
  assert.equal(asarray(x, { requiresGrad: true }), x);
  assert.notEqual(asarray(x, { requiresGrad: true, copy: true }), x);
  assert.throws(() => asarray(x, { copy: false, dtype: "int32" }), /a float32 tensor as int32 is a copy/);
  assert.deepEqual([scalarTensor(3).shape, scalarTensor(3).dtype], [[], "float32"]);
});

test("the default dtype is that of numbers, and of integers beside fractions", () => {
  setDefaultDtype("float64");
  try {
    for (const x of [
      tensor([1.5]),
      rand(2),
      zeros(2),
      arange(3).div(2),
      arange(3).add(0.5),
      arange(3).sin(),
      new nn.Linear(1, 1).weight,
    ])
      assert.equal(x.dtype, "float64");
    assert.equal(tensor([1], { dtype: "float32" }).mul(2.5).dtype, "float32");
    assert.equal(getDefaultDtype(), "float64");
  } finally {
    setDefaultDtype("float32");
  }
  assert.throws(() => setDefaultDtype("int32" as never), /expected "float32" or "float64"/);
});

test("seed and threads are told", () => {
  assert.equal(seed(), initialSeed());
  manualSeed(7);
  assert.equal(initialSeed(), 7);
  const before = getNumThreads();
  setNumThreads(1);
  assert.equal(getNumThreads(), 1);
  setNumThreads(before);
});

test("in place a tensor is filled from a distribution", () => {
  manualSeed(1);
  const n = 20000;
  const mean = (x: { mean(): { item(): number } }): number => x.mean().item();
  const near = (got: number, expected: number): void =>
    assert.ok(Math.abs(got - expected) < 0.05 * Math.max(1, expected), `${got} is far from ${expected}`);
  near(mean(zeros(n).exponential_(2)), 0.5);
  near(mean(zeros(n).logNormal_(0, 0.5)), Math.exp(0.125));
  near(zeros(n).cauchy_(3, 2).median().item<number>(), 3);
  near(mean(zeros(n).geometric_(0.25)), 4);
  near(mean(zeros(n).bernoulli_(0.3)), 0.3);
  near(
    mean(
      zeros([n, 2])
        .bernoulli_(tensor([0, 0.5]))
        .select(1, 1),
    ),
    0.5,
  );
  const whole = zeros(n, { dtype: "int32" }).random_(5, 9);
  assert.deepEqual([whole.amin().item(), whole.amax().item()], [5, 8]);
  near(mean(whole.float()), 6.5);
  assert.equal(zeros(n).geometric_(0.9).amin().item(), 1);
  assert.ok(zeros(4, { dtype: "int64" }).random_().amax().item<number>() > 2 ** 30);
  assert.throws(() => zeros(2).geometric_(1), /expected a probability in \(0, 1\)/);
  assert.throws(() => zeros(2, { dtype: "int32" }).exponential_(), /expected a floating tensor/);
});

test("other names and small forms are what they stand for", () => {
  const x = tensor([
    [1, 2],
    [3, 5],
  ]);
  assert.ok(
    x
      .inverse()
      .matmul(x)
      .allclose(
        tensor([
          [1, 0],
          [0, 1],
        ]),
        { atol: 1e-5 },
      ),
  );
  assert.deepEqual(
    tensor([1, 2])
      .ger(tensor([3, 4]))
      .tolist(),
    [
      [3, 4],
      [6, 8],
    ],
  );
  assert.deepEqual(x.H.tolist(), x.T.tolist());
  assert.deepEqual(x.sliceScatter(tensor([[7, 8]]), { dim: 0, start: 1 }).tolist(), [
    [1, 2],
    [7, 8],
  ]);
  assert.equal(x.newTensor([1, 2]).dtype, "float32");
  assert.ok(x.isFloatingPoint() && !x.int().isFloatingPoint());
  assert.ok(tensor([2]).isNonzero() && !tensor(0).isNonzero());
});
