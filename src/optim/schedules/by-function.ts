/** Schedules whose factors a function gives. */
import type { Given } from "../../tensor/signature.js";
import { scheduleArguments } from "./arguments.js";
import { eachGroup, LRScheduler, type Scheduled, type ScheduleOptions } from "./schedule.js";

/** A factor by step number. */
export type Factor = (t: number) => number;

interface FactorOptions extends ScheduleOptions {
  /** For all groups, or one for each. */
  lrLambda: Factor | readonly Factor[];
}

abstract class ByFunction extends LRScheduler {
  readonly #factors: readonly Factor[];

  constructor(
    optimizer: Scheduled,
    lrLambda: Factor | readonly Factor[],
    ...rest: Given<ScheduleOptions, [lastEpoch: "lastEpoch"]>
  );
  constructor(optimizer: Scheduled, options: Readonly<FactorOptions>);
  constructor(optimizer: Scheduled, ...given: unknown[]) {
    const { name } = new.target;
    const options = scheduleArguments<FactorOptions, "lrLambda">(name, "lrLambda, lastEpoch", given, [
      "lrLambda",
    ]);
    super(optimizer, options);
    this.#factors = eachGroup(name, "lrLambda", optimizer.paramGroups, options.lrLambda);
    this.apply();
  }

  /** The factor of a group at step t. */
  protected factor(t: number, group: number): number {
    return this.#factors[group]!(t);
  }
}

/** base · factor(t), whatever the rate is now; with an array, a factor for each group. PyTorch's LambdaLR. */
export class LambdaLR extends ByFunction {
  protected rate(_lr: number, t: number, base: number, group: number): number {
    return base * this.factor(t, group);
  }
}

/** lr · factor(t) at every step from 1 on; with an array, a factor for each group. PyTorch's MultiplicativeLR. */
export class MultiplicativeLR extends ByFunction {
  protected rate(lr: number, t: number, _base: number, group: number): number {
    return lr * this.factor(t, group);
  }

  protected override initialRate(lr: number): number {
    return lr;
  }

  /** In its turn it goes on from the rate of the schedule before, as PyTorch's does. */
  protected override restartRate(lr: number, base: number, group: number): number {
    return this.rate(lr, 0, base, group);
  }
}
