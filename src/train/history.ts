/** What `fit` records, and how a callback or a plot reads a value from it by name. */

/** Grows while `fit` trains; plots may watch it. */
export interface History {
  /** Training loss of every step. */
  readonly loss: number[];
  /** Number of the last step of each epoch, from 1: where the lists below belong on the axis of `loss`. */
  readonly step: number[];
  /** Mean training loss of each epoch, every example counted once. */
  readonly epochLoss: number[];
  /** Validation loss after each epoch; empty without validation data. */
  readonly valLoss: number[];
  /** Metrics of each epoch, by name; on validation data with "val" before it: `accuracy`, `valAccuracy`. */
  readonly metrics: Record<string, number[]>;
  /** Duration of each epoch, validation included, in seconds. */
  readonly seconds: number[];
  /** Why training ended before the last epoch, or null. */
  stopped: string | null;
}

export function emptyHistory(): History {
  return { loss: [], step: [], epochLoss: [], valLoss: [], metrics: {}, seconds: [], stopped: null };
}

/** "accuracy" → "valAccuracy" */
export function validationName(metric: string): string {
  return `val${metric.charAt(0).toUpperCase()}${metric.slice(1)}`;
}

/**
 * The last epoch's value of "loss", "valLoss" or a metric.
 * @throws Error when there is none of that name
 */
export function lastValue(history: History, name: string): number {
  const values =
    name === "loss"
      ? history.epochLoss
      : name === "valLoss"
        ? history.valLoss
        : (history.metrics[name] ?? []);
  const value = values.at(-1);
  if (value !== undefined) return value;
  const there = ["loss", ...(history.valLoss.length > 0 ? ["valLoss"] : []), ...Object.keys(history.metrics)];
  const advice = name.startsWith("val") ? "; pass { validation } to fit" : "";
  throw new Error(`there is no value "${name}" to watch, only ${there.join(", ")}${advice}`);
}
