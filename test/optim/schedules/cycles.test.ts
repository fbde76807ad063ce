/** Rates and momenta of the schedules that cycle both equal PyTorch's. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { optim } from "../../../src/index.js";
import { golden } from "../../golden/training.js";
import { assertRate, optimizer, sgd, type Stepper, weight } from "./stepping.js";

const S = optim.lrScheduler;

const cycles: Record<string, () => readonly [optim.SGD | optim.Adam, Stepper]> = {
  SGD: () => {
    const opt = sgd();
    return [opt, new S.OneCycleLR(opt, 1, { totalSteps: 10 })];
  },
  Adam: () => {
    const opt = new optim.Adam(weight(), { lr: 0.5 });
    return [opt, new S.OneCycleLR(opt, 1, { totalSteps: 10 })];
  },
  linear: () => {
    const opt = sgd();
    const options = { epochs: 4, stepsPerEpoch: 2, pctStart: 0.5, baseMomentum: 0.5, maxMomentum: 0.9 };
    return [opt, new S.OneCycleLR(opt, 1, { ...options, annealStrategy: "linear" })];
  },
  threePhase: () => {
    const opt = sgd();
    return [opt, new S.OneCycleLR(opt, 1, { totalSteps: 12, pctStart: 0.25, threePhase: true })];
  },
};

describe("OneCycleLR takes the momentum the other way, as PyTorch's", () => {
  for (const [name, make] of Object.entries(cycles)) {
    test(name, () => {
      const [opt, schedule] = make();
      golden.schedules.cycles[name]!.forEach(([lr, momentum], step) => {
        if (step > 0) schedule.step();
        const group = opt.paramGroups[0]!;
        assertRate(group.lr, lr, step);
        assertRate("betas" in group ? group.betas[0] : group.momentum, momentum, step);
      });
    });
  }

  test("an optimizer without momentum is refused, unless the momentum is not wanted", () => {
    const bare = { paramGroups: [{ lr: 0.1 }] };
    assert.throws(() => new S.OneCycleLR(bare, 1, { totalSteps: 3 }), /neither momentum nor betas/);
    new S.OneCycleLR(bare, 1, { totalSteps: 3, cycleMomentum: false }).step();
  });
});

const waves: Record<string, () => readonly [optim.SGD | optim.Adam, Stepper]> = {
  triangular: () => cyclic(sgd(), { stepSizeUp: 3, stepSizeDown: 2 }),
  triangular2: () => cyclic(new optim.Adam(weight(), { lr: 0.5 }), { stepSizeUp: 2, mode: "triangular2" }),
  exp_range: () => {
    const momenta = { baseMomentum: 0.5, maxMomentum: 0.95 };
    return cyclic(sgd(), { stepSizeUp: 2, mode: "exp_range", gamma: 0.9, ...momenta });
  },
  scaleFn: () => cyclic(sgd(), { stepSizeUp: 2, scaleFn: (n) => 1 / n }),
  "scaleFn, iterations": () => {
    const byStep = { scaleFn: (n: number) => 0.8 ** n, scaleMode: "iterations" } as const;
    return cyclic(sgd(), { stepSizeUp: 2, cycleMomentum: false, ...byStep });
  },
};

function cyclic<O extends optim.SGD | optim.Adam>(opt: O, options: optim.lrScheduler.CyclicOptions) {
  return [opt, new S.CyclicLR(opt, 0.1, 0.9, options)] as const;
}

describe("CyclicLR's rates and momenta equal PyTorch's", () => {
  for (const [name, make] of Object.entries(waves)) {
    test(name, () => {
      const [opt, schedule] = make();
      golden.schedules.waves[name]!.forEach(([lr, momentum], step) => {
        if (step > 0) schedule.step();
        const group = opt.paramGroups[0]!;
        assertRate(group.lr, lr, step);
        assertRate("betas" in group ? group.betas[0] : group.momentum, momentum, step);
      });
    });
  }
});

test("a cycle that is over says so", () => {
  const schedule = new S.OneCycleLR(optimizer(), 1, { totalSteps: 2 });
  // One more than the cycle has, as in PyTorch: a loop that steps after each of its batches makes as many.
  for (let i = 0; i < 2; i++) schedule.step();
  assert.throws(() => schedule.step(), /OneCycleLR: step 3 of a cycle of 2 steps/);
});
