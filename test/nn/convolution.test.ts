/** Layers of convolution and pooling compute what PyTorch's compute with the same state dict, forward and back, and print alike. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { manualSeed, nn, randn, type Tensor, where, zeros } from "../../src/index.js";
import { valuesOf } from "../golden/conv.js";

interface Case {
  readonly name: string;
  readonly input: readonly number[];
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly state: Readonly<Record<string, readonly number[]>>;
  readonly text: string;
  readonly shape: readonly number[];
  readonly output: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

type AnyLayer = nn.Module & { forward(x: Tensor): Tensor };
const classes = nn as unknown as Record<string, new (...args: unknown[]) => AnyLayer>;
const file = new URL("../golden/conv-layers.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly Case[] };

function assertNear(actual: Tensor, expected: readonly number[], what: string): void {
  const values = [...actual.dataSync()].map(Number);
  assert.equal(values.length, expected.length, what);
  expected.forEach((value, i) => {
    const isNear = Math.abs(values[i]! - value) <= 1e-9 * Math.max(1, Math.abs(value));
    assert.ok(isNear, `${what}, element ${i}: ${values[i]} instead of ${value}`);
  });
}

describe("PyTorch's numbers", () => {
  for (const each of cases) {
    test(each.text, () => {
      const layer = new classes[each.name]!(...each.args, each.options);
      layer.double();
      const state = Object.entries(each.state).map(([key, shape], i) => [
        key,
        valuesOf(shape, i + 1, "float64"),
      ]);
      layer.loadStateDict(Object.fromEntries(state) as Record<string, Tensor>);
      const x = valuesOf(each.input, 0, "float64").requiresGrad_(true);
      const y = layer.forward(x);
      assert.deepEqual(y.shape, each.shape);
      assertNear(y, each.output, "output");
      y.mul(valuesOf(each.shape, 9, "float64"))
        .sum()
        .backward();
      assertNear(x.grad!, each.gradients.input!, "gradient of the input");
      for (const [key, parameter] of layer.namedParameters())
        assertNear(parameter.grad!, each.gradients[key]!, `gradient of ${key}`);
      assert.equal(String(layer), each.text);
    });
  }
});

test("weights and biases begin uniform in ±1/√n", () => {
  manualSeed(0);
  for (const layer of [new nn.Conv2d(8, 64, 3), new nn.ConvTranspose2d(64, 8, 3), new nn.Conv1d(64, 32, 9)]) {
    const n = layer.weight.shape.slice(1).reduce((a, b) => a * b, 1);
    for (const values of [layer.weight, layer.bias!]) {
      const most = values.abs().max().item() * Math.sqrt(n);
      assert.ok(most <= 1 && most > 0.7, `${String(layer)}: ${most}`);
    }
    assert.ok(Math.abs(layer.weight.std().item() * Math.sqrt(3 * n) - 1) < 0.05);
  }
});

test("a pool that is asked for positions gives them, and an unpool puts the elements back", () => {
  const pool = new nn.MaxPool2d(2, { returnIndices: true });
  const x = randn([2, 3, 4, 6]);
  const [y, indices] = pool.forward(x);
  const back = new nn.MaxUnpool2d(2).forward(y, indices);
  assert.deepEqual(back.shape, x.shape);
  assert.deepEqual(back.tolist(), where(back.ne(0), x, 0).tolist());
  assert.equal(back.sum().item().toFixed(3), y.sum().item().toFixed(3));
  const [, positions] = new nn.FractionalMaxPool2d(2, { outputSize: 3, returnIndices: true }).forward(x);
  assert.deepEqual(positions.shape, [2, 3, 3, 3]);
  assert.deepEqual(new nn.ConvTranspose2d(3, 2, 3, 2).forward(x, [10, 14]).shape, [2, 2, 10, 14]);
});

test("errors name the layer, what came and what to do", () => {
  const conv = new nn.Conv2d(3, 16, 3) as AnyLayer;
  assert.throws(
    () => conv.forward(zeros([2, 4, 8, 8])),
    /Conv2d\(3 → 16\): input \[2, 4, 8, 8\] has 4 channels; it must have 3/,
  );
  assert.throws(() => conv.forward(zeros([2, 8, 8, 3])), /put the channels second: x\.permute\(0, 3, 1, 2\)/);
  assert.throws(() => conv.forward(zeros([3, 8])), /must be \[N, C, H, W\] or \[C, H, W\] with C = 3/);
  assert.throws(() => conv.forward(zeros([1, 3, 2, 2])), /larger than the padded input/);
  assert.throws(() => new nn.Conv2d(3, 4, 3, { groups: 2 }), /3 channels cannot be cut into 2 groups/);
  assert.throws(() => new nn.Conv2d(3, 4, 3, { padding: "same", stride: 2 }), /takes stride 1/);
  assert.throws(() => new nn.Conv2d(3, 4, 3, { paddings: 2 } as object), /unknown option paddings/);
  assert.throws(
    () => nn.functional.maxPool2d(zeros([1, 1, 4, 4]), 2, { padding: 2 }),
    /at most half of a window/,
  );
  assert.throws(
    () => nn.functional.conv2d(zeros([1, 1, 4, 4]), zeros([1, 1, 2, 2], { dtype: "float64" })),
    /one dtype/,
  );
  assert.throws(
    () => nn.functional.conv2d(zeros([1, 1, 4, 4]), zeros([1, 1, 2, 2]), { stride: 0 }),
    /stride must be/,
  );
  assert.throws(
    () => nn.functional.fold(zeros([1, 8, 5]) as Tensor, 4, 2, { stride: 2 }),
    /2 · 2 = 4 patches, got 5/,
  );
});
