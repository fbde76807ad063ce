/** Losses that ask for a margin: between two classes, two inputs, or one class and all others. */
import { labelPositions } from "../../ops/check.js";
import { fused } from "../../ops/fused.js";
import { gatherAt, takeAt } from "../../ops/indexing.js";
import { where } from "../../ops/select.js";
import { arange } from "../../tensor/creation/range.js";
import { isInteger } from "../../tensor/dtype.js";
import { formatShape, sameShape } from "../../tensor/shape.js";
import type { Checked, Ok, Shape } from "../../tensor/shape-types.js";
import type { Given } from "../../tensor/signature.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Paired, RowPair, SamePair } from "./pair-types.js";
import {
  LEGACY,
  type LegacyOptions,
  Loss,
  lossFunction,
  pairedLoss,
  lossFunction3,
  type LossOptions,
  lossOptions,
  reduced,
  type ReducedShape,
  type Reduction,
  rowLoss,
} from "./reduction.js";

type Legacy = typeof LEGACY;
type Options<R extends Reduction = Reduction> = LossOptions<R> & LegacyOptions;
type MarginOptions<R extends Reduction = Reduction> = Options<R> & { margin?: number };
type WeightOptions<R extends Reduction = Reduction> = Options<R> & {
  /** A factor for each class, [C]. */
  weight?: Tensor | null;
};

const MARGIN_ORDER: [margin: "margin", ...typeof LEGACY] = ["margin", ...LEGACY];
const WEIGHT_ORDER: [weight: "weight", ...typeof LEGACY] = ["weight", ...LEGACY];

/** x where y is 1, max(0, margin - x) where y is -1; margin is 1 if not given. PyTorch's nn.functional.hinge_embedding_loss. */
export const hingeEmbeddingLoss = lossFunction(
  "hingeEmbeddingLoss",
  MARGIN_ORDER,
  (input: Tensor, target: Tensor, { margin = 1, reduction }: MarginOptions) =>
    fused([input, target], (x, y) => {
      const far = where(y.ne(1), x.neg().add(margin).clamp({ min: 0 }), 0);
      return reduced(far.add(where(y.ne(-1), x, 0)), reduction);
    }),
);

/** max(0, -y (x1 - x2) + margin) for y 1 or -1; margin is 0 if not given. PyTorch's nn.functional.margin_ranking_loss. */
export const marginRankingLoss = lossFunction3(
  "marginRankingLoss",
  "input1, input2, target",
  MARGIN_ORDER,
  (input1: Tensor, input2: Tensor, target: Tensor, { margin = 0, reduction }: MarginOptions) => {
    if (input1.ndim !== input2.ndim || input1.ndim !== target.ndim)
      throw new Error(
        `marginRankingLoss: input1, input2 and target must have the same number of dimensions, got ${formatShape(input1.shape)}, ` +
          `${formatShape(input2.shape)} and ${formatShape(target.shape)}`,
      );
    return fused([input1, input2, target], (x1, x2, y) =>
      reduced(y.neg().mul(x1.sub(x2)).add(margin).clamp({ min: 0 }), reduction),
    );
  },
);

/** ln(1 + e^(-y x)) for y 1 or -1, exact for large |x| too. PyTorch's nn.functional.soft_margin_loss. */
export const softMarginLoss = pairedLoss(
  "softMarginLoss",
  LEGACY,
  (input: Tensor, target: Tensor, { reduction }: Options) => {
    return fused([input, target], (x, y) => reduced(x.mul(y).logSigmoid().neg(), reduction));
  },
);

/**
 * -(y ln σ(x) + (1 - y) ln σ(-x)) · weight, averaged over the classes, for x and y [N, C] or [C]. PyTorch's
 * nn.functional.multilabel_soft_margin_loss.
 * @throws Error when the shapes differ
 */
export const multilabelSoftMarginLoss = rowLoss(
  "multilabelSoftMarginLoss",
  WEIGHT_ORDER,
  (input: Tensor, target: Tensor, { weight = null, reduction }: WeightOptions) => {
    return fused([input, target, weight], (x, y, factors) => {
      const each = y.mul(x.logSigmoid()).add(y.neg().add(1).mul(x.neg().logSigmoid())).neg();
      return reduced((factors === null ? each : each.mul(factors)).mean(-1), reduction);
    });
  },
);

interface MultiMarginOptions<R extends Reduction = Reduction> extends LossOptions<R>, LegacyOptions {
  /** 1 or 2; 1 if not given. */
  p?: number;
  /** 1 if not given. */
  margin?: number;
  /** A factor for each class, [C]. */
  weight?: Tensor | null;
}

const MULTI_MARGIN_ORDER: [p: "p", margin: "margin", weight: "weight", ...typeof LEGACY] = [
  "p",
  "margin",
  "weight",
  ...LEGACY,
];

