/** How a training step's cost grows: with the batch, the width, the depth, the length of sequences. A row is a series and a size, "width: 256". */
import { nn, randn } from "../../src/index.js";
import { mlp } from "./models.js";
import { adam, classifier, seeded, type Step, training } from "./rows.js";

interface Series {
  readonly sizes: readonly number[];
  readonly make: (size: number) => Step;
}

const { mseLoss } = nn.functional;

function regression(model: nn.Layer, ...shape: readonly number[]): Step {
  return training(model, randn(shape), randn(shape), mseLoss, adam(model));
}

const series: Readonly<Record<string, Series>> = {
  batch: {
    sizes: [1, 4, 16, 64, 256, 1024, 4096],
    make: (n) => classifier(mlp(784, 512, 256, 10), randn([n, 784])),
  },
  width: {
    sizes: [16, 64, 256, 1024, 4096],
    make: (n) => regression(mlp(n, n, n, n), 64, n),
  },
  depth: {
    sizes: [2, 8, 32, 100, 200],
    make: (n) => regression(mlp(...new Array<number>(n + 1).fill(64)), 32, 64),
  },
  sequence: {
    sizes: [16, 64, 256, 1024, 2048],
    make: (n) =>
      regression(
        new nn.TransformerEncoderLayer(128, 4, { dimFeedforward: 512, dropout: 0.1, batchFirst: true }),
        ...[4, n, 128],
      ),
  },
};

export const growth: Readonly<Record<string, () => Step>> = seeded(
  Object.fromEntries(
    Object.entries(series).flatMap(([name, { sizes, make }]) =>
      sizes.map((size): [string, () => Step] => [`${name}: ${size}`, () => make(size)]),
    ),
  ),
);
