/** The reference engine computes when it is awaited: what needs values at once is refused, and errors come to who reads what depends on them. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { engine, useEngine } from "../../src/engine/current.js";
import {
  arange,
  data,
  device,
  manualSeed,
  nn,
  optim,
  randn,
  type Tensor,
  tensor,
  train,
} from "../../src/index.js";
import { loadReference } from "../../src/engine/reference/reference.js";
import { asProgram, load, place, terminated, view } from "./programs.js";

const usual = engine().name;
const atOnce =
  /: the reference engine computes asynchronously, so values cannot be read at once; use await x\.data\(\)$/;

function onReference(body: () => Promise<void>): () => Promise<void> {
  return async () => {
    useEngine("reference");
    try {
      await body();
    } finally {
      useEngine(usual);
    }
  };
}

after(() => useEngine(usual));

test(
  "what reads values at once is refused before anything is computed, and says to await",
  onReference(async () => {
    assert.equal(device().engine, "reference");
    const x = tensor([1, 2]).mul(2);
    for (const read of [
      () => x.sum().item(),
      () => x.tolist(),
      () => x.dataSync(),
      () => String(x),
      () => `${x.sum()}`,
      () => x.nonzero(),
      () => x.slice(x.gt(1)),
    ])
      assert.throws(read, atOnce);
    assert.deepEqual([...(await x.data())], [2, 4]);
  }),
);

test(
  "a value is what it was when it was asked for, whatever runs follow",
  onReference(async () => {
    const w = tensor([1, 1], { requiresGrad: true });
    const optimizer = new optim.SGD([w], { lr: 1, momentum: 0.5 });
    const seen: Promise<unknown>[] = [];
    for (let step = 0; step < 3; step++) {
      optimizer.zeroGrad();
      w.sum().backward();
      optimizer.step();
      seen.push(w.data().then((values) => values[0]));
    }
    assert.deepEqual(await Promise.all(seen), [0, -1.5, -3.25]);
  }),
);

test(
  "an index out of range is told to all who read what depends on it, with the line that recorded the operation, and to nobody else",
  onReference(async () => {
    const x = tensor([1, 2, 3]);
    const other = x.mul(2);
    const line = new Error("one line above").stack!.match(/reference\.test\.ts:(\d+)/)![1];
    const picked = x.indexSelect(0, arange(3).mul(2));
    for (const reader of [picked, picked.mul(2).sum()]) {
      await assert.rejects(reader.data(), (error: Error) => {
        assert.equal(error.message, "indexSelect: position 4 is out of range for a dim of size 3");
        assert.match(error.stack!, new RegExp(`reference\\.test\\.ts:${Number(line) + 1}`));
        return true;
      });
    }
    assert.deepEqual([...(await other.data())], [2, 4, 6]);
  }),
);

test("what waits is computed by the engine for which it was recorded, and values that were not awaited stay there", async () => {
  const x = tensor([1, 2]).exp();
  useEngine("reference");
  const y = x.add(1);
  assert.ok(
    Math.abs((await y.data())[1]! - Math.E ** 2 - 1) < 1e-5,
    "values of an engine that is read at once are moved",
  );
  useEngine(usual);
  assert.equal(tensor([1]).add(1).item(), 2);
  assert.throws(() => y.mul(2).tolist(), /a tensor of the reference engine cannot be used on the/);
  assert.equal((await y.data()).length, 2);
});

test("an interrupt in the midst of a run leaves everything as it was, and the next reader has it computed", async () => {
  const reference = loadReference();
  const count = 5000;
  const executable = reference.compile(
    asProgram(
      [
        {
          kind: "map",
          dims: [count],
          body: {
            loads: [view(0, "int32", [1])],
            code: [
              load(0, "int32"),
              { kind: "scalar", index: 0, dtype: "int32" },
              { kind: "binary", op: "add", a: 0, b: 1, dtype: "int32" },
            ],
          },
          stores: [{ view: view(0, "int32", [1]), value: 2 }],
        },
      ],
      [new Int32Array(count)],
      [1],
    ),
  );
  executable.scalars[0] = 1;
  const state = place(reference, new Int32Array(count));
  let asked = 0;
  terminated(() => {
    for (;;) {
      executable.run([state]);
      asked++;
    }
  });
  const values = new Int32Array(await reference.read(state));
  // What was terminated is the run behind those that were counted.
  assert.ok(values[0] === asked || values[0] === asked + 1, `${values[0]} of ${asked} runs`);
  assert.ok(values.every((value) => value === values[0]));
});

/** Losses of a small training, and what its validation says. */
async function trained(): Promise<readonly number[]> {
  manualSeed(3);
  const model = nn.sequential(new nn.Linear(2, 4), new nn.Tanh(), new nn.Linear(4, 2));
  const x = randn([24, 2]);
  const batches = new data.DataLoader(new data.TensorDataset(x, x.prod(1).gt(0).int()), {
    batchSize: 8,
    shuffle: true,
  }) as unknown as train.Batches;
  const history = await train.fit(model, batches, {
    loss: nn.functional.crossEntropy,
    optimizer: new optim.Adam(model.parameters(), { lr: 0.1 }),
    epochs: 2,
    validation: batches,
    metrics: { accuracy: train.accuracy },
    clipGradNorm: 1,
    verbose: false,
  });
  return [...history.loss, ...history.valLoss, ...history.metrics["accuracy"]!];
}

test("fit trains on an engine that has to be awaited as on the others, and tells where a loss went bad", async () => {
  const expected = await trained();
  await onReference(async () => {
    const losses = await trained();
    assert.equal(losses.length, expected.length);
    losses.forEach((loss, i) =>
      assert.ok(Math.abs(loss - expected[i]!) < 1e-5, `${loss}, not ${expected[i]}`),
    );
    const model = new nn.Linear(1, 1);
    const bad: readonly (readonly Tensor[])[] = [[tensor([[NaN]]), tensor([[1]])]];
    await assert.rejects(
      train.fit(model, bad as train.Batches, {
        loss: new nn.MSELoss(),
        optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
        verbose: false,
      }),
      /the loss of step 1 is NaN: the batch's input holds NaN/,
    );
  })();
});
