/** Cross-entropy of what a linear layer makes of its input, as a function and as a layer. */
import { matmul } from "../../tensor/functions.js";
import type { FloatDType } from "../../tensor/dtype.js";
import { formatShape, sizeOf } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { Linear } from "../linear.js";
import { crossEntropy, type CrossEntropyOptions } from "./classification.js";
import { Loss, type LossOptions, type ReducedShape, type Reduction } from "./reduction.js";
import { takesTensors } from "../function-form.js";

/** Options of `linearCrossEntropy`. */
export interface LinearCrossEntropyOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** Added to the logits, [C] or [C, d₁, …]. */
  linearBias?: Tensor | null;
  /** A factor for each class, [C]. */
  weight?: Tensor | null;
  /** Targets of this class count for nothing; -100 if not given. */
  ignoreIndex?: number | null;
  /** Share of the target that is spread evenly over all classes; 0 if not given. */
  labelSmoothing?: number;
}

function classLosses(
  input: Tensor,
  linearWeight: Tensor,
  target: Tensor,
  { linearBias = null, ignoreIndex = null, ...options }: LinearCrossEntropyOptions,
): Tensor {
  const name = "linearCrossEntropy";
  const features = linearWeight.shape.at(-1);
  if (linearWeight.ndim < 2)
    throw new Error(
      `${name}: expected linearWeight [C, features] or [C, ..., features], got ${formatShape(linearWeight.shape)}`,
    );
  const sizes = linearWeight.shape.slice(0, -1);
  if (input.ndim < 1 || input.ndim > 2 || input.shape.at(-1) !== features)
    throw new Error(
      `${name}: linearWeight ${formatShape(linearWeight.shape)} needs an input [${features}] or [N, ${features}], got ${formatShape(input.shape)}`,
    );
  if (input.ndim === 1 && sizes.length > 1)
    throw new Error(
      `${name}: a loss of ${sizes.length - 1} dims needs an input [N, ${features}], got ${formatShape(input.shape)}`,
    );
  const flat = linearWeight.reshape([sizeOf(sizes), features!]);
  const products = matmul(input, flat.mT as Tensor);
  const logits = linearBias === null ? products : products.add(linearBias.reshape([sizeOf(sizes)]));
  const shaped = logits.reshape([...input.shape.slice(0, -1), ...sizes]) as Tensor;
  return crossEntropy(shaped, target, { ...options, ignoreIndex: ignoreIndex ?? -100 });
}

/**
 * `crossEntropy` of the logits x Wᵀ + b, for x [N, features] or [features], W [C, features] or [C, d₁, …, features], and targets [N], [N, d₁, …]
 * or probabilities with the classes as dim 1. PyTorch's nn.functional.linear_cross_entropy, without the `options` that cut a batch into chunks.
 * @throws Error when the shapes do not fit
 */
export const linearCrossEntropy = takesTensors<
  <R extends Reduction = "mean">(
    input: Tensor,
    linearWeight: Tensor,
    target: Tensor,
    options?: LinearCrossEntropyOptions<R>,
  ) => Tensor<ReducedShape<R>>
>(
  "linearCrossEntropy",
  "input, linearWeight, target | *, linearBias, weight, reduction, ignoreIndex, labelSmoothing",
  classLosses as never,
);

/** Options of `LinearCrossEntropyLoss`. */
export interface LinearCrossEntropyLossOptions<R extends Reduction = Reduction> extends Omit<
  CrossEntropyOptions<R>,
  "ignoreIndex" | "sizeAverage" | "reduce"
> {
  /** [d₁, …] of a loss of several dims; none if not given. */
  outFeatures?: readonly number[];
  /** Whether b is added to the logits; false if not given. */
  bias?: boolean;
  /** Of the weights; float32 if not given. */
  dtype?: FloatDType;
  ignoreIndex?: number | null;
}

/**
 * A linear layer and the cross-entropy of its logits: `linear.weight` is [C · d₁ · …, inFeatures]. PyTorch's nn.LinearCrossEntropyLoss.
 * @throws Error for a `weight` that is not [numClasses]; RangeError for a `labelSmoothing` outside [0, 1]
 */
export class LinearCrossEntropyLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly numClasses: number;
  readonly outFeatures: readonly number[];
  readonly weight: Tensor | null;
  readonly ignoreIndex: number | null;
  readonly labelSmoothing: number;
  readonly linear: Linear;

  constructor(inFeatures: number, numClasses: number, options: LinearCrossEntropyLossOptions<R> = {}) {
    super(options.reduction);
    const { outFeatures = [], bias = false, dtype, weight = null, labelSmoothing = 0 } = options;
    if (weight !== null && (weight.ndim !== 1 || weight.shape[0] !== numClasses))
      throw new Error(
        `LinearCrossEntropyLoss: expected a weight [${numClasses}], got ${formatShape(weight.shape)}`,
      );
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
      throw new RangeError(
        `LinearCrossEntropyLoss: labelSmoothing must be between 0 and 1, not ${labelSmoothing}`,
      );
    this.numClasses = numClasses;
    this.outFeatures = outFeatures;
    this.weight = weight === null ? null : this.registerBuffer("weight", weight);
    this.ignoreIndex = options.ignoreIndex ?? null;
    this.labelSmoothing = labelSmoothing;
    this.linear = new Linear(inFeatures, numClasses * sizeOf(outFeatures), {
      bias,
      ...(dtype === undefined ? {} : { dtype }),
    });
  }

  forward(input: Tensor, target: Tensor): Tensor<ReducedShape<R>> {
    const { linear, numClasses, outFeatures, weight, ignoreIndex, labelSmoothing, reduction } = this;
    const sizes = [numClasses, ...outFeatures];
    return linearCrossEntropy(input, linear.weight.reshape([...sizes, linear.inFeatures]), target, {
      linearBias: linear.bias === null ? null : linear.bias.reshape(sizes),
      weight,
      reduction,
      ignoreIndex,
      labelSmoothing,
    });
  }
}
