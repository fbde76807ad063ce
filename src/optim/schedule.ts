/**
 * Learning-rate schedules that are a formula of the step number t: the rate is set when the schedule is made (t = 0) and at every
 * `step()`, usually once an epoch. The schedule that looks at a metric is in `plateau.ts`.
 */
import type { Optimizer } from "./optimizer.js";

/** What a schedule must be able to do with an optimizer. */
export type Scheduled = Pick<Optimizer, "paramGroups">;

export interface ScheduleState {
  lastEpoch: number;
  baseLrs: number[];
}

/** Base of the formulas; PyTorch's LRScheduler. */
export abstract class LRScheduler {
  lastEpoch = 0;
  #baseLrs: number[];

  constructor(readonly optimizer: Scheduled) {
    this.#baseLrs = optimizer.paramGroups.map((group) => group.lr);
  }

  /** The rate at step t for a group that began with `base`. */
  protected abstract rate(base: number, t: number, group: number): number;

  /** Goes to the next step number and sets the rates. */
  step(): void {
    this.lastEpoch++;
    this.apply();
  }

  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  stateDict(): ScheduleState {
    return { lastEpoch: this.lastEpoch, baseLrs: [...this.#baseLrs] };
  }

  loadStateDict(state: ScheduleState): void {
    this.lastEpoch = state.lastEpoch;
    this.#baseLrs = [...state.baseLrs];
    this.apply();
  }

  /** Sets the rates of step `lastEpoch`; constructors call it once their options are there. */
  protected apply(): void {
    this.optimizer.paramGroups.forEach((group, i) => {
      group.lr = this.rate(this.#baseLrs[i] ?? group.lr, this.lastEpoch, i);
    });
  }
}

/** base · gamma^⌊t / stepSize⌋ */
export class StepLR extends LRScheduler {
  readonly gamma: number;

  constructor(
    optimizer: Scheduled,
    readonly stepSize: number,
    { gamma = 0.1 }: { gamma?: number } = {},
  ) {
    super(optimizer);
    this.gamma = gamma;
    this.apply();
  }

  protected rate(base: number, t: number): number {
    return base * this.gamma ** Math.floor(t / this.stepSize);
  }
}

/** base · gamma^(number of milestones that are at most t) */
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

  protected rate(base: number, t: number): number {
    return base * this.gamma ** this.milestones.filter((milestone) => milestone <= t).length;
  }
}

/** base · gamma^t */
export class ExponentialLR extends LRScheduler {
  constructor(
    optimizer: Scheduled,
    readonly gamma: number,
  ) {
    super(optimizer);
    this.apply();
  }

  protected rate(base: number, t: number): number {
    return base * this.gamma ** t;
  }
}

/** base · (startFactor + (endFactor - startFactor) · min(t / totalIters, 1)); warms up from 1/3 to 1 if not told otherwise. */
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
    this.apply();
  }

  protected rate(base: number, t: number): number {
    const share = Math.min(t / this.totalIters, 1);
    return base * (this.startFactor + (this.endFactor - this.startFactor) * share);
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
    this.etaMin = etaMin;
    this.apply();
  }

  protected rate(base: number, t: number): number {
    return cosine(base, this.etaMin, t / this.tMax);
  }
}

/** Cosine annealing over t0 steps, then over t0 · tMult, and so on, each time from the top (Loshchilov and Hutter 2017). */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  readonly tMult: number;
  readonly etaMin: number;

  constructor(
    optimizer: Scheduled,
    readonly t0: number,
    { tMult = 1, etaMin = 0 }: { tMult?: number; etaMin?: number } = {},
  ) {
    super(optimizer);
    this.tMult = tMult;
    this.etaMin = etaMin;
    this.apply();
  }

  protected rate(base: number, t: number): number {
    let period = this.t0;
    let since = t;
    while (since >= period) {
      since -= period;
      period *= this.tMult;
    }
    return cosine(base, this.etaMin, since / period);
  }
}

/** base · factor(t); with an array, a factor for each group. */
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

  protected rate(base: number, t: number, group: number): number {
    return base * this.#factors[group]!(t);
  }
}

export interface OneCycleOptions {
  /** Number of steps in the cycle. */
  totalSteps: number;
  /** Share of the steps that go up; 0.3 if not given. */
  pctStart?: number;
  /** The first rate is maxLr / divFactor; 25 if not given. */
  divFactor?: number;
  /** The last rate is the first / finalDivFactor; 10,000 if not given. */
  finalDivFactor?: number;
}

/** Up to maxLr and down to almost nothing, each along half a cosine (Smith and Topin 2018). */
export class OneCycleLR extends LRScheduler {
  readonly #options: Required<OneCycleOptions>;

  constructor(
    optimizer: Scheduled,
    readonly maxLr: number,
    options: OneCycleOptions,
  ) {
    super(optimizer);
    this.#options = { pctStart: 0.3, divFactor: 25, finalDivFactor: 1e4, ...options };
    this.apply();
  }

  protected rate(_base: number, t: number): number {
    const { totalSteps, pctStart, divFactor, finalDivFactor } = this.#options;
    if (t >= totalSteps)
      throw new RangeError(
        `OneCycleLR: step ${t} of a cycle of ${totalSteps} steps; call step() at most ${totalSteps - 1} times`,
      );
    const top = pctStart * totalSteps - 1;
    const first = this.maxLr / divFactor;
    if (t <= top) return cosine(first, this.maxLr, t / top);
    return cosine(this.maxLr, first / finalDivFactor, (t - top) / (totalSteps - 1 - top));
  }
}

/** Half a cosine from `from` (share 0) to `to` (share 1). */
function cosine(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}
