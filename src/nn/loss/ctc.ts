/** Connectionist temporal classification: the loss of a sequence of labels whose places in time are not known. */
import { fused } from "../../ops/fused.js";
import { tensor as tensorOf } from "../../tensor/creation/from-data.js";
import { isInteger } from "../../tensor/dtype.js";
import { readNumbers } from "../../tensor/reading.js";
import { formatShape } from "../../tensor/shape.js";
import type { Given } from "../../tensor/signature.js";
import { Tensor } from "../../tensor/tensor.js";
import { alignmentLoss } from "./alignment.js";
import {
  Loss,
  type LossOptions,
  lossOptions,
  reduced,
  type ReducedShape,
  type Reduction,
} from "./reduction.js";
import { takesTensors } from "../function-form.js";

interface CTCOptions<R extends Reduction = Reduction> extends LossOptions<R> {
  /** The class that says nothing; 0 if not given. */
  blank?: number;
  /** Whether infinite losses, of targets longer than the input, count as 0, and their gradients too; false if not given. */
  zeroInfinity?: boolean;
}

const CTC_ORDER: [blank: "blank", reduction: "reduction", zeroInfinity: "zeroInfinity"] = [
  "blank",
  "reduction",
  "zeroInfinity",
];

/** Lengths of sequences: a tensor of integers or a list. */
export type Lengths = Tensor | readonly number[] | number;

/** How `ctcLoss` is called. */
export interface CTCLossFunction {
  <R extends Reduction = "mean">(
    logProbs: Tensor,
    targets: Tensor,
    inputLengths: Lengths,
    targetLengths: Lengths,
    options?: CTCOptions<R>,
  ): Tensor<ReducedShape<R>>;
  (
    logProbs: Tensor,
    targets: Tensor,
    inputLengths: Lengths,
    targetLengths: Lengths,
    ...options: Given<CTCOptions, typeof CTC_ORDER>
  ): Tensor;
}

/**
 * -ln of the probability of the targets under all their alignments, for log probabilities [T, N, C] (or [T, C]) and targets [N, S], or all in a
 * row [Σ targetLengths]. "mean" divides each loss by the length of its target first. Reads targets and lengths. The gradient is that of
 * PyTorch's nn.functional.ctc_loss, which takes the log probabilities for the output of a logSoftmax (Graves et al. 2006).
 * @throws Error when shapes or lengths do not fit
 */
export const ctcLoss = takesTensors<CTCLossFunction>(
  "ctcLoss",
  `logProbs, targets, inputLengths, targetLengths | ${CTC_ORDER.join(", ")}`,
  (logProbs: Tensor, targets: Tensor, inputs: Lengths, lengths: Lengths, options: CTCOptions): Tensor => {
    const { blank = 0, zeroInfinity = false, reduction = "mean" } = options;
    if (logProbs.ndim !== 3 && logProbs.ndim !== 2)
      throw new Error(
        `ctcLoss: expected log probabilities [T, N, C] or [T, C], got ${formatShape(logProbs.shape)}`,
      );
    const isOne = logProbs.ndim === 2;
    const batch = isOne ? logProbs.unsqueeze(1) : logProbs;
    const [steps = 0, count = 0, classes = 0] = batch.shape;
    if (!(blank >= 0 && blank < classes))
      throw new RangeError(`ctcLoss: blank must be one of ${classes} classes, not ${blank}`);
    const inputLengths = lengthsOf("inputLengths", inputs, count);
    const targetLengths = lengthsOf("targetLengths", lengths, count);
    for (const length of inputLengths)
      if (length > steps)
        throw new RangeError(
          `ctcLoss: an input length of ${length} is more than the ${steps} steps there are`,
        );
    const labels = labelsOf(targets, targetLengths, classes, blank, isOne);
    const losses = fused([batch], (x) => alignmentLoss(x, labels, inputLengths, blank, zeroInfinity));
    if (reduction !== "mean") return reduced(isOne ? losses.reshape([]) : losses, reduction);
    const divisors = targetLengths.map((length) => Math.max(length, 1));
    return losses.div(tensorOf(divisors, { dtype: losses.dtype })).mean();
  },
);

function lengthsOf(name: string, given: Lengths, count: number): number[] {
  if (given instanceof Tensor && !isInteger(given.dtype))
    throw new TypeError(`ctcLoss: ${name} must be integers, not ${given.dtype}; use ${name}.int()`);
  const list =
    given instanceof Tensor
      ? [...readNumbers(given, "ctcLoss")]
      : typeof given === "number"
        ? [given]
        : [...given];
  if (list.length !== count)
    throw new Error(`ctcLoss: expected ${name} for ${count} sequences, got ${list.length}`);
  for (const length of list)
    if (!Number.isInteger(length) || length < 0)
      throw new RangeError(`ctcLoss: ${name} must be whole numbers of at least 0, got ${length}`);
  return list;
}

/** The labels of each sequence. */
function labelsOf(
  targets: Tensor,
  lengths: readonly number[],
  classes: number,
  blank: number,
  isOne: boolean,
): number[][] {
  if (!isInteger(targets.dtype))
    throw new TypeError(`ctcLoss: targets must be integers, not ${targets.dtype}; use targets.int()`);
  const flat = readNumbers(targets, "ctcLoss");
  const inRow = targets.ndim === 1;
  const most = Math.max(0, ...lengths);
  const sum = lengths.reduce((a, b) => a + b, 0);
  const fits = inRow
    ? isOne
      ? targets.numel() >= most
      : targets.numel() === sum
    : targets.ndim === 2 && targets.shape[0] === lengths.length && targets.shape[1]! >= most;
  if (!fits)
    throw new Error(
      `ctcLoss: targets ${formatShape(targets.shape)} are neither [${lengths.length}, S] with S of at least ${most} nor all ${sum} in a row`,
    );
  let start = 0;
  return lengths.map((length, n) => {
    const from = inRow ? start : n * targets.shape[1]!;
    start += length;
    return Array.from({ length }, (_, i) => {
      const label = flat[from + i]!;
      if (!(label >= 0 && label < classes) || label === blank)
        throw new RangeError(
          `ctcLoss: label ${label} is ${label === blank ? "the blank" : `out of range for ${classes} classes`}`,
        );
      return label;
    });
  });
}

/** `ctcLoss` as a layer. */
export class CTCLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly blank: number;
  readonly zeroInfinity: boolean;

  constructor(options?: CTCOptions<R>);
  constructor(...options: Given<CTCOptions<R>, typeof CTC_ORDER>);
  constructor(...given: readonly unknown[]) {
    const options = lossOptions<CTCOptions<R>>("CTCLoss", CTC_ORDER, given);
    super(options.reduction);
    this.blank = options.blank ?? 0;
    this.zeroInfinity = options.zeroInfinity ?? false;
  }

  forward(
    logProbs: Tensor,
    targets: Tensor,
    inputLengths: Lengths,
    targetLengths: Lengths,
  ): Tensor<ReducedShape<R>>;
  forward(logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths): Tensor {
    const { blank, zeroInfinity, reduction } = this;
    return ctcLoss(logProbs, targets, inputLengths, targetLengths, { blank, zeroInfinity, reduction });
  }
}
