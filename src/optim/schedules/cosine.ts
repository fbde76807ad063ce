/** Schedules along half a cosine (Loshchilov and Hutter 2017), once or again and again. */
import { critical } from "../../interrupts.js";
import type { Given } from "../../tensor/signature.js";
import { scheduleArguments } from "./arguments.js";
import {
  cosine,
  LRScheduler,
  requireCount,
  type Scheduled,
  type ScheduleOptions,
  type ScheduleState,
} from "./schedule.js";

/** Options of `CosineAnnealingLR`. */
export interface CosineAnnealingOptions extends ScheduleOptions {
  /** The least rate; 0 if not given. */
  etaMin?: number;
}

/** Options of `CosineAnnealingWarmRestarts`. */
export interface WarmRestartsOptions extends CosineAnnealingOptions {
  /** How many times as long as the last each period is; 1 if not given. */
  tMult?: number;
}

/** Where a schedule with restarts stands. */
export interface WarmRestartsState extends ScheduleState {
  /** The step number with its fraction; lastEpoch if not given. */
  epoch?: number;
}

/** etaMin + (base - etaMin) · (1 + cos(π t / tMax)) / 2, without restarts. PyTorch's CosineAnnealingLR. */
export class CosineAnnealingLR extends LRScheduler {
  readonly tMax: number;
  readonly etaMin: number;

  constructor(
    optimizer: Scheduled,
    tMax: number,
    ...rest: Given<CosineAnnealingOptions, [etaMin: "etaMin", lastEpoch: "lastEpoch"]>
  );
  constructor(optimizer: Scheduled, options: Readonly<CosineAnnealingOptions & { tMax: number }>);
  constructor(optimizer: Scheduled, ...given: unknown[]) {
    const options = scheduleArguments<CosineAnnealingOptions & { tMax: number }, "tMax">(
      "CosineAnnealingLR",
      "tMax, etaMin, lastEpoch",
      given,
      ["tMax"],
    );
    const { tMax } = options;
    super(optimizer, options);
    this.tMax = tMax;
    requireCount("CosineAnnealingLR", "tMax", tMax);
    this.etaMin = options.etaMin ?? 0;
    this.apply();
  }

  protected rate(lr: number, t: number, base: number): number {
    const { tMax, etaMin } = this;
    // At the bottom nothing is left to multiply: the way up begins with a sum.
    if ((t - 1 - tMax) % (2 * tMax) === 0) return lr + ((base - etaMin) * (1 - Math.cos(Math.PI / tMax))) / 2;
    const share = (at: number) => 1 + Math.cos((Math.PI * at) / tMax);
    return (share(t) / share(t - 1)) * (lr - etaMin) + etaMin;
  }

  protected override initialRate(lr: number): number {
    return lr;
  }
}

/**
 * Cosine annealing over t0 steps, then over t0 · tMult, and so on, each time from the top. Sets the rate whatever it is now.
 * PyTorch's CosineAnnealingWarmRestarts.
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  readonly t0: number;
  readonly tMult: number;
  readonly etaMin: number;
  /** The step number with its fraction; the base class has its whole part. */
  #epoch: number;

  constructor(
    optimizer: Scheduled,
    t0: number,
    ...rest: Given<WarmRestartsOptions, [tMult: "tMult", etaMin: "etaMin", lastEpoch: "lastEpoch"]>
  );
  constructor(optimizer: Scheduled, options: Readonly<WarmRestartsOptions & { t0: number }>);
  constructor(optimizer: Scheduled, ...given: unknown[]) {
    const options = scheduleArguments<WarmRestartsOptions & { t0: number }, "t0">(
      "CosineAnnealingWarmRestarts",
      "t0, tMult, etaMin, lastEpoch",
      given,
      ["t0"],
    );
    const { t0 } = options;
    super(optimizer, options);
    this.t0 = t0;
    this.tMult = options.tMult ?? 1;
    this.etaMin = options.etaMin ?? 0;
    requireCount("CosineAnnealingWarmRestarts", "t0", t0);
    requireCount("CosineAnnealingWarmRestarts", "tMult", this.tMult);
    this.#epoch = this.lastEpoch;
    this.apply();
  }

  /**
   * Goes to the next step number, or to `epoch`, which may have a fraction: `step(epoch + batch / batches)` within an epoch.
   * @throws RangeError for a negative epoch
   */
  override step(epoch?: number): void {
    if (epoch !== undefined && !(epoch >= 0 && epoch < Infinity))
      throw new RangeError(`CosineAnnealingWarmRestarts: epoch must be at least 0, not ${epoch}`);
    critical(() => {
      this.#epoch = epoch ?? this.#epoch + 1;
      this.lastEpoch = Math.floor(this.#epoch);
      this.apply("step");
    });
  }

  override stateDict(): WarmRestartsState {
    return { ...super.stateDict(), epoch: this.#epoch };
  }

  override loadStateDict(state: WarmRestartsState): void {
    critical(() => {
      super.loadStateDict(state);
      this.#epoch = state.epoch ?? state.lastEpoch;
    });
  }

  override _begin(): void {
    this.#epoch = 0;
    super._begin();
  }

  override _restart(): void {
    this.#epoch = 0;
    super._restart();
  }

  protected rate(_lr: number, _t: number, base: number): number {
    let period = this.t0;
    let since = this.#epoch;
    while (since >= period) {
      since -= period;
      period *= this.tMult;
    }
    return cosine(base, this.etaMin, since / period);
  }
}
