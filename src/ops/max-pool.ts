/**
 * The greatest element of each window: max pooling, adaptive max pooling, and what puts such elements back where they were.
 */
import { isGradEnabled, noGrad } from "../autograd/mode.js";
import { record } from "../autograd/record.js";
import { call, cast as graphCast, pick, reshape as graphReshape } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import { zeros } from "../tensor/creation/constant.js";
import { formatShape, sizeOf } from "../tensor/shape.js";
import type { Op } from "../tensor/op.js";
import { isFloating, isInteger } from "../tensor/dtype.js";
import type { Checked, Ok, Shape } from "../tensor/shape-types.js";
import { type Given, takes } from "../tensor/signature.js";
import type { AdaptivePoolShape, PoolShape } from "./channel-types.js";
import { gatherAt, indexTensor } from "./indexing.js";
import { reshape } from "./movement.js";
import { checkTensor } from "./operand.js";
import { checkInt32Count } from "./reduce.js";
import { scatter } from "./scatter.js";
import {
  type Batched,
  batched,
  type SizesOrDefault,
  listOf,
  outputSize,
  type Sizes,
  three,
} from "./windows.js";

/** Options of `maxPool1d`, `maxPool2d` and `maxPool3d`. */
export interface MaxPoolOptions<S = Sizes, P = Sizes, D = Sizes, Ceil = boolean, Indices = boolean> {
  /** Steps from window to window; the size of a window if not given. */
  stride?: S;
  /** So many elements are added at both ends, none of which is ever the greatest; 0 if not given. */
  padding?: P;
  /** Steps from element to element of a window; 1 if not given. */
  dilation?: D;
  /** Whether the last window may reach past the end; false if not given. */
  ceilMode?: Ceil;
  /** Whether positions are wanted too; false if not given. */
  returnIndices?: Indices;
}

/** What a pool gives: the values, or where positions are wanted too both. */
export type Pooled<Indices, Y> = [Indices] extends [true] ? [values: Y, indices: Y] : Y;

export type MaxPoolFunction<Dims extends 1 | 2 | 3> = <
  A extends Shape,
  const K extends Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const D extends SizesOrDefault = SizesOrDefault,
  const Ceil extends boolean = false,
  const Indices extends boolean = false,
>(
  input: Checked<PoolShape<A, `maxPool${Dims}d`, Dims, K, S, P, D, Ceil>, Tensor<A>>,
  kernelSize: K,
  ...rest: Given<
    MaxPoolOptions<S, P, D, Ceil, Indices>,
    [
      stride: "stride",
      padding: "padding",
      dilation: "dilation",
      ceilMode: "ceilMode",
      returnIndices: "returnIndices",
    ]
  >
) => Pooled<Indices, Tensor<Ok<PoolShape<A, `maxPool${Dims}d`, Dims, K, S, P, D, Ceil>>>>;

export type AdaptiveMaxPoolFunction<Dims extends 1 | 2 | 3> = <
  A extends Shape,
  const O extends OutputSizes,
  const Indices extends boolean = false,
>(
  input: Checked<AdaptivePoolShape<A, `adaptiveMaxPool${Dims}d`, Dims, O>, Tensor<A>>,
  outputSize: O,
  ...rest: Given<{ returnIndices?: Indices }, [returnIndices: "returnIndices"]>
) => Pooled<Indices, Tensor<Ok<AdaptivePoolShape<A, `adaptiveMaxPool${Dims}d`, Dims, O>>>>;

/** Sizes of a result; null keeps that of the input. */
export type OutputSizes = number | readonly (number | null)[];

/** Input: gradients of points; the second one holds their positions. */
const PUT_BACK: Op = {
  name: "MaxPoolWithIndicesBackwardBackward0",
  saves: true,
  gradient(y, g) {
    return [gatherAt(g, 1, y._b)];
  },
};

/** Input: x; the second one holds positions, [planes, points]. */
const MAX_POOL: Op = {
  name: "MaxPoolWithIndicesBackward0",
  saves: true,
  gradient(y, g) {
    const { shape } = y._a._node;
    const index = y._b;
    const planes = index._node.shape[0]!;
    const plane = planes === 0 ? 0 : sizeOf(shape) / planes;
    const points = reshape(g, index._node.shape);
    const back = call("maxPoolBackward", [points.node, index.node], [plane]);
    return [reshape(record(PUT_BACK, back, points, index), shape)];
  },
};

/**
 * Input: x [planes, elements]; the second one holds their positions. Where windows overlapped two elements may have one position: the later one
 * stays there, and both get its gradient, as in PyTorch.
 */
