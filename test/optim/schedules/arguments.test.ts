/** Schedules take their parameters by position in PyTorch's order, by name, or both. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { optim, zeros } from "../../../src/index.js";

const S = optim.lrScheduler;
const sgd = (): optim.SGD => new optim.SGD([zeros([1], { requiresGrad: true })], 0.5, 0.9);
const factor = (t: number): number => 1 / (1 + t);

/** The same schedule in several ways. */
const ways: Record<string, readonly ((o: optim.SGD) => { step(metric?: number): void })[]> = {
  StepLR: [
    (o) => new S.StepLR(o, 2, 0.5),
    (o) => new S.StepLR(o, 2, { gamma: 0.5 }),
    (o) => new S.StepLR(o, { stepSize: 2, gamma: 0.5 }),
  ],
  MultiStepLR: [
    (o) => new S.MultiStepLR(o, [1, 3], 0.5),
    (o) => new S.MultiStepLR(o, { milestones: [1, 3], gamma: 0.5 }),
  ],
  ExponentialLR: [(o) => new S.ExponentialLR(o, 0.5), (o) => new S.ExponentialLR(o, { gamma: 0.5 })],
  PolynomialLR: [
    (o) => new S.PolynomialLR(o, 4, 2),
    (o) => new S.PolynomialLR(o, { totalIters: 4, power: 2 }),
  ],
  ConstantLR: [(o) => new S.ConstantLR(o, 0.5, 3), (o) => new S.ConstantLR(o, 0.5, { totalIters: 3 })],
  LinearLR: [
    (o) => new S.LinearLR(o, 0.5, 0.8, 3),
    (o) => new S.LinearLR(o, { startFactor: 0.5, endFactor: 0.8, totalIters: 3 }),
  ],
  CosineAnnealingLR: [
    (o) => new S.CosineAnnealingLR(o, 5, 0.01),
    (o) => new S.CosineAnnealingLR(o, { tMax: 5, etaMin: 0.01 }),
  ],
  CosineAnnealingWarmRestarts: [
    (o) => new S.CosineAnnealingWarmRestarts(o, 2, 2, 0.01),
    (o) => new S.CosineAnnealingWarmRestarts(o, { t0: 2, tMult: 2, etaMin: 0.01 }),
  ],
  CyclicLR: [
    (o) => new S.CyclicLR(o, 0.1, 1, 2, 3, "triangular2"),
    (o) => new S.CyclicLR(o, 0.1, 1, 2, { stepSizeDown: 3, mode: "triangular2" }),
    (o) => new S.CyclicLR(o, { baseLr: 0.1, maxLr: 1, stepSizeUp: 2, stepSizeDown: 3, mode: "triangular2" }),
  ],
  OneCycleLR: [
    (o) => new S.OneCycleLR(o, 1, 8),
    (o) => new S.OneCycleLR(o, { maxLr: 1, totalSteps: 8 }),
    (o) => new S.OneCycleLR(o, 1, undefined, 2, 4),
    (o) => new S.OneCycleLR(o, { maxLr: 1, epochs: 2, stepsPerEpoch: 4 }),
  ],
  LambdaLR: [(o) => new S.LambdaLR(o, factor), (o) => new S.LambdaLR(o, { lrLambda: factor })],
  MultiplicativeLR: [
    (o) => new S.MultiplicativeLR(o, [factor]),
    (o) => new S.MultiplicativeLR(o, { lrLambda: factor }),
  ],
  SequentialLR: [
    (o) => new S.SequentialLR(o, [new S.ConstantLR(o, 0.5), new S.ExponentialLR(o, 0.5)], [2]),
    (o) =>
      new S.SequentialLR(o, {
        schedulers: [new S.ConstantLR(o, 0.5), new S.ExponentialLR(o, 0.5)],
        milestones: [2],
      }),
  ],
  ReduceLROnPlateau: [
    (o) => new S.ReduceLROnPlateau(o, "max", 0.5, 1),
    (o) => new S.ReduceLROnPlateau(o, { mode: "max", factor: 0.5, patience: 1 }),
  ],
  SWALR: [
    (o) => new optim.swaUtils.SWALR(o, 0.05, 3, "linear"),
    (o) => new optim.swaUtils.SWALR(o, { swaLr: 0.05, annealEpochs: 3, annealStrategy: "linear" }),
  ],
};

for (const [name, makes] of Object.entries(ways))
  test(name, () => {
    const [first, ...others] = makes.map((make) => {
      const optimizer = sgd();
      const schedule = make(optimizer);
      return Array.from({ length: 7 }, () => {
        // Only the schedule on a plateau takes a metric; to others it would be the number of a step.
        if (name === "ReduceLROnPlateau") schedule.step(0);
        else schedule.step();
        const { lr, momentum } = optimizer.paramGroups[0]!;
        return [lr, momentum];
      });
    });
    assert.ok(new Set(first!.map(String)).size > 1);
    for (const other of others) assert.deepEqual(other, first);
  });

test("what is missing, unknown or too much is named", () => {
  const StepLR = S.StepLR as new (o: optim.SGD, ...rest: unknown[]) => unknown;
  const refused = (message: RegExp, ...rest: unknown[]): void =>
    assert.throws(() => new StepLR(sgd(), ...rest), message);
  refused(/^TypeError: StepLR: stepSize is missing; it takes stepSize, gamma, lastEpoch$/);
  refused(/^TypeError: StepLR: stepSize is missing/, { gamma: 0.5 });
  refused(/^TypeError: StepLR: unknown option step_size; use stepSize$/, { step_size: 3 });
  refused(/^TypeError: StepLR: stepSize is given twice, as argument 1 and by name$/, 3, { stepSize: 3 });
  refused(/^TypeError: StepLR: expected at most 3 arguments by position/, 3, 0.1, -1, 7);
});
