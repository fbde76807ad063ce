/** Layers that normalize over an example's features. batch-normalization.ts has those over a batch. */
import { checkTensor } from "../ops/operand.js";
import { fused } from "../ops/fused.js";
import { cat } from "../ops/join.js";
import { ones, zeros } from "../tensor/creation/constant.js";
import { type FloatDType, getDefaultDtype } from "../tensor/dtype.js";
import { formatShape } from "../tensor/shape.js";
import type { Checked, Ok, Shape, TypeOnly } from "../tensor/shape-types.js";
import { type Given, optionsOf } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { SameShape } from "./activation.js";
import type { EndRule, SecondRule } from "./feature-rules.js";
import { ones_, zeros_ } from "./init.js";
import {
  groupNorm,
  layerNorm,
  localResponseNorm,
  rmsNorm,
  sumOverChannels,
} from "./normalization-functions.js";
import { Parameter } from "./parameter.js";
import type { After, Layer } from "./shape-rule.js";

/** Options of `LayerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance; 1e-5 if not given. */
  eps?: number;
  /** Whether a weight and a bias are learned; true if not given. */
  elementwiseAffine?: boolean;
  /** Whether there is a bias beside the weight; true if not given. */
  bias?: boolean;
  device?: "cpu";
  dtype?: FloatDType;
}

type LayerNormOrder = [
  eps: "eps",
  elementwiseAffine: "elementwiseAffine",
  bias: "bias",
  device: "device",
  dtype: "dtype",
];

/**
 * (x - mean) / √(var + eps) · weight + bias with mean and (biased) variance over the last dimensions, `normalizedShape`.
 * PyTorch's nn.LayerNorm (Ba, Kiros and Hinton 2016).
 */
export class LayerNorm<
  const N extends number | readonly number[] = number | readonly number[],
> extends SameShape {
  declare readonly shapeRule?: TypeOnly<EndRule<"LayerNorm", N>>;
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly elementwiseAffine: boolean;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  constructor(normalizedShape: N, ...given: Given<LayerNormOptions, LayerNormOrder>) {
    super();
    const options = optionsOf<LayerNormOptions>(
      "LayerNorm",
      "eps, elementwiseAffine, bias, device, dtype",
      given,
    );
    const { eps = 1e-5, elementwiseAffine = true, bias = true, dtype = getDefaultDtype() } = options;
    this.normalizedShape =
      typeof normalizedShape === "number" ? [normalizedShape] : [...(normalizedShape as Shape)];
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, { dtype })) : null;
    this.bias = elementwiseAffine && bias ? new Parameter(zeros(this.normalizedShape, { dtype })) : null;
  }

  /** Sets the weight to 1 and the bias to 0 (`torch.nn.LayerNorm.reset_parameters`). */
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  /** [..., ...normalizedShape] → the same. @throws Error when the last sizes are others */
  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    return layerNorm(input, this.normalizedShape, { weight: this.weight, bias: this.bias, eps: this.eps });
  }

  override extraRepr(): string {
    const shape = this.normalizedShape.join(", ");
    return `[${shape}], eps=${this.eps}, elementwiseAffine=${this.elementwiseAffine}`;
  }
}

/** Options of `RMSNorm`. */
export interface RMSNormOptions {
  /** Added to the mean of the squares; the dtype's own epsilon if not given. */
  eps?: number | null;
  /** Whether a weight is learned; true if not given. */
  elementwiseAffine?: boolean;
  device?: "cpu";
  dtype?: FloatDType;
}

/**
 * x / √(mean x² + eps) · weight over the last dimensions, `normalizedShape`. PyTorch's nn.RMSNorm (Zhang and Sennrich 2019).
 */
export class RMSNorm<
  const N extends number | readonly number[] = number | readonly number[],
> extends SameShape {
  declare readonly shapeRule?: TypeOnly<EndRule<"RMSNorm", N>>;
  readonly normalizedShape: readonly number[];
  readonly eps: number | null;
  readonly elementwiseAffine: boolean;
  readonly weight: Parameter | null;

  constructor(
    normalizedShape: N,
    ...given: Given<
      RMSNormOptions,
      [eps: "eps", elementwiseAffine: "elementwiseAffine", device: "device", dtype: "dtype"]
    >
  ) {
    super();
    const options = optionsOf<RMSNormOptions>("RMSNorm", "eps, elementwiseAffine, device, dtype", given);
    const { eps = null, elementwiseAffine = true, dtype = getDefaultDtype() } = options;
    this.normalizedShape =
      typeof normalizedShape === "number" ? [normalizedShape] : [...(normalizedShape as Shape)];
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, { dtype })) : null;
  }

  /** Sets the weight to 1 (`torch.nn.RMSNorm.reset_parameters`). */
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight);
  }

  /** [..., ...normalizedShape] → the same. @throws Error when the last sizes are others */
  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    return rmsNorm(input, this.normalizedShape, { weight: this.weight, eps: this.eps });
  }

  override extraRepr(): string {
    const shape = this.normalizedShape.join(", ");
    return `[${shape}], eps=${this.eps}, elementwiseAffine=${this.elementwiseAffine}`;
  }
}

/** Options of `GroupNorm`. */
export interface GroupNormOptions {
  /** Added to the variance; 1e-5 if not given. */
  eps?: number;
  /** Whether a weight and a bias are learned; true if not given. */
  affine?: boolean;
  device?: "cpu";
  dtype?: FloatDType;
  /** Whether there is a bias beside the weight; true if not given. */
  bias?: boolean;
}

