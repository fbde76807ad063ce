/** Every layer refuses by its name what is no tensor; JavaScript's own errors about null say nothing to a user. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nn } from "../../src/index.js";

type Made = { forward(...given: readonly unknown[]): unknown };
type Class = { new (...args: readonly unknown[]): Made; readonly prototype: { readonly forward?: unknown } };

/** What a layer is made with, where neither no arguments nor one or two numbers do. */
const given: Readonly<Record<string, readonly unknown[]>> = {
  AdaptiveLogSoftmaxWithLoss: [4, 6, [2]],
  Bilinear: [2, 2, 2],
  Fold: [[4, 4], 2],
  LPPool1d: [2, 2],
  LPPool2d: [2, 2],
  LPPool3d: [2, 2],
  MultiheadAttention: [4, 2],
  Residual: [new nn.ReLU()],
  Transformer: [{ dModel: 4, nhead: 2 }],
  TransformerDecoder: [new nn.TransformerDecoderLayer(4, 2), 1],
  TransformerDecoderLayer: [4, 2],
  TransformerEncoder: [new nn.TransformerEncoderLayer(4, 2), 1],
  TransformerEncoderLayer: [4, 2],
  Unflatten: [1, [2, 2]],
  ...Object.fromEntries(
    [1, 2, 3].flatMap((n) => [
      [`Conv${n}d`, [1, 1, 1]],
      [`ConvTranspose${n}d`, [1, 1, 1]],
    ]),
  ),
};
/** They give what they are given, or what their layers do, or have nothing to call. */
const passing = ["Identity", "Sequential", "ModuleDict", "ModuleList", "ParameterDict", "ParameterList"];

function made(name: string, Layer: Class): Made {
  for (const args of [given[name], [2], [2, 2], [], [1, 2]].filter((each) => each !== undefined)) {
    try {
      return new Layer(...args);
    } catch {
      // With the next ones.
    }
  }
  throw new Error(`say in this file what ${name} is made with`);
}

const layers = Object.entries(nn as unknown as Readonly<Record<string, Class>>).filter(
  ([name, Layer]) =>
    /^[A-Z]/.test(name) &&
    typeof Layer === "function" &&
    typeof Layer.prototype.forward === "function" &&
    !passing.includes(name),
);

test("every layer says that it expected a tensor", () => {
  assert.ok(layers.length > 110, `${layers.length} layers`);
  for (const [name, Layer] of layers) {
    const layer = made(name, Layer);
    for (const [wrong, called] of [
      [null, "null"],
      [[1, 2], "an array"],
    ] as const)
      assert.throws(
        () => layer.forward(wrong, wrong, wrong),
        (error: Error) => /tensor/i.test(error.message) && error.message.includes(called),
        `${name}.forward(${String(wrong)})`,
      );
  }
});

test("Sequential takes layers, not functions", () => {
  const made = (...layers: readonly unknown[]) => new nn.Sequential(...(layers as nn.Layer[]));
  assert.throws(
    () => made(new nn.Linear(3, 2), nn.functional.relu),
    /Sequential \(layer 1\): expected a layer, .* got a function; its layer is made by new, such as new nn\.ReLU\(\)/,
  );
  assert.throws(() => made(null), /Sequential \(layer 0\): expected a layer, .* got null/);
});
