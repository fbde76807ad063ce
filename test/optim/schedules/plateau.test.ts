/** The schedule that looks at a metric: PyTorch's rates, and its state. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { optim } from "../../../src/index.js";
import { golden } from "../../golden/training.js";
import { assertRate, optimizer } from "./stepping.js";

const S = optim.lrScheduler;

test("rates equal PyTorch's", () => {
  const opt = optimizer();
  const schedule = new S.ReduceLROnPlateau(opt, { factor: 0.5, patience: 2 });
  golden.schedules["ReduceLROnPlateau"]!.forEach((expected, step) => {
    if (step > 0) schedule.step(golden.schedules["metrics"]![step - 1]!);
    assertRate(opt.paramGroups[0]!.lr, expected, step);
  });
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

test("a plateau counts a metric that is NaN as no better", () => {
  const opt = optimizer();
  const schedule = new S.ReduceLROnPlateau(opt, { patience: 1, minLr: [0.2] });
  for (const metric of [NaN, NaN, 1]) schedule.step(metric);
  assert.equal(opt.paramGroups[0]!.lr, 0.2);
});

test("an option that is undefined is not given", () => {
  const options = { factor: undefined, patience: 0 } as unknown as optim.lrScheduler.PlateauOptions;
  const schedule = new S.ReduceLROnPlateau(optimizer(), options);
  for (const metric of [1, 1]) schedule.step(metric);
  assertRate(schedule.getLastLr()[0]!, 0.05, 2);
});

test("a mode that there is not is refused", () => {
  const o = optimizer();
  assert.throws(() => new S.ReduceLROnPlateau(o, { mode: "least" as "min" }), /mode is "min" or "max"/);
  assert.throws(
    () => new S.ReduceLROnPlateau(o, { thresholdMode: "share" as "rel" }),
    /thresholdMode is "rel" or "abs", got "share"/,
  );
});
