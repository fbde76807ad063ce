/** The schedule that looks at a metric: the learning rate falls when it no longer gets better. */
import { critical } from "../../interrupts.js";
import type { Given } from "../../tensor/signature.js";
import { scheduleArguments } from "./arguments.js";
import type { Scheduled } from "./schedule.js";

/** Options of `ReduceLROnPlateau`. */
export interface PlateauOptions {
  /** Whether smaller ("min", the default) or larger is better. */
  mode?: "min" | "max";
  /** The rate is multiplied by it; 0.1 if not given. */
  factor?: number;
  /** Steps without getting better that are let pass; 10 if not given. */
  patience?: number;
  /** What counts as better: by this share ("rel") or by this much ("abs"); 1e-4 if not given. */
  threshold?: number;
  thresholdMode?: "rel" | "abs";
  /** Steps after a fall in which nothing is counted; 0 if not given. */
  cooldown?: number;
  /** No rate falls below it, of all groups or of each; 0 if not given. */
  minLr?: number | readonly number[];
  /** Falls smaller than this are left out; 1e-8 if not given. */
  eps?: number;
}

/** Where a `ReduceLROnPlateau` stands; a plain object that JSON takes. */
export interface PlateauState {
  lastEpoch: number;
  /** The best metric so far; null before the first, and for a metric that was never better than the worst. */
  best: number | null;
  numBadEpochs: number;
  cooldownCounter: number;
  /** The groups' rates when the state was saved. */
  lastLr: number[];
}

/** Multiplies the rates by `factor` after more than `patience` steps without a better metric. PyTorch's ReduceLROnPlateau. */
export class ReduceLROnPlateau {
  lastEpoch = 0;
  readonly #options: Required<PlateauOptions>;
  #best: number;
  #badSteps = 0;
  #cooldownLeft = 0;

  constructor(
    readonly optimizer: Scheduled,
    ...given: Given<
      PlateauOptions,
      [
        mode: "mode",
        factor: "factor",
        patience: "patience",
        threshold: "threshold",
        thresholdMode: "thresholdMode",
        cooldown: "cooldown",
        minLr: "minLr",
        eps: "eps",
      ]
    >
  ) {
    const options = scheduleArguments<PlateauOptions>(
      "ReduceLROnPlateau",
      "mode, factor, patience, threshold, thresholdMode, cooldown, minLr, eps",
      given,
    );
    this.#options = {
      mode: options.mode ?? "min",
      factor: options.factor ?? 0.1,
      patience: options.patience ?? 10,
      threshold: options.threshold ?? 1e-4,
      thresholdMode: options.thresholdMode ?? "rel",
      cooldown: options.cooldown ?? 0,
      minLr: options.minLr ?? 0,
      eps: options.eps ?? 1e-8,
    };
    const { mode, thresholdMode } = this.#options;
    if (mode !== "min" && mode !== "max")
      throw new TypeError(`ReduceLROnPlateau: mode is "min" or "max", got ${JSON.stringify(mode)}`);
    if (thresholdMode !== "rel" && thresholdMode !== "abs")
      throw new TypeError(
        `ReduceLROnPlateau: thresholdMode is "rel" or "abs", got ${JSON.stringify(thresholdMode)}`,
      );
    if (!(this.#options.factor < 1))
      throw new RangeError(`ReduceLROnPlateau: factor must be below 1, not ${this.#options.factor}`);
    const { minLr } = this.#options;
    if (typeof minLr !== "number" && minLr.length !== optimizer.paramGroups.length)
      throw new RangeError(
        `ReduceLROnPlateau: ${minLr.length} values of minLr for ${optimizer.paramGroups.length} parameter groups`,
      );
    this.#best = this.#worst();
  }

  /** Takes note of the metric, usually the validation loss of an epoch. */
  step(metric: number): void {
    critical(() => this.#take(metric));
  }

  /** Where the schedule stands, for `loadStateDict`. */
  stateDict(): PlateauState {
    return {
      lastEpoch: this.lastEpoch,
      best: Number.isFinite(this.#best) ? this.#best : null,
      numBadEpochs: this.#badSteps,
      cooldownCounter: this.#cooldownLeft,
      lastLr: this.getLastLr(),
    };
  }

  /** Goes on from where `stateDict` was taken, with the rates of that time. */
  loadStateDict({ lastEpoch, best, numBadEpochs, cooldownCounter, lastLr }: PlateauState): void {
    critical(() => {
      this.lastEpoch = lastEpoch;
      this.#best = best ?? this.#worst();
      this.#badSteps = numBadEpochs;
      this.#cooldownLeft = cooldownCounter;
      this.optimizer.paramGroups.forEach((group, i) => (group.lr = lastLr[i] ?? group.lr));
    });
  }

  #worst(): number {
    return this.#options.mode === "min" ? Infinity : -Infinity;
  }

  #take(metric: number): void {
    this.lastEpoch++;
    if (this.#isBetter(metric)) {
      this.#best = metric;
      this.#badSteps = 0;
    } else {
      this.#badSteps++;
    }
    if (this.#cooldownLeft > 0) {
      this.#cooldownLeft--;
      this.#badSteps = 0;
    }
    if (this.#badSteps > this.#options.patience) {
      this.#reduce();
      this.#cooldownLeft = this.#options.cooldown;
      this.#badSteps = 0;
    }
  }

  /** The learning rate of each parameter group as it is now. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const sign = mode === "min" ? -1 : 1;
    const best =
      thresholdMode === "rel" ? this.#best * (1 + sign * threshold) : this.#best + sign * threshold;
    return mode === "min" ? metric < best : metric > best;
  }

  #reduce(): void {
    const { factor, minLr, eps } = this.#options;
    this.optimizer.paramGroups.forEach((group, i) => {
      const lower = Math.max(group.lr * factor, typeof minLr === "number" ? minLr : minLr[i]!);
      if (group.lr - lower > eps) group.lr = lower;
    });
  }
}
