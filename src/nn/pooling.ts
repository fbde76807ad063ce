/** Pools as layers. */
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type AvgPoolOptions,
  lpPool1d,
  lpPool2d,
  lpPool3d,
  type LPPoolOptions,
} from "../ops/average-pool.js";
import {
  fractionalMaxPool2d,
  fractionalMaxPool3d,
  type FractionalMaxPoolOptions,
} from "../ops/fractional-pool.js";
import {
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type MaxPoolOptions,
  maxUnpool1d,
  maxUnpool2d,
  maxUnpool3d,
  type OutputSizes,
  type Pooled,
} from "../ops/max-pool.js";
import { type SizesOrDefault, listOf, type Sizes } from "../ops/windows.js";
import type { Checked, Ok, Shape, TypeOnly } from "../tensor/shape-types.js";
import { type Given, optionsOf } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { BuiltIn } from "./module.js";
import type { After } from "./shape-rule.js";
import type { AdaptivePoolRule, PoolRule } from "./window-rules.js";

/** A list as it is shown. */
function shown(value: Sizes | OutputSizes | null | undefined): string {
  return typeof value === "object" && value !== null ? `[${value.join(", ")}]` : String(value ?? null);
}

/** A layer that keeps the channels and changes the sizes of space. */
abstract class Pool<Indices = false> extends BuiltIn {
  /** [N, C, …] → [N, C, …], or the same without N. @throws Error when the number of dims is another */
  forward<L extends BuiltIn, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Pooled<Indices, Tensor<Ok<After<L, S>>>>;
  forward(input: Tensor): unknown {
    return this.pool(input);
  }

  /** What the pool makes of an input whose dims are checked. @internal */
  protected abstract pool(input: Tensor): Tensor | [Tensor, Tensor];
}

abstract class MaxPool<Indices> extends Pool<Indices> {
  readonly kernelSize: Sizes;
  readonly stride: Sizes;
  readonly padding: Sizes;
  readonly dilation: Sizes;
  readonly ceilMode: boolean;
  readonly returnIndices: boolean;

  constructor(kernelSize: Sizes, options: MaxPoolOptions) {
    super();
    this.kernelSize = kernelSize;
    this.stride = options.stride ?? kernelSize;
    this.padding = options.padding ?? 0;
    this.dilation = options.dilation ?? 1;
    this.ceilMode = options.ceilMode ?? false;
    this.returnIndices = options.returnIndices ?? false;
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    return `kernelSize=${shown(kernelSize)}, stride=${shown(stride)}, padding=${shown(padding)}, dilation=${shown(dilation)}, ceilMode=${ceilMode}`;
  }
}

const MAX = "stride, padding, dilation, returnIndices, ceilMode";
type MaxRest<S, P, D, Ceil, Indices> = Given<
  MaxPoolOptions<S, P, D, Ceil, Indices>,
  [
    stride: "stride",
    padding: "padding",
    dilation: "dilation",
    returnIndices: "returnIndices",
    ceilMode: "ceilMode",
  ]
>;

/** The greatest element of each window of [N, C, L] or [C, L]. PyTorch's nn.MaxPool1d. */
export class MaxPool1d<
  const K extends Sizes = Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const D extends SizesOrDefault = SizesOrDefault,
  const Ceil extends boolean = false,
  const Indices extends boolean = false,
> extends MaxPool<Indices> {
  declare readonly shapeRule?: TypeOnly<PoolRule<"MaxPool1d", 1, K, S, P, D, Ceil>>;
  constructor(kernelSize: K, ...rest: MaxRest<S, P, D, Ceil, Indices>) {
    super(kernelSize, optionsOf<MaxPoolOptions>("MaxPool1d", MAX, rest));
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return maxPool1d(input, this.kernelSize, { ...optionsOfMax(this) });
  }
}

