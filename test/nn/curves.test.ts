/** An LSTM and a transformer, trained from PyTorch's start, have PyTorch's losses. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { nn, optim, type Tensor, tensor } from "../../src/index.js";

interface Said {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Curve {
  readonly start: Readonly<Record<string, Said>>;
  readonly losses: readonly number[];
}

const golden = JSON.parse(readFileSync(new URL("../golden/curves.json", import.meta.url), "utf8")) as {
  readonly x: Said;
  readonly y: number[];
  readonly lstm: Curve;
  readonly tokens: number[][];
  readonly language: Curve;
};

function made({ shape, data }: Said): Tensor {
  return tensor([...data], { dtype: "float64" }).reshape([...shape]);
}

class Classifier extends nn.Module {
  lstm = new nn.LSTM(3, 8, { numLayers: 2, batchFirst: true });
  head = new nn.Linear(8, 4);

  forward(x: Tensor): Tensor {
    const [output] = this.lstm.forward(x);
    return this.head.forward(output.slice(null, -1));
  }
}

class Language extends nn.Module {
  embed = new nn.Embedding(11, 8);
  encoder = new nn.TransformerEncoder(
    new nn.TransformerEncoderLayer(8, 2, {
      dimFeedforward: 16,
      dropout: 0,
      activation: "gelu",
      batchFirst: true,
      normFirst: true,
    }),
    2,
    { norm: new nn.LayerNorm(8) },
  );
  head = new nn.Linear(8, 11);

  forward(tokens: Tensor): Tensor {
    const mask = nn.Transformer.generateSquareSubsequentMask(tokens.size(1), { dtype: "float64" });
    return this.head.forward(this.encoder.forward(this.embed.forward(tokens), { mask, isCausal: true }));
  }
}

function assertTrains(
  model: nn.Module,
  { start, losses }: Curve,
  optimizer: (parameters: Tensor[]) => Pick<optim.Adam, "zeroGrad" | "step">,
  loss: () => Tensor,
): void {
  model.double();
  model.loadStateDict(Object.fromEntries(Object.entries(start).map(([key, value]) => [key, made(value)])));
  const opt = optimizer(model.parameters());
  for (const [step, expected] of losses.entries()) {
    opt.zeroGrad();
    const value = loss();
    value.backward();
    nn.utils.clipGradNorm_(model.parameters(), 1);
    opt.step();
    const got = value.item() as number;
    assert.ok(
      Math.abs(got - expected) < 1e-7 * Math.max(1, expected),
      `step ${step}: ${got}, not ${expected}`,
    );
  }
}

test("an LSTM classifier with Adam", () => {
  const model = new Classifier();
  const [x, y] = [made(golden.x), tensor(golden.y, { dtype: "int64" })];
  assertTrains(
    model,
    golden.lstm,
    (parameters) => new optim.Adam(parameters, { lr: 0.02 }),
    () => nn.functional.crossEntropy(model.forward(x), y),
  );
});

test("a language model of transformer layers with AdamW", () => {
  const model = new Language();
  const tokens = tensor(golden.tokens, { dtype: "int64" });
  const target = tokens.slice(null, [1]).reshape([-1]);
  assertTrains(
    model,
    golden.language,
    (parameters) => new optim.AdamW(parameters, { lr: 0.01, weightDecay: 0.1 }),
    () => nn.functional.crossEntropy(model.forward(tokens.slice(null, [0, -1])).reshape([-1, 11]), target),
  );
});
