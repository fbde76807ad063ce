/** Layers compute what PyTorch's compute, forward and back, in training and after eval(). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { arange, manualSeed, nn, ones, tensor, type Tensor } from "../../src/index.js";
import { assertClose, golden } from "../golden/training.js";

type AnyLayer = nn.Module & { forward(x: Tensor): Tensor };
const classes = nn as unknown as Record<string, new (...args: unknown[]) => AnyLayer>;

describe("layers equal PyTorch's", () => {
  for (const one of golden.layers.cases) {
    test(`${one.layer}(${[...one.args, JSON.stringify(one.options)].join(", ")})`, () => {
      const optionsFirst = one.args.length === 0;
      const layer = new classes[one.layer]!(
        ...one.args,
        ...(optionsFirst || one.options ? [one.options] : []),
      );
      layer.loadStateDict(
        Object.fromEntries(
          Object.entries(one.parameters).map(([name, values]) => [name, tensor(values as number[])]),
        ),
        { strict: false },
      );
      const x = tensor(golden.layers.x, { requiresGrad: true });
      let y = layer.forward(x);
      for (let call = 1; call < one.calls; call++) y = layer.forward(x);
      y.mul(arange(1, y.numel() + 1, { dtype: "float32" }).reshape(y.shape))
        .sum()
        .backward();
      assertClose(y, one.output, "output");
      assertClose(x.grad!, one.gradient, "gradient");
      for (const [name, parameter] of layer.namedParameters())
        assertClose(parameter.grad!, one.parameterGradients[name]!, `gradient of ${name}`);
      const buffers = Object.fromEntries(layer.namedBuffers());
      for (const [name, values] of Object.entries(one.buffers))
        assertClose(buffers[name]!.double(), values, name);
      layer.eval();
      assertClose(layer.forward(x), one.evaluated, "after eval()");
    });
  }
});

describe("Dropout", () => {
  test("keeps about 1 - p of the elements in training, and the mean", () => {
    manualSeed(0);
    const y = new nn.Dropout(0.25).forward(ones([200, 200]));
    const kept = y.ne(0).to("float32").mean().item();
    // Four standard deviations of 40,000 draws.
    assert.ok(Math.abs(kept - 0.75) < 4 * Math.sqrt((0.25 * 0.75) / 40000), `kept ${kept}`);
    assert.equal(y.max().item(), Math.fround(1 / 0.75));
  });
  test("draws another mask each time, and the same ones after the same seed", () => {
    const layer = new nn.Dropout();
    const draw = () => layer.forward(ones([64])).tolist();
    manualSeed(1);
    const first = draw();
    const second = draw();
    assert.notDeepEqual(first, second);
    manualSeed(1);
    assert.deepEqual([draw(), draw()], [first, second]);
  });
  test("gives gradients to the elements it kept", () => {
    const x = ones([64], { requiresGrad: true });
    const y = new nn.Dropout(0.5).forward(x);
    y.sum().backward();
    assert.deepEqual(x.grad!.tolist(), y.tolist());
  });
  test("does nothing after eval(), and everything is zero with p = 1", () => {
    const x = ones([8]);
    assert.equal(new nn.Dropout(0.9).eval().forward(x), x);
    assert.equal(new nn.Dropout(1).forward(x).sum().item(), 0);
  });
  test("refuses a p that is no probability", () => {
    assert.throws(() => new nn.Dropout(1.5), /Dropout: p must be between 0 and 1, not 1.5/);
  });
});

describe("Linear", () => {
  test("names the layer, both shapes and what to do when the input does not fit", () => {
    const layer: AnyLayer = new nn.Linear(784, 128);
    assert.throws(() => layer.forward(ones([32, 28, 28])), {
      message:
        "Linear(784 → 128): input [32, 28, 28] has last size 28; flatten it first: x.reshape([32, -1])",
    });
    assert.throws(() => layer.forward(ones([784, 5])), /has last size 5; transpose it first/);
    assert.throws(
      () => layer.forward(ones([3, 4])),
      /Linear\(784 → 128\): input \[3, 4\] has last size 4; it must be 784/,
    );
  });
  test("takes any number of leading dimensions", () => {
    const layer = new nn.Linear(3, 2);
    assert.deepEqual(layer.forward(ones([3])).shape, [2]);
    assert.deepEqual(layer.forward(ones([4, 5, 3])).shape, [4, 5, 2]);
  });
  test("begins uniform in ±1/√inFeatures, weight and bias, as PyTorch's", () => {
    manualSeed(0);
    for (const [size, bound] of Object.entries(golden.init.linearBound)) {
      const layer = new nn.Linear(Number(size), 2000);
      for (const parameter of layer.parameters()) {
        assert.ok(parameter.abs().max().item() <= bound);
        assert.ok(parameter.max().item() > 0.98 * bound && parameter.min().item() < -0.98 * bound);
        assert.ok(Math.abs(parameter.mean().item()) < 0.1 * bound);
      }
    }
  });
  test("computes in float64 when told to", () => {
    const layer = new nn.Linear(2, 1, { dtype: "float64" });
    assert.equal(layer.forward(ones([1, 2], { dtype: "float64" })).dtype, "float64");
  });
});
