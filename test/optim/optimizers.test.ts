/** Twenty steps of every optimizer variant end where PyTorch's end; what optimizers refuse and remember. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nn, ones, optim, Tensor, tensor } from "../../src/index.js";
import { planCacheStats } from "../../src/graph/run/evaluate.js";
import {
  assertClose,
  flat,
  golden,
  type Named,
  type Nested,
  type OptimizerName,
} from "../golden/training.js";

const { optimizers, article } = golden;

function smallNetwork(initial: Named = optimizers.initial): nn.Sequential {
  const model = nn.sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 2));
  model.loadStateDict(
    Object.fromEntries(Object.entries(initial).map(([name, values]) => [name, tensor(values as number[])])),
  );
  return model;
}

const x = tensor(optimizers.x);
const y = tensor(optimizers.y);

/** One step; the loss before it. */
function trainStep(model: nn.Sequential, optimizer: optim.Optimizer, input = x, target = y): Tensor {
  optimizer.zeroGrad();
  const loss = nn.functional.mseLoss(model.forward(input), target);
  loss.backward();
  optimizer.step();
  return loss;
}

/** Without the types of their options: a union of so many constructors is more than the compiler can combine. */
const classes = optim as unknown as Record<
  OptimizerName,
  new (params: readonly Tensor[], options: object) => optim.Optimizer
>;

function make(kind: OptimizerName, model: nn.Module, options: object): optim.Optimizer {
  return new classes[kind](model.parameters(), options);
}

describe("optimizers equal PyTorch's over 20 steps", () => {
  for (const { optimizer: kind, options, losses, final, state } of optimizers.cases) {
    test(`${kind} ${JSON.stringify(options)}`, () => {
      const model = smallNetwork();
      const optimizer = make(kind, model, options);
      losses.forEach((expected, step) =>
        assertClose(trainStep(model, optimizer).item(), expected, `loss ${step + 1}`),
      );
      for (const [name, value] of Object.entries(model.stateDict())) assertClose(value, final[name]!, name);
      const kept = optimizer.stateDict().state[0]!;
      for (const [name, value] of Object.entries(state)) assertClose(kept[name]!, value, name);
    });
  }
});

describe("parameters of float16 and bfloat16 stay as near to float64's as PyTorch's do", () => {
  const { initial, cases } = golden.narrow;
  for (const { dtype, optimizer: kind, options, narrow, exact } of cases) {
    test(`${kind} ${dtype}`, () => {
      const model = smallNetwork(initial).to(dtype);
      const optimizer = make(kind, model, options);
      const [input, target] = [x.to(dtype), y.to(dtype)];
      const losses = exact.losses.map(() => trainStep(model, optimizer, input, target).item());
      assertNear(losses, narrow.losses, exact.losses, dtype, "losses");
      for (const [name, value] of Object.entries(model.stateDict())) {
        assert.equal(value.dtype, dtype);
        assertNear(value.tolist() as Nested, narrow.final[name]!, exact.final[name]!, dtype, name);
      }
      const { state } = optimizer.stateDict();
      for (const kept of Object.values(state[0]!))
        if (kept instanceof Tensor) assert.equal(kept.dtype, dtype);
    });
  }
});

/** The distance from the truth is at most PyTorch's and one rounding for each of five steps, as each rounds the parameters. */
function assertNear(
  ours: Nested,
  peers: Nested,
  truth: Nested,
  dtype: "float16" | "bfloat16",
  what: string,
): void {
  const right = flat(truth);
  const distance = (numbers: Nested) => Math.max(...flat(numbers).map((x, i) => Math.abs(x - right[i]!)));
  const rounding = 5 * 2 ** (dtype === "float16" ? -11 : -8) * Math.max(...right.map(Math.abs));
  assert.ok(
    distance(ours) <= distance(peers) + rounding,
    `${what}: ${distance(ours)} from float64's, PyTorch ${distance(peers)}, the roundings are ${rounding}`,
  );
}

test("the article's program: weights and losses at steps 1, 10, 100 and 1,000 equal PyTorch's", () => {
  const data = { x: tensor(article.x), y: tensor(article.y) };
  const weights = Object.fromEntries(
    Object.entries(article.initial).map(([name, values]) => [
      name,
      tensor(values as number[], { requiresGrad: true }),
    ]),
  ) as Record<string, Tensor> as Record<"w1" | "b1" | "w2" | "b2", Tensor>;
  const optimizer = new optim.SGD(Object.values(weights), { lr: 0.01 });
  for (let step = 1; step <= 1000; step++) {
    optimizer.zeroGrad();
    const layer1 = data.x.matmul(weights.w1).add(weights.b1);
    const layer2 = layer1.matmul(weights.w2).add(weights.b2);
    const loss = layer2.sub(data.y).square().mean();
    loss.backward();
    optimizer.step();
    const expected = article.steps[step];
    if (expected === undefined) continue;
    assertClose(loss.item(), expected.loss, `loss of step ${step}`, 0);
    // The hidden layer's two sums of gradients cancel, so the floor is float32's step at the largest weight.
    for (const [name, value] of Object.entries(weights))
      assertClose(value, expected.weights[name]!, `${name} after step ${step}`, 1e-6);
  }
});