/**
 * Σ_{j ≠ y} weight_y max(0, margin - x_y + x_j)ᵖ / C for x [N, C] or [C] and classes y. PyTorch's nn.functional.multi_margin_loss.
 * @throws Error when the shapes do not fit; RangeError for a class outside [0, C)
 */
export const multiMarginLoss = lossFunction(
  "multiMarginLoss",
  MULTI_MARGIN_ORDER,
  (input: Tensor, target: Tensor, options: MultiMarginOptions) => {
    const { p = 1, margin = 1, weight = null, reduction } = options;
    if (p !== 1 && p !== 2) throw new RangeError(`multiMarginLoss: p must be 1 or 2, not ${p}`);
    const isRow = input.ndim < 2;
    const classes = input.shape.at(-1) ?? 1;
    const rows = isRow ? 1 : input.shape[0]!;
    const expected = isRow ? target.numel() === 1 && target.ndim < 2 : sameShape(target.shape, [rows]);
    if (input.ndim > 2 || classes === 0 || !expected)
      throw new Error(
        `multiMarginLoss: expected input [N, C] and classes [N], or [C] and one class, got ${formatShape(input.shape)} and ${formatShape(target.shape)}`,
      );
    if (!isInteger(target.dtype))
      throw new TypeError(`multiMarginLoss: classes must be integers, not ${target.dtype}; use target.int()`);
    if (weight !== null && weight.numel() !== classes)
      throw new Error(
        `multiMarginLoss: expected a weight for each of ${classes} classes, got ${formatShape(weight.shape)}`,
      );
    const labels = labelPositions(
      target.reshape([rows]),
      classes,
      -1 - classes,
      (label) => `multiMarginLoss: class ${label} is out of range for ${classes} classes`,
    );
    return fused([input, weight], (x, factors) => {
      const table = x.reshape([rows, classes]);
      const column = labels.unsqueeze(1);
      const gap = table
        .sub(gatherAt(table, 1, column))
        .add(margin)
        .relu();
      const powers = p === 1 ? gap : gap.square();
      const weighted =
        factors === null ? powers : powers.mul(takeAt(factors.reshape([classes]), 0, labels).unsqueeze(1));
      const others = arange(classes).to(labels.dtype).ne(column);
      const loss = where(others, weighted, 0).sum(1).div(classes);
      return reduced(isRow ? loss.reshape([]) : loss, reduction);
    });
  },
);

/**
 * Σ_j Σ_{i no label} max(0, 1 - (x_j - x_i)) / C over the labels j of each row of x [N, C] or [C]: those of the target, of the same shape, up to
 * the first -1. PyTorch's nn.functional.multilabel_margin_loss.
 * @throws Error when the shapes differ; RangeError for a label outside [-1, C)
 */
export const multilabelMarginLoss = rowLoss(
  "multilabelMarginLoss",
  LEGACY,
  (input: Tensor, target: Tensor, { reduction }: Options) => {
    if (!isInteger(target.dtype))
      throw new TypeError(
        `multilabelMarginLoss: labels must be integers, not ${target.dtype}; use target.int()`,
      );
    if (input.ndim > 2)
      throw new Error(`multilabelMarginLoss: expected input [N, C] or [C], got ${formatShape(input.shape)}`);
    const isRow = input.ndim < 2;
    const classes = input.shape.at(-1) ?? 1;
    const rows = isRow ? 1 : input.shape[0]!;
    const given = target.reshape([rows, classes]);
    const labels = labelPositions(
      given,
      classes,
      -1,
      (label) => `multilabelMarginLoss: label ${label} is out of range for ${classes} classes`,
    );
    // Of the labels [N, K] those before the first -1 count.
    const counts = given.ge(0).int().cumprod(1).ne(0);
    const isLabel = labels
      .unsqueeze(2)
      .eq(arange(classes).to(labels.dtype))
      .logicalAnd(counts.unsqueeze(2))
      .any(1);
    return fused([input], (x) => {
      const table = x.reshape([rows, classes]);
      const gap = table
        .unsqueeze(1)
        .sub(gatherAt(table, 1, labels).unsqueeze(2))
        .add(1)
        .relu();
      const pairs = counts.unsqueeze(2).logicalAnd(isLabel.logicalNot().unsqueeze(1));
      const loss = where(pairs, gap, 0).sum([1, 2]).div(classes);
      return reduced(isRow ? loss.reshape([]) : loss, reduction);
    });
  },
);

