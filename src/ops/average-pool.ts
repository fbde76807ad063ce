/**
 * The mean of each window, and what is made of it: average pooling, adaptive average pooling and Lp pooling. Sums of windows are a convolution
 * with ones of each channel by itself.
 */
import { checkTensor } from "./operand.js";
import type { Tensor } from "../tensor/core.js";
import { ones } from "../tensor/creation/constant.js";
import { fromTyped } from "../tensor/creation/from-data.js";
import { isFloating } from "../tensor/dtype.js";
import type { Checked, Ok, Shape } from "../tensor/shape-types.js";
import { type Given, takes } from "../tensor/signature.js";
import { mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import type { AdaptivePoolShape, PoolShape } from "./channel-types.js";
import { convolution } from "./convolution-kernels.js";
import { div } from "./division.js";
import { fused } from "./fused.js";
import { matmul } from "./matmul.js";
import { adaptiveSize, checkNotEmpty, type OutputSizes, strideOf } from "./max-pool.js";
import { reshape } from "./movement.js";
import {
  batched,
  type SizesOrDefault,
  listOf,
  outputSize,
  type PoolWindows,
  type Sizes,
  three,
} from "./windows.js";

/** Options of `avgPool1d`, `avgPool2d` and `avgPool3d`. */
export interface AvgPoolOptions<S = Sizes, P = Sizes, Ceil = boolean> {
  /** Steps from window to window; the size of a window if not given. */
  stride?: S;
  /** Zeros at both ends; 0 if not given. */
  padding?: P;
  /** Whether the last window may reach past the end; false if not given. */
  ceilMode?: Ceil;
  /** Whether zeros of the padding count; true if not given. */
  countIncludePad?: boolean;
  /** What sums are divided by, instead of the number of elements; not in one dim. */
  divisorOverride?: number;
}

export type AvgPoolFunction<Dims extends 1 | 2 | 3> = <
  A extends Shape,
  const K extends Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const Ceil extends boolean = false,
>(
  input: Checked<PoolShape<A, `avgPool${Dims}d`, Dims, K, S, P, 1, Ceil>, Tensor<A>>,
  kernelSize: K,
  ...rest: Given<
    AvgPoolOptions<S, P, Ceil>,
    [
      stride: "stride",
      padding: "padding",
      ceilMode: "ceilMode",
      countIncludePad: "countIncludePad",
      divisorOverride: "divisorOverride",
    ]
  >
) => Tensor<Ok<PoolShape<A, `avgPool${Dims}d`, Dims, K, S, P, 1, Ceil>>>;

/** @throws TypeError for other dtypes */
function checkFloating(name: string, input: Tensor): void {
  if (!isFloating(input.dtype))
    throw new TypeError(`${name}: expected floating-point numbers, got ${input.dtype}; use x.float()`);
}

/** Sums of windows of x [n, c, d, h, w]. */
function windowSums(x: Tensor, at: PoolWindows, size: readonly number[]): Tensor {
  const { shape, dtype } = x._node;
  const [n, c, ...space] = shape as [number, number, ...number[]];
  const windows = {
    stride: three(at.stride, 1),
    padding: three(at.padding, 0),
    dilation: [1, 1, 1] as const,
    groups: 1,
  };
  const weight = ones([1, 1, ...three(at.window, 1)], { dtype });
  const sums = convolution(reshape(x, [n * c, 1, ...space]), weight, windows, three(size, 1));
  return reshape(sums, [n, c, ...three(size, 1)]);
}

/** How many elements each window counts along one dim. */
function counts(at: PoolWindows, d: number, n: number, outputs: number, withPadding: boolean): number[] {
  return Array.from({ length: outputs }, (_, o) => {
    const start = o * at.stride[d]! - at.padding[d]!;
    const end = Math.min(start + at.window[d]!, n + at.padding[d]!);
    return withPadding ? end - start : Math.min(end, n) - Math.max(start, 0);
  });
}

/** What sums are divided by: a number, or where windows have several sizes a tensor [d, h, w]. */
function divisor(x: Tensor, perDim: readonly (readonly number[])[]): number | Tensor {
  if (perDim.every((list) => list.every((count) => count === list[0])))
    return perDim.reduce((all, list) => all * (list[0] ?? 1), 1);
  const [first, second, third] = three3(perDim);
  const all = first.flatMap((a) => second.flatMap((b) => third.map((c) => a * b * c)));
  const shape = [first.length, second.length, third.length];
  return cast(fromTyped(Float64Array.from(all), "float64", shape), x.dtype);
}

function three3(
  lists: readonly (readonly number[])[],
): [readonly number[], readonly number[], readonly number[]] {
  return [...new Array<readonly number[]>(3 - lists.length).fill([1]), ...lists] as never;
}

function avgPool<Dims extends 1 | 2 | 3>(dims: Dims): AvgPoolFunction<Dims> {
  const name = `avgPool${dims}d`;
  const override = dims === 1 ? "" : ", divisorOverride";
  return takes(
    name,
    `input, kernelSize | stride, padding, ceilMode, countIncludePad${override}`,
    (input: Tensor, kernelSize: Sizes, options: AvgPoolOptions) => {
      const { countIncludePad = true, divisorOverride } = options;
      const from = batched(name, input, dims);
      if (input.dtype !== "int64") checkFloating(name, input);
      checkNotEmpty(name, from);
      const window = listOf(name, "kernelSize", kernelSize, dims, 1);
      const at = {
        window,
        stride: strideOf(name, options.stride, window),
        padding: listOf(name, "padding", options.padding ?? 0, dims, 0),
        dilation: window.map(() => 1),
        ceil: options.ceilMode,
      };
      if (divisorOverride === 0) throw new RangeError(`${name}: divisorOverride must not be 0`);
      const size = outputSize(name, from.space, at);
      const means = (x: Tensor): Tensor => {
        const perDim = from.space.map((n, d) => counts(at, d, n, size[d]!, countIncludePad));
        return div(windowSums(x, at, size), divisorOverride ?? divisor(x, perDim));
      };
      // Means of integers are rounded towards zero, as their division is in C.
      return from.unbatched(
        input.dtype === "int64"
          ? cast(means(cast(from.x, "float64")).trunc(), "int64")
          : fused([from.x], means),
      );
    },
  ) as unknown as AvgPoolFunction<Dims>;
}

export type AdaptiveAvgPoolFunction<Dims extends 1 | 2 | 3> = <A extends Shape, const O extends OutputSizes>(
  input: Checked<AdaptivePoolShape<A, `adaptiveAvgPool${Dims}d`, Dims, O>, Tensor<A>>,
  outputSize: O,
) => Tensor<Ok<AdaptivePoolShape<A, `adaptiveAvgPool${Dims}d`, Dims, O>>>;

/** The shares of n elements in each of `outputs` windows, [n, outputs]. */
function shares(n: number, outputs: number, x: Tensor): Tensor {
  const values = new Float64Array(n * outputs);
  for (let o = 0; o < outputs; o++) {
    const [start, end] = [Math.floor((o * n) / outputs), Math.ceil(((o + 1) * n) / outputs)];
    for (let i = start; i < end; i++) values[i * outputs + o] = 1 / (end - start);
  }
  return cast(fromTyped(values, "float64", [n, outputs]), x.dtype);
}

/** Means along dim `d` of x [n, c, …space], of windows of different sizes. */
function sharedOut(x: Tensor, d: number, outputs: number): Tensor {
  const { shape } = x._node;
  if (outputs === shape[d]) return x;
  const before = shape.slice(0, d);
  const after = shape.slice(d + 1);
  const n = shape[d]!;
  const inner = after.reduce((a, b) => a * b, 1);
  const means =
    inner === 1
      ? matmul(reshape(x, [...before, n]), shares(n, outputs, x))
      : matmul(shares(n, outputs, x).transpose(0, 1), reshape(x, [...before, n, inner]));
  return reshape(means, [...before, outputs, ...after]);
}

function adaptiveAvgPool<Dims extends 1 | 2 | 3>(dims: Dims): AdaptiveAvgPoolFunction<Dims> {
  const name = `adaptiveAvgPool${dims}d`;
  return takes(name, "input, outputSize |", (input: Tensor, outputs: OutputSizes) => {
    const from = batched(name, input, dims);
    checkFloating(name, input);
    checkNotEmpty(name, from);
    const size = adaptiveSize(name, outputs, from.space);
    return from.unbatched(
      fused([from.x], (x) => {
        if (size.every((n) => n === 1)) return x.mean([2, 3, 4], { keepdim: true });
        const isEven = size.every((n, d) => n > 0 && from.space[d]! % n === 0);
        if (!isEven) {
          let y: Tensor = x;
          size.forEach((n, d) => (y = sharedOut(y, 5 - dims + d, n)));
          return y;
        }
        const window = size.map((n, d) => from.space[d]! / n);
        const none = window.map(() => 0);
        const at = { window, stride: window, padding: none, dilation: none, ceil: false };
        return div(
          windowSums(x, at, size),
          window.reduce((a, b) => a * b, 1),
        );
      }),
    );
  }) as unknown as AdaptiveAvgPoolFunction<Dims>;
}

/** Options of `lpPool1d`, `lpPool2d` and `lpPool3d`. */
export interface LPPoolOptions<S = Sizes, Ceil = boolean> {
  stride?: S;
  ceilMode?: Ceil;
}

export type LPPoolFunction<Dims extends 1 | 2 | 3> = <
  A extends Shape,
  const K extends Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const Ceil extends boolean = false,
>(
  input: Checked<PoolShape<A, `lpPool${Dims}d`, Dims, K, S, 0, 1, Ceil>, Tensor<A>>,
  normType: number,
  kernelSize: K,
  ...rest: Given<LPPoolOptions<S, Ceil>, [stride: "stride", ceilMode: "ceilMode"]>
) => Tensor<Ok<PoolShape<A, `lpPool${Dims}d`, Dims, K, S, 0, 1, Ceil>>>;

function lpPool<Dims extends 1 | 2 | 3>(
  dims: Dims,
  mean: (x: Tensor, kernelSize: Sizes, options: AvgPoolOptions) => Tensor,
): LPPoolFunction<Dims> {
  const name = `lpPool${dims}d`;
  return takes(
    name,
    "input, normType, kernelSize | stride, ceilMode",
    (input: Tensor, normType: number, kernelSize: Sizes, options: LPPoolOptions) => {
      checkTensor(name, input);
      const window = listOf(name, "kernelSize", kernelSize, dims, 1);
      const count = window.reduce((a, b) => a * b, 1);
      return fused([input], (x) => {
        const means = mean(x.pow(normType), window, { ...options, padding: 0 });
        return mul(means.sign().mul(means.abs().relu()), count).pow(1 / normType);
      });
    },
  ) as unknown as LPPoolFunction<Dims>;
}

/** The mean of each window of [N, C, L] or [C, L] (`torch.nn.functional.avg_pool1d`). */
export const avgPool1d = avgPool(1);
/** The mean of each window of [N, C, H, W] or [C, H, W] (`torch.nn.functional.avg_pool2d`). */
export const avgPool2d = avgPool(2);
/** The mean of each window of [N, C, D, H, W] or [C, D, H, W] (`torch.nn.functional.avg_pool3d`). */
export const avgPool3d = avgPool(3);
/** Means of windows ⌊o · L / outputSize⌋ to ⌈(o + 1) · L / outputSize⌉ of [N, C, L] or [C, L] (`torch.nn.functional.adaptive_avg_pool1d`). */
export const adaptiveAvgPool1d = adaptiveAvgPool(1);
/** As `adaptiveAvgPool1d`, for [N, C, H, W] or [C, H, W] (`torch.nn.functional.adaptive_avg_pool2d`). */
export const adaptiveAvgPool2d = adaptiveAvgPool(2);
/** As `adaptiveAvgPool1d`, for [N, C, D, H, W] or [C, D, H, W] (`torch.nn.functional.adaptive_avg_pool3d`). */
export const adaptiveAvgPool3d = adaptiveAvgPool(3);
/** (Σ xᵖ)^(1/p) of each window of [N, C, L] or [C, L] (`torch.nn.functional.lp_pool1d`). */
export const lpPool1d = lpPool(1, avgPool1d);
/** (Σ xᵖ)^(1/p) of each window of [N, C, H, W] or [C, H, W] (`torch.nn.functional.lp_pool2d`). */
export const lpPool2d = lpPool(2, avgPool2d);
/** (Σ xᵖ)^(1/p) of each window of [N, C, D, H, W] or [C, D, H, W] (`torch.nn.functional.lp_pool3d`). */
export const lpPool3d = lpPool(3, avgPool3d);
