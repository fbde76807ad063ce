/** The schedule for averaging weights: to a rate at which training goes on for long. */
import type { Given } from "../../tensor/signature.js";
import { scheduleArguments } from "./arguments.js";
import { annealing, eachGroup, LRScheduler, type Scheduled, type ScheduleOptions } from "./schedule.js";

/** Options of `SWALR`. */
export interface SWALROptions extends ScheduleOptions {
  /** Steps until the rate is swaLr; 10 if not given, and 0 for at once. */
  annealEpochs?: number;
  /** Along half a cosine ("cos", the default) or along a line. */
  annealStrategy?: "cos" | "linear";
}

/**
 * From the rate that the group has to swaLr in annealEpochs steps, and stays there (Izmailov et al. 2018). PyTorch's optim.swa_utils.SWALR.
 * @param swaLr for each group or for all
 */
export class SWALR extends LRScheduler {
  readonly annealEpochs: number;
  readonly #swaLrs: readonly number[];
  readonly #anneal: (from: number, to: number, share: number) => number;

  constructor(
    optimizer: Scheduled,
    swaLr: number | readonly number[],
    ...rest: Given<
      SWALROptions,
      [annealEpochs: "annealEpochs", annealStrategy: "annealStrategy", lastEpoch: "lastEpoch"]
    >
  );
  constructor(optimizer: Scheduled, options: Readonly<SWALROptions & { swaLr: number | readonly number[] }>);
  constructor(optimizer: Scheduled, ...given: unknown[]) {
    const options = scheduleArguments<SWALROptions & { swaLr: number | readonly number[] }, "swaLr">(
      "SWALR",
      "swaLr, annealEpochs, annealStrategy, lastEpoch",
      given,
      ["swaLr"],
    );
    const { swaLr } = options;
    super(optimizer, options);
    const { annealEpochs = 10, annealStrategy = "cos" } = options;
    if (!Number.isInteger(annealEpochs) || annealEpochs < 0)
      throw new RangeError(`SWALR: annealEpochs must be a whole number of at least 0, not ${annealEpochs}`);
    this.annealEpochs = annealEpochs;
    this.#swaLrs = eachGroup("SWALR", "swaLr", optimizer.paramGroups, swaLr);
    this.#anneal = annealing("SWALR", annealStrategy);
    this.apply();
  }

  protected rate(lr: number, t: number, _base: number, group: number): number {
    const target = this.#swaLrs[group]!;
    const before = this.#share(t - 1);
    if (before === 1) return target;
    // The rate from which the way began, as if the schedule had set the present one.
    const start = (lr - before * target) / (1 - before);
    const share = this.#share(t);
    return share * target + (1 - share) * start;
  }

  /** In its turn it goes on from the rate of the schedule before. */
  protected override restartRate(lr: number, base: number, group: number): number {
    return this.rate(lr, 0, base, group);
  }

  /** swaLr's share in the rate of step t. */
  #share(t: number): number {
    if (this.annealEpochs === 0) return t < 0 ? 0 : 1;
    return this.#anneal(0, 1, Math.max(0, Math.min(1, t / this.annealEpochs)));
  }
}
