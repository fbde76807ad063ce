/** The schedule that takes the rate up once and down once, and the momentum the other way. */
import { critical } from "../../interrupts.js";
import type { Given } from "../../tensor/signature.js";
import { scheduleArguments } from "./arguments.js";
import { requireMomentum, setMomenta } from "./cycled-momentum.js";
import {
  annealing,
  eachGroup,
  LRScheduler,
  type Moment,
  requireCount,
  type Scheduled,
  type ScheduleOptions,
  type ScheduleState,
} from "./schedule.js";

/** Options of `OneCycleLR`. */
export interface OneCycleOptions extends ScheduleOptions {
  /** Number of steps in the cycle; or give epochs and stepsPerEpoch. */
  totalSteps?: number;
  /** With stepsPerEpoch, instead of totalSteps. */
  epochs?: number;
  stepsPerEpoch?: number;
  /** Share of the steps that go up; 0.3 if not given. */
  pctStart?: number;
  /** Along half a cosine ("cos", the default) or along a line. */
  annealStrategy?: "cos" | "linear";
  /** Whether the momentum (β₁ of Adam) goes down while the rate goes up; true if not given. */
  cycleMomentum?: boolean;
  /** The momentum at the greatest rate, for each group or for all; 0.85 if not given. */
  baseMomentum?: number | readonly number[];
  /** The momentum at both ends, for each group or for all; 0.95 if not given. */
  maxMomentum?: number | readonly number[];
  /** The first rate is maxLr / divFactor; 25 if not given. */
  divFactor?: number;
  /** The last rate is the first / finalDivFactor; 10,000 if not given. */
  finalDivFactor?: number;
  /** Down to the first rate in as many steps as up, and only then to the last one. Default false. */
  threePhase?: boolean;
}

/** The part of a cycle up to step `end`: from one rate and momentum to others. */
interface Phase {
  readonly end: number;
  readonly from: Point;
  readonly to: Point;
}

type Point = "first" | "top" | "last";

/**
 * Up to maxLr and down to almost nothing, each along half a cosine, the momentum down and up (Smith and Topin 2018). PyTorch's OneCycleLR.
 * @throws RangeError when stepped more than totalSteps times; TypeError for an optimizer without momentum, unless cycleMomentum is false
 */
export class OneCycleLR extends LRScheduler {
  readonly maxLr: number | readonly number[];
  readonly totalSteps: number;
  readonly #phases: readonly Phase[];
  readonly #anneal: (from: number, to: number, share: number) => number;
  /** Rates and momenta of each group at the ends of the phases. */
  readonly #rates: readonly Record<Point, number>[];
  readonly #momenta: readonly Record<Point, number>[] | null;