/** The greatest element of each window of [N, C, H, W] or [C, H, W]. PyTorch's nn.MaxPool2d. */
export class MaxPool2d<
  const K extends Sizes = Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const D extends SizesOrDefault = SizesOrDefault,
  const Ceil extends boolean = false,
  const Indices extends boolean = false,
> extends MaxPool<Indices> {
  declare readonly shapeRule?: TypeOnly<PoolRule<"MaxPool2d", 2, K, S, P, D, Ceil>>;
  constructor(kernelSize: K, ...rest: MaxRest<S, P, D, Ceil, Indices>) {
    super(kernelSize, optionsOf<MaxPoolOptions>("MaxPool2d", MAX, rest));
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return maxPool2d(input, this.kernelSize, { ...optionsOfMax(this) });
  }
}

/** The greatest element of each window of [N, C, D, H, W] or [C, D, H, W]. PyTorch's nn.MaxPool3d. */
export class MaxPool3d<
  const K extends Sizes = Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const D extends SizesOrDefault = SizesOrDefault,
  const Ceil extends boolean = false,
  const Indices extends boolean = false,
> extends MaxPool<Indices> {
  declare readonly shapeRule?: TypeOnly<PoolRule<"MaxPool3d", 3, K, S, P, D, Ceil>>;
  constructor(kernelSize: K, ...rest: MaxRest<S, P, D, Ceil, Indices>) {
    super(kernelSize, optionsOf<MaxPoolOptions>("MaxPool3d", MAX, rest));
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return maxPool3d(input, this.kernelSize, { ...optionsOfMax(this) });
  }
}

function optionsOfMax({
  stride,
  padding,
  dilation,
  ceilMode,
  returnIndices,
}: Readonly<Required<MaxPoolOptions>>): MaxPoolOptions {
  return { stride, padding, dilation, ceilMode, returnIndices };
}

abstract class AvgPool extends Pool {
  readonly kernelSize: Sizes;
  readonly stride: Sizes;
  readonly padding: Sizes;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  constructor(kernelSize: Sizes, options: AvgPoolOptions) {
    super();
    this.kernelSize = kernelSize;
    this.stride = options.stride ?? kernelSize;
    this.padding = options.padding ?? 0;
    this.ceilMode = options.ceilMode ?? false;
    this.countIncludePad = options.countIncludePad ?? true;
    this.divisorOverride = options.divisorOverride ?? null;
  }

  override extraRepr(): string {
    return `kernelSize=${shown(this.kernelSize)}, stride=${shown(this.stride)}, padding=${shown(this.padding)}`;
  }
}

function optionsOfAvg({
  stride,
  padding,
  ceilMode,
  countIncludePad,
  divisorOverride,
}: AvgPool): AvgPoolOptions {
  const options = { stride, padding, ceilMode, countIncludePad };
  return divisorOverride === null ? options : { ...options, divisorOverride };
}

const AVG = "stride, padding, ceilMode, countIncludePad, divisorOverride";
type AvgRest<S, P, Ceil> = Given<
  AvgPoolOptions<S, P, Ceil>,
  [
    stride: "stride",
    padding: "padding",
    ceilMode: "ceilMode",
    countIncludePad: "countIncludePad",
    divisorOverride: "divisorOverride",
  ]
>;

/** The mean of each window of [N, C, L] or [C, L]. PyTorch's nn.AvgPool1d. */
export class AvgPool1d<
  const K extends Sizes = Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const Ceil extends boolean = false,
> extends AvgPool {
  declare readonly shapeRule?: TypeOnly<PoolRule<"AvgPool1d", 1, K, S, P, 1, Ceil>>;
  constructor(
    kernelSize: K,
    ...rest: Given<
      Omit<AvgPoolOptions<S, P, Ceil>, "divisorOverride">,
      [stride: "stride", padding: "padding", ceilMode: "ceilMode", countIncludePad: "countIncludePad"]
    >
  ) {
    const options = optionsOf<AvgPoolOptions>(
      "AvgPool1d",
      "stride, padding, ceilMode, countIncludePad",
      rest,
    );
    const list = (what: string, sizes: Sizes, least: number): number[] =>
      listOf("AvgPool1d", what, sizes, 1, least);
    super(list("kernelSize", kernelSize, 1), {
      ...options,
      stride: list("stride", options.stride ?? kernelSize, 1),
      padding: list("padding", options.padding ?? 0, 0),
    });
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return avgPool1d(input, this.kernelSize, optionsOfAvg(this));
  }
}

