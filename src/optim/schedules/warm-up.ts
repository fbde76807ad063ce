/** Schedules that begin with a part of the rate. */
import type { Given } from "../../tensor/signature.js";
import { scheduleArguments } from "./arguments.js";
import { LRScheduler, requireCount, type Scheduled, type ScheduleOptions } from "./schedule.js";

/** Options of `ConstantLR`. */
export interface ConstantOptions extends ScheduleOptions {
  /** The share of the rate before step totalIters; 1/3 if not given. */
  factor?: number;
  /** 5 if not given. */
  totalIters?: number;
}

/** Options of `LinearLR`. */
export interface LinearOptions extends ScheduleOptions {
  /** The share of the rate at step 0; 1/3 if not given. */
  startFactor?: number;
  /** The share of the rate from step totalIters on; 1 if not given. */
  endFactor?: number;
  /** 5 if not given. */
  totalIters?: number;
}

/** factor · lr until step totalIters, then lr. PyTorch's ConstantLR. */
export class ConstantLR extends LRScheduler {
  readonly factor: number;
  readonly totalIters: number;

  constructor(
    optimizer: Scheduled,
    ...given: Given<ConstantOptions, [factor: "factor", totalIters: "totalIters", lastEpoch: "lastEpoch"]>
  ) {
    const options = scheduleArguments<ConstantOptions>("ConstantLR", "factor, totalIters, lastEpoch", given);
    super(optimizer, options);
    this.factor = options.factor ?? 1 / 3;
    this.totalIters = options.totalIters ?? 5;
    // Of a rate of 0 nothing is left to go back to; PyTorch takes it and divides by it at the end.
    if (!(this.factor > 0 && this.factor <= 1))
      throw new RangeError(`ConstantLR: factor must be above 0 and at most 1, not ${this.factor}`);
    requireCount("ConstantLR", "totalIters", this.totalIters);
    this.apply();
  }

  protected rate(lr: number, t: number): number {
    if (t === 0) return lr * this.factor;
    return t === this.totalIters ? lr * (1 / this.factor) : lr;
  }
}

/** From startFactor · lr to endFactor · lr along a line of totalIters steps. PyTorch's LinearLR. */
export class LinearLR extends LRScheduler {
  readonly startFactor: number;
  readonly endFactor: number;
  readonly totalIters: number;

  constructor(
    optimizer: Scheduled,
    ...given: Given<
      LinearOptions,
      [startFactor: "startFactor", endFactor: "endFactor", totalIters: "totalIters", lastEpoch: "lastEpoch"]
    >
  ) {
    const options = scheduleArguments<LinearOptions>(
      "LinearLR",
      "startFactor, endFactor, totalIters, lastEpoch",
      given,
    );
    super(optimizer, options);
    this.startFactor = options.startFactor ?? 1 / 3;
    this.endFactor = options.endFactor ?? 1;
    this.totalIters = options.totalIters ?? 5;
    if (!(this.startFactor > 0 && this.startFactor <= 1))
      throw new RangeError(`LinearLR: startFactor must be above 0 and at most 1, not ${this.startFactor}`);
    if (!(this.endFactor >= 0 && this.endFactor <= 1))
      throw new RangeError(`LinearLR: endFactor must be between 0 and 1, not ${this.endFactor}`);
    requireCount("LinearLR", "totalIters", this.totalIters);
    this.apply();
  }

  protected rate(lr: number, t: number): number {
    const { startFactor: start, endFactor: end, totalIters: total } = this;
    if (t === 0) return lr * start;
    if (t > total) return lr;
    // The factor of step t over that of step t − 1.
    return lr * (1 + (end - start) / (total * start + (t - 1) * (end - start)));
  }

  protected override initialRate(lr: number, t: number): number {
    return t === 0 ? lr * this.startFactor : lr;
  }
}
