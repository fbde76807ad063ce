/** Parameter groups, steps that fail, and what optimizers refuse. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planCacheStats } from "../../src/graph/run/evaluate.js";
import { nn, ones, optim, type Tensor, tensor } from "../../src/index.js";
import { assertClose, golden } from "../golden/training.js";
import { make, smallNetwork, trainStep, x } from "./small-network.js";

const { optimizers } = golden;

describe("parameter groups", () => {
  test("each group has its own options, and they can change between steps without a new plan", () => {
    const [slow, fast] = [ones([2], { requiresGrad: true }), ones([2], { requiresGrad: true })];
    const optimizer = new optim.SGD([{ params: [slow] }, { params: [fast], lr: 0.5 }], { lr: 0.1 });
    const step = () => {
      optimizer.zeroGrad();
      slow.add(fast).sum().backward();
      optimizer.step();
    };
    step();
    assertClose(slow, [0.9, 0.9], "slow");
    assertClose(fast, [0.5, 0.5], "fast");
    step();
    step();
    const plans = planCacheStats().plans;
    optimizer.paramGroups[1]!.lr = 0;
    const before = fast.tolist();
    step();
    assert.deepEqual(fast.tolist(), before);
    assert.equal(planCacheStats().plans, plans);
  });
  test("a parameter without a gradient stays as it is", () => {
    const [used, unused] = [ones([1], { requiresGrad: true }), ones([1], { requiresGrad: true })];
    const optimizer = new optim.Adam([used, unused]);
    used.sum().backward();
    optimizer.step();
    assert.equal(unused.item(), 1);
    assert.notEqual(used.item(), 1);
  });
  test("a value that is assigned between steps is what the next step starts from", () => {
    const model = smallNetwork();
    const optimizer = make("SGD", model, { lr: 0.1, momentum: 0.9 });
    trainStep(model, optimizer);
    model.loadStateDict(smallNetwork().stateDict());
    const [loss] = [trainStep(model, optimizer).item()];
    assertClose(loss, optimizers.cases[0]!.losses[0]!, "loss");
  });
  test("a step that fails has not been", () => {
    const model = smallNetwork();
    const optimizer = make("Adam", model, {});
    trainStep(model, optimizer);
    const before = model.parameters().map((parameter) => parameter.tolist());
    optimizer.zeroGrad();
    const wrong = tensor([0, 7], { dtype: "int32" }).mul(1);
    nn.functional.crossEntropy(model.forward(x).slice([0, 2]), wrong).backward();
    assert.throws(() => optimizer.step(), /crossEntropy: label 7 is out of range for 2 classes/);
    assert.deepEqual(
      model.parameters().map((parameter) => parameter.tolist()),
      before,
    );
    assert.equal(optimizer.stateDict().state[0]!["step"], 1);
  });
  test("a gradient can be read before the step, after it, and once read or asked for at any later time", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const optimizer = new optim.SGD([w], { lr: 0.25 });
    const gradients: Tensor[] = [];
    const step = () => {
      optimizer.zeroGrad();
      w.square().sum().backward();
      optimizer.step();
    };
    w.square().sum().backward();
    assert.deepEqual(w.grad!.tolist(), [2, 4]);
    optimizer.step();
    for (let i = 0; i < 3; i++) {
      step();
      gradients.push(w.grad!);
    }
    assert.deepEqual(
      gradients.map((gradient) => gradient.tolist()),
      [
        [1, 2],
        [0.5, 1],
        [0.25, 0.5],
      ],
    );
  });
  test("step(closure) computes the loss itself and returns it", () => {
    const w = ones([1], { requiresGrad: true });
    const optimizer = new optim.SGD([w], { lr: 0.25 });
    const loss = optimizer.step(() => {
      optimizer.zeroGrad();
      const square = w.square().sum();
      square.backward();
      return square;
    });
    assert.equal(loss.item(), 1);
    assert.equal(w.item(), 0.5);
  });
});

describe("wrong use is refused", () => {
  const model = new nn.Linear(2, 2);
  const cases: [string, () => unknown, RegExp][] = [
    [
      "nothing to train",
      () => new optim.SGD([]),
      /SGD: there is nothing to train, the list is empty; pass model.parameters\(\)\. Layers/,
    ],
    [
      "a tensor that needs no gradient",
      () => new optim.SGD([ones([2])]),
      /only leaf tensors with requiresGrad can be trained, not a tensor without requiresGrad of shape \[2\]/,
    ],
    [
      "a computed tensor",
      () => new optim.SGD([model.weight.mul(2)]),
      /not a computed tensor of shape \[2, 2\]/,
    ],
    [
      "a tensor twice",
      () => new optim.SGD([model.bias!, model.bias!]),
      /a tensor of shape \[2\] is in two groups or twice in one/,
    ],
    [
      "a negative learning rate",
      () => new optim.SGD(model.parameters(), { lr: -1 }),
      /SGD: lr must be at least 0, not -1/,
    ],
    [
      "Nesterov without momentum",
      () => new optim.SGD(model.parameters(), { nesterov: true }),
      /nesterov needs momentum above 0/,
    ],
    [
      "a negative beginning of the sums",
      () => new optim.Adagrad(model.parameters(), { initialAccumulatorValue: -1 }),
      /Adagrad: initialAccumulatorValue must be at least 0, not -1/,
    ],
    [
      "factors that do not shrink and grow",
      () => new optim.Rprop(model.parameters(), { etas: [1.2, 0.5] }),
      /Rprop: etas must be a number between 0 and 1 and one above 1, not \[1.2, 0.5\]/,
    ],
    [
      "an average that grows beyond its values",
      () => new optim.Adafactor(model.parameters(), { beta2Decay: 0.5 }),
      /Adafactor: beta2Decay must be at most 0, not 0.5/,
    ],
    [
      "an average that counts the new value negative",
      () => new optim.Adadelta(model.parameters(), { rho: 1.5 }),
      /Adadelta: rho must be between 0 and 1, not 1.5/,
    ],
    [
      "a negative smoothing",
      () => new optim.RMSprop(model.parameters(), { alpha: -1 }),
      /RMSprop: alpha must be at least 0, not -1/,
    ],
    [
      "a negative growth of the momentum",
      () => new optim.NAdam(model.parameters(), { momentumDecay: -1 }),
      /NAdam: momentumDecay must be at least 0, not -1/,
    ],
    [
      "a beta of Lion above 1",
      () => new optim.Lion(model.parameters(), { betas: [0.9, 1.5] }),
      /Lion: betas\[1\] must be between 0 and 1, not 1.5/,
    ],
    [
      "a beta above 1",
      () => new optim.Adam(model.parameters(), { betas: [0.9, 1.5] }),
      /Adam: betas\[1\] must be at least 0 and below 1, not 1.5/,
    ],
  ];
  for (const kind of ["Adam", "AdamW", "Adamax", "NAdam", "RAdam", "LAMB"] as const)
    cases.push([
      `a beta of 1 of ${kind}`,
      () => make(kind, model, { betas: [1, 0.9] }),
      new RegExp(`${kind}: betas\\[0\\] must be at least 0 and below 1, not 1`),
    ]);
  cases.push([
    "one beta where there are two",
    () => make("NAdam", model, { betas: [0.9] }),
    /NAdam: betas\[1\] must be at least 0 and below 1, not undefined/,
  ]);
  for (const kind of ["Adadelta", "RMSprop", "Adamax", "NAdam", "RAdam", "ASGD", "Lion", "LAMB"] as const)
    cases.push([
      `a negative weight decay of ${kind}`,
      () => make(kind, model, { weightDecay: -0.1 }),
      new RegExp(`${kind}: weightDecay must be at least 0, not -0.1`),
    ]);
  for (const [name, use, message] of cases) test(name, () => assert.throws(use, message));

  test("a backward pass through weights that two steps have replaced", () => {
    const w = ones([2], { requiresGrad: true });
    const optimizer = new optim.SGD([w], { lr: 0.1 });
    w.sum().backward();
    optimizer.step();
    const loss = w.square().sum();
    loss.backward(null, { retainGraph: true });
    optimizer.step();
    w.sum().backward();
    optimizer.step();
    assert.throws(() => loss.backward(), /changed in place/);
  });
});
