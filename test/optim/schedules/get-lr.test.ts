/** `getLr()` computes what PyTorch's get_lr() does, and changes nothing. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { optim, zeros } from "../../../src/index.js";

const S = optim.lrScheduler;
const factor = (t: number): number => 1 / (1 + t);

/** As in test/golden/make_get_lr.py. */
const schedules: Record<string, (o: optim.SGD) => optim.lrScheduler.LRScheduler> = {
  StepLR: (o) => new S.StepLR(o, 2, 0.5),
  MultiStepLR: (o) => new S.MultiStepLR(o, [1, 3], 0.5),
  ExponentialLR: (o) => new S.ExponentialLR(o, 0.5),
  PolynomialLR: (o) => new S.PolynomialLR(o, 4, 2),
  ConstantLR: (o) => new S.ConstantLR(o, 0.5, 3),
  LinearLR: (o) => new S.LinearLR(o, 0.5, 0.8, 3),
  CosineAnnealingLR: (o) => new S.CosineAnnealingLR(o, 5, 0.01),
  CosineAnnealingWarmRestarts: (o) => new S.CosineAnnealingWarmRestarts(o, 2, 2, 0.01),
  CyclicLR: (o) => new S.CyclicLR(o, 0.1, 1, 2, 3, "triangular2"),
  OneCycleLR: (o) => new S.OneCycleLR(o, 1, 8),
  LambdaLR: (o) => new S.LambdaLR(o, factor),
  MultiplicativeLR: (o) => new S.MultiplicativeLR(o, factor),
};

/** [get_lr(), get_last_lr()] after 0, 1, … steps. */
const golden = JSON.parse(
  readFileSync(new URL("../../golden/get_lr.json", import.meta.url), "utf8"),
) as Record<string, [next: number, last: number][]>;

for (const [name, rows] of Object.entries(golden))
  test(`${name}.getLr()`, () => {
    const schedule = schedules[name]!(new optim.SGD([zeros([1], { requiresGrad: true })], 0.5, 0.9));
    rows.forEach(([next, last], t) => {
      const [own] = schedule.getLr();
      assert.ok(Math.abs(own! - next) <= 1e-12, `step ${t}: ${own} and ${next}`);
      const [now] = schedule.getLastLr();
      assert.ok(Math.abs(now! - last) <= 1e-12, `step ${t}: ${now} and ${last}`);
      schedule.step();
    });
  });