/** The mean of each window of [N, C, H, W] or [C, H, W]. PyTorch's nn.AvgPool2d. */
export class AvgPool2d<
  const K extends Sizes = Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const Ceil extends boolean = false,
> extends AvgPool {
  declare readonly shapeRule?: TypeOnly<PoolRule<"AvgPool2d", 2, K, S, P, 1, Ceil>>;
  constructor(kernelSize: K, ...rest: AvgRest<S, P, Ceil>) {
    super(kernelSize, optionsOf<AvgPoolOptions>("AvgPool2d", AVG, rest));
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return avgPool2d(input, this.kernelSize, optionsOfAvg(this));
  }
}

/** The mean of each window of [N, C, D, H, W] or [C, D, H, W]. PyTorch's nn.AvgPool3d. */
export class AvgPool3d<
  const K extends Sizes = Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const Ceil extends boolean = false,
> extends AvgPool {
  declare readonly shapeRule?: TypeOnly<PoolRule<"AvgPool3d", 3, K, S, P, 1, Ceil>>;
  constructor(kernelSize: K, ...rest: AvgRest<S, P, Ceil>) {
    super(kernelSize, optionsOf<AvgPoolOptions>("AvgPool3d", AVG, rest));
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return avgPool3d(input, this.kernelSize, optionsOfAvg(this));
  }
}

/** Means of as many windows as `outputSize` says, of [N, C, L] or [C, L]. PyTorch's nn.AdaptiveAvgPool1d. */
export class AdaptiveAvgPool1d<const O extends OutputSizes = OutputSizes> extends Pool {
  declare readonly shapeRule?: TypeOnly<AdaptivePoolRule<"AdaptiveAvgPool1d", 1, O>>;
  readonly outputSize: OutputSizes;
  constructor(outputSize: O) {
    super();
    this.outputSize = outputSize;
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return adaptiveAvgPool1d(input, this.outputSize);
  }
  override extraRepr(): string {
    return `outputSize=${shownSizes(this.outputSize)}`;
  }
}

/** Means of as many windows as `outputSize` says, of [N, C, H, W] or [C, H, W]; null keeps a size. PyTorch's nn.AdaptiveAvgPool2d. */
export class AdaptiveAvgPool2d<const O extends OutputSizes = OutputSizes> extends Pool {
  declare readonly shapeRule?: TypeOnly<AdaptivePoolRule<"AdaptiveAvgPool2d", 2, O>>;
  readonly outputSize: OutputSizes;
  constructor(outputSize: O) {
    super();
    this.outputSize = outputSize;
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return adaptiveAvgPool2d(input, this.outputSize);
  }
  override extraRepr(): string {
    return `outputSize=${shownSizes(this.outputSize)}`;
  }
}

/** Means of as many windows as `outputSize` says, of [N, C, D, H, W] or [C, D, H, W]; null keeps a size. PyTorch's nn.AdaptiveAvgPool3d. */
export class AdaptiveAvgPool3d<const O extends OutputSizes = OutputSizes> extends Pool {
  declare readonly shapeRule?: TypeOnly<AdaptivePoolRule<"AdaptiveAvgPool3d", 3, O>>;
  readonly outputSize: OutputSizes;
  constructor(outputSize: O) {
    super();
    this.outputSize = outputSize;
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return adaptiveAvgPool3d(input, this.outputSize);
  }
  override extraRepr(): string {
    return `outputSize=${shownSizes(this.outputSize)}`;
  }
}

