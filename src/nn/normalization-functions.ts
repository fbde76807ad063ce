/** Normalizations as functions: over a batch, an instance, groups of channels or an example's features. */
import { noGrad } from "../autograd/mode.js";
import { critical } from "../interrupts.js";
import { fused } from "../ops/fused.js";
import { type DType, isFloating } from "../tensor/dtype.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import type { Given } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { normalizeChannels, normalized, normalizeRows } from "./normalize.js";
import { takesTensors } from "./function-form.js";

/** x · weight + bias, or what there is of them. */
function affine(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const scaled = weight === null ? x : x.mul(weight);
  return bias === null ? scaled : scaled.add(bias);
}

/** As [W]: a weight may have any shape of so many numbers. */
function vector(x: Tensor | null | undefined): Tensor | null {
  return x ? x.reshape([x.numel()]) : null;
}

/** [C] as [1, C, 1, …], to stand beside [N, C, …]. */
function perChannel(x: Tensor | null | undefined, rank: number): Tensor | null {
  if (!x) return null;
  return x.reshape(Array.from({ length: rank }, (_, dim) => (dim === 1 ? x.numel() : 1)));
}

/** Running statistics and their share of the batch: a number, or a tensor of one. */
export interface Tracked {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly share: number | Tensor;
}

/** Moves running statistics to those of a batch, whose variance is taken of `count` values. */
function track({ mean, variance, share }: Tracked, ofBatch: Tensor, spread: Tensor, count: number): void {
  noGrad(() =>
    critical(() => {
      const unbiased = spread.detach().mul(count / (count - 1));
      mean.add_(ofBatch.detach().to(mean.dtype).reshape(mean.shape).sub(mean).mul(share));
      variance.add_(unbiased.to(variance.dtype).reshape(variance.shape).sub(variance).mul(share));
    }),
  );
}

function checkChannels(
  name: string,
  input: Tensor,
  given: Readonly<Record<string, Tensor | null | undefined>>,
): void {
  if (input.ndim < 2)
    throw new Error(`${name}: expected an input [N, C, ...], got ${formatShape(input.shape)}`);
  const channels = input.shape[1]!;
  for (const [what, x] of Object.entries(given))
    if (x && x.numel() !== channels)
      throw new Error(
        `${name}: expected ${what} to have one number for each of ${channels} channels, got ${formatShape(x.shape)}`,
      );
}

/** As `batchNorm`, where the share of the batch may be a tensor. */
export function normalizeBatch(
  name: string,
  input: Tensor,
  tracked: Tracked | null,
  weight: Tensor | null,
  bias: Tensor | null,
  useBatch: boolean,
  eps: number,
): Tensor {
  // PyTorch takes an empty vector too.
  if (input.ndim === 1 && input.numel() === 0) return input;
  const mean = tracked?.mean ?? null;
  const variance = tracked?.variance ?? null;
  checkChannels(name, input, { runningMean: mean, runningVar: variance, weight, bias });
  if (!useBatch && (mean === null || variance === null))
    throw new Error(`${name}: expected runningMean and runningVar where training is false`);
  const count = input.numel() / input.shape[1]!;
  if (useBatch && count === 1)
    throw new Error(
      `${name}: a batch of one value a feature, ${formatShape(input.shape)}, has no variance; use a larger batch or eval()`,
    );
  const [keptMean, keptVariance] = useBatch ? [null, null] : [vector(mean), vector(variance)];
  return fused([input, weight, bias, keptMean, keptVariance], (x, w, b, m, v) => {
    const [n = 0, channels = 0] = x.shape;
    const inner = channels === 0 || n === 0 ? 0 : count / n;
    const given = m && v ? { mean: m, variance: v } : null;
    const whole = normalizeChannels(x.reshape([n, channels, inner]), vector(w), vector(b), eps, given);
    if (useBatch && tracked !== null) track(tracked, whole.mean, whole.variance, count);
    return whole.output.reshape(x.shape);
  });
}

interface BatchNormFunctionOptions {
  readonly weight?: Tensor | null;
  readonly bias?: Tensor | null;
  /** Whether the batch's own statistics are used, and the running ones moved towards them; false if not given. */
  readonly training?: boolean;
  /** Share of the batch in the running statistics; 0.1 if not given. */
  readonly momentum?: number;
  /** Added to the variance; 1e-5 if not given. */
  readonly eps?: number;
}

/**
 * (x - mean) / √(var + eps) · weight + bias for each channel of [N, C, ...], with the running statistics or in training those of the batch.
 * PyTorch's nn.functional.batch_norm (Ioffe and Szegedy 2015).
 * @throws Error when shapes do not fit, or a batch in training has one value for each channel
 */
export const batchNorm = takesTensors<
  (
    input: Tensor,
    runningMean: Tensor | null,
    runningVar: Tensor | null,
    ...options: Given<
      BatchNormFunctionOptions,
      [weight: "weight", bias: "bias", training: "training", momentum: "momentum", eps: "eps"]
    >
  ) => Tensor
