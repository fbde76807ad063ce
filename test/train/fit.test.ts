/** `fit` trains, records, validates, calls back, lets other work in, and says where a loss went bad. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { data, manualSeed, nn, ones, optim, tensor, train, type Tensor } from "../../src/index.js";
import { setDisplayHost } from "../../src/viz/display-host.js";

const loss = nn.functional.mseLoss;

function regression(count = 64) {
  manualSeed(0);
  const set = data.linear(count, { noise: 0 });
  const model = nn.sequential(new nn.Linear(2, 1));
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const loader = new data.DataLoader(set, { batchSize: 16, shuffle: true, seed: 1 });
  return { set, model, optimizer, loader };
}

describe("fit", () => {
  test("finds the plane that the data lies in", async () => {
    const { model, optimizer, loader } = regression();
    const history = await train.fit(model, loader, { loss, optimizer, epochs: 40, verbose: false });
    const [weight, bias] = model.parameters().map((parameter) => parameter.tolist());
    assert.ok(history.epochLoss.at(-1)! < 1e-8);
    for (const [found, expected] of [
      [(weight as number[][])[0]![0]!, 2],
      [(weight as number[][])[0]![1]!, -3],
      [(bias as number[])[0]!, 1],
    ] as const)
      assert.ok(Math.abs(found - expected) < 1e-3, `${found}, expected ${expected}`);
  });

  test("does what a loop written by hand does", async () => {
    const [one, other] = [regression(), regression()];
    const history = await train.fit(one.model, one.loader, {
      loss,
      optimizer: one.optimizer,
      epochs: 3,
      verbose: false,
    });
    const losses: number[] = [];
    for (let epoch = 0; epoch < 3; epoch++) {
      for (const [x, y] of other.loader) {
        other.optimizer.zeroGrad();
        const value = loss(other.model.forward(x), y);
        value.backward();
        other.optimizer.step();
        losses.push(value.item());
      }
    }
    assert.deepEqual(history.loss, losses);
    assert.deepEqual(one.model.parameters()[0]!.tolist(), other.model.parameters()[0]!.tolist());
  });

  test("records losses of steps and epochs, validation and metrics", async () => {
    const { set, model, optimizer, loader } = regression(40);
    const validation = new data.DataLoader(set, { batchSize: 15 });
    const { meanAbsoluteError } = train;
    const history = await train.fit(model, loader, {
      loss: new nn.MSELoss(),
      optimizer,
      epochs: 3,
      validation,
      metrics: { meanAbsoluteError, half: () => 0.5 },
      verbose: false,
    });
    assert.equal(history.loss.length, 9);
    assert.deepEqual(history.step, [3, 6, 9]);
    // The epoch's mean counts the batch of 8 for half of a batch of 16.
    const [a, b, c] = history.loss as [number, number, number];
    assert.ok(Math.abs(history.epochLoss[0]! - (16 * a + 16 * b + 8 * c) / 40) < 1e-12);
    const [x, y] = set.tensors;
    assert.ok(Math.abs(history.valLoss[2]! - loss(model.forward(x), y).item()) < 1e-6);
    assert.ok(
      Math.abs(history.metrics["valMeanAbsoluteError"]![2]! - meanAbsoluteError(model.forward(x), y).item()) <
        1e-6,
    );
    assert.deepEqual(history.metrics["half"], [0.5, 0.5, 0.5]);
    assert.equal(history.metrics["meanAbsoluteError"]!.length, 3);
    assert.equal(history.seconds.length, 3);
  });

  test("trains in train() mode, validates in eval() mode, and puts the mode back", async () => {
    const { set, optimizer, loader } = regression();
    const modes: boolean[] = [];
    class Watched extends nn.Module {
      readonly linear = new nn.Linear(2, 1);
      forward(x: Tensor): Tensor {
        modes.push(this.training);
        return this.linear.forward(x);
      }
    }
    const model = new Watched().eval();
    const validation = new data.DataLoader(set, { batchSize: 64 });
    optimizer.addParamGroup({ params: model.parameters() });
    await train.fit(model, loader, { loss, optimizer, epochs: 2, validation, verbose: false });
    assert.deepEqual(modes, [true, true, true, true, false, true, true, true, true, false]);
    assert.equal(model.training, false);
  });

  test("lets timers run and a promise settle meanwhile", async () => {
    const { model, optimizer, loader } = regression();
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const slow = (output: Tensor, target: Tensor) => {
      const until = performance.now() + 2;
      while (performance.now() < until);
      return loss(output, target);
    };
    await train.fit(model, loader, { loss: slow, optimizer, epochs: 10, verbose: false });
    clearInterval(timer);
    assert.ok(turns >= 2, `${turns} turns`);
  });

  test("limits the norm of the gradients", async () => {
    const { model, optimizer, loader } = regression();
    const before = model.parameters().map((parameter) => parameter.detach().clone());
    await train.fit(model, [[...loader][0]!], { loss, optimizer, clipGradNorm: 0.01, verbose: false });
    const moved = model.parameters().map((parameter, i) => parameter.sub(before[i]!).square().sum().item());
    assert.ok(Math.abs(Math.sqrt(moved.reduce((a, b) => a + b)) - 0.1 * 0.01) < 1e-6);
  });

  test("shows a plot of the loss that grows while it trains, and ends with all steps", async () => {
    const { set, model, optimizer, loader } = regression();
    const shown: Record<string, unknown>[] = [];
    const update = (_id: string | undefined, bundle: Record<string, unknown>) => void shown.push(bundle);
    const atEnd: (() => void)[] = [];
    setDisplayHost({
      display: (bundle, id) => update(id, bundle),
      update,
      cell: () => ({ run: 1 }),
      atCellEnd: (callback) => atEnd.push(callback) > 0,
    });
    try {
      const validation = new data.DataLoader(set, { batchSize: 64 });
      await train.fit(model, loader, { loss, optimizer, epochs: 5, validation, plot: true, verbose: false });
      for (const callback of atEnd) callback();
    } finally {
      setDisplayHost(undefined);
    }
    const figures = shown.flatMap((bundle) => bundle["application/vnd.plotly.v1+json"] ?? []) as {
      data: { x: number[]; name: string }[];
    }[];
    assert.ok(figures.length >= 2);
    const last = figures.at(-1)!.data;
    assert.deepEqual(
      last.map((trace) => [trace.name, Math.max(...trace.x)]),
      [
        ["training", 20],
        ["validation", 20],
      ],
    );
  });

  test("refuses what it cannot train", async () => {
    const { model, optimizer, loader } = regression();
    const options = { loss, optimizer, verbose: false };
    await assert.rejects(train.fit(model, [], options), /fit: the loader has no batches/);
    await assert.rejects(
      train.fit(model, loader, { ...options, epochs: 0 }),
      /epochs must be a whole number of at least 1, not 0/,
    );
    await assert.rejects(
      train.fit(model, [[ones([2, 2])]], options),
      /a batch must be \[input, target\], but the loader gave 1 tensor/,
    );
    await assert.rejects(
      train.fit(model, loader, { ...options, loss: (a, b) => a.sub(b).square() }),
      /the loss must be one number, not a tensor of shape \[16, 1\]; use its mean\(\)/,
    );
    await assert.rejects(
      train.fit(model, loader, { ...options, loss: "mse" as never }),
      /loss must be a function/,
    );
  });
});

describe("callbacks", () => {
  test("are called in order, with the state of the training, and promises are awaited", async () => {
    const { model, optimizer, loader } = regression(32);
    const calls: string[] = [];
    const note =
      (name: string) =>
      async ({ epoch, step }: train.Training) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        calls.push(`${name} ${epoch} ${step}`);
      };
    const callback = {
      onTrainBegin: note("begin"),
      onEpochBegin: note("epoch"),
      onStepEnd: note("step"),
      onEpochEnd: note("end of epoch"),
      onTrainEnd: note("end"),
    };
    await train.fit(model, loader, { loss, optimizer, epochs: 2, callbacks: [callback], verbose: false });
    assert.deepEqual(calls, [
      "begin 0 0",
      "epoch 1 0",
      "step 1 1",
      "step 1 2",
      "end of epoch 1 2",
      "epoch 2 2",
      "step 2 3",
      "step 2 4",
      "end of epoch 2 4",
      "end 2 4",
    ]);
  });

  test("stop() ends the training", async () => {
    const { model, optimizer, loader } = regression();
    const callback: train.Callback = {
      onStepEnd: (training) => training.step === 3 && training.stop("enough"),
    };
    const history = await train.fit(model, loader, {
      loss,
      optimizer,
      epochs: 5,
      callbacks: [callback],
      verbose: false,
    });
    assert.equal(history.loss.length, 3);
    assert.equal(history.stopped, "enough");
  });

  test("early stopping waits for `patience` epochs and puts the best weights back", async () => {
    const { set, model, optimizer, loader } = regression();
    const values = [3, 2, 5, 4, 6, 1];
    const weights: unknown[] = [];
    const callbacks: train.Callback[] = [
      { onEpochEnd: () => void weights.push(model.parameters()[0]!.tolist()) },
      train.earlyStopping({ monitor: "score", patience: 3, restoreBest: true }),
    ];
    const history = await train.fit(model, loader, {
      loss,
      optimizer,
      epochs: 6,
      metrics: { score: () => values[weights.length]! },
      validation: new data.DataLoader(set, { batchSize: 64 }),
      callbacks,
      verbose: false,
    });
    assert.equal(history.epochLoss.length, 5);
    assert.equal(history.stopped, "no better than score 2 of epoch 2 for 3 epochs");
    assert.deepEqual(model.parameters()[0]!.tolist(), weights[1]);
  });

  test("a checkpoint keeps the weights of the best epoch", async () => {
    const { model, optimizer, loader } = regression();
    const values = [0.5, 0.9, 0.7];
    const best = train.checkpoint({ monitor: "accuracy" });
    const weights: unknown[] = [];
    const callbacks: train.Callback[] = [
      { onEpochEnd: () => void weights.push(model.parameters()[0]!.tolist()) },
      best,
    ];
    const accuracy = () => values[weights.length]!;
    await train.fit(model, loader, {
      loss,
      optimizer,
      epochs: 3,
      metrics: { accuracy },
      callbacks,
      verbose: false,
    });
    assert.equal(best.epoch, 2);
    assert.ok(Math.abs(best.value - 0.9) < 1e-12);
    best.restore(model);
    assert.deepEqual(model.parameters()[0]!.tolist(), weights[1]);
  });

  test("a schedule steps each epoch; one that watches a metric is given it", async () => {
    const { model, optimizer, loader } = regression();
    const halve = new optim.lrScheduler.ExponentialLR(optimizer, 0.5);
    await train.fit(model, loader, {
      loss,
      optimizer,
      epochs: 3,
      callbacks: [train.schedule(halve)],
      verbose: false,
    });
    assert.equal(optimizer.paramGroups[0]!.lr, 0.1 / 8);
    const plateau = new optim.lrScheduler.ReduceLROnPlateau(optimizer, {
      patience: 0,
      factor: 0.1,
      threshold: 100,
      thresholdMode: "abs",
    });
    const callbacks = [train.schedule(plateau, { monitor: "loss" })];
    await train.fit(model, loader, { loss, optimizer, epochs: 2, callbacks, verbose: false });
    assert.ok(optimizer.paramGroups[0]!.lr < 0.1 / 8);
  });

  test("a monitored value that is not there is named, with those that are", async () => {
    const { model, optimizer, loader } = regression();
    const callbacks = [train.earlyStopping()];
    await assert.rejects(
      train.fit(model, loader, { loss, optimizer, callbacks, verbose: false }),
      /there is no value "valLoss" to watch, only loss; pass \{ validation \} to fit/,
    );
  });
});

describe("accuracy", () => {
  test("of classes, of one-hot rows and of single logits", () => {
    const logits = tensor([
      [1, 2, 0],
      [3, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
    ]);
    const classes = tensor([1, 0, 2, 2], { dtype: "int32" });
    assert.equal(train.accuracy(logits, classes).item(), 0.75);
    assert.equal(train.accuracy(logits, classes.oneHot(3)).item(), 0.75);
    assert.equal(train.accuracy(tensor([[2], [-1], [0.5], [-3]]), tensor([[1], [0], [0], [0]])).item(), 0.75);
    assert.throws(
      () => train.accuracy(logits, tensor([1, 2])),
      /output \[4, 3\] and target \[2\] do not fit/,
    );
  });
});
