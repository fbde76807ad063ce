/** The schedule that goes up and down between two rates, again and again, and the momentum the other way. */
import { critical } from "../../interrupts.js";
import type { Given } from "../../tensor/signature.js";
import { scheduleArguments } from "./arguments.js";
import { requireMomentum, setMomenta } from "./cycled-momentum.js";
import {
  eachGroup,
  LRScheduler,
  type Moment,
  requireCount,
  type Scheduled,
  type ScheduleOptions,
  type ScheduleState,
} from "./schedule.js";

/** Options of `CyclicLR`. */
export interface CyclicOptions extends ScheduleOptions {
  /** Steps of the way up; 2000 if not given. */
  stepSizeUp?: number;
  /** Steps of the way down; as many as up if not given. */
  stepSizeDown?: number;
  /** The height of cycle n: all of it ("triangular", the default), 1 / 2ⁿ⁻¹ ("triangular2"), or gammaᵗ at step t ("exp_range"). */
  mode?: "triangular" | "triangular2" | "exp_range";
  /** For "exp_range"; 1 if not given. */
  gamma?: number;
  /** A factor of the height, instead of `mode`, by the cycle's number from 1 on or the step's from 0 on, as scaleMode says. */
  scaleFn?: (n: number) => number;
  /** What scaleFn is given; "cycle" if not given. */
  scaleMode?: "cycle" | "iterations";
  /** Whether the momentum (β₁ of Adam) goes down while the rate goes up; true if not given. */
  cycleMomentum?: boolean;
  /** The momentum at the greatest rate, for each group or for all; 0.8 if not given. */
  baseMomentum?: number | readonly number[];
  /** The momentum at the least rate, for each group or for all; 0.9 if not given. */
  maxMomentum?: number | readonly number[];
}

/** The lower and the upper end of each group's way. */
interface Ends {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/**
 * Between baseLr and maxLr up and down along lines, the momentum down and up (Smith 2017). PyTorch's CyclicLR. Meant for a step after
 * every batch.
 * @throws TypeError for another mode, and for an optimizer without momentum, unless cycleMomentum is false
 */
export class CyclicLR extends LRScheduler {
  readonly stepSizeUp: number;
  readonly stepSizeDown: number;
  readonly #scale: (n: number) => number;
  readonly #scaleMode: "cycle" | "iterations";
  readonly #rates: Ends;
  readonly #momenta: Ends | null;

  constructor(
    optimizer: Scheduled,
    baseLr: number | readonly number[],
    maxLr: number | readonly number[],
    ...rest: Given<
      CyclicOptions,
      [
        stepSizeUp: "stepSizeUp",
        stepSizeDown: "stepSizeDown",
        mode: "mode",
        gamma: "gamma",
        scaleFn: "scaleFn",
        scaleMode: "scaleMode",
        cycleMomentum: "cycleMomentum",
        baseMomentum: "baseMomentum",
        maxMomentum: "maxMomentum",
        lastEpoch: "lastEpoch",
      ]
    >
  );
  constructor(
    optimizer: Scheduled,
    options: Readonly<
      CyclicOptions & { baseLr: number | readonly number[]; maxLr: number | readonly number[] }
    >,
  );
  constructor(optimizer: Scheduled, ...given: unknown[]) {
    const options = scheduleArguments<
      CyclicOptions & { baseLr: number | readonly number[]; maxLr: number | readonly number[] },
      "baseLr" | "maxLr"
    >(
      "CyclicLR",
      "baseLr, maxLr, stepSizeUp, stepSizeDown, mode, gamma, scaleFn, scaleMode, cycleMomentum, baseMomentum, maxMomentum, lastEpoch",
      given,
      ["baseLr", "maxLr"],
    );
    const { baseLr, maxLr } = options;
    const groups = optimizer.paramGroups;
    const each = (option: string, value: number | readonly number[]) =>
      eachGroup("CyclicLR", option, groups, value);
    const rates: Ends = { low: each("baseLr", baseLr), high: each("maxLr", maxLr) };
    // Before the base class takes note of the rate as the one before any schedule.
    if ((options.lastEpoch ?? -1) === -1) groups.forEach((group, i) => (group.lr = rates.low[i]!));
    super(optimizer, options);
    this.#rates = rates;
    this.stepSizeUp = options.stepSizeUp ?? 2000;
    this.stepSizeDown = options.stepSizeDown ?? this.stepSizeUp;
    requireCount("CyclicLR", "stepSizeUp", this.stepSizeUp);
    requireCount("CyclicLR", "stepSizeDown", this.stepSizeDown);
    const { mode = "triangular", scaleFn } = options;
    this.#scale = scaleFn ?? scaleOf(mode, options.gamma ?? 1);
    const byCycle = scaleFn === undefined ? mode !== "exp_range" : options.scaleMode !== "iterations";
    this.#scaleMode = byCycle ? "cycle" : "iterations";
    this.#momenta = null;
    if (options.cycleMomentum ?? true) {
      requireMomentum("CyclicLR", optimizer);
      this.#momenta = {
        low: each("baseMomentum", options.baseMomentum ?? 0.8),
        high: each("maxMomentum", options.maxMomentum ?? 0.9),
      };
    }
    this.apply();
  }

  override loadStateDict(state: ScheduleState): void {
    critical(() => {
      super.loadStateDict(state);
      this.#setMomenta();
    });
  }

  protected override apply(moment: Moment = "begin"): void {
    super.apply(moment);
    this.#setMomenta();
  }

  protected rate(_lr: number, t: number, _base: number, group: number): number {
    const { low, high } = this.#rates;
    return low[group]! + (high[group]! - low[group]!) * this.#height(t);
  }

  #setMomenta(): void {
    if (this.#momenta === null) return;
    const { low, high } = this.#momenta;
    const height = this.#height(this.lastEpoch);
    setMomenta(this.optimizer, (group) => high[group]! - (high[group]! - low[group]!) * height);
  }

  /** How far up step t is, from 0 to 1 times the scale. */
  #height(t: number): number {
    const total = this.stepSizeUp + this.stepSizeDown;
    const cycle = Math.floor(1 + t / total);
    const share = 1 + t / total - cycle;
    const top = this.stepSizeUp / total;
    const height = share <= top ? share / top : (share - 1) / (top - 1);
    return height * this.#scale(this.#scaleMode === "cycle" ? cycle : t);
  }
}

function scaleOf(mode: string, gamma: number): (n: number) => number {
  switch (mode) {
    case "triangular":
      return () => 1;
    case "triangular2":
      return (cycle) => 1 / 2 ** (cycle - 1);
    case "exp_range":
      return (step) => gamma ** step;
    default:
      throw new TypeError(
        `CyclicLR: mode is "triangular", "triangular2" or "exp_range", got ${JSON.stringify(mode)}; or give a scaleFn`,
      );
  }
}
