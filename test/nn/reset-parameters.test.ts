/** `resetParameters()` brings a layer back to what it began with, as PyTorch's `reset_parameters`. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { manualSeed, nn, noGrad } from "../../src/index.js";

interface Resettable extends nn.Module {
  resetParameters(): void;
}

/** Layers of which PyTorch has `reset_parameters`: every class of torch.nn that is here. */
const layers: Record<string, () => Resettable> = {
  AdaptiveLogSoftmaxWithLoss: () =>
    new nn.AdaptiveLogSoftmaxWithLoss(8, 12, [4, 8], { divValue: 2, headBias: true }),
  BatchNorm1d: () => new nn.BatchNorm1d(3),
  BatchNorm2d: () => new nn.BatchNorm2d(3),
  BatchNorm3d: () => new nn.BatchNorm3d(3),
  Bilinear: () => new nn.Bilinear(3, 2, 4),
  Conv1d: () => new nn.Conv1d(3, 4, 2),
  Conv2d: () => new nn.Conv2d(3, 4, 2),
  Conv3d: () => new nn.Conv3d(3, 4, 2),
  ConvTranspose1d: () => new nn.ConvTranspose1d(3, 4, 2),
  ConvTranspose2d: () => new nn.ConvTranspose2d(3, 4, 2),
  ConvTranspose3d: () => new nn.ConvTranspose3d(3, 4, 2),
  Embedding: () => new nn.Embedding(5, 3, { paddingIdx: 1 }),
  EmbeddingBag: () => new nn.EmbeddingBag(5, 3, { paddingIdx: 1 }),
  GRU: () => new nn.GRU(3, 4),
  GRUCell: () => new nn.GRUCell(3, 4),
  GroupNorm: () => new nn.GroupNorm(2, 4),
  InstanceNorm1d: () => new nn.InstanceNorm1d(3, { affine: true, trackRunningStats: true }),
  InstanceNorm2d: () => new nn.InstanceNorm2d(3, { affine: true }),
  InstanceNorm3d: () => new nn.InstanceNorm3d(3, { affine: true }),
  LSTM: () => new nn.LSTM(3, 4),
  LSTMCell: () => new nn.LSTMCell(3, 4),
  LayerNorm: () => new nn.LayerNorm([3, 4]),
  Linear: () => new nn.Linear(3, 4),
  PReLU: () => new nn.PReLU(3, 0.1),
  RMSNorm: () => new nn.RMSNorm(4),
  RNN: () => new nn.RNN(3, 4),
  RNNCell: () => new nn.RNNCell(3, 4),
};

const values = (layer: nn.Module): unknown[] =>
  Object.entries(layer.stateDict()).map(([name, value]) => [name, value.tolist()]);

describe("resetParameters", () => {
  for (const [name, make] of Object.entries(layers))
    test(`a ${name} is as if made anew`, () => {
      manualSeed(3);
      const layer = make();
      const begin = values(layer);
      noGrad(() => {
        for (const parameter of layer.parameters()) parameter.fill_(7);
        for (const buffer of layer.buffers()) buffer.fill_(7);
      });
      manualSeed(3);
      layer.resetParameters();
      assert.deepEqual(values(layer), begin);
      assert.ok(layer.parameters().every((parameter) => parameter.requiresGrad && parameter.isLeaf));
    });
  test("layers without parameters have nothing to set", () => {
    for (const layer of [
      new nn.LayerNorm(3, { elementwiseAffine: false }),
      new nn.RMSNorm(3, { elementwiseAffine: false }),
      new nn.GroupNorm(1, 3, { affine: false }),
      new nn.LayerNorm(3, { bias: false }),
    ])
      layer.resetParameters();
  });
});