>(
  "batchNorm",
  "input, runningMean, runningVar | weight, bias, training, momentum, eps",
  (input: Tensor, mean: Tensor | null, variance: Tensor | null, options: BatchNormFunctionOptions) => {
    const { weight = null, bias = null, training = false, momentum = 0.1, eps = 1e-5 } = options;
    const tracked = mean && variance ? { mean, variance, share: momentum } : null;
    return normalizeBatch("batchNorm", input, tracked, weight, bias, training, eps);
  },
);

interface InstanceNormFunctionOptions {
  readonly runningMean?: Tensor | null;
  readonly runningVar?: Tensor | null;
  readonly weight?: Tensor | null;
  readonly bias?: Tensor | null;
  /** Whether each instance's own statistics are used; true if not given. */
  readonly useInputStats?: boolean;
  /** Share of the batch in the running statistics; 0.1 if not given. */
  readonly momentum?: number;
  /** Added to the variance; 1e-5 if not given. */
  readonly eps?: number;
}

/**
 * (x - mean) / √(var + eps) · weight + bias for each channel of each example of [N, C, ...]. PyTorch's nn.functional.instance_norm (Ulyanov et
 * al. 2016).
 * @throws Error when shapes do not fit, or there is one value for each channel of an example
 */
export const instanceNorm = takesTensors<
  (
    input: Tensor,
    ...options: Given<
      InstanceNormFunctionOptions,
      [
        runningMean: "runningMean",
        runningVar: "runningVar",
        weight: "weight",
        bias: "bias",
        useInputStats: "useInputStats",
        momentum: "momentum",
        eps: "eps",
      ]
    >
  ) => Tensor
>(
  "instanceNorm",
  "input | runningMean, runningVar, weight, bias, useInputStats, momentum, eps",
  (input: Tensor, options: InstanceNormFunctionOptions): Tensor => {
    const { runningMean, runningVar, weight = null, bias = null, useInputStats = true } = options;
    const { momentum = 0.1, eps = 1e-5 } = options;
    const tracked =
      runningMean && runningVar ? { mean: runningMean, variance: runningVar, share: momentum } : null;
    if (!useInputStats) return normalizeBatch("instanceNorm", input, tracked, weight, bias, false, eps);
    checkChannels("instanceNorm", input, { runningMean, runningVar, weight, bias });
    const { ndim: rank } = input;
    const dims = input.shape.slice(2).map((_, i) => i + 2);
    const count = dims.reduce((product, dim) => product * input.shape[dim]!, 1);
    if (count === 1)
      throw new Error(
        `instanceNorm: expected more than one value for each channel of an example, got ${formatShape(input.shape)}`,
      );
    if (tracked === null)
      return fused([input, vector(weight), vector(bias)], (x, w, b) => {
        const rows = x.reshape([x.shape[0]! * x.shape[1]!, count]);
        return normalizeRows("NativeBatchNormBackward0", rows, w, b, count, eps).reshape(x.shape);
      });
    return fused([input, perChannel(weight, rank), perChannel(bias, rank)], (x, w, b) => {
      const { output, mean, variance } = normalized(x, dims, eps);
      track(tracked, mean.mean(0), variance.mean(0), count);
      return affine(output, w, b);
    });
  },
);

interface AffineOptions {
  readonly weight?: Tensor | null;
  readonly bias?: Tensor | null;
  /** Added to the variance; 1e-5 if not given. */
  readonly eps?: number;
}

/**
 * (x - mean) / √(var + eps) · weight + bias over each of `numGroups` groups of channels of [N, C, ...]. PyTorch's nn.functional.group_norm (Wu
 * and He 2018).
 * @throws Error when the channels do not divide into groups
 */
export const groupNorm = takesTensors<
  (
    input: Tensor,
    numGroups: number,
    ...options: Given<AffineOptions, [weight: "weight", bias: "bias", eps: "eps"]>
  ) => Tensor
>(
  "groupNorm",
  "input, numGroups | weight, bias, eps",
  (input: Tensor, groups: number, { weight, bias, eps = 1e-5 }: AffineOptions): Tensor => {
    checkChannels("groupNorm", input, { weight, bias });
    const [count = 0, channels = 0] = input.shape;
    if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0)
      throw new Error(`groupNorm: ${channels} channels cannot be divided into ${groups} groups`);
    const { shape } = input;
    const size = shape.slice(1).reduce((product, n) => product * n, 1) / groups;
    const inner = (size * groups) / channels;
    return fused([input, vector(weight), vector(bias)], (x, w, b) => {
      const rows = x.reshape([count * groups, size]);
      return normalizeRows("NativeGroupNormBackward0", rows, w, b, inner, eps).reshape(shape);
    });
  },
);

function checkNormalized(
  name: string,
  input: Tensor,
  shape: Shape,
  given: Readonly<Record<string, Tensor | null | undefined>>,
): number[] {
  if (shape.length === 0 || !sameShape(input.shape.slice(-shape.length), shape))
    throw new Error(
      `${name}(${formatShape(shape)}): input ${formatShape(input.shape)} must end in the sizes ${formatShape(shape)}`,
    );
  for (const [what, x] of Object.entries(given))
    if (x && !sameShape(x.shape, shape))
      throw new Error(
        `${name}: expected ${what} of shape ${formatShape(shape)}, got ${formatShape(x.shape)}`,
      );
  return shape.map((_, i) => i - shape.length);
}

