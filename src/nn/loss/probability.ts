/** Losses between probabilities: binary cross-entropy, from probabilities and from logits, and the Kullback-Leibler divergence. */
import { checkedRange } from "../../ops/check.js";
import { binaryEntropy } from "../../ops/entropy.js";
import { fused } from "../../ops/fused.js";
import { where } from "../../ops/select.js";
import { type DType, isFloating, promote } from "../../tensor/dtype.js";
import type { Tensor } from "../../tensor/tensor.js";
import { warnOfActivation } from "./activated.js";
import type { Checked, Ok, Shape } from "../../tensor/shape-types.js";
import type { Given } from "../../tensor/signature.js";
import type { Paired, SamePair } from "./pair-types.js";
import {
  LEGACY,
  type LegacyOptions,
  Loss,
  pairedLoss,
  type LossFunction,
  type LossOptions,
  lossOptions,
  reduced,
  type ReducedShape,
  type Reduction,
  reductionOf,
} from "./reduction.js";
import { takesTensors } from "../function-form.js";

/** Options of the binary losses. */
export interface BinaryOptions<R extends Reduction = Reduction> extends LossOptions<R>, LegacyOptions {
  /** A factor for each element; broadcasts. */
  weight?: Tensor | null;
}

/** Options of losses between logits and probabilities. */
interface LogitOptions<R extends Reduction = Reduction> extends BinaryOptions<R> {
  /** A factor for the positive answers of each class; broadcasts. */
  posWeight?: Tensor | null;
}

const BINARY_ORDER: [weight: "weight", ...typeof LEGACY] = ["weight", ...LEGACY];
const LOGIT_ORDER: [...typeof BINARY_ORDER, posWeight: "posWeight"] = [...BINARY_ORDER, "posWeight"];

/**
 * -(y log x + (1 - y) log(1 - x)) for probabilities x and y; logarithms are no smaller than -100. From logits,
 * `binaryCrossEntropyWithLogits` is more exact. PyTorch's nn.functional.binary_cross_entropy.
 * @throws Error when the shapes differ; RangeError for x or y outside [0, 1], at the latest when the loss is computed
 */
export const binaryCrossEntropy = pairedLoss("binaryCrossEntropy", BINARY_ORDER, ofProbabilities);

function ofProbabilities(input: Tensor, target: Tensor, { weight = null, reduction }: BinaryOptions): Tensor {
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
export const binaryCrossEntropyWithLogits = pairedLoss("binaryCrossEntropyWithLogits", LOGIT_ORDER, ofLogits);

function ofLogits(
  input: Tensor,
  target: Tensor,
  { weight = null, posWeight = null, reduction }: LogitOptions,
): Tensor {
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

/** Options of `klDiv`. */
interface DivergenceOptions<R extends Reduction | "batchmean" = Reduction | "batchmean">
  extends LossOptions<R>, LegacyOptions {
  /** Whether the target holds log probabilities too; false if not given. */
  logTarget?: boolean;
}

const DIVERGENCE_ORDER: [...typeof LEGACY, logTarget: "logTarget"] = [...LEGACY, "logTarget"];

/**
 * y (log y - x) for log probabilities x and probabilities y (log probabilities with `logTarget`). "batchmean" divides the sum by the
 * first size, which is what the divergence's definition says. PyTorch's nn.functional.kl_div.
 * @throws Error when the shapes differ
 */
export const klDiv = takesTensors<
  LossFunction<DivergenceOptions, typeof DIVERGENCE_ORDER, Reduction | "batchmean">
>("klDiv", `input, target | ${DIVERGENCE_ORDER.join(", ")}`, divergence);

function divergence(input: Tensor, target: Tensor, options: DivergenceOptions): Tensor {
  const { logTarget = false } = options;
  const reduction = reductionOf<Reduction | "batchmean">(options);
  warnOfActivation("klDiv", input);
  return fused([input, target], (x, y) => {
    const loss = logTarget ? y.exp().mul(y.sub(x)) : y.mul(where(y.gt(0), y, 1).log().sub(x));
    return reduction === "batchmean" ? loss.sum().div(x.shape[0] ?? 1) : reduced<Reduction>(loss, reduction);
  });
}

/** `binaryCrossEntropy` as a layer. */
export class BCELoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly weight: Tensor | null;

  constructor(options?: BinaryOptions<R>);
  constructor(...options: Given<BinaryOptions<R>, typeof BINARY_ORDER>);
  constructor(...given: readonly unknown[]) {
    const { weight, reduction } = lossOptions<BinaryOptions<R>>("BCELoss", BINARY_ORDER, given);
    super(reduction);
    this.weight = weight ? this.registerBuffer("weight", weight) : null;
  }

  forward<A extends Shape, B extends Shape>(
    input: Tensor<A>,
    target: Checked<Paired<SamePair<"BCELoss">, A, B>, Tensor<B>>,
  ): Tensor<ReducedShape<R, Ok<Paired<SamePair<"BCELoss">, A, B>>>>;
  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, { weight: this.weight, reduction: this.reduction });
  }
}

/** `binaryCrossEntropyWithLogits` as a layer. */
export class BCEWithLogitsLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly weight: Tensor | null;
  readonly posWeight: Tensor | null;

  constructor(options?: LogitOptions<R>);
  constructor(...options: Given<LogitOptions<R>, typeof LOGIT_ORDER>);
  constructor(...given: readonly unknown[]) {
    const options = lossOptions<LogitOptions<R>>("BCEWithLogitsLoss", LOGIT_ORDER, given);
    super(options.reduction);
    this.weight = options.weight ? this.registerBuffer("weight", options.weight) : null;
    this.posWeight = options.posWeight ? this.registerBuffer("posWeight", options.posWeight) : null;
  }

  forward<A extends Shape, B extends Shape>(
    input: Tensor<A>,
    target: Checked<Paired<SamePair<"BCEWithLogitsLoss">, A, B>, Tensor<B>>,
  ): Tensor<ReducedShape<R, Ok<Paired<SamePair<"BCEWithLogitsLoss">, A, B>>>>;
  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, posWeight, reduction } = this;
    return binaryCrossEntropyWithLogits(input, target, { weight, posWeight, reduction });
  }
}

/** `klDiv` as a layer. */
export class KLDivLoss<R extends Reduction | "batchmean" = "mean"> extends Loss {
  readonly batchMean: boolean;
  readonly logTarget: boolean;

  constructor(options?: DivergenceOptions<R>);
  constructor(...options: Given<DivergenceOptions<R>, typeof DIVERGENCE_ORDER>);
  constructor(...given: readonly unknown[]) {
    const { reduction, logTarget = false } = lossOptions<DivergenceOptions>(
      "KLDivLoss",
      DIVERGENCE_ORDER,
      given,
    );
    super(reduction === "batchmean" ? "sum" : reduction);
    this.batchMean = reduction === "batchmean";
    this.logTarget = logTarget;
  }

  forward(input: Tensor, target: Tensor): Tensor<ReducedShape<R>> {
    const reduction = this.batchMean ? "batchmean" : this.reduction;
    return klDiv(input, target, { reduction, logTarget: this.logTarget });
  }
}
