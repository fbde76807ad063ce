/** Schedules whose factors a function gives. */
import type { Given } from "../../tensor/signature.js";
import { scheduleArguments } from "./arguments.js";
import { eachGroup, LRScheduler, type Scheduled, type ScheduleOptions } from "./schedule.js";

/** A factor by step number. */
export type Factor = (t: number) => number;

/** base · factor(t), whatever the rate is now; with an array, a factor for each group. PyTorch's LambdaLR. */
export class LambdaLR extends LRScheduler {
  readonly #factors: readonly Factor[];

  constructor(
    optimizer: Scheduled,
    lrLambda: Factor | readonly Factor[],
    ...rest: Given<ScheduleOptions, [lastEpoch: "lastEpoch"]>
  );
  constructor(
    optimizer: Scheduled,
    options: Readonly<ScheduleOptions & { lrLambda: Factor | readonly Factor[] }>,
  );
  constructor(optimizer: Scheduled, ...given: unknown[]) {
    const options = scheduleArguments<ScheduleOptions & { lrLambda: Factor | readonly Factor[] }, "lrLambda">(
      "LambdaLR",
      "lrLambda, lastEpoch",
      given,
      ["lrLambda"],
    );
    const { lrLambda } = options;
    super(optimizer, options);
    this.#factors = eachGroup("LambdaLR", "lrLambda", optimizer.paramGroups, lrLambda);
    this.apply();
  }

  protected rate(_lr: number, t: number, base: number, group: number): number {
    return base * this.#factors[group]!(t);
  }
}

/** lr · factor(t) at every step from 1 on; with an array, a factor for each group. PyTorch's MultiplicativeLR. */
export class MultiplicativeLR extends LRScheduler {
  readonly #factors: readonly Factor[];

  constructor(
    optimizer: Scheduled,
    lrLambda: Factor | readonly Factor[],
    ...rest: Given<ScheduleOptions, [lastEpoch: "lastEpoch"]>
  );
  constructor(
    optimizer: Scheduled,
    options: Readonly<ScheduleOptions & { lrLambda: Factor | readonly Factor[] }>,
  );
  constructor(optimizer: Scheduled, ...given: unknown[]) {
    const options = scheduleArguments<ScheduleOptions & { lrLambda: Factor | readonly Factor[] }, "lrLambda">(
      "MultiplicativeLR",
      "lrLambda, lastEpoch",
      given,
      ["lrLambda"],
    );
    const { lrLambda } = options;
    super(optimizer, options);
    this.#factors = eachGroup("MultiplicativeLR", "lrLambda", optimizer.paramGroups, lrLambda);
    this.apply();
  }

  protected rate(lr: number, t: number, _base: number, group: number): number {
    return lr * this.#factors[group]!(t);
  }

  protected override initialRate(lr: number): number {
    return lr;
  }

  /** In its turn it goes on from the rate of the schedule before, as PyTorch's does. */
  protected override restartRate(lr: number, base: number, group: number): number {
    return this.rate(lr, 0, base, group);
  }
}
