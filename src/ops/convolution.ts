/**
 * Convolution and transposed convolution in one, two and three dims of space.
 */
import type { Tensor } from "../tensor/core.js";
import { isFloating, isInteger } from "../tensor/dtype.js";
import { formatShape } from "../tensor/shape.js";
import type { Checked, Ok, Shape } from "../tensor/shape-types.js";
import { type Given, takes } from "../tensor/signature.js";
import { add } from "./arithmetic.js";
import { cast } from "./cast.js";
import type { ConvTransposeWithShape, ConvWithShape } from "./channel-types.js";
import { convolution, convolutionInput } from "./convolution-kernels.js";
import { fused } from "./fused.js";
import { reshape } from "./movement.js";
import { checkTensor } from "./operand.js";
import {
  type Batched,
  batched,
  type ConvPadding,
  type SizesOrDefault,
  type CountOrDefault,
  type PaddingOrDefault,
  layout,
  listOf,
  type Sizes,
  three,
} from "./windows.js";

/** Options of `conv1d`, `conv2d` and `conv3d`. */
export interface ConvFunctionOptions<S = Sizes, P = ConvPadding, D = Sizes, G = number> {
  /** [out], added to each channel. */
  bias?: Tensor | null;
  /** Steps from window to window; 1 if not given. */
  stride?: S;
  /** Zeros at both ends; "valid" is none, "same" as many as give the size of the input; 0 if not given. */
  padding?: P;
  /** Steps from tap to tap; 1 if not given. */
  dilation?: D;
  /** Input and output channels are cut into so many groups that are convolved by themselves; 1 if not given. */
  groups?: G;
}

/** Options of `convTranspose1d`, `convTranspose2d` and `convTranspose3d`. */
export interface ConvTransposeFunctionOptions<S = Sizes, P = Sizes, More = Sizes, D = Sizes, G = number> {
  /** [out], added to each channel. */
  bias?: Tensor | null;
  /** Steps of the convolution that this is the transpose of; 1 if not given. */
  stride?: S;
  /** So much is cut off at both ends; 0 if not given. */
  padding?: P;
  /** So much is added at the far end, since several sizes have the same after a convolution; 0 if not given. */
  outputPadding?: More;
  groups?: G;
  dilation?: D;
}

type Convolve<Dims extends 1 | 2 | 3> = <
  A extends Shape,
  W extends Shape,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends PaddingOrDefault = PaddingOrDefault,
  const D extends SizesOrDefault = SizesOrDefault,
  const G extends CountOrDefault = CountOrDefault,
>(
  input: Checked<ConvWithShape<A, W, `conv${Dims}d`, Dims, S, P, D, G>, Tensor<A>>,
  weight: Tensor<W>,
  ...rest: Given<
    ConvFunctionOptions<S, P, D, G>,
    [bias: "bias", stride: "stride", padding: "padding", dilation: "dilation", groups: "groups"]
  >
) => Tensor<Ok<ConvWithShape<A, W, `conv${Dims}d`, Dims, S, P, D, G>>>;

type ConvolveTransposed<Dims extends 1 | 2 | 3> = <
  A extends Shape,
  W extends Shape,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const More extends SizesOrDefault = SizesOrDefault,
  const D extends SizesOrDefault = SizesOrDefault,
  const G extends CountOrDefault = CountOrDefault,
>(
  input: Checked<ConvTransposeWithShape<A, W, `convTranspose${Dims}d`, Dims, S, P, More, D, G>, Tensor<A>>,
  weight: Tensor<W>,
  ...rest: Given<
    ConvTransposeFunctionOptions<S, P, More, D, G>,
    [
      bias: "bias",
      stride: "stride",
      padding: "padding",
      outputPadding: "outputPadding",
      groups: "groups",
      dilation: "dilation",
    ]
  >
) => Tensor<Ok<ConvTransposeWithShape<A, W, `convTranspose${Dims}d`, Dims, S, P, More, D, G>>>;

