/** Optimizers of one number for schedules to step, and how closely their rates must agree with PyTorch's. */
import assert from "node:assert/strict";
import { optim, zeros } from "../../../src/index.js";

const S = optim.lrScheduler;
export type Stepper = { step(metric?: number): void };

export const weight = () => [zeros([1], { requiresGrad: true })];
export const optimizer = () => new optim.SGD(weight(), { lr: 0.5 });
export const sgd = () => new optim.SGD(weight(), { lr: 0.5, momentum: 0.9 });

export const constant = (o: optim.SGD) => new S.ConstantLR(o, { factor: 0.1, totalIters: 2 });
export const exponential = (o: optim.SGD) => new S.ExponentialLR(o, 0.9);
export const restarts = (o: optim.SGD) => new S.CosineAnnealingWarmRestarts(o, 3, { tMult: 2, etaMin: 0.01 });

/** Both compute in float64, but in another order. */
export function assertRate(rate: number, expected: number, step: number): void {
  assert.ok(Math.abs(rate - expected) <= 1e-12, `step ${step}: ${rate}, PyTorch has ${expected}`);
}