function shownSizes(sizes: OutputSizes): string {
  return typeof sizes === "number" ? String(sizes) : `[${sizes.map(String).join(", ")}]`;
}

abstract class AdaptiveMaxPool<Indices> extends Pool<Indices> {
  readonly returnIndices: boolean;
  constructor(
    readonly outputSize: OutputSizes,
    { returnIndices = false }: { returnIndices?: boolean },
  ) {
    super();
    this.returnIndices = returnIndices;
  }
  override extraRepr(): string {
    return `outputSize=${shownSizes(this.outputSize)}`;
  }
}

interface IndexOptions {
  /** Whether positions are wanted too; false if not given. */
  returnIndices?: boolean;
}
type IndexRest<Indices extends boolean> = Given<
  { returnIndices?: Indices },
  [returnIndices: "returnIndices"]
>;

/** The greatest of each of as many windows as `outputSize` says, of [N, C, L] or [C, L]. PyTorch's nn.AdaptiveMaxPool1d. */
export class AdaptiveMaxPool1d<
  const O extends OutputSizes = OutputSizes,
  const Indices extends boolean = false,
> extends AdaptiveMaxPool<Indices> {
  declare readonly shapeRule?: TypeOnly<AdaptivePoolRule<"AdaptiveMaxPool1d", 1, O>>;
  constructor(outputSize: O, ...rest: IndexRest<Indices>) {
    super(outputSize, optionsOf<IndexOptions>("AdaptiveMaxPool1d", "returnIndices", rest));
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return adaptiveMaxPool1d(input, this.outputSize, { returnIndices: this.returnIndices });
  }
}

/** The greatest of each of as many windows as `outputSize` says, of [N, C, H, W] or [C, H, W]. PyTorch's nn.AdaptiveMaxPool2d. */
export class AdaptiveMaxPool2d<
  const O extends OutputSizes = OutputSizes,
  const Indices extends boolean = false,
> extends AdaptiveMaxPool<Indices> {
  declare readonly shapeRule?: TypeOnly<AdaptivePoolRule<"AdaptiveMaxPool2d", 2, O>>;
  constructor(outputSize: O, ...rest: IndexRest<Indices>) {
    super(outputSize, optionsOf<IndexOptions>("AdaptiveMaxPool2d", "returnIndices", rest));
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return adaptiveMaxPool2d(input, this.outputSize, { returnIndices: this.returnIndices });
  }
}

/** The greatest of each of as many windows as `outputSize` says, of [N, C, D, H, W] or [C, D, H, W]. PyTorch's nn.AdaptiveMaxPool3d. */
export class AdaptiveMaxPool3d<
  const O extends OutputSizes = OutputSizes,
  const Indices extends boolean = false,
> extends AdaptiveMaxPool<Indices> {
  declare readonly shapeRule?: TypeOnly<AdaptivePoolRule<"AdaptiveMaxPool3d", 3, O>>;
  constructor(outputSize: O, ...rest: IndexRest<Indices>) {
    super(outputSize, optionsOf<IndexOptions>("AdaptiveMaxPool3d", "returnIndices", rest));
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return adaptiveMaxPool3d(input, this.outputSize, { returnIndices: this.returnIndices });
  }
}

abstract class LPPool extends Pool {
  readonly stride: Sizes | null;
  readonly ceilMode: boolean;
  constructor(
    readonly normType: number,
    readonly kernelSize: Sizes,
    options: LPPoolOptions,
  ) {
    super();
    this.stride = options.stride ?? null;
    this.ceilMode = options.ceilMode ?? false;
  }
  protected get windows(): LPPoolOptions {
    const { stride, ceilMode } = this;
    return stride === null ? { ceilMode } : { stride, ceilMode };
  }
  override extraRepr(): string {
    return `normType=${this.normType}, kernelSize=${shown(this.kernelSize)}, stride=${shown(this.stride)}, ceilMode=${this.ceilMode}`;
  }
}

