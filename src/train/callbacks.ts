/** Callbacks of `fit`: what they are told, and the ready-made ones. */
import { critical } from "../interrupts.js";
import { say, sayMetric } from "../locale/words.js";
import type { StateDict } from "../nn/stateDict.js";
import type { Optimizer } from "../optim/optimizer.js";
import type { Model } from "./batch.js";
import { lastValue, type History } from "./history.js";

/** The state of the training that a callback sees. */
export interface Training {
  readonly model: Model;
  readonly optimizer: Pick<Optimizer, "paramGroups">;
  readonly history: History;
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Number of steps so far, through all epochs. */
  readonly step: number;
  /** Training loss of the last step. */
  readonly loss: number;
  /** Ends the training after this step or epoch. */
  stop(reason?: string): void;
}

type Hook = (training: Training) => unknown;

/** All are optional; a promise that one returns is awaited. */
export interface Callback {
  onTrainBegin?: Hook;
  onEpochBegin?: Hook;
  /** After each step. */
  onStepEnd?: Hook;
  /** After validation; the epoch's values are in `history`. */
  onEpochEnd?: Hook;
  onTrainEnd?: Hook;
}

/** Which value of an epoch is watched, and what counts as better. */
export interface MonitorOptions {
  /** "loss", "valLoss", or a metric such as "accuracy" or "valAccuracy"; "valLoss" if not given. */
  monitor?: string;
  /** Whether smaller or larger is better; "max" if not given for names that hold "accuracy", else "min". */
  mode?: "min" | "max";
  /** What counts as better; 0 if not given. */
  minDelta?: number;
}

/** The best value so far. */
class Best {
  readonly #monitor: string;
  readonly #sign: number;
  readonly #minDelta: number;
  value = NaN;
  epoch = 0;

  constructor({ monitor = "valLoss", mode, minDelta = 0 }: MonitorOptions) {
    this.#monitor = monitor;
    this.#sign = (mode ?? (/accuracy/i.test(monitor) ? "max" : "min")) === "max" ? 1 : -1;
    this.#minDelta = minDelta;
  }

  /** Whether the last epoch is the best; if it is, takes note of it together with what `also` changes. */
  improved({ history, epoch }: Training, also: () => void = nothing): boolean {
    const value = lastValue(history, this.#monitor);
    const better = Number.isNaN(this.value) || this.#sign * (value - this.value) > this.#minDelta;
    if (better)
      critical(() => {
        this.value = value;
        this.epoch = epoch;
        also();
      });
    return better;
  }

  /** That there has been nothing better for so many epochs. */
  unbeaten(epochs: number): string {
    const [name, value] = [sayMetric(this.#monitor), Number(this.value.toPrecision(4))];
    return say("no better than {0} {1} of epoch {2} for {3} epochs", name, value, this.epoch, epochs);
  }
}

function nothing(): void {
  // Only the value and its epoch are kept.
}

/** Ends the training when the monitored value has not got better for `patience` epochs (5); then puts the best weights back if told to. */
export function earlyStopping(
  options: MonitorOptions & { patience?: number; restoreBest?: boolean } = {},
): Callback {
  const { patience = 5, restoreBest = false } = options;
  const best = new Best(options);
  let weights: StateDict | null = null;
  return {
    onEpochEnd(training) {
      const remember = () => {
        if (restoreBest) weights = training.model.stateDict();
      };
      if (!best.improved(training, remember) && training.epoch - best.epoch >= patience)
        training.stop(best.unbeaten(patience));
    },
    onTrainEnd({ model }) {
      if (weights !== null) model.loadStateDict(weights);
    },
  };
}

/** A callback that keeps the best weights in memory. */
export interface Checkpoint extends Callback {
  /** State dict of the best epoch so far, null before the first. */
  readonly best: StateDict | null;
  /** Its monitored value, NaN before the first. */
  readonly value: number;
  /** Its number, 0 before the first. */
  readonly epoch: number;
  /** Puts the best weights into the model. */
  restore(model: Model): void;
}

/** Keeps the weights of the epoch whose monitored value is best: `const best = train.checkpoint()`, later `best.restore(model)`. */
export function checkpoint(options: MonitorOptions = {}): Checkpoint {
  const best = new Best(options);
  let weights: StateDict | null = null;
  return {
    get best() {
      return weights;
    },
    get value() {
      return best.value;
    },
    get epoch() {
      return best.epoch;
    },
    onEpochEnd(training) {
      best.improved(training, () => (weights = training.model.stateDict()));
    },
    restore(model) {
      if (weights === null) throw new Error("checkpoint.restore: no epoch has ended yet");
      model.loadStateDict(weights);
    },
  };
}

/** Steps a learning-rate schedule after each epoch (or step); one that looks at a metric is given `monitor` ("valLoss"). */
export function schedule(
  scheduler: { step(metric?: number): void },
  { every = "epoch", monitor }: { every?: "epoch" | "step"; monitor?: string } = {},
): Callback {
  // ReduceLROnPlateau declares its parameter, formulas do not.
  const wantsMetric = scheduler.step.length > 0;
  const advance: Hook = ({ history }) => {
    if (wantsMetric) scheduler.step(lastValue(history, monitor ?? "valLoss"));
    else scheduler.step();
  };
  return every === "step" ? { onStepEnd: advance } : { onEpochEnd: advance };
}