/** What both kinds check before they compute. */
function checkOperands(
  name: string,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  groups: number,
  dims: number,
): Batched {
  const from = batched(name, input, dims);
  checkTensor(name, weight);
  if (weight.ndim !== dims + 2)
    throw new Error(
      `${name}: expected a weight of ${dims + 2} dims, [out, in / groups, …kernel], got ${formatShape(weight.shape)}`,
    );
  if (!Number.isInteger(groups) || groups < 1)
    throw new RangeError(`${name}: groups must be a whole number of at least 1, got ${groups}`);
  if (!isFloating(input.dtype) && !isInteger(input.dtype))
    throw new TypeError(`${name}: expected numbers, got ${input.dtype}; use x.float()`);
  if (weight.dtype !== input.dtype)
    throw new TypeError(
      `${name}: input is ${input.dtype} and weight ${weight.dtype}; they must have one dtype: x.to("${weight.dtype}")`,
    );
  if (weight.shape.some((size, i) => size === 0 && i !== 1))
    throw new Error(`${name}: the weight ${formatShape(weight.shape)} has no elements`);
  if (bias !== null) checkTensor(name, bias);
  if (bias !== null && bias.dtype !== input.dtype)
    throw new TypeError(
      `${name}: input is ${input.dtype} and bias ${bias.dtype}; they must have one dtype: bias.to("${input.dtype}")`,
    );
  return from;
}

function checkChannels(name: string, input: Tensor, weight: Tensor, expected: number, dims: number): void {
  const channels = input.shape.at(-dims - 1)!;
  if (channels !== expected)
    throw new Error(
      `${name}: input ${formatShape(input.shape)} has ${channels} channels, a weight ${formatShape(weight.shape)} takes ${expected}: ${layout(dims, input.ndim === dims + 2)} with C = ${expected}`,
    );
}

function checkBias(name: string, bias: Tensor | null, out: number): void {
  if (bias !== null && (bias.ndim !== 1 || bias.shape[0] !== out))
    throw new Error(`${name}: expected a bias [${out}], got ${formatShape(bias.shape)}`);
}

/** One kernel in PyTorch: narrow floats are rounded once, integers computed exactly as long as sums stay within 2⁵³. */
function withBias(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  compute: (x: Tensor, w: Tensor) => Tensor,
): Tensor {
  if (!isFloating(input.dtype)) {
    const wide = bias === null ? null : cast(bias, "float64");
    return cast(withBias(cast(input, "float64"), cast(weight, "float64"), wide, compute), input.dtype);
  }
  return fused([input, weight, bias], (x, w, b) => {
    const y = compute(x, w);
    return b === null ? y : add(y, reshape(b, [b.shape[0]!, 1, 1, 1]));
  });
}

/** The weight in three dims of space. */
function wide(weight: Tensor): Tensor {
  const [out, channels, ...kernel] = weight._node.shape;
  return reshape(weight, [out!, channels!, ...three(kernel, 1)]);
}

/** The function for so many dims of space. */
function convolver<Dims extends 1 | 2 | 3>(dims: Dims): Convolve<Dims> {
  const name = `conv${dims}d`;
  return takes(
    name,
    "input, weight | bias, stride, padding, dilation, groups",
    (input: Tensor, weight: Tensor, options: ConvFunctionOptions) => {
      const { bias = null, padding = 0, groups = 1 } = options;
      const from = checkOperands(name, input, weight, bias, groups, dims);
      const stride = listOf(name, "stride", options.stride ?? 1, dims, 1);
      const dilation = listOf(name, "dilation", options.dilation ?? 1, dims, 1);
      const [out, perGroup, ...kernel] = weight.shape as [number, number, ...number[]];
      if (out % groups !== 0)
        throw new Error(`${name}: ${out} output channels cannot be cut into ${groups} groups`);
      checkChannels(name, input, weight, perGroup * groups, dims);
      checkBias(name, bias, out);
      const reach = kernel.map((k, d) => dilation[d]! * (k - 1));
      let before: readonly number[];
      let both: readonly number[];
      if (padding === "same") {
        if (stride.some((step) => step !== 1))
          throw new RangeError(`${name}: padding "same" takes stride 1, got ${formatShape(stride)}`);
        both = reach;
        before = reach.map((size) => Math.floor(size / 2));
      } else if (typeof padding === "string" && padding !== "valid") {
        throw new RangeError(
          `${name}: padding is a number, ${dims} of them, "same" or "valid", got "${String(padding)}"`,
        );
      } else {
        before = listOf(name, "padding", padding === "valid" ? 0 : padding, dims, 0);
        both = before.map((size) => 2 * size);
      }
      const size = from.space.map((n, d) => Math.floor((n + both[d]! - reach[d]! - 1) / stride[d]!) + 1);
      if (size.some((n) => n < 1))
        throw new Error(
          `${name}: windows of ${formatShape(reach.map((n) => n + 1))} are larger than the padded input ${formatShape(from.space.map((n, d) => n + both[d]!))}`,
        );
      const at = {
        stride: three(stride, 1),
        padding: three(before, 0),
        dilation: three(dilation, 1),
        groups,
      };
      return from.unbatched(
        withBias(from.x, wide(weight), bias, (x, w) => convolution(x, w, at, three(size, 1))),
      );
    },
  ) as unknown as Convolve<Dims>;
}

