/**
 * Learning-rate schedules over the step number t: the rate is set when the schedule is made (t = 0) and at every `step()`, usually once
 * an epoch. As in PyTorch a schedule computes the next rate from the one that the group has now, where its formula allows it: several
 * schedules on one optimizer multiply, and a rate that was set by hand goes on from there. Here is what they share. The schedule that
 * looks at a metric (`plateau.ts`) is not one of them.
 */
import { critical } from "../../interrupts.js";

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

/** Options of every schedule. */
export interface ScheduleOptions {
  /** The number of the last step, to go on with an optimizer whose groups have `initialLr`; -1, a new schedule, if not given. */
  lastEpoch?: number;
}

/** A schedule that can be a part of another: of `SequentialLR` or `ChainedScheduler`. */
export interface Schedule {
  readonly optimizer: Scheduled;
  step(): void;
  getLastLr(): number[];
  stateDict(): object;
  loadStateDict(state: object): void;
  /** Goes to step 0 from the rates that the groups have. */
  _begin(): void;
  /** Goes to step 0 when its turn comes, whatever the rates are. */
  _restart(): void;
}

/** Why the rates are set: the schedule is made, a step, or its turn within `SequentialLR` begins. */
export type Moment = "begin" | "step" | "restart";

/** Base of the schedules; PyTorch's LRScheduler. */
export abstract class LRScheduler implements Schedule {
  lastEpoch: number;
  #baseLrs: number[];

  /** @throws Error when it is to go on with an optimizer whose groups have no `initialLr` */
  constructor(
    readonly optimizer: Scheduled,
    { lastEpoch = -1 }: ScheduleOptions = {},
  ) {
    const name = this.constructor.name;
    if (!Number.isInteger(lastEpoch) || lastEpoch < -1)
      throw new RangeError(`${name}: lastEpoch must be a whole number of at least -1, not ${lastEpoch}`);
    this.lastEpoch = lastEpoch + 1;
    this.#baseLrs = optimizer.paramGroups.map((group, i) => {
      if (lastEpoch === -1) return (group.initialLr ??= group.lr);
      if (group.initialLr !== undefined) return group.initialLr;
      throw new Error(
        `${name}: parameter group ${i} has no initialLr to go on from step ${lastEpoch} with; ` +
          `load the optimizer's state dict first, or leave lastEpoch out`,
      );
    });
  }

  /**
   * The rate at step t of a group whose rate is `lr` now and was `base` before any schedule.
   * @param group the group's number
   */
  protected abstract rate(lr: number, t: number, base: number, group: number): number;

  /** The rate when the schedule is made, where that is not `rate`: schedules that multiply the rate leave it as it is. */
  protected initialRate(lr: number, t: number, base: number, group: number): number {
    return this.rate(lr, t, base, group);
  }

  /** The rate at step 0 when the schedule takes over from another: as if it had been made with the rate before any schedule. */
  protected restartRate(_lr: number, base: number, group: number): number {
    return this.initialRate(base, 0, base, group);
  }

  /** Goes to the next step number and sets the rates. */
  step(): void {
    critical(() => {
      this.lastEpoch++;
      this.apply("step");
    });
  }

  /**
   * The rates that a step to number `lastEpoch` makes of those that the groups have now (`torch.optim.lr_scheduler.LRScheduler.get_lr`): `step` sets them,
   * and for schedules that multiply they are not those of now, which `getLastLr` gives.
   */
  getLr(): number[] {
    return this.#rates("step");
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

  _begin(): void {
    this.lastEpoch = 0;
    this.apply("begin");
  }

  _restart(): void {
    this.lastEpoch = 0;
    this.apply("restart");
  }

  /** Sets the rates of step `lastEpoch`; constructors call it once their options are there. */
  protected apply(moment: Moment = "begin"): void {
    const rates = this.#rates(moment);
    this.optimizer.paramGroups.forEach((group, i) => (group.lr = rates[i]!));
  }

  #rates(moment: Moment): number[] {
    return this.optimizer.paramGroups.map((group, i) => {
      const base = this.#baseLrs[i] ?? group.lr;
      if (moment === "restart") return this.restartRate(group.lr, base, i);
      const rate = moment === "begin" ? this.initialRate : this.rate;
      return rate.call(this, group.lr, this.lastEpoch, base, i);
    });
  }
}

/** Half a cosine from `from` (share 0) to `to` (share 1). */
export function cosine(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}

/** A line from `from` (share 0) to `to` (share 1). */
export function linear(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

/** `cosine` or `linear`, by the name that PyTorch gives them. @throws TypeError for another name */
export function annealing(schedule: string, strategy: string): typeof cosine {
  if (strategy === "cos") return cosine;
  if (strategy === "linear") return linear;
  throw new TypeError(`${schedule}: annealStrategy is "cos" or "linear", got ${JSON.stringify(strategy)}`);
}

/** @throws RangeError unless the option is a whole number from 1 on */
export function requireCount(schedule: string, option: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`${schedule}: ${option} must be a whole number of at least 1, not ${value}`);
}

/** The value of an option for each group. @throws RangeError for a list of another length */
export function eachGroup<T>(
  schedule: string,
  option: string,
  groups: readonly unknown[],
  value: T | readonly T[],
): readonly T[] {
  if (!Array.isArray(value)) return groups.map(() => value as T);
  if (value.length === groups.length) return value as readonly T[];
  throw new RangeError(
    `${schedule}: ${value.length} values of ${option} for ${groups.length} parameter groups; give one, or one a group`,
  );
}
