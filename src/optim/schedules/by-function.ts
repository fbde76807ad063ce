/** Schedules whose factors a function gives. */
import { eachGroup, LRScheduler, type Scheduled, type ScheduleOptions } from "./schedule.js";

/** A factor by step number. */
export type Factor = (t: number) => number;

/** base · factor(t), whatever the rate is now; with an array, a factor for each group. PyTorch's LambdaLR. */
export class LambdaLR extends LRScheduler {
  readonly #factors: readonly Factor[];

  constructor(optimizer: Scheduled, factor: Factor | readonly Factor[], options: ScheduleOptions = {}) {
    super(optimizer, options);
    this.#factors = eachGroup("LambdaLR", "factor", optimizer.paramGroups, factor);
    this.apply();
  }

  protected rate(_lr: number, t: number, base: number, group: number): number {
    return base * this.#factors[group]!(t);
  }
}

/** lr · factor(t) at every step from 1 on; with an array, a factor for each group. PyTorch's MultiplicativeLR. */
export class MultiplicativeLR extends LRScheduler {
  readonly #factors: readonly Factor[];

  constructor(optimizer: Scheduled, factor: Factor | readonly Factor[], options: ScheduleOptions = {}) {
    super(optimizer, options);
    this.#factors = eachGroup("MultiplicativeLR", "factor", optimizer.paramGroups, factor);
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
