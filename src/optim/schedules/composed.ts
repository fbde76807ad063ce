/** Schedules made of schedules: one after another, or all at once. */
import { critical } from "../../interrupts.js";
import { scheduleArguments } from "./arguments.js";
import type { Schedule, Scheduled } from "./schedule.js";

/** Where a schedule of schedules stands; a plain object that JSON takes. */
export interface ComposedState {
  lastEpoch: number;
  /** The groups' rates when the state was saved. */
  lastLr: number[];
  /** Where its parts stand. */
  schedulers: object[];
}

abstract class Composed implements Schedule {
  lastEpoch = 0;

  /** @throws RangeError for no schedules; TypeError for a schedule that looks at a metric, and for one of another optimizer */
  constructor(
    readonly optimizer: Scheduled,
    readonly schedulers: readonly Schedule[],
  ) {
    const name = this.constructor.name;
    if (schedulers.length === 0) throw new RangeError(`${name}: expected at least one schedule, got none`);
    schedulers.forEach((schedule, i) => {
      if (typeof schedule._begin !== "function")
        throw new TypeError(
          `${name}: schedule ${i} (${schedule.constructor.name}) needs a metric at each step; step it by itself`,
        );
      if (schedule.optimizer !== optimizer)
        throw new TypeError(`${name}: schedule ${i} (${schedule.constructor.name}) is of another optimizer`);
    });
  }

  abstract step(): void;
  abstract _begin(): void;

  _restart(): void {
    for (const group of this.optimizer.paramGroups) group.lr = group.initialLr ?? group.lr;
    this._begin();
  }

  /** The learning rate of each parameter group as it is now. */
  getLastLr(): number[] {
    return this.optimizer.paramGroups.map((group) => group.lr);
  }

  /** Where the schedule and its parts stand, for `loadStateDict`. */
  stateDict(): ComposedState {
    return {
      lastEpoch: this.lastEpoch,
      lastLr: this.getLastLr(),
      schedulers: this.schedulers.map((schedule) => schedule.stateDict()),
    };
  }

  /** Goes on from where `stateDict` was taken, with the rates of that time. @throws Error for another number of schedules */
  loadStateDict({ lastEpoch, lastLr, schedulers }: ComposedState): void {
    if (schedulers.length !== this.schedulers.length)
      throw new Error(
        `${this.constructor.name}.loadStateDict: this one has ${this.schedulers.length} schedules, the saved one ${schedulers.length}`,
      );
    critical(() => {
      this.lastEpoch = lastEpoch;
      this.schedulers.forEach((schedule, i) => schedule.loadStateDict(schedulers[i]!));
      // Each part has set the rates that it was saved with; what counts is what came of all.
      this.optimizer.paramGroups.forEach((group, i) => (group.lr = lastLr[i] ?? group.lr));
    });
  }
}

interface Parts {
  schedulers: readonly Schedule[];
  milestones: readonly number[];
}

/**
 * One schedule after another: schedule i + 1 begins at step milestones[i], with its own step 0 and from the rate before any schedule.
 * PyTorch's SequentialLR.
 * @throws RangeError unless there is one milestone less than schedules, and each is greater than the one before
 */
export class SequentialLR extends Composed {
  readonly milestones: readonly number[];

  constructor(optimizer: Scheduled, schedulers: readonly Schedule[], milestones: readonly number[]);
  constructor(optimizer: Scheduled, options: Readonly<Parts>);
  constructor(optimizer: Scheduled, ...given: unknown[]) {
    const { schedulers, milestones } = scheduleArguments<Parts, "schedulers" | "milestones">(
      "SequentialLR",
      "schedulers, milestones",
      given,
      ["schedulers", "milestones"],
    );
    super(optimizer, schedulers);
    this.milestones = milestones;
    if (milestones.length !== schedulers.length - 1)
      throw new RangeError(
        `SequentialLR: expected one milestone less than schedules, got ${milestones.length} for ${schedulers.length} schedules`,
      );
    milestones.forEach((milestone, i) => {
      if (!(Number.isInteger(milestone) && milestone > (milestones[i - 1] ?? 0)))
        throw new RangeError(
          `SequentialLR: milestones must be whole numbers above 0, each greater than the one before, not [${milestones.join(", ")}]`,
        );
    });
    // Each schedule has set its first rates when it was made.
    this._restart();
  }

  /** A step of the schedule whose turn it is; at a milestone the next one begins. */
  step(): void {
    critical(() => {
      this.lastEpoch++;
      const current = this.schedulers[this.milestones.filter((start) => start <= this.lastEpoch).length]!;
      if (this.milestones.includes(this.lastEpoch)) current._restart();
      else current.step();
    });
  }

  _begin(): void {
    this.lastEpoch = 0;
    this.schedulers[0]!._begin();
  }
}

/** Several schedules that step at once: their factors multiply. PyTorch's ChainedScheduler. */
export class ChainedScheduler extends Composed {
  constructor(schedulers: readonly Schedule[], optimizer?: Scheduled) {
    super(optimizer ?? schedulers[0]?.optimizer ?? { paramGroups: [] }, schedulers);
  }

  /** A step of every schedule, in their order. */
  step(): void {
    critical(() => {
      this.lastEpoch++;
      for (const schedule of this.schedulers) schedule.step();
    });
  }

  _begin(): void {
    this.lastEpoch = 0;
    for (const schedule of this.schedulers) schedule._begin();
  }
}
