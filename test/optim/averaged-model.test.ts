/** Averages of weights equal PyTorch's. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planCacheStats } from "../../src/graph/run/evaluate.js";
import { nn, optim, tensor } from "../../src/index.js";
import { assertClose, golden } from "../golden/training.js";

const { AveragedModel, getEmaAvgFn, updateBn } = optim.swaUtils;
const { cases, initial } = golden.averages;
const x = tensor(golden.averages.x);
const y = tensor(golden.averages.y);

const makeModel = () => nn.sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 2));

function trained(steps: number, average: optim.swaUtils.AveragedModel): void {
  const model = makeModel();
  model.loadStateDict(initial as nn.SavedState);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    nn.functional.mseLoss(model.forward(x), y).backward();
    optimizer.step();
    average.updateParameters(model);
  }
}

const options: Record<string, optim.swaUtils.AveragedModelOptions> = {
  swa: {},
  ema: { avgFn: getEmaAvgFn(0.8) },
  buffers: { avgFn: getEmaAvgFn(0.8), useBuffers: true },
};

describe("an averaged model and its statistics computed anew", () => {
  for (const { name, state, updated, output } of cases) {
    test(name, () => {
      const average = new AveragedModel(makeModel(), options[name]);
      trained(6, average);
      const own = average.stateDict();
      for (const [key, value] of Object.entries(state)) {
        // PyTorch averages counts too, as fractions that it cuts off.
        if (name === "buffers" && key.endsWith("num_batches_tracked")) continue;
        assertClose(own[key]!.to("float64"), value, key);
      }
      updateBn([x.slice([0, 5]), [x.slice([5, 8]), y.slice([5, 8])]], average);
      const buffers = Object.fromEntries(average.namedBuffers());
      for (const [key, value] of Object.entries(updated))
        assertClose(buffers[key]!.to("float64"), value, key);
      average.eval();
      assertClose(average.forward(x), output, "output");
    });
  }
});

test("modes and momenta are as before once the statistics are there, also when the loader fails", () => {
  const model = makeModel();
  model.eval();
  const norm = model.layers[1] as nn.BatchNorm1d;
  updateBn([x], model);
  assert.deepEqual([norm.momentum, norm.training, model.training], [0.1, false, false]);
  const failing = (function* () {
    yield x;
    throw new Error("no more data");
  })();
  assert.throws(() => updateBn(failing, model), /no more data/);
  assert.deepEqual([norm.momentum, norm.training], [0.1, false]);
});

test("steps with an update after each make no new plans", () => {
  const [model, average] = [makeModel(), new AveragedModel(makeModel())];
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const steps = (count: number) => {
    for (let step = 0; step < count; step++) {
      optimizer.zeroGrad();
      nn.functional.mseLoss(model.forward(x), y).backward();
      optimizer.step();
      average.updateParameters(model);
    }
    return planCacheStats().plans;
  };
  assert.equal(steps(4), steps(6));
});

test("goes on from its state dict, also by way of JSON", () => {
  const [average, other] = [new AveragedModel(makeModel()), new AveragedModel(makeModel())];
  trained(3, average);
  other.loadStateDict(JSON.parse(JSON.stringify(average.stateDict())) as nn.SavedState);
  trained(2, average);
  trained(2, other);
  assert.equal(other.nAveraged.item(), 5);
  assert.deepEqual(JSON.stringify(other.stateDict()), JSON.stringify(average.stateDict()));
});

test("another model's tensors, the model itself and a decay out of range are refused", () => {
  const own = makeModel();
  const average = new AveragedModel(own);
  assert.throws(() => average.updateParameters(own), /a model cannot hold its own averages/);
  assert.throws(
    () => average.updateParameters(new nn.Linear(3, 4)),
    /the model has weight \[4, 3\], bias \[4\], the one of the averages 0\.weight \[4, 3\]/,
  );
  assert.throws(() => getEmaAvgFn(1.5), /getEmaAvgFn: decay must be between 0 and 1, not 1.5/);
});
