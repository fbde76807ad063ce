/**
 * Learning-rate schedules over the step number t: the rate is set when the schedule is made (t = 0) and at every `step()`, usually once
 * an epoch. As in PyTorch a schedule computes the next rate from the one that the group has now, where its formula allows it: several
 * schedules on one optimizer multiply, and a rate that was set by hand goes on from there. The schedule that looks at a metric is in
 * `plateau.ts`, the one that goes up once and down once in `one-cycle.ts`.
 */
import { critical } from "../interrupts.js";

/** What a schedule reads and writes of a group of parameters. */
export interface ScheduledGroup {
  lr: number;
  /** The rate before any schedule; the first one takes note of it. */
  initialLr?: number;
}

/** What a schedule must be able to do with an optimizer. */
export interface Scheduled {
  readonly paramGroups: readonly ScheduledGroup[];
}

/** Where a schedule stands; a plain object that JSON takes. */
export interface ScheduleState {
  lastEpoch: number;
  /** The groups' rates before any schedule. */
  baseLrs: number[];
  /** The groups' rates when the state was saved. */
  lastLr: number[];
}

/** Base of the schedules; PyTorch's LRScheduler. */
export abstract class LRScheduler {
  lastEpoch = 0;
  #baseLrs: number[];

  constructor(readonly optimizer: Scheduled) {
    this.#baseLrs = optimizer.paramGroups.map((group) => (group.initialLr ??= group.lr));
  }

  /**
   * The rate at step t of a group whose rate is `lr` now and was `base` before any schedule.
   * @param group the group's number
   */
  protected abstract rate(lr: number, t: number, base: number, group: number): number;

  /** Goes to the next step number and sets the rates. */
  step(): void {
    critical(() => {
      this.lastEpoch++;
      this.apply();
    });
  }