const MAX_UNPOOL: Op = {
  name: "MaxUnpoolBackward0",
  saves: true,
  gradient(y, g) {
    return [gatherAt(g, 1, y._b)];
  },
};

/** @throws TypeError for what has no greatest element */
export function checkPoolable(name: string, input: Tensor): void {
  if (!isFloating(input.dtype) && !isInteger(input.dtype))
    throw new TypeError(`${name}: expected numbers, got ${input.dtype}; use x.float()`);
}

/** @throws Error where an input has an empty dim other than the batch */
export function checkNotEmpty(name: string, from: Batched): void {
  if (from.x.shape.slice(1).includes(0))
    throw new Error(`${name}: only the batch may be empty, got ${formatShape(from.x.shape)}`);
}

/** Values, and if wanted positions, [n, c, d, h, w], of windows that the attributes of the kernel say. */
function pooled(
  name: string,
  from: Batched,
  attributes: number[],
  size: readonly number[],
  returnIndices: boolean,
): Tensor | [Tensor, Tensor] {
  const { x } = from;
  checkInt32Count(name, x, [2, 3, 4], "a position");
  const [n, c, ...space] = x._node.shape as [number, number, ...number[]];
  const planes = graphReshape(x.node, [n * c, ...space]);
  const tuple = call("maxPool", [planes], [...attributes, ...size]);
  const points = sizeOf(size);
  const values = graphCast(graphReshape(pick(tuple, 0), [n, c, ...size]), x._node.dtype);
  // Positions that neither the user nor the gradient wants are not computed.
  if (!returnIndices && !(isGradEnabled() && x.requiresGrad))
    return from.unbatched(record(MAX_POOL, values, x));
  const index = new Tensor(graphReshape(pick(tuple, 1), [n * c, points]));
  const y = from.unbatched(record(MAX_POOL, values, x, index));
  return returnIndices ? [y, from.unbatched(reshape(index, [n, c, ...size]))] : y;
}

function maxPool<Dims extends 1 | 2 | 3>(dims: Dims): MaxPoolFunction<Dims> {
  const name = `maxPool${dims}d`;
  const compute = (input: Tensor, kernelSize: Sizes, options: MaxPoolOptions): Tensor | [Tensor, Tensor] => {
    const from = batched(name, input, dims);
    checkPoolable(name, input);
    checkNotEmpty(name, from);
    const window = listOf(name, "kernelSize", kernelSize, dims, 1);
    const stride = strideOf(name, options.stride, window);
    const padding = listOf(name, "padding", options.padding ?? 0, dims, 0);
    const dilation = listOf(name, "dilation", options.dilation ?? 1, dims, 1);
    const size = outputSize(name, from.space, { window, stride, padding, dilation, ceil: options.ceilMode });
    const attributes = [
      ...three(window, 1),
      ...three(stride, 1),
      ...three(padding, 0),
      ...three(dilation, 1),
      0,
    ];
    return pooled(name, from, attributes, three(size, 1), options.returnIndices === true);
  };
  return takes(
    name,
    "input, kernelSize | stride, padding, dilation, ceilMode, returnIndices",
    compute as never,
  ) as unknown as MaxPoolFunction<Dims>;
}

/** An empty list, as PyTorch's default, is the size of the windows too. */
export function strideOf(name: string, stride: Sizes | undefined, window: readonly number[]): number[] {
  if (stride === undefined || (Array.isArray(stride) && stride.length === 0)) return [...window];
  return listOf(name, "stride", stride, window.length, 1);
}

/** The size of an adaptive pool's result. */
export function adaptiveSize(name: string, outputs: OutputSizes, space: readonly number[]): number[] {
  const list = typeof outputs === "number" ? space.map(() => outputs) : [...outputs];
  const all = list.length === 1 ? space.map(() => list[0]!) : list;
  if (all.length !== space.length)
    throw new RangeError(`${name}: expected outputSize as a number or ${space.length} of them`);
  return all.map((size, d) => {
    if (size !== null && (!Number.isInteger(size) || size < 0))
      throw new RangeError(`${name}: outputSize must be whole and not negative, got ${size}`);
    return size ?? space[d]!;
  });
}

function adaptiveMaxPool<Dims extends 1 | 2 | 3>(dims: Dims): AdaptiveMaxPoolFunction<Dims> {
  const name = `adaptiveMaxPool${dims}d`;
  const compute = (
    input: Tensor,
    outputs: OutputSizes,
    { returnIndices = false }: { returnIndices?: boolean },
  ): Tensor | [Tensor, Tensor] => {
    const from = batched(name, input, dims);
    checkPoolable(name, input);
    checkNotEmpty(name, from);
    const size = adaptiveSize(name, outputs, from.space);
    const one = [1, 1, 1];
    const attributes = [...one, ...one, 0, 0, 0, ...one, 1];
    return pooled(name, from, attributes, three(size, 1), returnIndices);
  };
  return takes(
    name,
    "input, outputSize | returnIndices",
    compute as never,
  ) as unknown as AdaptiveMaxPoolFunction<Dims>;
}

