/** A training that cannot work is refused in its first step, or said to be strange. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { data, manualSeed, nn, optim, tensor, train, zeros, type Tensor } from "../../src/index.js";
import { warningsOf } from "../warnings.js";

manualSeed(0);
const loader = new data.DataLoader(data.linear(8, { noise: 0 }), { batchSize: 4 });
const loss = nn.functional.mseLoss;

function fit(model: nn.Module & { forward(x: Tensor): Tensor }, optimizer: train.FitOptions["optimizer"]) {
  return train.fit(model, loader, { loss, optimizer, verbose: false });
}

const sgd = (parameters: readonly Tensor[]) => new optim.SGD(parameters, { lr: 0.1 });

class Hidden extends nn.Module {
  readonly #layer = new nn.Linear(2, 1);
  get hidden(): Tensor[] {
    return this.#layer.parameters();
  }
  forward(x: Tensor): Tensor {
    return this.#layer.forward(x);
  }
}

/** Half of it is in a closure. */
class HalfHidden extends nn.Module {
  readonly shown = new nn.Linear(2, 2);
  readonly head: (x: Tensor) => Tensor;
  constructor() {
    super();
    const head = new nn.Linear(2, 1, { bias: false });
    this.head = (x) => head.forward(x);
  }
  forward(x: Tensor): Tensor {
    return this.head(this.shown.forward(x));
  }
}

test("another model's optimizer", async () => {
  const [model, other] = [new nn.Linear(2, 1), new nn.Linear(2, 1)];
  const before = model.weight.tolist();
  const made =
    "fit: the loss does not depend on any of the 2 tensor(s) that the optimizer trains. Was it made for another model";
  await assert.rejects(fit(model, sgd(other.parameters())), (error: Error) => error.message.startsWith(made));
  assert.deepEqual(model.weight.tolist(), before);
  await assert.rejects(
    fit(model, sgd([tensor([1], { requiresGrad: true }), ...other.parameters()])),
    /any of the 3/,
  );
});

test("an optimizer of some of the model's parameters, or of more than them, is meant", async () => {
  const model = nn.sequential(new nn.Linear(2, 2), new nn.Linear(2, 1));
  const said = await warningsOf(async () => {
    await fit(model, sgd(model.parameters().slice(2)));
    await fit(model, sgd([...model.parameters(), tensor([1], { requiresGrad: true })]));
  });
  assert.deepEqual(said, []);
});

test("a model whose layers nobody can see has no parameters, and both optimizer and fit say where they look", async () => {
  const model = new Hidden();
  assert.throws(
    () => sgd(model.parameters()),
    /^Error: SGD: there is nothing to train.*not in #private fields, closures/,
  );
  const elsewhere = sgd(new nn.Linear(1, 1).parameters());
  await warningsOf(() =>
    assert.rejects(fit(model, elsewhere), /^Error: fit: Hidden has no parameters\. .*#private fields/),
  );
  // Who hands over the parameters by another way trains them.
  const said = await warningsOf(() => fit(model, sgd(model.hidden)));
  assert.deepEqual(said, []);
});

test("a part of the model that nobody can see is said, once", async () => {
  const model = new HalfHidden();
  const said = await warningsOf(async () => {
    await fit(model, sgd(model.parameters()));
    await fit(model, sgd(model.parameters()));
  });
  assert.equal(said.length, 1);
  assert.match(said[0]!, /depends on 1 parameter\(s\) .* are not trained, of shape \[1, 2\]\. .*closures/);
});

test("frozen layers are no hidden ones", async () => {
  const model = nn.sequential(new nn.Linear(2, 2).requiresGrad_(false), new nn.Linear(2, 1));
  const trainable = model.parameters().filter((parameter) => parameter.requiresGrad);
  assert.deepEqual(await warningsOf(() => fit(model, sgd(trainable))), []);
});

test("the gradient of what is no leaf is null, which is said once, unless it is retained", async () => {
  const x = zeros([2], { requiresGrad: true });
  const said = await warningsOf(() => {
    assert.equal(x.grad, null);
    assert.equal(tensor([1]).grad, null);
    assert.equal(x.detach().grad, null);
    const y = x.mul(2);
    y.sum().backward();
    assert.equal(y.grad, null);
    assert.equal(x.mul(3).grad, null);
    const z = x.mul(2).retainGrad();
    z.sum().backward();
    assert.deepEqual(z.grad!.tolist(), [1, 1]);
  });
  assert.equal(said.length, 1);
  assert.match(said[0]!, /^Warning: grad: .*retainGrad\(\)/);
});