  /** The learning rate of each parameter group as it is now. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  /** Where the schedule stands, for `loadStateDict`. */
  stateDict(): ScheduleState {
    return { lastEpoch: this.lastEpoch, baseLrs: [...this.#baseLrs], lastLr: this.getLastLr() };
  }

  /** Goes on from where `stateDict` was taken, with the rates of that time. */
  loadStateDict({ lastEpoch, baseLrs, lastLr }: ScheduleState): void {
    critical(() => {
      this.lastEpoch = lastEpoch;
      this.#baseLrs = [...baseLrs];
      this.optimizer.paramGroups.forEach((group, i) => {
        group.lr = lastLr[i] ?? group.lr;
        group.initialLr = baseLrs[i] ?? group.lr;
      });
    });
  }

  /** Sets the rates of step `lastEpoch`; constructors call it once their options are there. */
  protected apply(): void {
    const rates = this.optimizer.paramGroups.map((group, i) =>
      this.rate(group.lr, this.lastEpoch, this.#baseLrs[i] ?? group.lr, i),
    );
    this.optimizer.paramGroups.forEach((group, i) => (group.lr = rates[i]!));
  }
}

/** lr · gamma at every multiple of stepSize. */
export class StepLR extends LRScheduler {
  readonly gamma: number;

  constructor(
    optimizer: Scheduled,
    readonly stepSize: number,
    { gamma = 0.1 }: { gamma?: number } = {},
  ) {
    super(optimizer);
    requireCount("StepLR", "stepSize", stepSize);
    this.gamma = gamma;
    this.apply();
  }

  protected rate(lr: number, t: number): number {
    return t === 0 || t % this.stepSize !== 0 ? lr : lr * this.gamma;
  }
}

/** lr · gamma at every milestone, as often as it is named. */
export class MultiStepLR extends LRScheduler {
  readonly gamma: number;

  constructor(
    optimizer: Scheduled,
    readonly milestones: readonly number[],
    { gamma = 0.1 }: { gamma?: number } = {},
  ) {
    super(optimizer);
    this.gamma = gamma;
    this.apply();
  }

  protected rate(lr: number, t: number): number {
    return lr * this.gamma ** this.milestones.filter((milestone) => milestone === t).length;
  }
}

/** lr · gamma at every step. */
export class ExponentialLR extends LRScheduler {
  constructor(
    optimizer: Scheduled,
    readonly gamma: number,
  ) {
    super(optimizer);
    this.apply();
  }

  protected rate(lr: number, t: number): number {
    return t === 0 ? lr : lr * this.gamma;
  }
}

/** From startFactor · lr to endFactor · lr along a line of totalIters steps; warms up from 1/3 to 1 in 5 if not told otherwise. */
export class LinearLR extends LRScheduler {
  readonly startFactor: number;
  readonly endFactor: number;
  readonly totalIters: number;

  constructor(
    optimizer: Scheduled,
    options: { startFactor?: number; endFactor?: number; totalIters?: number } = {},
  ) {
    super(optimizer);
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
}

/** etaMin + (base - etaMin) · (1 + cos(π t / tMax)) / 2 (Loshchilov and Hutter 2017, without restarts) */
export class CosineAnnealingLR extends LRScheduler {
  readonly etaMin: number;

  constructor(
    optimizer: Scheduled,
    readonly tMax: number,
    { etaMin = 0 }: { etaMin?: number } = {},
  ) {
    super(optimizer);
    requireCount("CosineAnnealingLR", "tMax", tMax);
    this.etaMin = etaMin;
    this.apply();
  }

  protected rate(lr: number, t: number, base: number): number {
    const { tMax, etaMin } = this;
    if (t === 0) return lr;
    // At the bottom nothing is left to multiply: the way up begins with a sum.
    if ((t - 1 - tMax) % (2 * tMax) === 0) return lr + ((base - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
    const share = (at: number) => 1 + Math.cos((Math.PI * at) / tMax);
    return (share(t) / share(t - 1)) * (lr - etaMin) + etaMin;
  }
}

/**
 * Cosine annealing over t0 steps, then over t0 · tMult, and so on, each time from the top (Loshchilov and Hutter 2017). Sets the rate
 * whatever it is now, as in PyTorch.
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  readonly tMult: number;
  readonly etaMin: number;

  constructor(
    optimizer: Scheduled,
    readonly t0: number,
    { tMult = 1, etaMin = 0 }: { tMult?: number; etaMin?: number } = {},
  ) {
    super(optimizer);
    requireCount("CosineAnnealingWarmRestarts", "t0", t0);
    requireCount("CosineAnnealingWarmRestarts", "tMult", tMult);
    this.tMult = tMult;
    this.etaMin = etaMin;
    this.apply();
  }

  protected rate(_lr: number, t: number, base: number): number {
    let period = this.t0;
    let since = t;
    while (since >= period) {
      since -= period;
      period *= this.tMult;
    }
    return cosine(base, this.etaMin, since / period);
  }
}

/** base · factor(t), whatever the rate is now, as in PyTorch; with an array, a factor for each group. */
export class LambdaLR extends LRScheduler {
  readonly #factors: readonly ((t: number) => number)[];

  constructor(optimizer: Scheduled, factor: ((t: number) => number) | readonly ((t: number) => number)[]) {
    super(optimizer);
    this.#factors = typeof factor === "function" ? optimizer.paramGroups.map(() => factor) : factor;
    if (this.#factors.length !== optimizer.paramGroups.length)
      throw new Error(
        `LambdaLR: ${this.#factors.length} functions for ${optimizer.paramGroups.length} parameter groups; give one, or one a group`,
      );
    this.apply();
  }

  protected rate(_lr: number, t: number, base: number, group: number): number {
    return base * this.#factors[group]!(t);
  }
}

/** Half a cosine from `from` (share 0) to `to` (share 1). */
export function cosine(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}

/** @throws RangeError unless the option is a whole number from 1 on */
export function requireCount(schedule: string, option: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`${schedule}: ${option} must be a whole number of at least 1, not ${value}`);
}
