/** Learning rates after each step equal PyTorch's. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { optim, zeros } from "../../src/index.js";
import { golden } from "../golden/training.js";

const S = optim.lrScheduler;
type Stepper = { step(metric?: number): void };

const constant = (o: optim.SGD) => new S.ConstantLR(o, { factor: 0.1, totalIters: 2 });
const exponential = (o: optim.SGD) => new S.ExponentialLR(o, 0.9);
const restarts = (o: optim.SGD) => new S.CosineAnnealingWarmRestarts(o, 3, { tMult: 2, etaMin: 0.01 });

const schedules: Record<string, (optimizer: optim.SGD) => Stepper> = {
  StepLR: (o) => new S.StepLR(o, 3, { gamma: 0.5 }),
  MultiStepLR: (o) => new S.MultiStepLR(o, [2, 5], { gamma: 0.1 }),
  ExponentialLR: (o) => new S.ExponentialLR(o, 0.9),
  LinearLR: (o) => new S.LinearLR(o, { startFactor: 0.25, endFactor: 1, totalIters: 4 }),
  CosineAnnealingLR: (o) => new S.CosineAnnealingLR(o, 10, { etaMin: 0.01 }),
  CosineAnnealingWarmRestarts: (o) => new S.CosineAnnealingWarmRestarts(o, 3, { tMult: 2, etaMin: 0.01 }),
  LambdaLR: (o) => new S.LambdaLR(o, (t) => 1 / (1 + t)),
  OneCycleLR: (o) => new S.OneCycleLR(o, 1, { totalSteps: 12, cycleMomentum: false }),
  MultiplicativeLR: (o) => new S.MultiplicativeLR(o, (t) => 1 - 0.1 * t),
  ConstantLR: (o) => new S.ConstantLR(o, { factor: 0.25, totalIters: 3 }),
  PolynomialLR: (o) => new S.PolynomialLR(o, { totalIters: 6, power: 1.5 }),
  ChainedScheduler: (o) => new S.ChainedScheduler([constant(o), exponential(o)]),
  SWALR: (o) => new optim.swaUtils.SWALR(o, 0.05, { annealEpochs: 4 }),
  "SWALR, linear": (o) => new optim.swaUtils.SWALR(o, 0.9, { annealEpochs: 3, annealStrategy: "linear" }),
  "SWALR, at once": (o) => new optim.swaUtils.SWALR(o, 0.05, { annealEpochs: 0 }),
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
        if (step > 0) {
          if (name === "ReduceLROnPlateau") schedule.step(rows["metrics"]![step - 1]!);
          else schedule.step();
        }
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

const sequences: Record<string, (o: optim.SGD) => optim.lrScheduler.SequentialLR> = {
  "ConstantLR, ExponentialLR": (o) => new S.SequentialLR(o, [constant(o), exponential(o)], [3]),
  "LinearLR, CosineAnnealingLR, StepLR": (o) => {
    const parts = [new S.LinearLR(o, { totalIters: 3 }), new S.CosineAnnealingLR(o, 4), new S.StepLR(o, 2)];
    return new S.SequentialLR(o, parts, [3, 7]);
  },
  "MultiStepLR, CosineAnnealingWarmRestarts": (o) =>
    new S.SequentialLR(o, [new S.MultiStepLR(o, [1, 3]), restarts(o)], [4]),
  "PolynomialLR, MultiplicativeLR, LambdaLR": (o) => {
    const falling = new S.PolynomialLR(o, { totalIters: 4, power: 2 });
    const rising = new S.MultiplicativeLR(o, (t) => 0.9 + 0.1 * t);
    return new S.SequentialLR(o, [falling, rising, new S.LambdaLR(o, (t) => 1 / (2 + t))], [2, 5]);
  },
  "ConstantLR, SWALR": (o) =>
    new S.SequentialLR(o, [constant(o), new optim.swaUtils.SWALR(o, 0.05, { annealEpochs: 3 })], [2]),
};

describe("one schedule after another as PyTorch's, also from a state dict at any step", () => {
  for (const [name, make] of Object.entries(sequences)) {
    test(name, () => {
      const rates = golden.schedules.sequences[name]!;
      const opt = optimizer();
      const schedule = make(opt);
      rates.forEach((expected, step) => {
        if (step > 0) schedule.step();
        assertRate(opt.paramGroups[0]!.lr, expected, step);
        if (step === rates.length - 1) return;
        const other = optimizer();
        const resumed = make(other);
        resumed.loadStateDict(
          JSON.parse(JSON.stringify(schedule.stateDict())) as optim.lrScheduler.ComposedState,
        );
        resumed.step();
        assertRate(resumed.getLastLr()[0]!, rates[step + 1]!, step + 1);
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

test("a plateau goes on from its state dict, also by way of JSON and before its first metric", () => {
  const [first, second] = [optimizer(), optimizer()];
  const make = (o: optim.SGD) => new S.ReduceLROnPlateau(o, { factor: 0.5, patience: 1, cooldown: 1 });
  const schedule = make(first);
  for (const metric of [1, 2, 3, 1, 1, 0.5, 1, 1, 1]) {
    const resumed = make(second);
    resumed.loadStateDict(JSON.parse(JSON.stringify(schedule.stateDict())) as optim.lrScheduler.PlateauState);
    resumed.step(metric);
    schedule.step(metric);
    assert.deepEqual(resumed.stateDict(), schedule.stateDict());
  }
  assert.ok(first.paramGroups[0]!.lr < 0.5);
});

test("schedules of schedules refuse what they cannot step", () => {
  const [o, other] = [optimizer(), optimizer()];
  const plateau = new S.ReduceLROnPlateau(o) as unknown as optim.lrScheduler.Schedule;
  assert.throws(() => new S.ChainedScheduler([]), /ChainedScheduler: expected at least one schedule/);
  assert.throws(() => new S.ChainedScheduler([plateau]), /schedule 0 \(ReduceLROnPlateau\) needs a metric/);
  const foreign = [exponential(o), exponential(other)];
  assert.throws(() => new S.ChainedScheduler(foreign), /schedule 1 \(ExponentialLR\) is of another opt/);
  const parts = [exponential(o), constant(o)];
  assert.throws(() => new S.SequentialLR(o, parts, []), /got 0 for 2 schedules/);
  assert.throws(() => new S.SequentialLR(o, parts, [0]), /whole numbers above 0.*not \[0\]/);
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
  assert.throws(() => new S.LambdaLR(o, []), /LambdaLR: 0 values of factor for 1 parameter groups/);
  assert.throws(() => new optim.swaUtils.SWALR(o, 0.1, { annealEpochs: -1 }), /annealEpochs must be/);
  assert.throws(() => new S.ReduceLROnPlateau(o, { mode: "least" as "min" }), /mode is "min" or "max"/);
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
