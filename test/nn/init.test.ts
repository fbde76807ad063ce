/** First values have the bounds and deviations of the papers; the same seed gives the same values. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { arange, eye, manualSeed, nn, zeros, type Tensor } from "../../src/index.js";
import { assertClose, golden } from "../golden/training.js";

const { init } = nn;
const deviation = (x: Tensor) => x.sub(x.mean()).square().mean().sqrt().item();
/** 200 · 300 draws: the deviation is known to 0.3 percent, the mean to 0.4 percent of it; four times that is far off. */
const weight = () => zeros([200, 300]);

function assertUniform(x: Tensor, bound: number): void {
  assert.ok(
    x.abs().max().item() <= bound && x.max().item() > 0.999 * bound && x.min().item() < -0.999 * bound,
  );
  assert.ok(Math.abs(deviation(x) / (bound / Math.sqrt(3)) - 1) < 0.012);
}

function assertNormal(x: Tensor, std: number): void {
  assert.ok(Math.abs(x.mean().item()) < 0.017 * std);
  assert.ok(Math.abs(deviation(x) / std - 1) < 0.012);
}

describe("first values", () => {
  manualSeed(3);
  test("xavier: variance 2 / (fanIn + fanOut)", () => {
    assertUniform(init.xavierUniform_(weight(), { gain: 2 }), 2 * Math.sqrt(6 / 500));
    assertNormal(init.xavierNormal_(weight()), Math.sqrt(2 / 500));
  });
  test("kaiming: variance gain² / fan", () => {
    assertUniform(init.kaimingUniform_(weight(), { a: Math.sqrt(5) }), 1 / Math.sqrt(300));
    assertUniform(
      init.kaimingUniform_(weight(), { nonlinearity: "relu", mode: "fanOut" }),
      Math.sqrt(6 / 200),
    );
    assertNormal(init.kaimingNormal_(weight()), Math.sqrt(2 / 300));
  });
  test("a kernel's size counts with its channels", () => {
    assertUniform(init.kaimingUniform_(zeros([100, 60, 3, 3])), Math.sqrt(6 / 540));
  });
  test("uniform, normal, constant, zeros, ones, eye", () => {
    assertUniform(init.uniform_(weight(), -0.5, 0.5), 0.5);
    assertNormal(init.normal_(weight(), 0, 0.01), 0.01);
    assert.equal(
      init
        .constant_(zeros([2, 2]), 7)
        .sum()
        .item(),
      28,
    );
    assert.equal(
      init
        .ones_(zeros([3]))
        .sum()
        .item(),
      3,
    );
    assert.equal(
      init
        .zeros_(init.ones_(zeros([3])))
        .sum()
        .item(),
      0,
    );
    assert.deepEqual(init.eye_(zeros([2, 3])).tolist(), [
      [1, 0, 0],
      [0, 1, 0],
    ]);
  });
  test("orthogonal: rows or columns are orthonormal, times the gain", () => {
    for (const shape of [
      [4, 7],
      [7, 4],
      [5, 2, 3],
    ]) {
      const w = init.orthogonal_(zeros(shape), { gain: 2 }).reshape([shape[0]!, -1]);
      const [rows, columns] = w.shape as unknown as [number, number];
      const gram = rows <= columns ? w.matmul(w.t()) : w.t().matmul(w);
      assertClose(gram.div(4), eye(Math.min(rows, columns)).tolist(), `[${shape.join(", ")}]`);
    }
  });
  test("gains are PyTorch's", () => {
    for (const [name, gain] of Object.entries(golden.init.gain)) {
      const camel = name === "leaky_relu" ? "leakyRelu" : name;
      assertClose(init.calculateGain(camel as "relu", name === "leaky_relu" ? 0.2 : undefined), gain, name);
    }
  });
  test("the seed decides", () => {
    const draw = () => {
      manualSeed(11);
      return new nn.Linear(3, 4).weight.tolist();
    };
    assert.deepEqual(draw(), draw());
  });
  test("initialization is not recorded, and the tensor stays a leaf", () => {
    const parameter = new nn.Parameter(zeros([2, 2]));
    init.normal_(parameter);
    assert.ok(parameter.isLeaf && parameter.requiresGrad);
  });
  test("a vector has no fan", () => {
    assert.throws(
      () => init.xavierUniform_(zeros([3])),
      /xavierUniform_: the tensor must have at least 2 dimensions, not \[3\]/,
    );
  });
});

test("dirac_ leaves channels as they are, in each group", () => {
  const weight = nn.init.dirac_(zeros([4, 2, 3]), 2);
  const x = arange(1, 1 + 4 * 5, { dtype: "float32" }).reshape([1, 4, 5]);
  const y = nn.functional.conv1d(x, weight, null, { padding: 1, groups: 2 });
  assert.deepEqual(y.tolist(), x.tolist());
});

test("sparse_ has the share of zeros in each column that was asked for", () => {
  const weight = nn.init.sparse_(zeros([10, 4]), 0.25, 2);
  assert.deepEqual(weight.eq(0).int().sum(0).tolist(), [3, 3, 3, 3]);
});

test("truncNormal_ draws a normal distribution within its bounds", () => {
  manualSeed(3);
  const weight = nn.init.truncNormal_(zeros([20000], { dtype: "float64" }), { mean: 1, std: 2, a: -1, b: 2 });
  assert.ok(weight.min().item() >= -1 && weight.max().item() <= 2);
  // Mean and deviation of the normal distribution cut off at -1 and 1/2 standard deviations, and ten standard errors.
  assert.ok(Math.abs(weight.mean().item() - 0.5867) < 0.06, `mean ${weight.mean().item()}`);
  const tail = nn.init.truncNormal_(zeros([100], { dtype: "float64" }), 0, 1, 9, 12);
  assert.ok(tail.min().item() >= 9 && tail.mean().item() < 9.3);
});