function shapeOf(normalizedShape: number | Shape): Shape {
  return typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
}

/**
 * (x - mean) / √(var + eps) · weight + bias with mean and (biased) variance over the last dims, which have the sizes `normalizedShape`. PyTorch's
 * nn.functional.layer_norm (Ba, Kiros and Hinton 2016).
 * @throws Error when the last sizes are others
 */
export const layerNorm = takesTensors<
  (
    input: Tensor,
    normalizedShape: number | Shape,
    ...options: Given<AffineOptions, [weight: "weight", bias: "bias", eps: "eps"]>
  ) => Tensor
>(
  "layerNorm",
  "input, normalizedShape | weight, bias, eps",
  (input: Tensor, normalizedShape: number | Shape, options: AffineOptions): Tensor => {
    const { weight = null, bias = null, eps = 1e-5 } = options;
    const dims = checkNormalized("LayerNorm", input, shapeOf(normalizedShape), { weight, bias });
    const { shape } = input;
    const n = dims.reduce((product, dim) => product * shape.at(dim)!, 1);
    const rows = shape.slice(0, -dims.length).reduce((product, size) => product * size, 1);
    return fused([input, vector(weight), vector(bias)], (x, w, b) =>
      normalizeRows("NativeLayerNormBackward0", x.reshape([rows, n]), w, b, 1, eps).reshape(shape),
    );
  },
);

/** The distance from 1 to the next number. */
const EPSILON: Readonly<Partial<Record<DType, number>>> = {
  float32: 2 ** -23,
  float64: 2 ** -52,
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
};

interface RMSNormFunctionOptions {
  readonly weight?: Tensor | null;
  /** Added to the mean of the squares; the dtype's own epsilon if not given. */
  readonly eps?: number | null;
}

/**
 * x / √(mean x² + eps) · weight, the mean over the last dims, which have the sizes `normalizedShape`. PyTorch's nn.functional.rms_norm (Zhang
 * and Sennrich 2019).
 * @throws Error when the last sizes are others
 */
export const rmsNorm = takesTensors<
  (
    input: Tensor,
    normalizedShape: number | Shape,
    ...options: Given<RMSNormFunctionOptions, [weight: "weight", eps: "eps"]>
  ) => Tensor
>(
  "rmsNorm",
  "input, normalizedShape | weight, eps",
  (input: Tensor, normalizedShape: number | Shape, options: RMSNormFunctionOptions): Tensor => {
    const { weight = null } = options;
    const dims = checkNormalized("RMSNorm", input, shapeOf(normalizedShape), { weight });
    const eps = options.eps ?? EPSILON[input.dtype] ?? 0;
    return fused([input, weight], (x, w) =>
      affine(x.mul(x.square().mean(dims, { keepdim: true }).add(eps).rsqrt()), w, null),
    );
  },
);

interface ResponseOptions {
  /** 1e-4 if not given. */
  readonly alpha?: number;
  /** 0.75 if not given. */
  readonly beta?: number;
  /** 1 if not given. */
  readonly k?: number;
}

/** Σ x² over the channels from `before` before each to `after` after it. */
export function sumOverChannels(x: Tensor, before: number, after: number): Tensor {
  const squares = x.square();
  const channels = x.shape[1]!;
  const padding = [...Array.from({ length: 2 * (x.ndim - 2) }, () => 0), before, after];
  const padded = squares.pad(padding);
  let sum = padded.narrow(1, 0, channels);
  for (let i = 1; i <= before + after; i++) sum = sum.add(padded.narrow(1, i, channels));
  return sum;
}

/**
 * x / (k + alpha · mean of x² over `size` channels around each)^beta for [N, C, ...]. PyTorch's nn.functional.local_response_norm
 * (Krizhevsky et al. 2012).
 */
export const localResponseNorm = takesTensors<
  (
    input: Tensor,
    size: number,
    ...options: Given<ResponseOptions, [alpha: "alpha", beta: "beta", k: "k"]>
  ) => Tensor
>(
  "localResponseNorm",
  "input, size | alpha, beta, k",
  (input: Tensor, size: number, { alpha = 1e-4, beta = 0.75, k = 1 }: ResponseOptions): Tensor => {
    if (input.ndim < 3)
      throw new Error(
        `localResponseNorm: expected an input [N, C, ...] of at least 3 dimensions, got ${formatShape(input.shape)}`,
      );
    if (!Number.isInteger(size) || size < 1)
      throw new RangeError(`localResponseNorm: size must be a whole number of at least 1, not ${size}`);
    if (input.numel() === 0) return input;
    return fused([input], (x) => {
      const sum = sumOverChannels(x, Math.floor(size / 2), Math.floor((size - 1) / 2));
      // PyTorch's mean of whole numbers is whole.
      const mean = isFloating(x.dtype) ? sum.div(size) : sum.div(size).floor();
      return x.div(mean.mul(alpha).add(k).pow(beta));
    });
  },
);
