/** Layers that normalize each channel, over a batch or within each example, and keep running statistics. */
import { checkTensor } from "../ops/operand.js";
import { noGrad } from "../autograd/mode.js";
import { ones, zeros } from "../tensor/creation/constant.js";
import { type FloatDType, getDefaultDtype } from "../tensor/dtype.js";
import { formatShape } from "../tensor/shape.js";
import type { Checked, Ok, Shape, TypeOnly } from "../tensor/shape-types.js";
import { type Given, isOptions, optionsOf } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { SameShape } from "./activation.js";
import type { BatchRule, SpaceRule } from "./feature-rules.js";
import { instanceNorm, normalizeBatch } from "./normalization-functions.js";
import { Parameter } from "./parameter.js";
import type { After, Layer } from "./shape-rule.js";

/** Options of batch and instance normalization. */
export interface BatchNormOptions {
  /** Added to the variance; 1e-5 if not given. */
  eps?: number;
  /** Share of the batch in the running statistics; null for the plain average of all batches; 0.1 if not given. */
  momentum?: number | null;
  /** Whether a weight and a bias are learned; true if not given, false for instance normalization. */
  affine?: boolean;
  /** Whether statistics are kept for use after `eval()`; true if not given, false for instance normalization. */
  trackRunningStats?: boolean;
  device?: "cpu";
  dtype?: FloatDType;
  /** Whether there is a bias beside the weight; true if not given. */
  bias?: boolean;
}

type Order = [
  eps: "eps",
  momentum: "momentum",
  affine: "affine",
  trackRunningStats: "trackRunningStats",
  device: "device",
  dtype: "dtype",
];

/** Whether null, which stands for the default elsewhere, is given as the momentum. */
function isCumulative(given: readonly unknown[]): boolean {
  const last = given.at(-1);
  return given[1] === null || (isOptions(last) && last["momentum"] === null);
}

/** What the layers have in common: weights and running statistics. */
abstract class ChannelNorm extends SameShape {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
  readonly numBatchesTracked: Tensor | null;

  constructor(numFeatures: number, given: readonly unknown[], isOn: boolean) {
    super();
    const options = optionsOf<BatchNormOptions>(
      new.target.name,
      "eps, momentum, affine, trackRunningStats, device, dtype, *, bias",
      given,
    );
    const {
      eps = 1e-5,
      affine = isOn,
      trackRunningStats = isOn,
      dtype = getDefaultDtype(),
      bias = true,
    } = options;
    const shape = [numFeatures];
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = isCumulative(given) ? null : (options.momentum ?? 0.1);
    this.affine = affine;
    this.trackRunningStats = trackRunningStats;
    this.weight = affine ? new Parameter(ones(shape, { dtype })) : null;
    this.bias = affine && bias ? new Parameter(zeros(shape, { dtype })) : null;
    this.runningMean = trackRunningStats ? this.registerBuffer("runningMean", zeros(shape, { dtype })) : null;
    this.runningVar = trackRunningStats ? this.registerBuffer("runningVar", ones(shape, { dtype })) : null;
    this.numBatchesTracked = trackRunningStats
      ? this.registerBuffer("numBatchesTracked", zeros([], { dtype: "int64" }))
      : null;
  }

  /** Forgets the running statistics. */
  resetRunningStats(): void {
    noGrad(() => {
      this.runningMean?.zero_();
      this.runningVar?.fill_(1);
      this.numBatchesTracked?.zero_();
    });
  }

  /** Forgets the running statistics, and what was learned. */
  resetParameters(): void {
    this.resetRunningStats();
    noGrad(() => {
      this.weight?.fill_(1);
      this.bias?.zero_();
    });
  }

  override extraRepr(): string {
    return (
      `${this.numFeatures}, eps=${this.eps}, momentum=${this.momentum}, affine=${this.affine}, ` +
      `trackRunningStats=${this.trackRunningStats}`
    );
  }
}

abstract class BatchNorm<const C extends number = number> extends ChannelNorm {
  constructor(numFeatures: C, ...given: Given<BatchNormOptions, Order>) {
    super(numFeatures, given, true);
  }

  /** Shapes that are taken, in words, and their numbers of dimensions. */
  protected abstract readonly expected: readonly [words: string, ranks: readonly number[]];

