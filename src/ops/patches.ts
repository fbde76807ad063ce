/**
 * Images as columns of patches and back, and channels as pixels and back.
 */
import { record } from "../autograd/record.js";
import * as graph from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { checkWhole, formatShape, sizeOf } from "../tensor/shape.js";
import type { Checked, Ok, Shape } from "../tensor/shape-types.js";
import { type Given, takes } from "../tensor/signature.js";
import { permute, reshape } from "./movement.js";
import { checkTensor } from "./operand.js";
import type { FoldShape, ShuffledShape, UnfoldShape, UnshuffledShape } from "./rearranged-types.js";
import { type SizesOrDefault, listOf, type Sizes } from "./windows.js";

/** Options of `unfold` and `fold`. */
export interface PatchOptions<D = Sizes, P = Sizes, S = Sizes> {
  /** Steps from element to element of a patch; 1 if not given. */
  dilation?: D;
  /** Zeros at both ends; 0 if not given. */
  padding?: P;
  /** Steps from patch to patch; 1 if not given. */
  stride?: S;
}

/** Where the patches of images [h, w] lie. */
interface Patches {
  readonly image: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly stride: readonly [number, number];
  /** How many there are along each dim. */
  readonly count: readonly [number, number];
}

type Two = readonly [number, number];

function patchesOf(name: string, image: Two, kernelSize: Sizes, options: PatchOptions): Patches {
  const two = (what: string, value: Sizes, least: number): Two =>
    listOf(name, what, value, 2, least) as unknown as Two;
  const kernel = two("kernelSize", kernelSize, 1);
  const dilation = two("dilation", options.dilation ?? 1, 1);
  const padding = two("padding", options.padding ?? 0, 0);
  const stride = two("stride", options.stride ?? 1, 1);
  const count = image.map((n, d) => {
    const reach = dilation[d]! * (kernel[d]! - 1) + 1;
    return Math.floor((n + 2 * padding[d]! - reach) / stride[d]!) + 1;
  }) as unknown as Two;
  if (count.some((n) => n < 1))
    throw new Error(
      `${name}: patches of ${formatShape(kernel)} are larger than images of ${formatShape(image)} with padding ${formatShape(padding)}`,
    );
  return { image, kernel, dilation, padding, stride, count };
}

/** Of x [n, c, h, w] the columns [n, c · kh · kw, patches]. */
const UNFOLD: Op<Patches> = {
  name: "Im2ColBackward0",
  saves: false,
  gradient(y, g) {
    return [columnsToImage(g, y._attributes)];
  },
};

const FOLD: Op<Patches> = {
  name: "Col2ImBackward0",
  saves: false,
  gradient(y, g) {
    return [imageToColumns(g, y._attributes)];
  },
};

function imageToColumns(x: Tensor, at: Patches): Tensor {
  const [n, c] = x._node.shape as [number, number];
  const { kernel, dilation, padding, stride, count } = at;
  const around = [0, 0, ...padding];
  const wide = graph.pad(x.node, around, around, 0);
  const taps: Node[] = [];
  for (let i = 0; i < kernel[0]; i++)
    for (let j = 0; j < kernel[1]; j++) {
      const starts = [0, 0, i * dilation[0], j * dilation[1]];
      const seen = graph.slice(wide, starts, [n, c, ...count], [1, 1, ...stride]);
      taps.push(graph.reshape(seen, [n, c, 1, count[0] * count[1]]));
    }
  const columns = taps.length === 1 ? taps[0]! : graph.concat(taps, 2);
  const shape = [n, c * kernel[0] * kernel[1], count[0] * count[1]];
  return record(UNFOLD, graph.reshape(columns, shape), x, null, null, at);
}