/** Options of `maxUnpool1d`, `maxUnpool2d` and `maxUnpool3d`. */
export interface MaxUnpoolOptions {
  stride?: Sizes;
  padding?: Sizes;
  /** Of space, or the whole shape; what a pool without ceilMode began with if not given. */
  outputSize?: readonly number[];
}

export type MaxUnpoolFunction = (
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  ...rest: Given<MaxUnpoolOptions, [stride: "stride", padding: "padding", outputSize: "outputSize"]>
) => Tensor;

function maxUnpool(dims: number): MaxUnpoolFunction {
  const name = `maxUnpool${dims}d`;
  return takes<MaxUnpoolFunction>(
    name,
    "input, indices, kernelSize | stride, padding, outputSize",
    (input: Tensor, indices: Tensor, kernelSize: Sizes, options: MaxUnpoolOptions) => {
      const from = batched(name, input, dims);
      checkTensor(name, indices);
      if (String(indices.shape) !== String(input.shape))
        throw new Error(
          `${name}: expected indices in the shape of the input, ${formatShape(input.shape)}, got ${formatShape(indices.shape)}`,
        );
      const window = listOf(name, "kernelSize", kernelSize, dims, 1);
      const stride = strideOf(name, options.stride, window);
      const padding = listOf(name, "padding", options.padding ?? 0, dims, 0);
      const usual = from.space.map((n, d) => (n - 1) * stride[d]! + window[d]! - 2 * padding[d]!);
      const size = options.outputSize?.slice(-dims) ?? usual;
      if (size.length !== dims || size.some((n, d) => Math.abs(n - usual[d]!) >= stride[d]!))
        if (options.outputSize !== undefined)
          throw new RangeError(
            `${name}: outputSize ${formatShape(options.outputSize)} must be nearer than ${formatShape(stride)} to ${formatShape(usual)}`,
          );
      const [n, c] = from.x.shape as [number, number];
      const points = [n * c, sizeOf(from.space)];
      const target = zeros([n * c, sizeOf(size)], { dtype: input.dtype });
      const flat = reshape(input, points);
      const index = indexTensor(name, reshape(indices, points), sizeOf(size));
      const node = noGrad(() => scatter(target, 1, index, flat)).node;
      const y = record(MAX_UNPOOL, node, flat, index);
      return from.unbatched(reshape(y, [n, c, ...three(size, 1)]));
    },
  );
}

/** The greatest element of each window of [N, C, L] or [C, L], of equal ones the first (`torch.nn.functional.max_pool1d`). */
export const maxPool1d = maxPool(1);
/** The greatest element of each window of [N, C, H, W] or [C, H, W], of equal ones the first (`torch.nn.functional.max_pool2d`). */
export const maxPool2d = maxPool(2);
/** The greatest element of each window of [N, C, D, H, W] or [C, D, H, W], of equal ones the first (`torch.nn.functional.max_pool3d`). */
export const maxPool3d = maxPool(3);
/** As `maxPool1d`, with windows ⌊o · L / outputSize⌋ to ⌈(o + 1) · L / outputSize⌉ (`torch.nn.functional.adaptive_max_pool1d`). */
export const adaptiveMaxPool1d = adaptiveMaxPool(1);
/** As `adaptiveMaxPool1d`, for [N, C, H, W] or [C, H, W] (`torch.nn.functional.adaptive_max_pool2d`). */
export const adaptiveMaxPool2d = adaptiveMaxPool(2);
/** As `adaptiveMaxPool1d`, for [N, C, D, H, W] or [C, D, H, W] (`torch.nn.functional.adaptive_max_pool3d`). */
export const adaptiveMaxPool3d = adaptiveMaxPool(3);
/** Zeros, with each element of the input where `indices`, which `maxPool1d` gave, say (`torch.nn.functional.max_unpool1d`). */
export const maxUnpool1d = maxUnpool(1);
/** Zeros, with each element of the input where `indices`, which `maxPool2d` gave, say (`torch.nn.functional.max_unpool2d`). */
export const maxUnpool2d = maxUnpool(2);
/** Zeros, with each element of the input where `indices`, which `maxPool3d` gave, say (`torch.nn.functional.max_unpool3d`). */
export const maxUnpool3d = maxUnpool(3);
