/** A softmax over many classes of which few are frequent. */
import { checkTensor } from "../ops/operand.js";
import { isInteger, getDefaultDtype } from "../tensor/dtype.js";
import { cat } from "../ops/join.js";
import { labelPositions } from "../ops/check.js";
import { gatherAt } from "../ops/indexing.js";
import { where } from "../ops/select.js";
import type { FloatDType } from "../tensor/dtype.js";
import { formatShape } from "../tensor/shape.js";
import { type Given, optionsOf } from "../tensor/signature.js";
import { namedTuple, type Positions } from "../tensor/named-tuple.js";
import type { Tensor } from "../tensor/tensor.js";
import { Linear } from "./linear.js";
import { BuiltIn } from "./module.js";
import { Sequential } from "./sequential.js";

/** Options of `AdaptiveLogSoftmaxWithLoss`. */
export interface AdaptiveSoftmaxOptions {
  /** By how much each cluster's vectors are shorter than those of the one before; 4 if not given. */
  divValue?: number;
  /** Whether the head has a bias; false if not given. */
  headBias?: boolean;
  device?: "cpu";
  dtype?: FloatDType;
}

/** What `AdaptiveLogSoftmaxWithLoss` gives: the log probability of each target [N], and their mean with the sign turned. */
export interface AdaptiveSoftmaxResult extends Positions<Tensor> {
  readonly output: Tensor;
  readonly loss: Tensor;
}

/**
 * Log probabilities of classes that are sorted by frequency: a head has those below the first cutoff and one entry for each cluster of rarer ones,
 * whose own probabilities are computed from shorter vectors. PyTorch's nn.AdaptiveLogSoftmaxWithLoss (Grave et al. 2017).
 */
export class AdaptiveLogSoftmaxWithLoss extends BuiltIn {
  readonly inFeatures: number;
  readonly nClasses: number;
  readonly cutoffs: readonly number[];
  readonly divValue: number;
  readonly headBias: boolean;
  readonly head: Linear;
  readonly tail: Sequential[];

  constructor(
    inFeatures: number,
    nClasses: number,
    cutoffs: readonly number[],
    ...given: Given<
      AdaptiveSoftmaxOptions,
      [divValue: "divValue", headBias: "headBias", device: "device", dtype: "dtype"]
    >
  ) {
    super();
    const options = optionsOf<AdaptiveSoftmaxOptions>(
      "AdaptiveLogSoftmaxWithLoss",
      "divValue, headBias, device, dtype",
      given,
    );
    const { divValue = 4, headBias = false, dtype = getDefaultDtype() } = options;
    const rises = cutoffs.every((cut, i) => Number.isInteger(cut) && cut > (cutoffs[i - 1] ?? 0));
    if (cutoffs.length === 0 || !rises || cutoffs.at(-1)! > nClasses - 1)
      throw new RangeError(
        `AdaptiveLogSoftmaxWithLoss: cutoffs must rise from above 0 to below ${nClasses - 1}, got ${formatShape(cutoffs)}`,
      );
    this.inFeatures = inFeatures;
    this.nClasses = nClasses;
    this.cutoffs = [...cutoffs, nClasses];
    this.divValue = divValue;
    this.headBias = headBias;
    this.head = new Linear(inFeatures, cutoffs[0]! + cutoffs.length, { bias: headBias, dtype });
    this.tail = cutoffs.map((cut, i) => {
      const inner = Math.floor(inFeatures / divValue ** (i + 1));
      return new Sequential(
        new Linear(inFeatures, inner, { bias: false, dtype }),
        new Linear(inner, this.cutoffs[i + 1]! - cut, { bias: false, dtype }),
      );
    });
  }

  /** Draws the weights of all classes anew (`torch.nn.AdaptiveLogSoftmaxWithLoss.reset_parameters`). */
  resetParameters(): void {
    for (const part of [this.head, ...this.tail.flatMap((cluster) => [...cluster])])
      (part as Linear).resetParameters();
  }

  /** Log probabilities of all classes: [N, inFeatures] → [N, nClasses]. */
  logProb(input: Tensor): Tensor {
    const head = this.head.forward(input).logSoftmax(-1);
    const first = this.cutoffs[0]!;
    const clusters = this.tail.map((tail, i) =>
      tail
        .forward(input)
        .logSoftmax(-1)
        .add(head.narrow(-1, first + i, 1)),
    );
    return cat([head.narrow(-1, 0, first), ...clusters], -1);
  }

  /** The most probable class of each row: [N, inFeatures] → [N]. */
  predict(input: Tensor): Tensor {
    return this.logProb(input).argmax(-1);
  }

  /** The log probability of each target, [N, inFeatures] and classes [N] → [N] (or of one, without N), and the loss. @throws Error when shapes do not fit */
  forward(input: Tensor, target: Tensor): AdaptiveSoftmaxResult {
    checkTensor("AdaptiveLogSoftmaxWithLoss", input);
    checkTensor("AdaptiveLogSoftmaxWithLoss (target)", target);
    const isOne = target.ndim === 0;
    if (target.ndim > 1 || input.ndim !== target.ndim + 1 || (!isOne && input.shape[0] !== target.shape[0]))
      throw new Error(
        `AdaptiveLogSoftmaxWithLoss: expected input [N, ${this.inFeatures}] and target [N], got ${formatShape(input.shape)} and ${formatShape(target.shape)}`,
      );
    if (!isInteger(target.dtype))
      throw new TypeError(
        `AdaptiveLogSoftmaxWithLoss: classes must be integers, not ${target.dtype}; use target.int()`,
      );
    const rows = isOne ? input.unsqueeze(0) : input;
    const labels = labelPositions(
      isOne ? target.unsqueeze(0) : target,
      this.nClasses,
      -(2 ** 31),
      (label) => `AdaptiveLogSoftmaxWithLoss: class ${label} is out of range for ${this.nClasses} classes`,
    );
    const head = this.head.forward(rows).logSoftmax(1);
    const first = this.cutoffs[0]!;
    const pick = (logs: Tensor, places: Tensor): Tensor =>
      gatherAt(logs, 1, places.clamp(0, logs.shape[1]! - 1).unsqueeze(1)).squeeze(1);
    let output = pick(head, labels);
    this.tail.forEach((tail, i) => {
      const [low, high] = [this.cutoffs[i]!, this.cutoffs[i + 1]!];
      const own = pick(tail.forward(rows).logSoftmax(1), labels.sub(low));
      const isHere = labels.ge(low).logicalAnd(labels.lt(high));
      output = where(isHere, own.add(head.select(1, first + i)), output);
    });
    const loss = output.mean().neg();
    const result = isOne ? output.squeeze(0) : output;
    return namedTuple({ output: result, loss });
  }
}