function columnsToImage(x: Tensor, at: Patches): Tensor {
  const { image, kernel, dilation, padding, stride, count } = at;
  const [n, all] = x._node.shape as [number, number];
  const c = all / (kernel[0] * kernel[1]);
  const columns = graph.reshape(x.node, [n, c, kernel[0] * kernel[1], ...count]);
  let sum: Node | null = null;
  for (let i = 0; i < kernel[0]; i++)
    for (let j = 0; j < kernel[1]; j++) {
      const tap = graph.slice(columns, [0, 0, i * kernel[1] + j, 0, 0], [n, c, 1, ...count], [1, 1, 1, 1, 1]);
      const apart = graph.pad(
        graph.reshape(tap, [n, c, count[0], 1, count[1], 1]),
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, stride[0] - 1, 0, stride[1] - 1],
        0,
      );
      const spread = [count[0] * stride[0], count[1] * stride[1]] as const;
      const before = [i * dilation[0], j * dilation[1]] as const;
      // As large as the padded image: what the last step has spread too far is cut off.
      const whole = image.map((size, d) => size + 2 * padding[d]!);
      const kept = whole.map((size, d) => Math.min(spread[d]!, size - before[d]!));
      const cut = graph.slice(
        graph.reshape(apart, [n, c, ...spread]),
        [0, 0, 0, 0],
        [n, c, ...kept],
        [1, 1, 1, 1],
      );
      const after = whole.map((size, d) => size - before[d]! - kept[d]!);
      const placed = graph.pad(cut, [0, 0, ...before], [0, 0, ...after], 0);
      sum = sum === null ? placed : graph.binary("add", sum, placed);
    }
  const inner = graph.slice(sum!, [0, 0, ...padding], [n, c, ...image], [1, 1, 1, 1]);
  return record(FOLD, inner, x, null, null, at);
}

type PatchOrder = [dilation: "dilation", padding: "padding", stride: "stride"];

export type UnfoldFunction = <
  A extends Shape,
  const K extends Sizes,
  const D extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const S extends SizesOrDefault = SizesOrDefault,
>(
  input: Checked<UnfoldShape<A, K, D, P, S>, Tensor<A>>,
  kernelSize: K,
  ...rest: Given<PatchOptions<D, P, S>, PatchOrder>
) => Tensor<Ok<UnfoldShape<A, K, D, P, S>>>;

export type FoldFunction = <
  A extends Shape,
  const O extends Sizes,
  const K extends Sizes,
  const D extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const S extends SizesOrDefault = SizesOrDefault,
>(
  input: Checked<FoldShape<A, O, K, D, P, S>, Tensor<A>>,
  outputSize: O,
  kernelSize: K,
  ...rest: Given<PatchOptions<D, P, S>, PatchOrder>
) => Tensor<Ok<FoldShape<A, O, K, D, P, S>>>;

/** The patches of images [N, C, H, W] or [C, H, W] as columns [N, C · kH · kW, patches] (`torch.nn.functional.unfold`). @throws Error when patches do not fit */
export const unfold = takes(
  "unfold",
  "input, kernelSize | dilation, padding, stride",
  (input: Tensor, kernelSize: Sizes, options: PatchOptions) => {
    checkTensor("unfold", input);
    const { shape } = input;
    if (shape.length !== 3 && shape.length !== 4)
      throw new Error(`unfold: expected an input [N, C, H, W] or [C, H, W], got ${formatShape(shape)}`);
    const at = patchesOf("unfold", shape.slice(-2) as unknown as Two, kernelSize, options);
    const x = shape.length === 4 ? input : input.unsqueeze(0);
    const y = imageToColumns(x, at);
    return shape.length === 4 ? y : y.squeeze(0);
  },
) as unknown as UnfoldFunction;

/** Images of `outputSize` [N, C, H, W] of columns [N, C · kH · kW, patches], as `unfold` gives them: where patches overlap they are added (`torch.nn.functional.fold`). @throws Error when the columns do not fit */
export const fold = takes(
  "fold",
  "input, outputSize, kernelSize | dilation, padding, stride",
  (input: Tensor, outputSize: Sizes, kernelSize: Sizes, options: PatchOptions) => {
    checkTensor("fold", input);
    const { shape } = input;
    if (shape.length !== 2 && shape.length !== 3)
      throw new Error(
        `fold: expected an input [N, C · kH · kW, L] or [C · kH · kW, L], got ${formatShape(shape)}`,
      );
    const image = listOf("fold", "outputSize", outputSize, 2, 1) as unknown as Two;
    const at = patchesOf("fold", image, kernelSize, options);
    const [rows, columns] = shape.slice(-2) as [number, number];
    if (rows % sizeOf(at.kernel) !== 0)
      throw new Error(
        `fold: ${rows} rows are no multiple of the ${sizeOf(at.kernel)} elements of a patch ${formatShape(at.kernel)}`,
      );
    if (columns !== sizeOf(at.count))
      throw new Error(
        `fold: an image ${formatShape(image)} has ${at.count.join(" · ")} = ${sizeOf(at.count)} patches, got ${columns} columns`,
      );
    const y = columnsToImage(shape.length === 3 ? input : input.unsqueeze(0), at);
    return shape.length === 3 ? y : y.squeeze(0);
  },
) as unknown as FoldFunction;

