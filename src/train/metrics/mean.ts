/** Metrics that are means over examples: functions of one batch. */
import { isInteger } from "../../tensor/dtype.js";
import { formatShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";

/** A number of one batch: the mean over its examples, as a 0-dimensional tensor (better: read once an epoch) or as a number. */
export type MeanMetric = (output: Tensor, target: Tensor) => Tensor | number;

/**
 * Share of the examples whose class is right. `output` is [N, C] logits or probabilities with classes [N] (or one-hot rows [N, C]) as
 * the target, or one logit an example, [N] or [N, 1], with targets 0 and 1 of the same shape.
 * @throws Error when the shapes fit neither
 */
export function accuracy(output: Tensor, target: Tensor): Tensor {
  const classes = output.shape[1] ?? 1;
  if (output.ndim === 2 && classes > 1) {
    const predicted = output.argmax(1);
    if (target.ndim === 1 && target.shape[0] === output.shape[0])
      return share(predicted.eq(isInteger(target.dtype) ? target : target.to("int32")));
    if (String(target.shape) === String(output.shape)) return share(predicted.eq(target.argmax(1)));
  } else if (output.ndim <= 2 && output.numel() === target.numel()) {
    return share(output.gt(0).eq(target.reshape(output.shape).gt(0.5)));
  }
  throw new Error(
    `accuracy: output ${formatShape(output.shape)} and target ${formatShape(target.shape)} do not fit; ` +
      `expected [N, C] with [N] or [N, C], or one logit an example with targets of the same shape`,
  );
}

/**
 * The metric "the right class is among the k with the greatest scores", for scores [N, C] and classes [N] (scikit-learn's
 * top_k_accuracy_score): `metrics: { top5: train.metrics.topKAccuracy(5) }`.
 * @throws RangeError for k below 1; when it is used, Error for other shapes
 */
export function topKAccuracy(k: number): (output: Tensor, target: Tensor) => Tensor {
  if (!Number.isInteger(k) || k < 1)
    throw new RangeError(`topKAccuracy: k must be a whole number of at least 1, not ${k}`);
  return (output, target) => {
    if (output.ndim !== 2 || target.ndim !== 1 || target.shape[0] !== output.shape[0])
      throw new Error(
        `topKAccuracy: output ${formatShape(output.shape)} and target ${formatShape(target.shape)} do not fit; expected [N, C] with [N]`,
      );
    const { indices } = output.topk(Math.min(k, output.shape[1]!), 1);
    return share(indices.eq(target.to("int64").unsqueeze(1)).any(1));
  };
}

/** Mean of |output - target|. */
export function meanAbsoluteError(output: Tensor, target: Tensor): Tensor {
  return output.sub(target.reshape(output.shape)).abs().mean();
}

function share(right: Tensor): Tensor {
  return right.to("float32").mean();
}