function transposed<Dims extends 1 | 2 | 3>(dims: Dims): ConvolveTransposed<Dims> {
  const name = `convTranspose${dims}d`;
  return takes(
    name,
    "input, weight | bias, stride, padding, outputPadding, groups, dilation",
    (input: Tensor, weight: Tensor, options: ConvTransposeFunctionOptions) => {
      const { bias = null, groups = 1 } = options;
      const from = checkOperands(name, input, weight, bias, groups, dims);
      const stride = listOf(name, "stride", options.stride ?? 1, dims, 1);
      const padding = listOf(name, "padding", options.padding ?? 0, dims, 0);
      const more = listOf(name, "outputPadding", options.outputPadding ?? 0, dims, 0);
      const dilation = listOf(name, "dilation", options.dilation ?? 1, dims, 1);
      const [channels, perGroup, ...kernel] = weight.shape as [number, number, ...number[]];
      if (channels % groups !== 0)
        throw new Error(`${name}: ${channels} input channels cannot be cut into ${groups} groups`);
      checkChannels(name, input, weight, channels, dims);
      checkBias(name, bias, perGroup * groups);
      more.forEach((n, d) => {
        if (n >= stride[d]! && n >= dilation[d]!)
          throw new RangeError(
            `${name}: outputPadding must be smaller than stride or dilation, got outputPadding ${formatShape(more)}, stride ${formatShape(stride)}, dilation ${formatShape(dilation)}`,
          );
      });
      const size = from.space.map(
        (n, d) => (n - 1) * stride[d]! - 2 * padding[d]! + dilation[d]! * (kernel[d]! - 1) + more[d]! + 1,
      );
      if (size.some((n) => n < 1))
        throw new Error(
          `${name}: the result of input ${formatShape(from.space)} would have sizes ${formatShape(size)}; use less padding`,
        );
      const at = {
        stride: three(stride, 1),
        padding: three(padding, 0),
        dilation: three(dilation, 1),
        groups,
      };
      return from.unbatched(
        withBias(from.x, wide(weight), bias, (x, w) => convolutionInput(x, w, at, three(size, 1))),
      );
    },
  ) as unknown as ConvolveTransposed<Dims>;
}

/** y[n, o, l] = bias[o] + Σ x[n, c, l · stride + k · dilation − padding] · weight[o, c, k], for x [N, C, L] or [C, L] (`torch.conv1d`). @throws Error when sizes or dtypes do not fit */
export const conv1d = convolver(1);
/** The sum of products of the weight [out, C / groups, kH, kW] with each window of x [N, C, H, W] or [C, H, W] (`torch.conv2d`). @throws Error when sizes or dtypes do not fit */
export const conv2d = convolver(2);
/** The sum of products of the weight [out, C / groups, kD, kH, kW] with each window of x [N, C, D, H, W] or [C, D, H, W] (`torch.conv3d`). @throws Error when sizes or dtypes do not fit */
export const conv3d = convolver(3);
/** The transpose of `conv1d`, for a weight [C, out / groups, k]: each element of x adds its multiple of the weight where its window was (`torch.conv_transpose1d`). @throws Error when sizes or dtypes do not fit */
export const convTranspose1d = transposed(1);
/** The transpose of `conv2d`, for a weight [C, out / groups, kH, kW] (`torch.conv_transpose2d`). @throws Error when sizes or dtypes do not fit */
export const convTranspose2d = transposed(2);
/** The transpose of `conv3d`, for a weight [C, out / groups, kD, kH, kW] (`torch.conv_transpose3d`). @throws Error when sizes or dtypes do not fit */
export const convTranspose3d = transposed(3);
