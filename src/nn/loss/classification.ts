/** Losses over classes: cross-entropy from logits, with classes or probabilities as targets, and from log probabilities. */
import { labelPositions } from "../../ops/check.js";
import { gatherAt, takeAt } from "../../ops/indexing.js";
import { constant } from "../../ops/operand.js";
import { where } from "../../ops/select.js";
import { holds } from "../../primitives/dtypes.js";
import { isFloating, isInteger } from "../../tensor/dtype.js";
import { isComputed, readNumbers } from "../../tensor/reading.js";
import { formatShape, sameShape } from "../../tensor/shape.js";
import type { Checked, Ok, Shape } from "../../tensor/shape-types.js";
import type { Tensor } from "../../tensor/tensor.js";
import { warnOfActivation } from "./activated.js";
import type { Given } from "../../tensor/signature.js";
import type { ClassPair, Paired } from "./pair-types.js";
import {
  type LegacyOptions,
  Loss,
  type LossFunction,
  lossFunction,
  type LossOptions,
  lossOptions,
  reduced,
  type ReducedShape,
  type Reduction,
} from "./reduction.js";

/** Options of losses over classes. */
export interface ClassOptions<R extends Reduction = Reduction> extends LossOptions<R>, LegacyOptions {
  /** A factor for each class, [C]. */
  weight?: Tensor | null;
  /** Targets of this class count for nothing, also in the mean; -100 if not given. */
  ignoreIndex?: number;
}

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions<R extends Reduction = Reduction> extends ClassOptions<R> {
  /** Share of the target that is spread evenly over all classes; 0 if not given. */
  labelSmoothing?: number;
}

const NLL_ORDER: [
  weight: "weight",
  sizeAverage: "sizeAverage",
  ignoreIndex: "ignoreIndex",
  reduce: "reduce",
  reduction: "reduction",
] = ["weight", "sizeAverage", "ignoreIndex", "reduce", "reduction"];
const CROSS_ENTROPY_ORDER: [...typeof NLL_ORDER, labelSmoothing: "labelSmoothing"] = [
  ...NLL_ORDER,
  "labelSmoothing",
];

/**
 * -log softmax(x)[y] for logits x [N, C, ...] (or [C]) and classes y [N, ...], integers; or -Σ_c y_c log softmax(x)_c for
 * probabilities y of the shape of x. The mean is over examples, weighted by their classes' weights. PyTorch's
 * nn.functional.cross_entropy.
 * @throws Error when the shapes do not fit; RangeError for a label outside [0, C), at the latest when the loss is computed
 */
export const crossEntropy = lossFunction(
  "crossEntropy",
  CROSS_ENTROPY_ORDER,
  crossEntropyOf,
) as unknown as LossFunction<
  CrossEntropyOptions,
  typeof CROSS_ENTROPY_ORDER,
  Reduction,
  ClassPair<"crossEntropy", true>
>;

function crossEntropyOf(input: Tensor, target: Tensor, options: CrossEntropyOptions): Tensor {
  const { labelSmoothing = 0, weight = null, reduction = "mean" } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new RangeError(`crossEntropy: labelSmoothing must be between 0 and 1, not ${labelSmoothing}`);
  warnOfActivation("crossEntropy", input);
  const dim = classDim("crossEntropy", input, weight);
  const logs = input.logSoftmax(dim);
  if (!isFloating(target.dtype)) return fromClasses("crossEntropy", logs, dim, target, options);

  if (!sameShape(target.shape, input.shape))
    throw new TypeError(
      `crossEntropy: ${notLabels(target)}; probabilities would have the input's shape ${formatShape(input.shape)}`,
    );
  const classes = input.shape[dim]!;
  const smooth = labelSmoothing === 0 ? target : target.mul(1 - labelSmoothing).add(labelSmoothing / classes);
  const loss = logs
    .mul(alongClasses(weight, dim, input.ndim, smooth))
    .sum(dim)
    .neg();
  // The mean is over examples, whatever the weights, and `loss` has one element for each.
  return reduced(loss, reduction);
}

/**
 * -x[y] for log probabilities x [N, C, ...] (or [C]) and classes y [N, ...], integers; the mean is weighted by the classes' weights.
 * PyTorch's nn.functional.nll_loss.
 * @throws Error when the shapes do not fit; RangeError for a label outside [0, C), at the latest when the loss is computed
 */
export const nllLoss = lossFunction("nllLoss", NLL_ORDER, nllLossOf) as unknown as LossFunction<
  ClassOptions,
  typeof NLL_ORDER,
  Reduction,
  ClassPair<"nllLoss", false>
>;

function nllLossOf(input: Tensor, target: Tensor, options: ClassOptions): Tensor {
  warnOfActivation("nllLoss", input);
  return fromClasses("nllLoss", input, classDim("nllLoss", input, options.weight ?? null), target, options);
}

/** The dimension that counts classes. @throws Error when there is none, or the weight is not one for each class */
function classDim(name: string, input: Tensor, weight: Tensor | null): number {
  if (input.ndim === 0)
    throw new Error(`${name}: input must be [N, C], [N, C, ...] or [C], not a tensor without dimensions`);
  const dim = input.ndim === 1 ? 0 : 1;
  if (weight !== null && !sameShape(weight.shape, [input.shape[dim]!]))
    throw new Error(
      `${name}: weight must be one number for each class, [${input.shape[dim]}], not ${formatShape(weight.shape)}`,
    );
  return dim;
}

