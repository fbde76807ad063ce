/** What `fit` and `evaluate` take as a metric. */
import type { Tensor } from "../../tensor/tensor.js";
import type { MeanMetric } from "./mean.js";

/**
 * A metric that is no mean over batches, such as F1: it gathers what it needs from each batch and is computed of all of them (the interface of
 * torchmetrics). A class of one's own extends it.
 */
export abstract class StreamingMetric {
  /** Forgets all batches. */
  abstract reset(): void;
  /** Takes a batch in; nothing need be read. */
  abstract update(output: Tensor, target: Tensor): void;
  /** The value of all batches since the last `reset`. */
  abstract compute(): Tensor | number;

  /** The value of one batch alone; what was gathered before is forgotten. */
  of(output: Tensor, target: Tensor): Tensor | number {
    this.reset();
    this.update(output, target);
    return this.compute();
  }
}

/** A function whose value is the mean over a batch's examples, or a metric that gathers batches. */
export type Metric = MeanMetric | StreamingMetric;