/** Normalizes each of `numGroups` groups of the channels of [N, C, ...]. PyTorch's nn.GroupNorm (Wu and He 2018). */
export class GroupNorm<const C extends number = number> extends SameShape {
  declare readonly shapeRule?: TypeOnly<SecondRule<"GroupNorm", C>>;
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  readonly affine: boolean;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  constructor(
    numGroups: number,
    numChannels: C,
    ...given: Given<GroupNormOptions, [eps: "eps", affine: "affine", device: "device", dtype: "dtype"]>
  ) {
    super();
    if (!(numGroups > 0) || numChannels % numGroups !== 0)
      throw new RangeError(`GroupNorm: ${numChannels} channels cannot be divided into ${numGroups} groups`);
    const options = optionsOf<GroupNormOptions>("GroupNorm", "eps, affine, device, dtype, *, bias", given);
    const { eps = 1e-5, affine = true, bias = true, dtype = getDefaultDtype() } = options;
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.affine = affine;
    this.weight = affine ? new Parameter(ones([numChannels], { dtype })) : null;
    this.bias = affine && bias ? new Parameter(zeros([numChannels], { dtype })) : null;
  }

  /** Sets the weight to 1 and the bias to 0 (`torch.nn.GroupNorm.reset_parameters`). */
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  /** [N, numChannels, ...] → the same. @throws Error for another number of channels */
  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    checkTensor("GroupNorm", input);
    if (input.shape[1] !== this.numChannels)
      throw new Error(
        `GroupNorm(${this.numGroups}, ${this.numChannels}): input ${formatShape(input.shape)} must be [N, ${this.numChannels}, ...]`,
      );
    return groupNorm(input, this.numGroups, { weight: this.weight, bias: this.bias, eps: this.eps });
  }

  override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps=${this.eps}, affine=${this.affine}`;
  }
}

/** Options of `LocalResponseNorm` and `CrossMapLRN2d`. */
export interface ResponseNormOptions {
  /** 1e-4 if not given. */
  alpha?: number;
  /** 0.75 if not given. */
  beta?: number;
  /** 1 if not given. */
  k?: number;
}

/** x / (k + alpha · mean of x² over `size` channels around each)^beta. PyTorch's nn.LocalResponseNorm (Krizhevsky et al. 2012). */
export class LocalResponseNorm extends SameShape {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(size: number, ...given: Given<ResponseNormOptions, [alpha: "alpha", beta: "beta", k: "k"]>) {
    super();
    const options = optionsOf<ResponseNormOptions>("LocalResponseNorm", "alpha, beta, k", given);
    this.size = size;
    this.alpha = options.alpha ?? 1e-4;
    this.beta = options.beta ?? 0.75;
    this.k = options.k ?? 1;
  }

  /** [N, C, ...] → the same. */
  forward<S extends Shape>(input: Tensor<S>): Tensor<S>;
  forward(input: Tensor): Tensor {
    const { size, alpha, beta, k } = this;
    return localResponseNorm(input, size, { alpha, beta, k });
  }

  override extraRepr(): string {
    return `${this.size}, alpha=${this.alpha}, beta=${this.beta}, k=${this.k}`;
  }
}

/**
 * As `LocalResponseNorm`, with Torch7's window: ⌊(size + 1) / 2⌋ - 1 channels to each side, and always the first channel once it has left it, which
 * Torch7's running sum forgets to take away. The gradient is that of what is computed, which PyTorch's is not. PyTorch's nn.CrossMapLRN2d.
 */
export class CrossMapLRN2d extends SameShape {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(size: number, ...given: Given<ResponseNormOptions, [alpha: "alpha", beta: "beta", k: "k"]>) {
    super();
    const options = optionsOf<ResponseNormOptions>("CrossMapLRN2d", "alpha, beta, k", given);
    this.size = size;
    this.alpha = options.alpha ?? 1e-4;
    this.beta = options.beta ?? 0.75;
    this.k = options.k ?? 1;
  }

  /** [N, C, H, W] → the same. @throws Error for another number of dimensions */
  forward<S extends Shape>(input: Tensor<S>): Tensor<S>;
  forward(input: Tensor): Tensor {
    checkTensor("CrossMapLRN2d", input);
    if (input.ndim !== 4)
      throw new Error(`CrossMapLRN2d: expected an input [N, C, H, W], got ${formatShape(input.shape)}`);
    const { size, alpha, beta, k } = this;
    const reach = Math.floor((size - 1) / 2) + 1;
    const channels = input.shape[1]!;
    return fused([input], (x) => {
      let sum = sumOverChannels(x, reach - 1, reach - 1);
      if (channels > reach) {
        const first = x
          .narrow(1, 0, 1)
          .square()
          .expand([-1, channels - reach, -1, -1]);
        sum = cat([sum.narrow(1, 0, reach), sum.narrow(1, reach, channels - reach).add(first)], 1);
      }
      return x.mul(
        sum
          .mul(alpha / size)
          .add(k)
          .pow(-beta),
      );
    });
  }

  override extraRepr(): string {
    return `${this.size}, alpha=${this.alpha}, beta=${this.beta}, k=${this.k}`;
  }
}