/** `values` times the weight of each class. */
function alongClasses(weight: Tensor | null, dim: number, rank: number, values: Tensor): Tensor {
  if (weight === null) return values;
  const shape = Array.from({ length: rank }, (_, i) => (i === dim ? weight.numel() : 1));
  return values.mul(weight.reshape(shape));
}

function fromClasses(
  name: string,
  logs: Tensor,
  dim: number,
  target: Tensor,
  { weight = null, ignoreIndex = -100, reduction = "mean", labelSmoothing = 0 }: CrossEntropyOptions,
): Tensor {
  const expected = logs.shape.filter((_, i) => i !== dim);
  if (!isInteger(target.dtype)) throw new TypeError(`${name}: ${notLabels(target)}`);
  if (!sameShape(target.shape, expected))
    throw new Error(
      `${name}: input ${formatShape(logs.shape)} needs classes of shape ${formatShape(expected)}, not ${formatShape(target.shape)}`,
    );
  // A narrow dtype may not hold `ignoreIndex`, nor the number of classes.
  const labels = holds("int32", target.dtype) ? target.to("int32") : target;
  const counted = labels.ne(ignoreIndex);
  const classes = logs.shape[dim]!;
  const positions = labelPositions(
    labels,
    classes,
    ignoreIndex,
    (label) => `${name}: label ${label} is out of range for ${classes} classes (0 to ${classes - 1})`,
  );
  const chosen = gatherAt(logs, dim, positions.unsqueeze(dim)).squeeze(dim);
  const ones = counted.to(logs.dtype);
  const weights = weight === null ? ones : takeAt(weight, 0, positions).mul(ones);
  // Chosen, not multiplied by 0: what is ignored may be NaN.
  const loss = where(
    counted,
    smoothed(chosen.mul(weights), logs, dim, weight, labelSmoothing),
    constant(0, logs.dtype),
  ).neg();
  switch (reduction) {
    case "mean":
      return loss.sum().div(weights.sum());
    default:
      return reduced(loss, reduction);
  }
}

/** What is wrong with labels that are no integers. */
function notLabels(target: Tensor): string {
  const said = `class labels must be integers, not ${target.dtype} of shape ${formatShape(target.shape)}`;
  const fraction = isComputed(target)
    ? readNumbers(target, "labels").find((label) => !Number.isInteger(label))
    : undefined;
  return fraction === undefined
    ? `${said}; convert them: target.int()`
    : `${said}, and ${fraction} is no class`;
}

/** (1 - s) · the chosen logs + s · the (weighted) mean of all. */
function smoothed(chosen: Tensor, logs: Tensor, dim: number, weight: Tensor | null, share: number): Tensor {
  if (share === 0) return chosen;
  const all = alongClasses(weight, dim, logs.ndim, logs).sum(dim);
  return chosen.mul(1 - share).add(all.mul(share / logs.shape[dim]!));
}

/** `crossEntropy` as a layer. */
export class CrossEntropyLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly weight: Tensor | null;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;

  constructor(options?: CrossEntropyOptions<R>);
  constructor(...options: Given<CrossEntropyOptions<R>, typeof CROSS_ENTROPY_ORDER>);
  constructor(...given: readonly unknown[]) {
    const options = lossOptions<CrossEntropyOptions<R>>("CrossEntropyLoss", CROSS_ENTROPY_ORDER, given);
    super(options.reduction);
    this.weight = options.weight ? this.registerBuffer("weight", options.weight) : null;
    this.ignoreIndex = options.ignoreIndex ?? -100;
    this.labelSmoothing = options.labelSmoothing ?? 0;
  }

  forward<A extends Shape, B extends Shape>(
    input: Tensor<A>,
    target: Checked<Paired<ClassPair<"CrossEntropyLoss", true>, A, B>, Tensor<B>>,
  ): Tensor<ReducedShape<R, Ok<Paired<ClassPair<"CrossEntropyLoss", true>, A, B>>>>;
  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, labelSmoothing, reduction } = this;
    return crossEntropy(input, target, { weight, ignoreIndex, labelSmoothing, reduction });
  }
}

/** `nllLoss` as a layer. */
export class NLLLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly weight: Tensor | null;
  readonly ignoreIndex: number;

  constructor(options?: ClassOptions<R>);
  constructor(...options: Given<ClassOptions<R>, typeof NLL_ORDER>);
  constructor(...given: readonly unknown[]) {
    const options = lossOptions<ClassOptions<R>>("NLLLoss", NLL_ORDER, given);
    super(options.reduction);
    this.weight = options.weight ? this.registerBuffer("weight", options.weight) : null;
    this.ignoreIndex = options.ignoreIndex ?? -100;
  }

  forward<A extends Shape, B extends Shape>(
    input: Tensor<A>,
    target: Checked<Paired<ClassPair<"NLLLoss", false>, A, B>, Tensor<B>>,
  ): Tensor<ReducedShape<R, Ok<Paired<ClassPair<"NLLLoss", false>, A, B>>>>;
  forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction } = this;
    return nllLoss(input, target, { weight, ignoreIndex, reduction });
  }
}