test("LAMB takes the direction as it is while a parameter is 0, and leaves one that has none as it is", () => {
  const [zero, still] = [tensor([0, 0], { requiresGrad: true }), ones([2], { requiresGrad: true })];
  const optimizer = new optim.LAMB([zero, still], { lr: 0.5, weightDecay: 0 });
  zero.sum().add(still.mul(0).sum()).backward();
  optimizer.step();
  assertClose(zero, [-0.5, -0.5], "zero");
  assert.deepEqual(still.tolist(), [1, 1]);
});

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

describe("state", () => {
  for (const [kind, options] of [
    ["SGD", { lr: 0.1, momentum: 0.9 }],
    ["Adam", { lr: 0.05, amsgrad: true }],
    ["AdamW", { lr: 0.05, amsgrad: true }],
    ["Adagrad", { lr: 0.1, initialAccumulatorValue: 0.5 }],
    ["Rprop", { lr: 0.02 }],
    ["Adafactor", { lr: 0.1 }],
    ["Adadelta", { lr: 0.5 }],
    ["RMSprop", { lr: 0.01, momentum: 0.5, centered: true }],
    ["Adamax", { lr: 0.05 }],
    ["NAdam", { lr: 0.05 }],
    ["RAdam", { lr: 0.05 }],
    ["ASGD", { lr: 0.1, t0: 2 }],
    ["Lion", { lr: 0.01 }],
    ["LAMB", { lr: 0.05 }],
  ] as const) {
    test(`${kind}: training goes on from a state dict as if it had not stopped`, () => {
      const [model, other] = [smallNetwork(), smallNetwork()];
      const optimizer = make(kind, model, options);
      for (let i = 0; i < 5; i++) trainStep(model, optimizer);
      const resumed = make(kind, other, { lr: 1 });
      other.loadStateDict(model.stateDict());
      resumed.loadStateDict(optimizer.stateDict());
      for (let i = 0; i < 5; i++)
        assert.equal(trainStep(other, resumed).item(), trainStep(model, optimizer).item());
    });
  }
  test("comes back from JSON: training goes on as if it had not stopped", () => {
    const [model, other] = [smallNetwork(), smallNetwork()];
    const optimizer = make("Adam", model, { lr: 0.05 });
    for (let i = 0; i < 3; i++) trainStep(model, optimizer);
    const resumed = make("Adam", other, { lr: 1 });
    const { weights, state } = JSON.parse(
      JSON.stringify({ weights: model.stateDict(), state: optimizer.stateDict() }),
    ) as { weights: nn.SavedState; state: optim.SavedOptimizerState<optim.AdamOptions> };
    other.loadStateDict(weights);
    resumed.loadStateDict(state);
    assert.equal(trainStep(other, resumed).item(), trainStep(model, optimizer).item());
    assert.equal(trainStep(other, resumed).item(), trainStep(model, optimizer).item());
  });
  test("holds numbers too, which come back from JSON and which a step that fails leaves alone", () => {
    const w = ones([2], { requiresGrad: true });
    const optimizer = new optim.ASGD([w], { lr: 0.5, lambd: 1, alpha: 1, t0: 0 });
    const numbers = (from: optim.ASGD) => {
      const { step, eta, mu } = from.stateDict().state[0]!;
      return { step, eta, mu };
    };
    const step = (index: number) => {
      optimizer.zeroGrad();
      const index1 = tensor([index], { dtype: "int32" }).mul(1);
      nn.functional.crossEntropy(w.reshape([1, 2]), index1).backward();
      optimizer.step();
    };
    step(0);
    step(1);
    assert.deepEqual(numbers(optimizer), { step: 2, eta: 0.25, mu: 0.5 });
    assert.throws(() => step(7), /label 7 is out of range/);
    assert.deepEqual(numbers(optimizer), { step: 2, eta: 0.25, mu: 0.5 });
    const saved = JSON.parse(
      JSON.stringify(optimizer.stateDict()),
    ) as optim.SavedOptimizerState<optim.ASGDOptions>;
    const resumed = new optim.ASGD([w]);
    resumed.loadStateDict(saved);
    assert.deepEqual(numbers(resumed), { step: 2, eta: 0.25, mu: 0.5 });
  });
  test("is numbered and named as PyTorch's, in camelCase", () => {
    const model = smallNetwork();
    const optimizer = make("Adam", model, {});
    trainStep(model, optimizer);
    const { state, paramGroups } = optimizer.stateDict();
    assert.deepEqual(Object.keys(state), ["0", "1", "2", "3"]);
    assert.deepEqual(Object.keys(state[0]!), ["step", "expAvg", "expAvgSq"]);
    assert.deepEqual(paramGroups[0]!.params, [0, 1, 2, 3]);
  });
  test("begins as its optimizer says: sums of squares with a number, step sizes with the learning rate", () => {
    const first = (optimizer: optim.Optimizer, w: Tensor) => {
      w.mul(3).sum().backward();
      optimizer.step();
      return optimizer.stateDict().state[0]!;
    };
    const w = () => ones([2], { requiresGrad: true });
    const [a, b] = [w(), w()];
    const adagrad = new optim.Adagrad([a], { initialAccumulatorValue: 0.25 });
    assertClose(first(adagrad as unknown as optim.Optimizer, a)["sum"] as Tensor, [9.25, 9.25], "sum");
    const rprop = new optim.Rprop([b], { lr: 0.125 });
    assertClose(
      first(rprop as unknown as optim.Optimizer, b)["stepSize"] as Tensor,
      [0.125, 0.125],
      "stepSize",
    );
  });
  test("has the shape that its optimizer says: rows and columns of matrices, all of vectors", () => {
    const matrix = ones([2, 3, 4], { requiresGrad: true });
    const vector = ones([5], { requiresGrad: true });
    const optimizer = new optim.Adafactor([matrix, vector]);
    matrix.sum().add(vector.sum()).backward();
    optimizer.step();
    const shapes = Object.values(optimizer.stateDict().state).map((state) =>
      Object.fromEntries(
        Object.entries(state).map(([name, t]) => [name, typeof t === "number" ? t : t.shape]),
      ),
    );
    assert.deepEqual(shapes, [
      { step: 1, rowVar: [2, 3, 1], colVar: [2, 1, 4] },
      { step: 1, variance: [5] },
    ]);
    // By way of JSON too, which does not say shapes.
    const saved = JSON.parse(
      JSON.stringify(optimizer.stateDict()),
    ) as optim.SavedOptimizerState<optim.AdafactorOptions>;
    const other = new optim.Adafactor([matrix, vector]);
    other.loadStateDict(saved);
    for (const number of [0, 1])
      assert.equal(
        JSON.stringify(other.stateDict().state[number]),
        JSON.stringify(optimizer.stateDict().state[number]),
      );
  });
  test("of another shape, and one that the optimizer does not know, is refused by its name", () => {
    const [matrix, vector] = [ones([3, 4], { requiresGrad: true }), ones([5], { requiresGrad: true })];
    const optimizer = new optim.Adafactor([matrix, vector]);
    const paramGroups = optimizer.stateDict().paramGroups;
    const load = (state: Record<number, Record<string, Tensor | number>>) => () =>
      optimizer.loadStateDict({ state, paramGroups });
    assert.throws(
      load({ 0: { step: 1, rowVar: ones([3, 4]), colVar: ones([1, 4]) } }),
      /Adafactor\.loadStateDict: parameter 0: rowVar must be \[3, 1\], not \[3, 4\]/,
    );
    assert.throws(
      load({ 0: { step: 1, variance: ones([3, 4]) } }),
      /parameter 0 of shape \[3, 4\] has no state variance; it may have step, rowVar, colVar/,
    );
    assert.throws(
      load({ 1: { step: 1, expAvg: ones([5]) } }),
      /parameter 1 of shape \[5\] has no state expAvg; it may have step, variance/,
    );
    assert.throws(load({ 1: { step: 1, toString: ones([5]) } }), /has no state toString/);
    const adam = new optim.Adam([vector]);
    assert.throws(
      () =>
        adam.loadStateDict({
          state: { 0: { step: 2, expAvg: ones([]) } },
          paramGroups: adam.stateDict().paramGroups,
        }),
      /Adam\.loadStateDict: parameter 0: expAvg must be \[5\], not \[\]/,
    );
  });
  test("of another model is refused", () => {
    const optimizer = make("SGD", smallNetwork(), {});
    const other = make("SGD", new nn.Linear(2, 2), {});
    assert.throws(
      () => other.loadStateDict(optimizer.stateDict()),
      /this optimizer trains 2 tensors, the saved one 4/,
    );
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
