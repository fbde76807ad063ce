/** Losses between probabilities: binary cross-entropy, from probabilities and from logits, and the Kullback-Leibler divergence. */
import { checkedRange } from "../../ops/check.js";
import { binaryEntropy } from "../../ops/entropy.js";
import { fused } from "../../ops/fused.js";
import { where } from "../../ops/select.js";
import { type DType, isFloating, promote } from "../../tensor/dtype.js";
import type { Tensor } from "../../tensor/tensor.js";
import { warnOfActivation } from "./activated.js";
import {
  Loss,
  reduced,
  sameShapes,
  type LossOptions,
  type ReducedShape,
  type Reduction,
} from "./reduction.js";

/** Options of the binary losses. */
export interface BinaryOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** A factor for each element; broadcasts. */
  weight?: Tensor | null;
}

/**
 * -(y log x + (1 - y) log(1 - x)) for probabilities x and y; logarithms are no smaller than -100. From logits,
 * `binaryCrossEntropyWithLogits` is more exact. PyTorch's nn.functional.binary_cross_entropy.
 * @throws Error when the shapes differ; RangeError for x or y outside [0, 1], at the latest when the loss is computed
 */
export function binaryCrossEntropy<R extends Reduction = "mean">(
  input: Tensor,
  target: Tensor,
  { weight = null, reduction }: BinaryOptions<R> = {},
): Tensor<ReducedShape<R>> {
  sameShapes("binaryCrossEntropy", input, target);
  const dtype = floatingDType(input, target);
  const loss = binaryEntropy(input.to(dtype), target.to(dtype));
  const result = reduced(weight === null ? loss : loss.mul(weight), reduction);
  const ofInput = checkedRange(result, input, 0, 1, (value, at) => notProbability("input", value, at));
  return checkedRange(ofInput, target, 0, 1, (value, at) => notProbability("target", value, at));
}

/** The dtype of a loss between two tensors; integers and booleans count as float32. */
function floatingDType(input: Tensor, target: Tensor): DType {
  const dtype = promote(input.dtype, input.ndim, target.dtype, target.ndim);
  return isFloating(dtype) ? dtype : "float32";
}

function notProbability(operand: "input" | "target", value: number, position: number): string {
  const advice = operand === "input" ? "; apply a sigmoid first, or use binaryCrossEntropyWithLogits" : "";
  return (
    `binaryCrossEntropy: all elements of the ${operand} should be between 0 and 1, as probabilities are, ` +
    `but element ${position} is ${value}${advice}`
  );
}

/**
 * -(p y log σ(x) + (1 - y) log(1 - σ(x))) for logits x and targets y in [0, 1], where p is `posWeight`; computed without σ, so
 * large logits lose nothing. PyTorch's nn.functional.binary_cross_entropy_with_logits.
 * @throws Error when the shapes differ
 */
export function binaryCrossEntropyWithLogits<R extends Reduction = "mean">(
  input: Tensor,
  target: Tensor,
  { weight = null, posWeight = null, reduction }: BinaryOptions<R> & { posWeight?: Tensor | null } = {},
): Tensor<ReducedShape<R>> {
  sameShapes("binaryCrossEntropyWithLogits", input, target);
  warnOfActivation("binaryCrossEntropyWithLogits", input);
  return fused([input, target, weight, posWeight], (x, y, factor, positive) => {
    const negative = x.logSigmoid().neg();
    const share = positive === null ? null : y.mul(positive.sub(1)).add(1);
    const loss = y
      .neg()
      .add(1)
      .mul(x)
      .add(share === null ? negative : negative.mul(share));
    return reduced(factor === null ? loss : loss.mul(factor), reduction);
  });
}

/**
 * y (log y - x) for log probabilities x and probabilities y (log probabilities with `logTarget`). "batchmean" divides the sum by the
 * first size, which is what the divergence's definition says. PyTorch's nn.functional.kl_div.
 * @throws Error when the shapes differ
 */
export function klDiv<R extends Reduction | "batchmean" = "mean">(
  input: Tensor,
  target: Tensor,
  { reduction, logTarget = false }: LossOptions<R> & { logTarget?: boolean } = {},
): Tensor<ReducedShape<R>> {
  sameShapes("klDiv", input, target);
  warnOfActivation("klDiv", input);
  return fused([input, target], (x, y) => {
    const loss = logTarget ? y.exp().mul(y.sub(x)) : y.mul(where(y.gt(0), y, 1).log().sub(x));
    return reduction === "batchmean" ? loss.sum().div(x.shape[0] ?? 1) : reduced<Reduction>(loss, reduction);
  });
}

/** `binaryCrossEntropy` as a layer. */
export class BCELoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly weight: Tensor | null;

  constructor({ weight = null, reduction }: BinaryOptions<R> = {}) {
    super(reduction);
    this.weight = weight === null ? null : this.registerBuffer("weight", weight);
  }

  forward(input: Tensor, target: Tensor): Tensor<ReducedShape<R>> {
    return binaryCrossEntropy(input, target, this);
  }
}

/** `binaryCrossEntropyWithLogits` as a layer. */
export class BCEWithLogitsLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly weight: Tensor | null;
  readonly posWeight: Tensor | null;

  constructor(options: BinaryOptions<R> & { posWeight?: Tensor | null } = {}) {
    super(options.reduction);
    this.weight = options.weight ? this.registerBuffer("weight", options.weight) : null;
    this.posWeight = options.posWeight ? this.registerBuffer("posWeight", options.posWeight) : null;
  }

  forward(input: Tensor, target: Tensor): Tensor<ReducedShape<R>> {
    return binaryCrossEntropyWithLogits(input, target, this);
  }
}

/** `klDiv` as a layer. */
export class KLDivLoss<R extends Reduction | "batchmean" = "mean"> extends Loss {
  readonly batchMean: boolean;
  readonly logTarget: boolean;

  constructor({ reduction, logTarget = false }: LossOptions<R> & { logTarget?: boolean } = {}) {
    const given: Reduction | "batchmean" | undefined = reduction;
    super(given === "batchmean" ? "sum" : given);
    this.batchMean = given === "batchmean";
    this.logTarget = logTarget;
  }

  forward(input: Tensor, target: Tensor): Tensor<ReducedShape<R>> {
    const reduction = this.batchMean ? "batchmean" : this.reduction;
    return klDiv(input, target, { reduction, logTarget: this.logTarget });
  }
}
