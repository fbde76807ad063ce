/** Loss and metrics of a model on data that it is not trained on. */
import { noGrad } from "../autograd/mode.js";
import { restoring } from "../interrupts.js";
import {
  Averages,
  lossFunction,
  parts,
  rememberModes,
  type Batches,
  type LossLike,
  type Model,
} from "./batch.js";
import type { Metric } from "./metrics.js";

/** What `evaluate` has found. */
export interface Evaluation {
  /** Mean over examples. */
  readonly loss: number;
  readonly metrics: Record<string, number>;
}

/**
 * Goes once through `batches` with the model in `eval()` mode and without gradients; the mode is put back.
 * @throws Error when there are no batches
 */
export function evaluate(
  model: Model,
  batches: Batches,
  options: { loss: LossLike; metrics?: Readonly<Record<string, Metric>> },
): Evaluation {
  const loss = lossFunction(options.loss);
  const averages = new Averages(options.metrics ?? {});
  let sum = 0;
  let examples = 0;
  restoring(rememberModes(model), () => {
    model.eval();
    noGrad(() => {
      for (const batch of batches) {
        const { inputs, target } = parts(batch);
        const output = model.forward(...inputs);
        averages.add(output, target);
        const count = target.shape[0] ?? 1;
        sum += count * loss(output, target).item();
        examples += count;
      }
    });
  });
  if (examples === 0) throw new Error("evaluate: the loader gave no batch");
  return { loss: sum / examples, metrics: Object.fromEntries(averages.values()) };
}