type LPRest<S, Ceil> = Given<LPPoolOptions<S, Ceil>, [stride: "stride", ceilMode: "ceilMode"]>;

/** (Σ xᵖ)^(1/p) of each window of [N, C, L] or [C, L]. PyTorch's nn.LPPool1d. */
export class LPPool1d<
  const K extends Sizes = Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const Ceil extends boolean = false,
> extends LPPool {
  declare readonly shapeRule?: TypeOnly<PoolRule<"LPPool1d", 1, K, S, 0, 1, Ceil>>;
  constructor(normType: number, kernelSize: K, ...rest: LPRest<S, Ceil>) {
    super(normType, kernelSize, optionsOf<LPPoolOptions>("LPPool1d", "stride, ceilMode", rest));
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return lpPool1d(input, this.normType, this.kernelSize, this.windows);
  }
}

/** (Σ xᵖ)^(1/p) of each window of [N, C, H, W] or [C, H, W]. PyTorch's nn.LPPool2d. */
export class LPPool2d<
  const K extends Sizes = Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const Ceil extends boolean = false,
> extends LPPool {
  declare readonly shapeRule?: TypeOnly<PoolRule<"LPPool2d", 2, K, S, 0, 1, Ceil>>;
  constructor(normType: number, kernelSize: K, ...rest: LPRest<S, Ceil>) {
    super(normType, kernelSize, optionsOf<LPPoolOptions>("LPPool2d", "stride, ceilMode", rest));
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return lpPool2d(input, this.normType, this.kernelSize, this.windows);
  }
}

/** (Σ xᵖ)^(1/p) of each window of [N, C, D, H, W] or [C, D, H, W]. PyTorch's nn.LPPool3d. */
export class LPPool3d<
  const K extends Sizes = Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const Ceil extends boolean = false,
> extends LPPool {
  declare readonly shapeRule?: TypeOnly<PoolRule<"LPPool3d", 3, K, S, 0, 1, Ceil>>;
  constructor(normType: number, kernelSize: K, ...rest: LPRest<S, Ceil>) {
    super(normType, kernelSize, optionsOf<LPPoolOptions>("LPPool3d", "stride, ceilMode", rest));
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return lpPool3d(input, this.normType, this.kernelSize, this.windows);
  }
}

interface UnpoolOptions {
  /** Of the pool that is undone; the size of a window if not given. */
  stride?: Sizes;
  /** Of the pool that is undone; 0 if not given. */
  padding?: Sizes;
}
type UnpoolRest = Given<UnpoolOptions, [stride: "stride", padding: "padding"]>;

abstract class MaxUnpool extends BuiltIn {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];

  protected constructor(dims: number, kernelSize: Sizes, rest: readonly unknown[]) {
    super();
    const name = this.name();
    const options = optionsOf<UnpoolOptions>(name, "stride, padding", rest);
    this.kernelSize = listOf(name, "kernelSize", kernelSize, dims, 1);
    this.stride =
      options.stride === undefined ? this.kernelSize : listOf(name, "stride", options.stride, dims, 1);
    this.padding = listOf(name, "padding", options.padding ?? 0, dims, 0);
  }

  /** Each element where `indices`, which the pool gave, say; the rest is 0. @param outputSize of space, or a whole shape */
  forward(input: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    const { kernelSize, stride, padding } = this;
    const f = [maxUnpool1d, maxUnpool2d, maxUnpool3d][kernelSize.length - 1]!;
    const options = outputSize === undefined ? { stride, padding } : { stride, padding, outputSize };
    return f(input, indices, kernelSize, options);
  }

  override extraRepr(): string {
    return `kernelSize=${shown(this.kernelSize)}, stride=${shown(this.stride)}, padding=${shown(this.padding)}`;
  }
}

