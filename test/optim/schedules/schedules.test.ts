/** Learning rates after each step equal PyTorch's. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { optim } from "../../../src/index.js";
import { golden } from "../../golden/training.js";
import {
  assertRate,
  constant,
  exponential,
  optimizer,
  restarts,
  sgd,
  type Stepper,
  weight,
} from "./stepping.js";

const S = optim.lrScheduler;

const schedules: Record<string, (optimizer: optim.SGD) => optim.lrScheduler.Schedule> = {
  StepLR: (o) => new S.StepLR(o, 3, { gamma: 0.5 }),
  MultiStepLR: (o) => new S.MultiStepLR(o, [2, 5], { gamma: 0.1 }),
  ExponentialLR: exponential,
  LinearLR: (o) => new S.LinearLR(o, { startFactor: 0.25, endFactor: 1, totalIters: 4 }),
  CosineAnnealingLR: (o) => new S.CosineAnnealingLR(o, 10, { etaMin: 0.01 }),
  CosineAnnealingWarmRestarts: restarts,
  LambdaLR: (o) => new S.LambdaLR(o, (t) => 1 / (1 + t)),
  OneCycleLR: (o) => new S.OneCycleLR(o, 1, { totalSteps: 12, cycleMomentum: false }),
  MultiplicativeLR: (o) => new S.MultiplicativeLR(o, (t) => 1 - 0.1 * t),
  ConstantLR: (o) => new S.ConstantLR(o, { factor: 0.25, totalIters: 3 }),
  PolynomialLR: (o) => new S.PolynomialLR(o, { totalIters: 6, power: 1.5 }),
  ChainedScheduler: (o) => new S.ChainedScheduler([constant(o), exponential(o)]),
  SWALR: (o) => new optim.swaUtils.SWALR(o, 0.05, { annealEpochs: 4 }),
  "SWALR, linear": (o) => new optim.swaUtils.SWALR(o, 0.9, { annealEpochs: 3, annealStrategy: "linear" }),
  "SWALR, at once": (o) => new optim.swaUtils.SWALR(o, 0.05, { annealEpochs: 0 }),
};

const rows: Readonly<Record<string, readonly number[]>> = golden.schedules;

describe("rates equal PyTorch's, also from a state dict at any step", () => {
  for (const [name, make] of Object.entries(schedules)) {
    test(name, () => {
      const opt = optimizer();
      const schedule = make(opt);
      const rates = rows[name]!;
      rates.forEach((expected, step) => {
        if (step > 0) schedule.step();
        assertRate(opt.paramGroups[0]!.lr, expected, step);
        if (step === rates.length - 1) return;
        const resumed = make(optimizer());
        resumed.loadStateDict(JSON.parse(JSON.stringify(schedule.stateDict())) as object);
        resumed.step();
        assertRate(resumed.getLastLr()[0]!, rates[step + 1]!, step + 1);
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

const fromTwo: Record<string, (o: optim.SGD) => Stepper> = {
  StepLR: (o) => new S.StepLR(o, 3, { gamma: 0.5, lastEpoch: 2 }),
  MultiStepLR: (o) => new S.MultiStepLR(o, [3, 5], { lastEpoch: 2 }),
  ExponentialLR: (o) => new S.ExponentialLR(o, 0.9, { lastEpoch: 2 }),
  PolynomialLR: (o) => new S.PolynomialLR(o, { totalIters: 8, power: 2, lastEpoch: 2 }),
  ConstantLR: (o) => new S.ConstantLR(o, { factor: 0.25, totalIters: 5, lastEpoch: 2 }),
  LinearLR: (o) => new S.LinearLR(o, { startFactor: 0.25, totalIters: 6, lastEpoch: 2 }),
  CosineAnnealingLR: (o) => new S.CosineAnnealingLR(o, 5, { etaMin: 0.01, lastEpoch: 2 }),
  CosineAnnealingWarmRestarts: (o) => new S.CosineAnnealingWarmRestarts(o, 4, { tMult: 2, lastEpoch: 2 }),
  LambdaLR: (o) => new S.LambdaLR(o, (t) => 1 / (1 + t), { lastEpoch: 2 }),
  MultiplicativeLR: (o) => new S.MultiplicativeLR(o, (t) => 1 / (1 + t), { lastEpoch: 2 }),
  CyclicLR: (o) => new S.CyclicLR(o, 0.5, 0.9, { stepSizeUp: 2, cycleMomentum: false, lastEpoch: 2 }),
};

describe("a schedule that is made with lastEpoch goes on as PyTorch's", () => {
  for (const [name, make] of Object.entries(fromTwo)) {
    test(name, () => {
      const opt = new optim.SGD(weight(), { lr: 0.3 });
      Object.assign(opt.paramGroups[0]!, { initialLr: 0.5 });
      const schedule = make(opt);
      golden.schedules.fromTwo[name]!.forEach((expected, step) => {
        if (step > 0) schedule.step();
        assertRate(opt.paramGroups[0]!.lr, expected, step);
      });
    });
  }

  test("it needs the rate before any schedule", () => {
    assert.throws(
      () => new S.StepLR(optimizer(), 3, { lastEpoch: 2 }),
      /StepLR: parameter group 0 has no initialLr to go on from step 2 with/,
    );
    assert.throws(() => new S.StepLR(optimizer(), 3, { lastEpoch: -2 }), /lastEpoch must be/);
  });
});

test("restarts within an epoch: step takes a fraction, as PyTorch's", () => {
  const opt = optimizer();
  const schedule = restarts(opt);
  const epochs = [0.25, 0.5, 2.75, undefined, undefined, 3.5, 9, 1.5, undefined];
  epochs.forEach((epoch, i) => {
    schedule.step(epoch);
    const [lr, lastEpoch] = golden.schedules.fractions[i]!;
    assertRate(opt.paramGroups[0]!.lr, lr, i);
    assert.equal(schedule.lastEpoch, lastEpoch);
  });
  assert.throws(() => schedule.step(-1), /epoch must be at least 0, not -1/);
});

test("a state dict of restarts without the fraction goes on from the step number", () => {
  const schedule = restarts(optimizer());
  const { epoch: _, ...state } = schedule.stateDict();
  schedule.loadStateDict({ ...state, lastEpoch: 4 });
  schedule.step();
  assertRate(schedule.getLastLr()[0]!, rows["CosineAnnealingWarmRestarts"]![5]!, 5);
});

test("options out of range are refused with the range", () => {
  const o = sgd();
  assert.throws(() => new S.ConstantLR(o, { factor: 2 }), /factor must be above 0 and at most 1, not 2/);
  assert.throws(() => new S.PolynomialLR(o, { totalIters: 0 }), /totalIters must be a whole number/);
  assert.throws(() => new S.CyclicLR(o, 0.1, 1, { stepSizeUp: 0 }), /stepSizeUp must be a whole number/);
  assert.throws(
    () => new S.CyclicLR(o, 0.1, 1, { mode: "sawtooth" as "triangular" }),
    /mode is "triangular", "triangular2" or "exp_range", got "sawtooth"/,
  );
  assert.throws(() => new S.LambdaLR(o, []), /LambdaLR: 0 values of lrLambda for 1 parameter groups/);
  assert.throws(() => new optim.swaUtils.SWALR(o, 0.1, { annealEpochs: -1 }), /annealEpochs must be/);
});

test("an empty or negative period is refused when the schedule is made", () => {
  const opt = optimizer();
  assert.throws(() => new S.StepLR(opt, 0), /StepLR: stepSize must be a whole number of at least 1/);
  assert.throws(() => new S.CosineAnnealingWarmRestarts(opt, 0), /t0 must be/);
  assert.throws(() => new S.CosineAnnealingLR(opt, -1), /tMax must be/);
  assert.throws(() => new S.OneCycleLR(opt, 1, {}), /expected totalSteps, or epochs and stepsPerEpoch/);
});
