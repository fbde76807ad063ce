/** Images as columns of patches, and channels as pixels: layers that only move elements, or add those that meet. */
import {
  channelShuffle,
  fold,
  type PatchOptions,
  pixelShuffle,
  pixelUnshuffle,
  unfold,
} from "../ops/patches.js";
import type { FoldShape, ShuffledShape, UnfoldShape, UnshuffledShape } from "../ops/rearranged-types.js";
import type { SizesOrDefault, Sizes } from "../ops/windows.js";
import type { Checked, Ok, Shape, TypeOnly } from "../tensor/shape-types.js";
import { type Given, optionsOf } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { SameShape } from "./activation.js";
import { BuiltIn } from "./module.js";
import type { After, Layer, ShapeRule } from "./shape-rule.js";

interface UnfoldRule<K, D, P, S> extends ShapeRule {
  readonly output: UnfoldShape<Extract<this["input"], Shape>, K, D, P, S>;
}
interface FoldRule<O, K, D, P, S> extends ShapeRule {
  readonly output: FoldShape<Extract<this["input"], Shape>, O, K, D, P, S>;
}
interface ShuffleRule<R> extends ShapeRule {
  readonly output: ShuffledShape<Extract<this["input"], Shape>, R>;
}
interface UnshuffleRule<R> extends ShapeRule {
  readonly output: UnshuffledShape<Extract<this["input"], Shape>, R>;
}

type PatchRest<D, P, S> = Given<
  PatchOptions<D, P, S>,
  [dilation: "dilation", padding: "padding", stride: "stride"]
>;
const PATCHES = "dilation, padding, stride";

const shown = (sizes: Sizes): string => (typeof sizes === "number" ? String(sizes) : `[${sizes.join(", ")}]`);

function describe(kernelSize: Sizes, { dilation, padding, stride }: Required<PatchOptions>): string {
  return `kernelSize=${shown(kernelSize)}, dilation=${shown(dilation)}, padding=${shown(padding)}, stride=${shown(stride)}`;
}

/** The patches of images [N, C, H, W] or [C, H, W] as columns [N, C · kH · kW, patches]. PyTorch's nn.Unfold. */
export class Unfold<
  const K extends Sizes = Sizes,
  const D extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const S extends SizesOrDefault = SizesOrDefault,
> extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<UnfoldRule<K, D, P, S>>;
  readonly kernelSize: Sizes;
  readonly dilation: Sizes;
  readonly padding: Sizes;
  readonly stride: Sizes;
  constructor(kernelSize: K, ...rest: PatchRest<D, P, S>) {
    super();
    this.kernelSize = kernelSize;
    const { dilation = 1, padding = 0, stride = 1 } = optionsOf<PatchOptions>("Unfold", PATCHES, rest);
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }
  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    const { dilation, padding, stride } = this;
    return unfold(input, this.kernelSize, { dilation, padding, stride });
  }
  override extraRepr(): string {
    return describe(this.kernelSize, this);
  }
}

/** Images of `outputSize` of columns [N, C · kH · kW, patches]; where patches overlap they are added. PyTorch's nn.Fold. */
export class Fold<
  const O extends Sizes = Sizes,
  const K extends Sizes = Sizes,
  const D extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const S extends SizesOrDefault = SizesOrDefault,
> extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<FoldRule<O, K, D, P, S>>;
  readonly outputSize: Sizes;
  readonly kernelSize: Sizes;
  readonly dilation: Sizes;
  readonly padding: Sizes;
  readonly stride: Sizes;
  constructor(outputSize: O, kernelSize: K, ...rest: PatchRest<D, P, S>) {
    super();
    this.outputSize = outputSize;
    this.kernelSize = kernelSize;
    const { dilation = 1, padding = 0, stride = 1 } = optionsOf<PatchOptions>("Fold", PATCHES, rest);
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }
  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    const { dilation, padding, stride } = this;
    return fold(input, this.outputSize, this.kernelSize, { dilation, padding, stride });
  }
  override extraRepr(): string {
    return `outputSize=${shown(this.outputSize)}, ${describe(this.kernelSize, this)}`;
  }
}

/** [*, C · r², H, W] → [*, C, H · r, W · r] (Shi et al. 2016). PyTorch's nn.PixelShuffle. */
export class PixelShuffle<const R extends number = number> extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<ShuffleRule<R>>;
  readonly upscaleFactor: number;
  constructor(upscaleFactor: R) {
    super();
    this.upscaleFactor = upscaleFactor;
  }
  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    return pixelShuffle(input, this.upscaleFactor);
  }
  override extraRepr(): string {
    return `upscaleFactor=${this.upscaleFactor}`;
  }
}

/** [*, C, H · r, W · r] → [*, C · r², H, W]. PyTorch's nn.PixelUnshuffle. */
export class PixelUnshuffle<const R extends number = number> extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<UnshuffleRule<R>>;
  readonly downscaleFactor: number;
  constructor(downscaleFactor: R) {
    super();
    this.downscaleFactor = downscaleFactor;
  }
  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    return pixelUnshuffle(input, this.downscaleFactor);
  }
  override extraRepr(): string {
    return `downscaleFactor=${this.downscaleFactor}`;
  }
}

/** The channels of [N, C, *] with those of all groups taken in turn (Zhang et al. 2018). PyTorch's nn.ChannelShuffle. */
export class ChannelShuffle extends SameShape {
  constructor(readonly groups: number) {
    super();
  }
  forward<S extends readonly number[]>(input: Tensor<S>): Tensor<S>;
  forward(input: Tensor): Tensor {
    return channelShuffle(input, this.groups);
  }
  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}
