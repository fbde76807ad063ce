/** The classes that a model says, and those that are right. */
import { isFloating } from "../../tensor/dtype.js";
import { formatShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";

/** One entry an example (or a pixel): int64. */
export interface Classes {
  readonly predicted: Tensor;
  readonly actual: Tensor;
  readonly count: number;
  /** The output was one score an example, of "yes" against "no". */
  readonly isBinary: boolean;
}

/**
 * Of scores [N, C, …] and classes [N, …] (or one-hot [N, C, …]), or of one score an example, [N] or [N, 1], and targets 0 and 1.
 * @param threshold of one score an example: above it is "yes"
 * @throws Error when the shapes fit neither
 */
export function classesOf(name: string, output: Tensor, target: Tensor, threshold: number): Classes {
  const [n, classes = 1, ...rest] = output.shape;
  if (output.ndim >= 2 && classes > 1) {
    const predicted = output.argmax(1);
    if (String(target.shape) === String([n, ...rest]))
      return { predicted: flat(predicted), actual: flat(target), count: classes, isBinary: false };
    if (String(target.shape) === String(output.shape))
      return { predicted: flat(predicted), actual: flat(target.argmax(1)), count: classes, isBinary: false };
  } else if (output.ndim >= 1 && output.ndim <= 2 && output.numel() === target.numel()) {
    const actual = isFloating(target.dtype) ? target.gt(0.5) : target;
    return { predicted: flat(output.gt(threshold)), actual: flat(actual), count: 2, isBinary: true };
  }
  throw new Error(
    `${name}: output ${formatShape(output.shape)} and target ${formatShape(target.shape)} do not fit; ` +
      `expected [N, C, …] with [N, …], or one score an example with targets 0 and 1 of the same shape`,
  );
}

function flat(x: Tensor): Tensor {
  return x.detach().flatten().to("int64");
}
