/** Schedules along half a cosine (Loshchilov and Hutter 2017), once or again and again. */
import { critical } from "../../interrupts.js";
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
  readonly etaMin: number;

  constructor(
    optimizer: Scheduled,
    readonly tMax: number,
    options: CosineAnnealingOptions = {},
  ) {
    super(optimizer, options);
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
  readonly tMult: number;
  readonly etaMin: number;
  /** The step number with its fraction; the base class has its whole part. */
  #epoch: number;

  constructor(
    optimizer: Scheduled,
    readonly t0: number,
    options: WarmRestartsOptions = {},
  ) {
    super(optimizer, options);
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
