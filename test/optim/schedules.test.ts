/** Learning rates after each step equal PyTorch's. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { optim, zeros } from "../../src/index.js";
import { golden } from "../golden/training.js";

const S = optim.lrScheduler;
type Stepper = { step(metric?: number): void };

const schedules: Record<string, (optimizer: optim.SGD) => Stepper> = {
  StepLR: (o) => new S.StepLR(o, 3, { gamma: 0.5 }),
  MultiStepLR: (o) => new S.MultiStepLR(o, [2, 5], { gamma: 0.1 }),
  ExponentialLR: (o) => new S.ExponentialLR(o, 0.9),
  LinearLR: (o) => new S.LinearLR(o, { startFactor: 0.25, endFactor: 1, totalIters: 4 }),
  CosineAnnealingLR: (o) => new S.CosineAnnealingLR(o, 10, { etaMin: 0.01 }),
  CosineAnnealingWarmRestarts: (o) => new S.CosineAnnealingWarmRestarts(o, 3, { tMult: 2, etaMin: 0.01 }),
  LambdaLR: (o) => new S.LambdaLR(o, (t) => 1 / (1 + t)),
  OneCycleLR: (o) => new S.OneCycleLR(o, 1, { totalSteps: 12, cycleMomentum: false }),
  ReduceLROnPlateau: (o) => new S.ReduceLROnPlateau(o, { factor: 0.5, patience: 2 }),
};

const rows: Readonly<Record<string, readonly number[]>> = golden.schedules;

/** Both compute in float64, but in another order. */
function assertRate(rate: number, expected: number, step: number): void {
  assert.ok(Math.abs(rate - expected) <= 1e-12, `step ${step}: ${rate}, PyTorch has ${expected}`);
}

const optimizer = () => new optim.SGD([zeros([1], { requiresGrad: true })], { lr: 0.5 });

describe("rates equal PyTorch's", () => {
  for (const [name, make] of Object.entries(schedules)) {
    test(name, () => {
      const opt = optimizer();
      const schedule = make(opt);
      rows[name]!.forEach((expected, step) => {
        if (step > 0) schedule.step(rows["metrics"]![step - 1]!);
        assertRate(opt.paramGroups[0]!.lr, expected, step);
      });
    });
  }
});

const chained: Record<string, (optimizer: optim.SGD) => Stepper[]> = {
  "StepLR, ExponentialLR": (o) => [new S.StepLR(o, 3, { gamma: 0.5 }), new S.ExponentialLR(o, 0.9)],
  "LinearLR, CosineAnnealingLR": (o) => [
    new S.LinearLR(o, { startFactor: 0.25, totalIters: 4 }),
    new S.CosineAnnealingLR(o, 10, { etaMin: 0.01 }),
  ],
  "MultiStepLR, LinearLR": (o) => [new S.MultiStepLR(o, [2, 2, 5]), new S.LinearLR(o, { totalIters: 3 })],
  "LambdaLR, StepLR": (o) => [new S.LambdaLR(o, (t) => 1 / (1 + t)), new S.StepLR(o, 2)],
};

describe("several schedules on one optimizer compose as PyTorch's", () => {
  for (const [name, make] of Object.entries(chained)) {
    test(name, () => {
      const opt = optimizer();
      const all = make(opt);
      golden.schedules.chained[name]!.forEach((expected, step) => {
        if (step > 0) for (const schedule of all) schedule.step();
        assertRate(opt.paramGroups[0]!.lr, expected, step);
      });
    });
  }
});

/** The schedule, and before which step the rate is set. */
const byHand: Record<string, readonly [make: (optimizer: optim.SGD) => Stepper, step: number]> = {
  StepLR: [(o) => new S.StepLR(o, 3, { gamma: 0.5 }), 4],
  MultiStepLR: [(o) => new S.MultiStepLR(o, [2, 5], { gamma: 0.1 }), 3],
  ExponentialLR: [(o) => new S.ExponentialLR(o, 0.9), 3],
  LinearLR: [(o) => new S.LinearLR(o, { startFactor: 0.25, totalIters: 4 }), 2],
  CosineAnnealingLR: [(o) => new S.CosineAnnealingLR(o, 5, { etaMin: 0.01 }), 3],
  LambdaLR: [(o) => new S.LambdaLR(o, (t) => 1 / (1 + t)), 3],
};

describe("a rate that was set by hand is what a schedule goes on from", () => {
  for (const [name, [make, when]] of Object.entries(byHand)) {
    test(name, () => {
      const opt = optimizer();
      const schedule = make(opt);
      golden.schedules.byHand[name]!.forEach((expected, step) => {
        if (step - 1 === when) opt.paramGroups[0]!.lr = 0.03;
        if (step > 0) schedule.step();
        assertRate(opt.paramGroups[0]!.lr, expected, step);
      });
    });
  }
});

const weight = () => [zeros([1], { requiresGrad: true })];
const sgd = () => new optim.SGD(weight(), { lr: 0.5, momentum: 0.9 });
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

test("an empty or negative period is refused when the schedule is made", () => {
  const opt = optimizer();
  assert.throws(() => new S.StepLR(opt, 0), /StepLR: stepSize must be a whole number of at least 1/);
  assert.throws(() => new S.CosineAnnealingWarmRestarts(opt, 0), /t0 must be/);
  assert.throws(() => new S.CosineAnnealingLR(opt, -1), /tMax must be/);
  assert.throws(() => new S.OneCycleLR(opt, 1, {}), /expected totalSteps, or epochs and stepsPerEpoch/);
});

test("a plateau counts a metric that is NaN as no better", () => {
  const opt = optimizer();
  const schedule = new S.ReduceLROnPlateau(opt, { patience: 1, minLr: [0.2] });
  for (const metric of [NaN, NaN, 1]) schedule.step(metric);
  assert.equal(opt.paramGroups[0]!.lr, 0.2);
});

test("a schedule goes on from its state dict", () => {
  const [first, second] = [optimizer(), optimizer()];
  const schedule = new S.StepLR(first, 2);
  for (let i = 0; i < 3; i++) schedule.step();
  const resumed = new S.StepLR(second, 2);
  resumed.loadStateDict(schedule.stateDict());
  schedule.step();
  resumed.step();
  assert.deepEqual(resumed.getLastLr(), schedule.getLastLr());
});

test("a cycle that is over says so", () => {
  const schedule = new S.OneCycleLR(optimizer(), 1, { totalSteps: 2 });
  // One more than the cycle has, as in PyTorch: a loop that steps after each of its batches makes as many.
  for (let i = 0; i < 2; i++) schedule.step();
  assert.throws(() => schedule.step(), /OneCycleLR: step 3 of a cycle of 2 steps/);
});
