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
  OneCycleLR: (o) => new S.OneCycleLR(o, 1, { totalSteps: 12 }),
  ReduceLROnPlateau: (o) => new S.ReduceLROnPlateau(o, { factor: 0.5, patience: 2 }),
};

const optimizer = () => new optim.SGD([zeros([1], { requiresGrad: true })], { lr: 0.5 });

describe("rates equal PyTorch's", () => {
  for (const [name, make] of Object.entries(schedules)) {
    test(name, () => {
      const opt = optimizer();
      const schedule = make(opt);
      golden.schedules[name]!.forEach((expected, step) => {
        if (step > 0) schedule.step(golden.schedules["metrics"]![step - 1]!);
        const rate = opt.paramGroups[0]!.lr;
        // Both compute in float64, but in another order.
        assert.ok(Math.abs(rate - expected) <= 1e-12, `step ${step}: ${rate}, PyTorch has ${expected}`);
      });
    });
  }
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
  schedule.step();
  assert.throws(() => schedule.step(), /OneCycleLR: step 2 of a cycle of 2 steps/);
});
