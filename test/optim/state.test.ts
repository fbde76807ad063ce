/** What optimizers keep of their parameters: state dicts. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nn, ones, optim, Tensor, tensor } from "../../src/index.js";
import { assertClose } from "../golden/training.js";
import { make, smallNetwork, trainStep } from "./small-network.js";

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
    assertClose(first(adagrad, a)["sum"] as Tensor, [9.25, 9.25], "sum");
    const rprop = new optim.Rprop([b], { lr: 0.125 });
    assertClose(first(rprop, b)["stepSize"] as Tensor, [0.125, 0.125], "stepSize");
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

describe("hooks of state dicts", () => {
  const adam = () => {
    const weight = ones([2], { requiresGrad: true });
    const optimizer = new optim.Adam([weight], 0.1);
    weight.square().sum().backward();
    optimizer.step();
    return optimizer;
  };
  test("before and after saving, in the order that prepend says", () => {
    const optimizer = adam();
    const seen: string[] = [];
    optimizer.registerStateDictPreHook((one) => seen.push(`second ${one === optimizer}`));
    optimizer.registerStateDictPreHook(() => seen.push("first"), { prepend: true });
    optimizer.registerStateDictPostHook((_, state) => {
      seen.push("after");
      state.paramGroups[0]!.lr = 7;
    });
    const handle = optimizer.registerStateDictPostHook((_, state) => ({ ...state, state: {} }));
    const saved = optimizer.stateDict();
    assert.deepEqual(seen, ["first", "second true", "after"]);
    assert.equal(saved.paramGroups[0]!.lr, 7);
    assert.deepEqual(saved.state, {});
    assert.equal(optimizer.paramGroups[0]!.lr, 0.1);
    handle.remove();
    assert.equal(optimizer.stateDict().state[0]!.step, 1);
  });
  test("before and after loading: what one gives is loaded, what was given stays", () => {
    const [optimizer, saved] = [adam(), adam().stateDict()];
    const seen: number[] = [];
    optimizer.registerLoadStateDictPreHook((_, state) => ({
      ...state,
      paramGroups: state.paramGroups.map((group) => ({ ...group, lr: 3 })),
    }));
    optimizer.registerLoadStateDictPostHook((one) => seen.push(one.paramGroups[0]!.lr));
    optimizer.loadStateDict(saved);
    assert.deepEqual(seen, [3]);
    assert.equal(saved.paramGroups[0]!.lr, 0.1);
  });
  test("LBFGS, whose state is its own, calls them too", () => {
    const weight = ones([2], { requiresGrad: true });
    const optimizer = new optim.LBFGS([weight]);
    const seen: string[] = [];
    optimizer.registerStateDictPreHook(() => seen.push("saving"));
    optimizer.registerLoadStateDictPostHook(() => seen.push("loaded"));
    optimizer.loadStateDict(optimizer.stateDict());
    assert.deepEqual(seen, ["saving", "loaded"]);
    assert.throws(
      () => optimizer.registerStateDictPreHook(3 as never),
      /^TypeError: LBFGS: expected a function that is called with the optimizer, got number/,
    );
  });
});
