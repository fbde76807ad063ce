/** Schedules that lower the rate: at steps, at every step, along a power. */
import type { Given } from "../../tensor/signature.js";
import { scheduleArguments } from "./arguments.js";
import { LRScheduler, requireCount, type Scheduled, type ScheduleOptions } from "./schedule.js";

/** Options of `StepLR` and `MultiStepLR`. */
export interface StepOptions extends ScheduleOptions {
  /** The rate is multiplied by it; 0.1 if not given. */
  gamma?: number;
}

/** Options of `PolynomialLR`. */
export interface PolynomialOptions extends ScheduleOptions {
  /** The steps after which the rate is 0; 5 if not given. */
  totalIters?: number;
  /** 1, a line, if not given. */
  power?: number;
}

/** lr · gamma at every multiple of stepSize. PyTorch's StepLR. */
export class StepLR extends LRScheduler {
  readonly stepSize: number;
  readonly gamma: number;

  constructor(
    optimizer: Scheduled,
    stepSize: number,
    ...rest: Given<StepOptions, [gamma: "gamma", lastEpoch: "lastEpoch"]>
  );
  constructor(optimizer: Scheduled, options: Readonly<StepOptions & { stepSize: number }>);
  constructor(optimizer: Scheduled, ...given: unknown[]) {
    const options = scheduleArguments<StepOptions & { stepSize: number }, "stepSize">(
      "StepLR",
      "stepSize, gamma, lastEpoch",
      given,
      ["stepSize"],
    );
    const { stepSize } = options;
    super(optimizer, options);
    this.stepSize = stepSize;
    requireCount("StepLR", "stepSize", stepSize);
    this.gamma = options.gamma ?? 0.1;
    this.apply();
  }

  protected rate(lr: number, t: number): number {
    return t === 0 || t % this.stepSize !== 0 ? lr : lr * this.gamma;
  }
}

/** lr · gamma at every milestone, as often as it is named. PyTorch's MultiStepLR. */
export class MultiStepLR extends LRScheduler {
  readonly milestones: readonly number[];
  readonly gamma: number;

  constructor(
    optimizer: Scheduled,
    milestones: readonly number[],
    ...rest: Given<StepOptions, [gamma: "gamma", lastEpoch: "lastEpoch"]>
  );
  constructor(optimizer: Scheduled, options: Readonly<StepOptions & { milestones: readonly number[] }>);
  constructor(optimizer: Scheduled, ...given: unknown[]) {
    const options = scheduleArguments<StepOptions & { milestones: readonly number[] }, "milestones">(
      "MultiStepLR",
      "milestones, gamma, lastEpoch",
      given,
      ["milestones"],
    );
    const { milestones } = options;
    super(optimizer, options);
    this.milestones = milestones;
    this.gamma = options.gamma ?? 0.1;
    this.apply();
  }

  protected rate(lr: number, t: number): number {
    return lr * this.gamma ** this.milestones.filter((milestone) => milestone === t).length;
  }
}

/** lr · gamma at every step. PyTorch's ExponentialLR. */
export class ExponentialLR extends LRScheduler {
  readonly gamma: number;

  constructor(optimizer: Scheduled, gamma: number, ...rest: Given<ScheduleOptions, [lastEpoch: "lastEpoch"]>);
  constructor(optimizer: Scheduled, options: Readonly<ScheduleOptions & { gamma: number }>);
  constructor(optimizer: Scheduled, ...given: unknown[]) {
    const options = scheduleArguments<ScheduleOptions & { gamma: number }, "gamma">(
      "ExponentialLR",
      "gamma, lastEpoch",
      given,
      ["gamma"],
    );
    const { gamma } = options;
    super(optimizer, options);
    this.gamma = gamma;
    this.apply();
  }

  protected rate(lr: number): number {
    return lr * this.gamma;
  }

  protected override initialRate(lr: number): number {
    return lr;
  }
}

/** base · (1 - t / totalIters)^power down to 0 in totalIters steps. PyTorch's PolynomialLR. */
export class PolynomialLR extends LRScheduler {
  readonly totalIters: number;
  readonly power: number;

  constructor(
    optimizer: Scheduled,
    ...given: Given<PolynomialOptions, [totalIters: "totalIters", power: "power", lastEpoch: "lastEpoch"]>
  ) {
    const options = scheduleArguments<PolynomialOptions>(
      "PolynomialLR",
      "totalIters, power, lastEpoch",
      given,
    );
    super(optimizer, options);
    this.totalIters = options.totalIters ?? 5;
    this.power = options.power ?? 1;
    requireCount("PolynomialLR", "totalIters", this.totalIters);
    this.apply();
  }

  protected rate(lr: number, t: number): number {
    const { totalIters: total, power } = this;
    return t > total ? lr : lr * ((1 - t / total) / (1 - (t - 1) / total)) ** power;
  }

  protected override initialRate(lr: number): number {
    return lr;
  }
}
