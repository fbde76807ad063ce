/** Schedules made of schedules, and several on one optimizer, give PyTorch's rates. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { optim } from "../../../src/index.js";
import { golden } from "../../golden/training.js";
import { assertRate, constant, exponential, optimizer, restarts, type Stepper } from "./stepping.js";

const S = optim.lrScheduler;

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

test("a schedule of schedules is a part as any other: its turn begins at the rate before any schedule", () => {
  const o = optimizer();
  const both = new S.ChainedScheduler([exponential(o), new S.StepLR(o, 2, { gamma: 0.5 })]);
  const inner = new S.SequentialLR(o, [constant(o), exponential(o)], [1]);
  const schedule = new S.SequentialLR(o, [constant(o), both, inner], [2, 5]);
  const rates = [0.05, 0.05, 0.5, 0.5 * 0.9, 0.5 * 0.81 * 0.5, 0.05, 0.5, 0.45];
  rates.forEach((rate, step) => {
    if (step > 0) schedule.step();
    assertRate(o.paramGroups[0]!.lr, rate, step);
  });
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