/** Puts the elements that `MaxPool1d` took back where they were. PyTorch's nn.MaxUnpool1d. */
export class MaxUnpool1d extends MaxUnpool {
  constructor(kernelSize: Sizes, ...rest: UnpoolRest) {
    super(1, kernelSize, rest);
  }
}

/** Puts the elements that `MaxPool2d` took back where they were. PyTorch's nn.MaxUnpool2d. */
export class MaxUnpool2d extends MaxUnpool {
  constructor(kernelSize: Sizes, ...rest: UnpoolRest) {
    super(2, kernelSize, rest);
  }
}

/** Puts the elements that `MaxPool3d` took back where they were. PyTorch's nn.MaxUnpool3d. */
export class MaxUnpool3d extends MaxUnpool {
  constructor(kernelSize: Sizes, ...rest: UnpoolRest) {
    super(3, kernelSize, rest);
  }
}

abstract class FractionalMaxPool<Indices> extends Pool<Indices> {
  readonly outputSize: Sizes | null;
  readonly outputRatio: Sizes | null;
  readonly returnIndices: boolean;
  constructor(
    readonly kernelSize: Sizes,
    readonly samples: Tensor | null,
    options: FractionalMaxPoolOptions,
  ) {
    super();
    this.outputSize = options.outputSize ?? null;
    this.outputRatio = options.outputRatio ?? null;
    this.returnIndices = options.returnIndices ?? false;
    if ((this.outputSize === null) === (this.outputRatio === null))
      throw new RangeError(`${this.name()}: expected either outputSize or outputRatio`);
  }
  protected get options(): FractionalMaxPoolOptions {
    const { outputSize, outputRatio, returnIndices, samples } = this;
    const size = outputSize === null ? { outputRatio: outputRatio! } : { outputSize };
    return { ...size, returnIndices, ...(samples === null ? {} : { _randomSamples: samples }) };
  }
}

const FRACTIONAL = "outputSize, outputRatio, returnIndices, _randomSamples";
type FractionalRest<O extends Sizes, Indices extends boolean> = Given<
  FractionalMaxPoolOptions<O, Indices>,
  [
    outputSize: "outputSize",
    outputRatio: "outputRatio",
    returnIndices: "returnIndices",
    _randomSamples: "_randomSamples",
  ]
>;

/** The greatest element of each window of [N, C, H, W] or [C, H, W], the steps between windows drawn. PyTorch's nn.FractionalMaxPool2d. */
export class FractionalMaxPool2d<
  const O extends Sizes = Sizes,
  const Indices extends boolean = false,
> extends FractionalMaxPool<Indices> {
  declare readonly shapeRule?: TypeOnly<AdaptivePoolRule<"FractionalMaxPool2d", 2, O>>;
  constructor(kernelSize: Sizes, ...rest: FractionalRest<O, Indices>) {
    const options = optionsOf<FractionalMaxPoolOptions>("FractionalMaxPool2d", FRACTIONAL, rest);
    super(kernelSize, options._randomSamples ?? null, options);
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return fractionalMaxPool2d(input, this.kernelSize, this.options);
  }
}

/** The greatest element of each window of [N, C, D, H, W] or [C, D, H, W], the steps between windows drawn. PyTorch's nn.FractionalMaxPool3d. */
export class FractionalMaxPool3d<
  const O extends Sizes = Sizes,
  const Indices extends boolean = false,
> extends FractionalMaxPool<Indices> {
  declare readonly shapeRule?: TypeOnly<AdaptivePoolRule<"FractionalMaxPool3d", 3, O>>;
  constructor(kernelSize: Sizes, ...rest: FractionalRest<O, Indices>) {
    const options = optionsOf<FractionalMaxPoolOptions>("FractionalMaxPool3d", FRACTIONAL, rest);
    super(kernelSize, options._randomSamples ?? null, options);
  }
  /** What the pool makes of an input whose dims are checked. @internal */
  protected pool(input: Tensor): Tensor {
    return fractionalMaxPool3d(input, this.kernelSize, this.options);
  }
}
