/** Loss and metrics of a model on data that it is not trained on. */
import { noGrad } from "../autograd/mode.js";
import { onInterrupt } from "../interrupts.js";
import {
  Averages,
  lossFunction,
  parts,
  rememberModes,
  type Batches,
  type LossLike,
  type Model,
} from "./batch.js";
import type { Metric } from "./metrics/metric.js";
import { readAtOnce, type Reading } from "./reading.js";

/** What `evaluate` has found. */
export interface Evaluation {
  /** Mean over examples. */
  readonly loss: number;
  readonly metrics: Record<string, number>;
}

/** What `evaluate` is to measure. */
export interface EvaluationOptions {
  readonly loss: LossLike;
  readonly metrics?: Readonly<Record<string, Metric>>;
}

/**
 * Goes once through `batches` with the model in `eval()` mode and without gradients; the mode is put back.
 * @throws Error when there are no batches
 */
export function* evaluation(model: Model, batches: Batches, options: EvaluationOptions): Reading<Evaluation> {
  const loss = lossFunction(options.loss);
  const averages = new Averages(options.metrics ?? {});
  let sum = 0;
  let examples = 0;
  const putBack = rememberModes(model);
  const forget = onInterrupt(putBack);
  try {
    model.eval();
    for (const batch of batches) {
      const { inputs, target } = parts(batch);
      const lossHere = noGrad(() => {
        const output = model.forward(...inputs);
        averages.add(output, target);
        return loss(output, target);
      });
      const count = target.shape[0] ?? 1;
      sum += count * (yield lossHere);
      examples += count;
    }
  } finally {
    putBack();
    forget();
  }
  if (examples === 0) throw new Error("evaluate: the loader gave no batch");
  return { loss: sum / examples, metrics: Object.fromEntries(yield* averages.values()) };
}

/** `evaluation` on an engine that is read at once. */
export function evaluate(model: Model, batches: Batches, options: EvaluationOptions): Evaluation {
  return readAtOnce(evaluation(model, batches, options));
}
