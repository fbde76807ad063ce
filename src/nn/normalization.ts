/** Layers that normalize: over an example's features, or over a batch. */
import { noGrad } from "../autograd/mode.js";
import { critical } from "../interrupts.js";
import { fused } from "../ops/fused.js";
import { ones, zeros } from "../tensor/creation/constant.js";
import type { FloatDType } from "../tensor/dtype.js";
import { formatShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import type { Tensor } from "../tensor/tensor.js";
import { SameShape } from "./activation.js";
import { Parameter } from "./parameter.js";

/** Options of `LayerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance; 1e-5 if not given. */
  eps?: number;
  /** Whether a weight and a bias are learned; true if not given. */
  elementwiseAffine?: boolean;
  /** Whether there is a bias beside the weight; true if not given. */
  bias?: boolean;
  dtype?: FloatDType;
}

/**
 * (x - mean) / √(var + eps) · weight + bias with mean and (biased) variance over the last dimensions, `normalizedShape`.
 * PyTorch's nn.LayerNorm (Ba, Kiros and Hinton 2016).
 */
export class LayerNorm extends SameShape {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    super();
    const { eps = 1e-5, elementwiseAffine = true, bias = true, dtype = "float32" } = options;
    this.normalizedShape = typeof normalizedShape === "number" ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, { dtype })) : null;
    this.bias = elementwiseAffine && bias ? new Parameter(zeros(this.normalizedShape, { dtype })) : null;
  }

  /** [..., ...normalizedShape] → the same. @throws Error when the last sizes are others */
  forward<S extends Shape>(input: Tensor<S>): Tensor<S>;
  forward(input: Tensor): Tensor {
    const shape: Shape = this.normalizedShape;
    if (String(input.shape.slice(-shape.length)) !== String(shape))
      throw new Error(
        `LayerNorm(${formatShape(shape)}): input ${formatShape(input.shape)} must end in the sizes ${formatShape(shape)}`,
      );
    const dims = shape.map((_, i) => i - shape.length);
    return fused([input, this.weight, this.bias], (x, weight, bias) =>
      affine(normalize(x, dims, this.eps).output, weight, bias),
    );
  }

  override extraRepr(): string {
    const shape = this.normalizedShape.join(", ");
    return `[${shape}], eps=${this.eps}, elementwiseAffine=${this.weight !== null}`;
  }
}

/** Options of `BatchNorm1d`. */
export interface BatchNormOptions {
  /** Added to the variance; 1e-5 if not given. */
  eps?: number;
  /** Share of the batch in the running statistics; null for the plain average of all batches; 0.1 if not given. */
  momentum?: number | null;
  /** Whether a weight and a bias are learned; true if not given. */
  affine?: boolean;
  /** Whether statistics are kept for use after `eval()`; true if not given. */
  trackRunningStats?: boolean;
  dtype?: FloatDType;
}

/**
 * (x - mean) / √(var + eps) · weight + bias for each feature over the batch, for [N, C] or [N, C, L]; after `eval()` with the
 * running statistics. PyTorch's nn.BatchNorm1d (Ioffe and Szegedy 2015).
 */
export class BatchNorm1d extends SameShape {
  readonly eps: number;
  readonly momentum: number | null;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
  readonly numBatchesTracked: Tensor | null;

  constructor(
    readonly numFeatures: number,
    options: BatchNormOptions = {},
  ) {
    super();
    const {
      eps = 1e-5,
      momentum = 0.1,
      affine = true,
      trackRunningStats = true,
      dtype = "float32",
    } = options;
    const shape = [numFeatures];
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? new Parameter(ones(shape, { dtype })) : null;
    this.bias = affine ? new Parameter(zeros(shape, { dtype })) : null;
    this.runningMean = trackRunningStats ? this.registerBuffer("runningMean", zeros(shape, { dtype })) : null;
    this.runningVar = trackRunningStats ? this.registerBuffer("runningVar", ones(shape, { dtype })) : null;
    this.numBatchesTracked = trackRunningStats
      ? this.registerBuffer("numBatchesTracked", zeros([], { dtype: "int32" }))
      : null;
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S>;
  forward(input: Tensor): Tensor {
    const { shape } = input;
    if (shape.length < 2 || shape.length > 3 || shape[1] !== this.numFeatures)
      throw new Error(
        `BatchNorm1d(${this.numFeatures}): input ${formatShape(shape)} must be [N, ${this.numFeatures}] or [N, ${this.numFeatures}, L]`,
      );
    const perFeature: Shape = shape.length === 2 ? [1, this.numFeatures] : [1, this.numFeatures, 1];
    const weight = this.weight?.reshape(perFeature) ?? null;
    const bias = this.bias?.reshape(perFeature) ?? null;
    const { runningMean, runningVar } = this;
    if (!this.training && runningMean !== null && runningVar !== null)
      return fused([input, runningMean, runningVar, weight, bias], (x, mean, variance, scale, shift) => {
        const deviation = variance.add(this.eps).sqrt().reshape(perFeature);
        return affine(x.sub(mean.reshape(perFeature)).div(deviation), scale, shift);
      });
    const count = input.numel() / this.numFeatures;
    if (count < 2)
      throw new Error(
        `BatchNorm1d(${this.numFeatures}): a batch of one value a feature, ${formatShape(shape)}, has no variance; use a larger batch or eval()`,
      );
    return fused([input, weight, bias], (x, scale, shift) => {
      const { output, mean, variance } = normalize(x, shape.length === 2 ? [0] : [0, 2], this.eps);
      if (this.training) this.#track(mean, variance, count);
      return affine(output, scale, shift);
    });
  }

  override extraRepr(): string {
    const affine = this.weight !== null;
    const tracked = this.runningMean !== null;
    return `${this.numFeatures}, eps=${this.eps}, momentum=${this.momentum}, affine=${affine}, trackRunningStats=${tracked}`;
  }

  #track(mean: Tensor, variance: Tensor, count: number): void {
    const { runningMean, runningVar, numBatchesTracked } = this;
    if (runningMean === null || runningVar === null || numBatchesTracked === null) return;
    noGrad(() =>
      critical(() => {
        numBatchesTracked.add_(1);
        const share = this.momentum ?? numBatchesTracked.to(runningMean.dtype).reciprocal();
        const unbiased = variance.mul(count / (count - 1));
        runningMean.add_(mean.detach().reshape(runningMean.shape).sub(runningMean).mul(share));
        runningVar.add_(unbiased.detach().reshape(runningVar.shape).sub(runningVar).mul(share));
      }),
    );
  }
}

/** x · weight + bias, or what there is of them. */
function affine(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const scaled = weight === null ? x : x.mul(weight);
  return bias === null ? scaled : scaled.add(bias);
}

/** (x - mean) / √(var + eps) over `dims`, with the statistics, their dims kept. */
function normalize(
  input: Tensor,
  dims: readonly number[],
  eps: number,
): { output: Tensor; mean: Tensor; variance: Tensor } {
  const mean = input.mean(dims, { keepdim: true });
  const centered = input.sub(mean);
  const variance = centered.square().mean(dims, { keepdim: true });
  return { output: centered.mul(variance.add(eps).rsqrt()), mean, variance };
}