  constructor(
    optimizer: Scheduled,
    maxLr: number | readonly number[],
    ...rest: Given<
      OneCycleOptions,
      [
        totalSteps: "totalSteps",
        epochs: "epochs",
        stepsPerEpoch: "stepsPerEpoch",
        pctStart: "pctStart",
        annealStrategy: "annealStrategy",
        cycleMomentum: "cycleMomentum",
        baseMomentum: "baseMomentum",
        maxMomentum: "maxMomentum",
        divFactor: "divFactor",
        finalDivFactor: "finalDivFactor",
        threePhase: "threePhase",
        lastEpoch: "lastEpoch",
      ]
    >
  );
  constructor(
    optimizer: Scheduled,
    options: Readonly<OneCycleOptions & { maxLr: number | readonly number[] }>,
  );
  constructor(optimizer: Scheduled, ...given: unknown[]) {
    const options = scheduleArguments<OneCycleOptions & { maxLr: number | readonly number[] }, "maxLr">(
      "OneCycleLR",
      "maxLr, totalSteps, epochs, stepsPerEpoch, pctStart, annealStrategy, cycleMomentum, baseMomentum, maxMomentum, divFactor, finalDivFactor, threePhase, lastEpoch",
      given,
      ["maxLr"],
    );
    const { maxLr } = options;
    super(optimizer, options);
    const { pctStart = 0.3, annealStrategy = "cos", divFactor = 25, finalDivFactor = 1e4 } = options;
    this.maxLr = maxLr;
    this.totalSteps = stepsOf(options);
    if (!(pctStart >= 0 && pctStart <= 1))
      throw new RangeError(`OneCycleLR: pctStart must be between 0 and 1, not ${pctStart}`);
    this.#anneal = annealing("OneCycleLR", annealStrategy);
    this.#phases = phasesOf(this.totalSteps, pctStart, options.threePhase ?? false);
    const { paramGroups } = optimizer;
    this.#rates = eachGroup("OneCycleLR", "maxLr", paramGroups, maxLr).map((top) => {
      const first = top / divFactor;
      return { first, top, last: first / finalDivFactor };
    });
    if (this.lastEpoch === 0) paramGroups.forEach((group, i) => (group.initialLr = this.#rates[i]!.first));
    this.#momenta = (options.cycleMomentum ?? true) ? momentaOf(optimizer, options) : null;
    this.apply();
  }

  override loadStateDict(state: ScheduleState): void {
    critical(() => {
      super.loadStateDict(state);
      this.#setMomenta();
    });
  }

  protected override apply(moment: Moment = "begin"): void {
    if (this.lastEpoch > this.totalSteps)
      throw new RangeError(
        `OneCycleLR: step ${this.lastEpoch} of a cycle of ${this.totalSteps} steps; call step() at most ${this.totalSteps} times`,
      );
    super.apply(moment);
    this.#setMomenta();
  }

  protected rate(_lr: number, t: number, _base: number, group: number): number {
    return this.#between(this.#rates[group]!, t);
  }

  #setMomenta(): void {
    const momenta = this.#momenta;
    if (momenta === null) return;
    setMomenta(this.optimizer, (group) => this.#between(momenta[group]!, this.lastEpoch));
  }

  /** The value at step t of what takes the given values at the ends of phases. */
  #between(values: Record<Point, number>, t: number): number {
    const number = this.#phases.findIndex((phase, i) => t <= phase.end || i === this.#phases.length - 1);
    const { end, from, to } = this.#phases[number]!;
    const start = number === 0 ? 0 : this.#phases[number - 1]!.end;
    return this.#anneal(values[from], values[to], (t - start) / (end - start));
  }
}

function phasesOf(steps: number, pctStart: number, three: boolean): readonly Phase[] {
  const top = pctStart * steps - 1;
  const up: Phase = { end: top, from: "first", to: "top" };
  if (!three) return [up, { end: steps - 1, from: "top", to: "last" }];
  const back: Phase = { end: 2 * pctStart * steps - 2, from: "top", to: "first" };
  return [up, back, { end: steps - 1, from: "first", to: "last" }];
}

/** The momentum is greatest where the rate is least. @throws TypeError when a group has none */
function momentaOf(optimizer: Scheduled, options: OneCycleOptions): readonly Record<Point, number>[] {
  requireMomentum("OneCycleLR", optimizer);
  const groups = optimizer.paramGroups;
  const base = eachGroup("OneCycleLR", "baseMomentum", groups, options.baseMomentum ?? 0.85);
  const max = eachGroup("OneCycleLR", "maxMomentum", groups, options.maxMomentum ?? 0.95);
  return groups.map((_, i) => ({ first: max[i]!, top: base[i]!, last: max[i]! }));
}

function stepsOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleOptions): number {
  if (totalSteps !== undefined) {
    requireCount("OneCycleLR", "totalSteps", totalSteps);
    return totalSteps;
  }
  if (epochs === undefined || stepsPerEpoch === undefined)
    throw new TypeError("OneCycleLR: expected totalSteps, or epochs and stepsPerEpoch");
  requireCount("OneCycleLR", "epochs", epochs);
  requireCount("OneCycleLR", "stepsPerEpoch", stepsPerEpoch);
  return epochs * stepsPerEpoch;
}