/** `hingeEmbeddingLoss` as a layer. */
export class HingeEmbeddingLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly margin: number;

  constructor(options?: MarginOptions<R>);
  constructor(...options: Given<MarginOptions<R>, typeof MARGIN_ORDER>);
  constructor(...given: readonly unknown[]) {
    const options = lossOptions<MarginOptions<R>>("HingeEmbeddingLoss", MARGIN_ORDER, given);
    super(options.reduction);
    this.margin = options.margin ?? 1;
  }

  forward(input: Tensor, target: Tensor): Tensor<ReducedShape<R>> {
    return hingeEmbeddingLoss(input, target, { margin: this.margin, reduction: this.reduction });
  }
}

/** `marginRankingLoss` as a layer. */
export class MarginRankingLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly margin: number;

  constructor(options?: MarginOptions<R>);
  constructor(...options: Given<MarginOptions<R>, typeof MARGIN_ORDER>);
  constructor(...given: readonly unknown[]) {
    const options = lossOptions<MarginOptions<R>>("MarginRankingLoss", MARGIN_ORDER, given);
    super(options.reduction);
    this.margin = options.margin ?? 0;
  }

  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor<ReducedShape<R>> {
    return marginRankingLoss(input1, input2, target, { margin: this.margin, reduction: this.reduction });
  }
}

/** `softMarginLoss` as a layer. */
export class SoftMarginLoss<R extends Reduction = "mean"> extends Loss<R> {
  constructor(options?: Options<R>);
  constructor(...options: Given<Options<R>, Legacy>);
  constructor(...given: readonly unknown[]) {
    super(lossOptions<Options<R>>("SoftMarginLoss", LEGACY, given).reduction);
  }

  forward<A extends Shape, B extends Shape>(
    input: Tensor<A>,
    target: Checked<Paired<SamePair<"SoftMarginLoss">, A, B>, Tensor<B>>,
  ): Tensor<ReducedShape<R, Ok<Paired<SamePair<"SoftMarginLoss">, A, B>>>>;
  forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, { reduction: this.reduction });
  }
}

/** `multilabelSoftMarginLoss` as a layer. */
export class MultiLabelSoftMarginLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly weight: Tensor | null;

  constructor(options?: WeightOptions<R>);
  constructor(...options: Given<WeightOptions<R>, typeof WEIGHT_ORDER>);
  constructor(...given: readonly unknown[]) {
    const options = lossOptions<WeightOptions<R>>("MultiLabelSoftMarginLoss", WEIGHT_ORDER, given);
    super(options.reduction);
    this.weight = options.weight ? this.registerBuffer("weight", options.weight) : null;
  }

  forward<A extends Shape, B extends Shape>(
    input: Tensor<A>,
    target: Checked<Paired<RowPair<"MultiLabelSoftMarginLoss">, A, B>, Tensor<B>>,
  ): Tensor<ReducedShape<R, Ok<Paired<RowPair<"MultiLabelSoftMarginLoss">, A, B>>>>;
  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelSoftMarginLoss(input, target, { weight: this.weight, reduction: this.reduction });
  }
}

/** `multiMarginLoss` as a layer. */
export class MultiMarginLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly p: number;
  readonly margin: number;
  readonly weight: Tensor | null;

  constructor(options?: MultiMarginOptions<R>);
  constructor(...options: Given<MultiMarginOptions<R>, typeof MULTI_MARGIN_ORDER>);
  constructor(...given: readonly unknown[]) {
    const options = lossOptions<MultiMarginOptions<R>>("MultiMarginLoss", MULTI_MARGIN_ORDER, given);
    super(options.reduction);
    this.p = options.p ?? 1;
    this.margin = options.margin ?? 1;
    this.weight = options.weight ? this.registerBuffer("weight", options.weight) : null;
    if (this.p !== 1 && this.p !== 2)
      throw new RangeError(`MultiMarginLoss: p must be 1 or 2, not ${this.p}`);
  }

  forward(input: Tensor, target: Tensor): Tensor<ReducedShape<R>> {
    const { p, margin, weight, reduction } = this;
    return multiMarginLoss(input, target, { p, margin, weight, reduction });
  }
}

/** `multilabelMarginLoss` as a layer. */
export class MultiLabelMarginLoss<R extends Reduction = "mean"> extends Loss<R> {
  constructor(options?: Options<R>);
  constructor(...options: Given<Options<R>, Legacy>);
  constructor(...given: readonly unknown[]) {
    super(lossOptions<Options<R>>("MultiLabelMarginLoss", LEGACY, given).reduction);
  }

  forward<A extends Shape, B extends Shape>(
    input: Tensor<A>,
    target: Checked<Paired<RowPair<"MultiLabelMarginLoss">, A, B>, Tensor<B>>,
  ): Tensor<ReducedShape<R, Ok<Paired<RowPair<"MultiLabelMarginLoss">, A, B>>>>;
  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelMarginLoss(input, target, { reduction: this.reduction });
  }
}
