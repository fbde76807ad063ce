/** What `train` tells of memory: bytes that are held, the most at one time, and what a model and a step need of them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { noGrad, nn, randn, train, type Tensor } from "../../src/index.js";

/** Bytes that tensors take beyond their own, as chunks and alignment do. */
const slack = 200_000;

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < slack, `${actual} is not about ${expected}`);
}

describe("memory", () => {
  test("that is allocated is what can be reached", () => {
    const before = train.memoryAllocated();
    let held: Tensor | null = randn([1000, 1000]);
    held.dataSync();
    near(train.memoryAllocated() - before, 4e6);
    assert.equal(held.shape.length, 2);
    held = null;
    near(train.memoryAllocated() - before, 0);
  });

  test("was at most what was held at one time, since the reset", () => {
    const large = (): void => void randn([3000, 1000]).dataSync();
    train.resetPeakMemoryStats();
    const before = train.maxMemoryAllocated();
    large();
    assert.ok(train.maxMemoryAllocated() - before > 11e6);
    assert.ok(train.maxMemoryAllocated() >= train.memoryAllocated());
    const peak = train.maxMemoryAllocated();
    train.memoryAllocated();
    assert.equal(train.maxMemoryAllocated(), peak);
  });

  test("of a model is told by layer", () => {
    const model = nn.sequential(new nn.Linear(8, 4), new nn.BatchNorm1d(4));
    model
      .forward(randn([2, 8]))
      .sum()
      .backward();
    const first = train.memorySummary(model).layers;
    assert.deepEqual(
      first.map(({ layer, parameters }) => [layer, parameters]),
      [
        ["0: Linear", 4 * (8 * 4 + 4)],
        ["1: BatchNorm1d", 4 * (4 + 4)],
      ],
    );
    // The running mean and variance, and an int64 that counts batches.
    assert.equal(first[1]!.buffers, 4 * (4 + 4) + 8);
    assert.equal(first[0]!.gradients, 0);
    for (const parameter of model.parameters()) parameter.grad!.dataSync();
    assert.equal(train.memorySummary(model).layers[0]!.gradients, 4 * (8 * 4 + 4));
  });

  test("shows itself as tables", () => {
    const summary = train.memorySummary(nn.sequential(new nn.Linear(8, 4)));
    assert.match(String(summary), /^memory\n─+\ntensors +[\d.]+ \w+\nmost at one time +/);
    assert.match(String(summary), /layer +parameters +buffers +gradients\n─+\n0: Linear +144 bytes$/);
    const bundle = (summary as unknown as { [key: symbol]: () => Record<string, string> })[
      Symbol.for("Jupyter.display")
    ]!();
    assert.match(bundle["text/html"]!, /<td[^>]*>0: Linear<\/td>/);
  });
});

describe("a profile's memory", () => {
  const model = nn.sequential(new nn.Linear(8, 16), new nn.Tanh(), new nn.Linear(16, 1));
  const x = randn([512, 8]);

  for (const [how, between] of [
    ["in one plan", (_: Tensor) => 0],
    ["in two, where the loss is read between", (loss: Tensor) => loss.item()],
  ] as const)
    test(`tells which layer's values the backward pass reads, ${how}`, () => {
      const { memory } = train.profile(
        () => {
          model.zeroGrad();
          const loss = model.forward(x).sum();
          between(loss);
          loss.backward();
          return model.parameters().map((parameter) => parameter.grad);
        },
        { model, steps: 2 },
      );
      // tanh's own result, [512, 16], which the kernel of the first layer computes along with its product.
      assert.equal(memory.layers[0]!.layer, "0: Linear");
      assert.ok(memory.layers[0]!.kept >= 512 * 16 * 4);
      assert.equal(
        memory.kept,
        memory.layers.reduce((sum, { kept }) => sum + kept, 0),
      );
    });

  test("keeps nothing without a backward pass", () => {
    const { memory } = train.profile(() => noGrad(() => model.forward(x)), { model, steps: 2 });
    assert.equal(memory.kept, 0);
    assert.ok(memory.intermediates > 0);
  });
});