  /** [N, C, ...] → the same. @throws Error for another shape, and for a batch of one value a channel in training */
  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    const name = `${this.name()}(${this.numFeatures})`;
    checkTensor(name, input);
    const [words, ranks] = this.expected;
    if (!ranks.includes(input.ndim) || input.shape[1] !== this.numFeatures)
      throw new Error(
        `${name}: input ${formatShape(input.shape)} must be ${words.replaceAll("C", String(this.numFeatures))}`,
      );
    const { runningMean: mean, runningVar: variance, numBatchesTracked: batches } = this;
    const has = mean !== null && variance !== null && batches !== null;
    let share: number | Tensor = this.momentum ?? 0;
    if (this.training && has) {
      noGrad(() => batches.add_(1));
      if (this.momentum === null) share = batches.to(mean.dtype).reciprocal();
    }
    const useBatch = this.training || !has;
    const tracked = has && (this.training || !useBatch) ? { mean, variance, share } : null;
    return normalizeBatch(name, input, tracked, this.weight, this.bias, useBatch, this.eps);
  }
}

/**
 * (x - mean) / √(var + eps) · weight + bias for each feature over the batch, for [N, C] or [N, C, L]; after `eval()` with the
 * running statistics. PyTorch's nn.BatchNorm1d (Ioffe and Szegedy 2015).
 */
export class BatchNorm1d<const C extends number = number> extends BatchNorm<C> {
  declare readonly shapeRule?: TypeOnly<BatchRule<"BatchNorm1d", 1, C>>;

  protected get expected(): readonly [string, readonly number[]] {
    return ["[N, C] or [N, C, L]", [2, 3]];
  }
}

/** As `BatchNorm1d`, for [N, C, H, W]. PyTorch's nn.BatchNorm2d. */
export class BatchNorm2d<const C extends number = number> extends BatchNorm<C> {
  declare readonly shapeRule?: TypeOnly<BatchRule<"BatchNorm2d", 2, C>>;

  protected get expected(): readonly [string, readonly number[]] {
    return ["[N, C, H, W]", [4]];
  }
}

/** As `BatchNorm1d`, for [N, C, D, H, W]. PyTorch's nn.BatchNorm3d. */
export class BatchNorm3d<const C extends number = number> extends BatchNorm<C> {
  declare readonly shapeRule?: TypeOnly<BatchRule<"BatchNorm3d", 3, C>>;

  protected get expected(): readonly [string, readonly number[]] {
    return ["[N, C, D, H, W]", [5]];
  }
}

abstract class InstanceNorm extends ChannelNorm {
  constructor(numFeatures: number, ...given: Given<BatchNormOptions, Order>) {
    super(numFeatures, given, false);
  }

  /** Dims after the channels. */
  protected abstract readonly spatial: number;

  /** [N, C, ...] or [C, ...] → the same. @throws Error for another shape */
  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    checkTensor(this.name(), input);
    const isOne = input.ndim === this.spatial + 1;
    const batch = isOne ? input.unsqueeze(0) : input;
    if (batch.ndim !== this.spatial + 2 || (this.affine && batch.shape[1] !== this.numFeatures)) {
      const sizes = ["D", "H", "W"].slice(-this.spatial).join(", ");
      throw new Error(
        `${this.name()}(${this.numFeatures}): input ${formatShape(input.shape)} must be [N, ${this.numFeatures}, ${sizes}] or [${this.numFeatures}, ${sizes}]`,
      );
    }
    const { runningMean, runningVar, weight, bias, eps } = this;
    const output = instanceNorm(batch, {
      runningMean,
      runningVar,
      weight,
      bias,
      useInputStats: this.training || !this.trackRunningStats,
      momentum: this.momentum ?? 0,
      eps,
    });
    return isOne ? output.squeeze(0) : output;
  }
}

/**
 * (x - mean) / √(var + eps) for each channel of each example, for [N, C, L] or [C, L]. PyTorch's nn.InstanceNorm1d (Ulyanov et al. 2016).
 */
export class InstanceNorm1d extends InstanceNorm {
  declare readonly shapeRule?: TypeOnly<SpaceRule<"InstanceNorm1d", 1>>;

  protected get spatial(): number {
    return 1;
  }
}

/** As `InstanceNorm1d`, for [N, C, H, W] or [C, H, W]. PyTorch's nn.InstanceNorm2d. */
export class InstanceNorm2d extends InstanceNorm {
  declare readonly shapeRule?: TypeOnly<SpaceRule<"InstanceNorm2d", 2>>;

  protected get spatial(): number {
    return 2;
  }
}

/** As `InstanceNorm1d`, for [N, C, D, H, W] or [C, D, H, W]. PyTorch's nn.InstanceNorm3d. */
export class InstanceNorm3d extends InstanceNorm {
  declare readonly shapeRule?: TypeOnly<SpaceRule<"InstanceNorm3d", 3>>;

  protected get spatial(): number {
    return 3;
  }
}