/** [*, C · r², H, W] → [*, C, H · r, W · r]: r² channels become the pixels of a square (`torch.nn.functional.pixel_shuffle`). @throws Error when the channels are no multiple of r² */
export const pixelShuffle = takes("pixelShuffle", "input, upscaleFactor |", (input: Tensor, r: number) => {
  const { front, c, h, w } = pixels("pixelShuffle", input, "upscaleFactor", r);
  if (c % (r * r) !== 0)
    throw new Error(
      `pixelShuffle: input ${formatShape(input.shape)} has ${c} channels, no multiple of ${r}² = ${r * r}`,
    );
  const n = sizeOf(front);
  const apart = permute(reshape(input, [n, c / (r * r), r, r, h, w]), [0, 1, 4, 2, 5, 3]);
  return reshape(apart, [...front, c / (r * r), h * r, w * r]);
}) as unknown as <A extends Shape, const R extends number>(
  input: Checked<ShuffledShape<A, R>, Tensor<A>>,
  upscaleFactor: R,
) => Tensor<Ok<ShuffledShape<A, R>>>;

/** [*, C, H · r, W · r] → [*, C · r², H, W]: the inverse of `pixelShuffle` (`torch.nn.functional.pixel_unshuffle`). @throws Error when height and width are no multiples of r */
export const pixelUnshuffle = takes(
  "pixelUnshuffle",
  "input, downscaleFactor |",
  (input: Tensor, r: number) => {
    const { front, c, h, w } = pixels("pixelUnshuffle", input, "downscaleFactor", r);
    if (h % r !== 0 || w % r !== 0)
      throw new Error(
        `pixelUnshuffle: input ${formatShape(input.shape)} has height ${h} and width ${w}, no multiples of ${r}`,
      );
    const n = sizeOf(front);
    const apart = permute(reshape(input, [n, c, h / r, r, w / r, r]), [0, 1, 3, 5, 2, 4]);
    return reshape(apart, [...front, c * r * r, h / r, w / r]);
  },
) as unknown as <A extends Shape, const R extends number>(
  input: Checked<UnshuffledShape<A, R>, Tensor<A>>,
  downscaleFactor: R,
) => Tensor<Ok<UnshuffledShape<A, R>>>;

function pixels(
  name: string,
  input: Tensor,
  what: string,
  r: number,
): { front: readonly number[]; c: number; h: number; w: number } {
  checkTensor(name, input);
  checkWhole(name, what, r);
  if (r < 1) throw new RangeError(`${name}: ${what} must be at least 1, got ${r}`);
  if (input.ndim < 3)
    throw new Error(`${name}: expected an input [*, C, H, W], got ${formatShape(input.shape)}`);
  const [c, h, w] = input.shape.slice(-3) as [number, number, number];
  return { front: input.shape.slice(0, -3), c, h, w };
}

/** [N, C, *] with the channels of all groups taken in turn: (g, C / g) → (C / g, g) (`torch.nn.functional.channel_shuffle`). @throws Error when the channels cannot be cut into so many groups */
export const channelShuffle = takes<(input: Tensor, groups: number) => Tensor>(
  "channelShuffle",
  "input, groups |",
  (input: Tensor, groups: number) => {
    checkTensor("channelShuffle", input);
    checkWhole("channelShuffle", "groups", groups);
    const { shape } = input;
    if (shape.length < 3)
      throw new Error(`channelShuffle: expected an input [N, C, *], got ${formatShape(shape)}`);
    const [n, c, ...rest] = shape as [number, number, ...number[]];
    if (groups < 1 || c % groups !== 0)
      throw new Error(`channelShuffle: ${c} channels cannot be cut into ${groups} groups`);
    const apart = reshape(input, [n, groups, c / groups, sizeOf(rest)]);
    return reshape(permute(apart, [0, 2, 1, 3]), shape);
  },
);
