/** Images as columns of patches, and channels as pixels: layers that only move elements, or add those that meet. */
import {
  channelShuffle,
  fold,
  type PatchOptions,
  pixelShuffle,
  pixelUnshuffle,
  unfold,
} from "../ops/patches.js";
import type { Sizes } from "../ops/windows.js";
import { type Given, optionsOf } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { SameShape } from "./activation.js";
import { BuiltIn } from "./module.js";

type PatchRest = Given<PatchOptions, [dilation: "dilation", padding: "padding", stride: "stride"]>;
const PATCHES = "dilation, padding, stride";

const shown = (sizes: Sizes): string => (typeof sizes === "number" ? String(sizes) : `[${sizes.join(", ")}]`);

function describe(kernelSize: Sizes, { dilation, padding, stride }: Required<PatchOptions>): string {
  return `kernelSize=${shown(kernelSize)}, dilation=${shown(dilation)}, padding=${shown(padding)}, stride=${shown(stride)}`;
}

/** The patches of images [N, C, H, W] or [C, H, W] as columns [N, C · kH · kW, patches]. PyTorch's nn.Unfold. */
export class Unfold extends BuiltIn {
  readonly dilation: Sizes;
  readonly padding: Sizes;
  readonly stride: Sizes;
  constructor(
    readonly kernelSize: Sizes,
    ...rest: PatchRest
  ) {
    super();
    const { dilation = 1, padding = 0, stride = 1 } = optionsOf<PatchOptions>("Unfold", PATCHES, rest);
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }
  forward(input: Tensor): Tensor {
    const { dilation, padding, stride } = this;
    return unfold(input, this.kernelSize, { dilation, padding, stride });
  }
  override extraRepr(): string {
    return describe(this.kernelSize, this);
  }
}

/** Images of `outputSize` of columns [N, C · kH · kW, patches]; where patches overlap they are added. PyTorch's nn.Fold. */
export class Fold extends BuiltIn {
  readonly dilation: Sizes;
  readonly padding: Sizes;
  readonly stride: Sizes;
  constructor(
    readonly outputSize: Sizes,
    readonly kernelSize: Sizes,
    ...rest: PatchRest
  ) {
    super();
    const { dilation = 1, padding = 0, stride = 1 } = optionsOf<PatchOptions>("Fold", PATCHES, rest);
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }
  forward(input: Tensor): Tensor {
    const { dilation, padding, stride } = this;
    return fold(input, this.outputSize, this.kernelSize, { dilation, padding, stride });
  }
  override extraRepr(): string {
    return `outputSize=${shown(this.outputSize)}, ${describe(this.kernelSize, this)}`;
  }
}

/** [*, C · r², H, W] → [*, C, H · r, W · r] (Shi et al. 2016). PyTorch's nn.PixelShuffle. */
export class PixelShuffle extends BuiltIn {
  constructor(readonly upscaleFactor: number) {
    super();
  }
  forward(input: Tensor): Tensor {
    return pixelShuffle(input, this.upscaleFactor);
  }
  override extraRepr(): string {
    return `upscaleFactor=${this.upscaleFactor}`;
  }
}

/** [*, C, H · r, W · r] → [*, C · r², H, W]. PyTorch's nn.PixelUnshuffle. */
export class PixelUnshuffle extends BuiltIn {
  constructor(readonly downscaleFactor: number) {
    super();
  }
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
