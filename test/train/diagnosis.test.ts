/** When the loss is no longer a number, the error names the step and the layer where that began, and the weights from before are back. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { data, manualSeed, nn, ones, optim, tensor, train, type Tensor } from "../../src/index.js";

const loss = nn.functional.mseLoss;

function network() {
  manualSeed(0);
  return nn.sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1));
}

async function failure(
  model: train.Model,
  batches: train.Batches,
  options: Partial<train.FitOptions>,
): Promise<train.NonFiniteLossError> {
  const optimizer = options.optimizer ?? new optim.SGD(model.parameters(), { lr: 0.1 });
  try {
    await train.fit(model, batches, { loss, optimizer, verbose: false, ...options });
  } catch (error) {
    assert.ok(error instanceof train.NonFiniteLossError, String(error));
    return error;
  }
  assert.fail("fit did not fail");
}

const { tensors } = data.linear(32);
const good: [Tensor, Tensor] = [tensors[0], tensors[1]];

describe("a loss that is not finite", () => {
  test("comes of bad input", async () => {
    const bad: [Tensor, Tensor] = [good[0].div(0), good[1]];
    const error = await failure(network(), [good, good, bad], {});
    assert.equal(error.step, 3);
    assert.deepEqual(error.culprit, { layer: "", what: "input", step: 3 });
    assert.match(error.message, /the loss of step 3 is NaN: the batch's input holds NaN or infinite values/);
  });

  test("comes of an activation that overflows", async () => {
    class Exponential extends nn.Module {
      forward(x: Tensor): Tensor {
        return x.mul(1000).exp();
      }
    }
    const model = new nn.Sequential(new nn.Linear(2, 2), new Exponential(), new nn.Linear(2, 1));
    const error = await failure(model, [[ones([4, 2]), ones([4, 1])]], {});
    assert.deepEqual(error.culprit, { layer: "1", what: "activation", step: 1, gradientOf: "2" });
    assert.match(error.message, /the first output that is not finite is that of layer 1, Exponential\(\)/);
  });

  test("comes of a learning rate that is too high: the layer and the step are named", async () => {
    const model = nn.sequential(new nn.Linear(2, 8), new nn.Linear(8, 1));
    const optimizer = new optim.SGD(model.parameters(), { lr: 1e6 });
    const error = await failure(model, [good], { optimizer, epochs: 100 });
    assert.ok(error.step > 1);
    assert.match(error.message, /layer [01], Linear/);
    assert.match(error.message, /lower the learning rate, or pass clipGradNorm/);
  });

  test("comes of a gradient that went bad the step before, in the layer nearest to the loss", async () => {
    class Root extends nn.Module {
      readonly inner = new nn.Linear(2, 1);
      readonly outer = new nn.Linear(1, 1);
      forward(x: Tensor): Tensor {
        // The root of 0 is 0, but its slope is infinite.
        return this.outer.forward(this.inner.forward(x).mul(0).sqrt());
      }
    }
    const model = new Root();
    const error = await failure(model, [good, good], {});
    assert.equal(error.step, 2);
    assert.deepEqual(error.culprit, { layer: "inner", what: "gradient", step: 1 });
    assert.match(
      error.message,
      /the gradient went bad first in step 1, in layer inner, Linear\(inFeatures=2, outFeatures=1, bias=true\)/,
    );
  });

  test("comes of the loss function", async () => {
    const error = await failure(network(), [good], { loss: (output) => output.mean().mul(0).log() });
    assert.deepEqual(error.culprit, { layer: "", what: "loss function", step: 1, gradientOf: "2" });
    assert.match(
      error.message,
      /of the gradients that of layer 2, Linear\(inFeatures=8, outFeatures=1, bias=true\) went bad first/,
    );
  });

  test("weights that the very last step ruined are found too", async () => {
    class Root extends nn.Module {
      readonly inner = new nn.Linear(2, 1);
      forward(x: Tensor): Tensor {
        return this.inner.forward(x).mul(0).sqrt();
      }
    }
    const error = await failure(new Root(), [good], {});
    assert.deepEqual(error.culprit, { layer: "inner", what: "gradient", step: 1 });
  });

  test("leaves the model with the weights from before the bad step", async () => {
    const model = network();
    const before = model.parameters().map((parameter) => parameter.tolist());
    const target: Tensor = tensor([[Infinity]]).mul(ones([32, 1]));
    await failure(model, [[good[0], target]], {});
    assert.deepEqual(
      model.parameters().map((parameter) => parameter.tolist()),
      before,
    );
  });
});
