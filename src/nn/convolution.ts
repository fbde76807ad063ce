/** Convolutions and transposed convolutions as layers. */
import { checkTensor } from "../ops/operand.js";
import {
  conv1d,
  conv2d,
  conv3d,
  type ConvFunctionOptions,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type ConvTransposeFunctionOptions,
} from "../ops/convolution.js";
import {
  type ConvPadding,
  type SizesOrDefault,
  type PaddingOrDefault,
  layout,
  listOf,
  type Sizes,
} from "../ops/windows.js";
import { empty } from "../tensor/creation/constant.js";
import { type FloatDType, getDefaultDtype } from "../tensor/dtype.js";
import { formatShape } from "../tensor/shape.js";
import type { Checked, Ok, Shape, TypeOnly } from "../tensor/shape-types.js";
import { type Given, optionsOf } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { kaimingUniform_, uniform_ } from "./init.js";
import { BuiltIn } from "./module.js";
import { Parameter } from "./parameter.js";
import type { After, Layer } from "./shape-rule.js";
import type { ConvRule, ConvTransposeRule } from "./window-rules.js";

/** What lies around an image: zeros, or its own elements mirrored, repeated, or from the other side. */
export type PaddingMode = "zeros" | "reflect" | "replicate" | "circular";

/** Options of `Conv1d`, `Conv2d` and `Conv3d`. */
export interface ConvOptions<S = Sizes, P = ConvPadding, D = Sizes> {
  /** Steps from window to window; 1 if not given. */
  stride?: S;
  /** So many elements at both ends; "valid" is none, "same" as many as give the size of the input; 0 if not given. */
  padding?: P;
  /** Steps from tap to tap; 1 if not given. */
  dilation?: D;
  /** Input and output channels are cut into so many groups that are convolved by themselves; 1 if not given. */
  groups?: number;
  /** Whether b is added; true if not given. */
  bias?: boolean;
  /** "zeros" if not given. */
  paddingMode?: PaddingMode;
  /** All tensors are on the "cpu". */
  device?: "cpu";
  /** float32 if not given. */
  dtype?: FloatDType;
}

/** Options of `ConvTranspose1d`, `ConvTranspose2d` and `ConvTranspose3d`. */
export interface ConvTransposeOptions<S = Sizes, P = Sizes, More = Sizes, D = Sizes> {
  stride?: S;
  padding?: P;
  /** So much is added at the far end; 0 if not given. */
  outputPadding?: More;
  groups?: number;
  bias?: boolean;
  dilation?: D;
  paddingMode?: "zeros";
  device?: "cpu";
  dtype?: FloatDType;
}

/** What all convolutions have: sizes, weight and bias, and what they begin as. */
abstract class Convolution extends BuiltIn {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  protected constructor(
    dims: number,
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: Sizes,
    transposed: boolean,
    options: ConvOptions | ConvTransposeOptions,
  ) {
    super();
    const { stride = 1, dilation = 1, groups = 1, bias = true, dtype = getDefaultDtype() } = options;
    const name = `${this.name()}(${inChannels} → ${outChannels})`;
    if (!Number.isInteger(groups) || groups < 1)
      throw new RangeError(`${name}: groups must be a whole number of at least 1, got ${groups}`);
    for (const channels of [inChannels, outChannels]) {
      if (!Number.isInteger(channels) || channels < 1)
        throw new RangeError(`${name}: channels must be whole numbers of at least 1`);
      if (channels % groups !== 0)
        throw new RangeError(`${name}: ${channels} channels cannot be cut into ${groups} groups`);
    }
    this.kernelSize = listOf(name, "kernelSize", kernelSize, dims, 1);
    this.stride = listOf(name, "stride", stride, dims, 1);
    this.dilation = listOf(name, "dilation", dilation, dims, 1);
    this.groups = groups;
    const [first, second] = transposed ? [inChannels, outChannels] : [outChannels, inChannels];
    this.weight = new Parameter(empty([first, second / groups, ...this.kernelSize], { dtype }));
    this.bias = bias ? new Parameter(empty([outChannels], { dtype })) : null;
    this.resetParameters();
  }

  /** Draws weight and bias anew: uniform in ±1/√n, where n is the number of inputs of a unit. */
  resetParameters(): void {
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    if (this.bias === null) return;
    const bound = 1 / Math.sqrt(this.weight.shape.slice(1).reduce((a, b) => a * b, 1));
    uniform_(this.bias, -bound, bound);
  }

  /** @throws Error when the input has another number of dims or channels */
  protected checkInput(input: Tensor): void {
    const dims = this.kernelSize.length;
    const name = `${this.name()}(${this.inChannels} → ${this.outChannels})`;
    checkTensor(name, input);
    const { shape } = input;
    if (shape.length !== dims + 1 && shape.length !== dims + 2)
      throw new Error(
        `${name}: input ${formatShape(shape)} must be ${layout(dims, true)} or ${layout(dims, false)} with C = ${this.inChannels}`,
      );
    const channels = shape.at(-dims - 1);
    if (channels !== this.inChannels) {
      const advice =
        shape.at(-1) === this.inChannels && shape.length === dims + 2
          ? `; put the channels second: x.permute(${[0, dims + 1, ...shape.slice(1, -1).map((_, i) => i + 1)].join(", ")})`
          : `; it must have ${this.inChannels}`;
      throw new Error(`${name}: input ${formatShape(shape)} has ${channels} channels${advice}`);
    }
  }

  /** The part of the description that both kinds have. @param padding as it is shown; null where there is none */
  protected describe(padding: string | null, more: readonly (string | null)[]): string {
    const isNot = (list: readonly number[], usual: number): boolean => list.some((n) => n !== usual);
    const parts = [
      `${this.inChannels}, ${this.outChannels}`,
      `kernelSize=${formatShape(this.kernelSize)}`,
      `stride=${formatShape(this.stride)}`,
      padding === null ? null : `padding=${padding}`,
      isNot(this.dilation, 1) ? `dilation=${formatShape(this.dilation)}` : null,
      ...more.slice(0, 1),
      this.groups === 1 ? null : `groups=${this.groups}`,
      this.bias === null ? "bias=false" : null,
      ...more.slice(1),
    ];
    return parts.filter((part) => part !== null).join(", ");
  }
}

type Convolve<Options> = (x: Tensor, weight: Tensor, options: Options) => Tensor;
// As tuples and by a cast: the compiler would compare what the functions say about shapes with each other.
const plain = [conv1d, conv2d, conv3d] as const;
const transposed = [convTranspose1d, convTranspose2d, convTranspose3d] as const;
const convolve = plain as unknown as readonly Convolve<ConvFunctionOptions>[];
const convolveTransposed = transposed as unknown as readonly Convolve<ConvTransposeFunctionOptions>[];

abstract class Conv extends Convolution {
  readonly padding: readonly number[] | "same" | "valid";
  readonly paddingMode: PaddingMode;

  protected constructor(
    dims: number,
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    options: ConvOptions,
  ) {
    super(dims, inChannels, outChannels, kernelSize, false, options);
    const { padding = 0, paddingMode = "zeros" } = options;
    const name = `${this.name()}(${inChannels} → ${outChannels})`;
    if (typeof padding === "string" && padding !== "same" && padding !== "valid")
      throw new RangeError(`${name}: padding is a number, ${dims} of them, "same" or "valid"`);
    if (padding === "same" && this.stride.some((step) => step !== 1))
      throw new RangeError(`${name}: padding "same" takes stride 1, got ${formatShape(this.stride)}`);
    if (!["zeros", "reflect", "replicate", "circular"].includes(paddingMode))
      throw new RangeError(
        `${name}: paddingMode is "zeros", "reflect", "replicate" or "circular", got "${String(paddingMode)}"`,
      );
    this.padding = typeof padding === "string" ? padding : listOf(name, "padding", padding, dims, 0);
    this.paddingMode = paddingMode;
  }

  /** [N, inChannels, …] → [N, outChannels, …], or the same without N. @throws Error when dims or channels are others */
  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    this.checkInput(input);
    const { stride, dilation, groups, weight, bias } = this;
    const f = convolve[this.kernelSize.length - 1]!;
    if (this.paddingMode === "zeros" || this.padding === "valid")
      return f(input, weight, { bias, stride, dilation, groups, padding: this.padding });
    return f(this.#padded(input), weight, { bias, stride, dilation, groups });
  }

  #padded(input: Tensor): Tensor {
    let x = input;
    this.kernelSize.forEach((size, i) => {
      const reach = this.dilation[i]! * (size - 1);
      const { padding } = this;
      const before = typeof padding === "string" ? Math.floor(reach / 2) : padding[i]!;
      const after = typeof padding === "string" ? reach - before : padding[i]!;
      if (before + after === 0) return;
      const dim = i - this.kernelSize.length;
      x = x.indexSelect(dim, places(this, x.shape.at(dim)!, before, after));
    });
    return x;
  }

  override extraRepr(): string {
    const { padding, paddingMode } = this;
    const isZero = typeof padding !== "string" && padding.every((size) => size === 0);
    const text = typeof padding === "string" ? padding : formatShape(padding);
    return this.describe(isZero ? null : text, [
      null,
      paddingMode === "zeros" ? null : `paddingMode=${paddingMode}`,
    ]);
  }
}

/** Which elements of a dim of size n its padded version has. */
function places(layer: Conv, n: number, before: number, after: number): number[] {
  const { paddingMode } = layer;
  const most = paddingMode === "reflect" ? n - 1 : paddingMode === "circular" ? n : Infinity;
  if (before > most || after > most)
    throw new Error(
      `${layer.name()}(${layer.inChannels} → ${layer.outChannels}): "${paddingMode}" pads a dim of size ${n} by at most ${most}, not ${Math.max(before, after)}`,
    );
  return Array.from({ length: before + n + after }, (_, i) => {
    const at = i - before;
    if (paddingMode === "replicate") return Math.min(Math.max(at, 0), n - 1);
    if (paddingMode === "circular") return (at + n) % n;
    return at < 0 ? -at : at >= n ? 2 * (n - 1) - at : at;
  });
}

const CONV = "stride, padding, dilation, groups, bias, paddingMode, device, dtype";
type ConvRest<S, P, D> = Given<
  ConvOptions<S, P, D>,
  [
    stride: "stride",
    padding: "padding",
    dilation: "dilation",
    groups: "groups",
    bias: "bias",
    paddingMode: "paddingMode",
    device: "device",
    dtype: "dtype",
  ]
>;

/**
 * y[n, o, l] = bias[o] + Σ x[n, c, l · stride + k · dilation − padding] · weight[o, c, k] for x [N, inChannels, L] or [inChannels, L]; weight is
 * [outChannels, inChannels / groups, k]. PyTorch's nn.Conv1d.
 */
export class Conv1d<
  const In extends number = number,
  const Out extends number = number,
  const K extends Sizes = Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends PaddingOrDefault = PaddingOrDefault,
  const D extends SizesOrDefault = SizesOrDefault,
> extends Conv {
  declare readonly shapeRule?: TypeOnly<ConvRule<"Conv1d", 1, In, Out, K, S, P, D>>;

  constructor(inChannels: In, outChannels: Out, kernelSize: K, ...rest: ConvRest<S, P, D>) {
    super(1, inChannels, outChannels, kernelSize, optionsOf<ConvOptions>("Conv1d", CONV, rest));
  }
}

/**
 * The sum of products of the weight [outChannels, inChannels / groups, kH, kW] with each window of x [N, inChannels, H, W] or [inChannels, H, W],
 * and bias. H becomes ⌊(H + 2 · padding − dilation · (kH − 1) − 1) / stride⌋ + 1. PyTorch's nn.Conv2d.
 */
export class Conv2d<
  const In extends number = number,
  const Out extends number = number,
  const K extends Sizes = Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends PaddingOrDefault = PaddingOrDefault,
  const D extends SizesOrDefault = SizesOrDefault,
> extends Conv {
  declare readonly shapeRule?: TypeOnly<ConvRule<"Conv2d", 2, In, Out, K, S, P, D>>;

  constructor(inChannels: In, outChannels: Out, kernelSize: K, ...rest: ConvRest<S, P, D>) {
    super(2, inChannels, outChannels, kernelSize, optionsOf<ConvOptions>("Conv2d", CONV, rest));
  }
}

/** As `Conv2d`, for x [N, inChannels, D, H, W] or [inChannels, D, H, W]. PyTorch's nn.Conv3d. */
export class Conv3d<
  const In extends number = number,
  const Out extends number = number,
  const K extends Sizes = Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends PaddingOrDefault = PaddingOrDefault,
  const D extends SizesOrDefault = SizesOrDefault,
> extends Conv {
  declare readonly shapeRule?: TypeOnly<ConvRule<"Conv3d", 3, In, Out, K, S, P, D>>;

  constructor(inChannels: In, outChannels: Out, kernelSize: K, ...rest: ConvRest<S, P, D>) {
    super(3, inChannels, outChannels, kernelSize, optionsOf<ConvOptions>("Conv3d", CONV, rest));
  }
}

abstract class ConvTranspose extends Convolution {
  readonly padding: readonly number[];
  readonly outputPadding: readonly number[];

  protected constructor(
    dims: number,
    inChannels: number,
    outChannels: number,
    kernelSize: Sizes,
    options: ConvTransposeOptions,
  ) {
    super(dims, inChannels, outChannels, kernelSize, true, options);
    const name = `${this.name()}(${inChannels} → ${outChannels})`;
    const mode: string = options.paddingMode ?? "zeros";
    if (mode !== "zeros") throw new RangeError(`${name}: paddingMode must be "zeros", got "${mode}"`);
    this.padding = listOf(name, "padding", options.padding ?? 0, dims, 0);
    this.outputPadding = listOf(name, "outputPadding", options.outputPadding ?? 0, dims, 0);
  }

  /**
   * [N, inChannels, …] → [N, outChannels, …], or the same without N.
   * @param outputSize of space, in the place of what outputPadding gives
   * @throws Error when dims or channels are others, RangeError when the result cannot have that size
   */
  forward<L extends Layer, S extends Shape, O extends readonly number[] | undefined = undefined>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
    outputSize?: O,
  ): Tensor<O extends undefined ? Ok<After<L, S>> : Shape>;
  forward(input: Tensor, outputSize?: readonly number[]): Tensor {
    this.checkInput(input);
    const { stride, padding, dilation, groups, weight, bias } = this;
    const outputPadding = outputSize === undefined ? this.outputPadding : this.#more(input, outputSize);
    const f = convolveTransposed[this.kernelSize.length - 1]!;
    return f(input, weight, { bias, stride, padding, outputPadding, groups, dilation });
  }

  #more(input: Tensor, outputSize: readonly number[]): number[] {
    const dims = this.kernelSize.length;
    const space = input.shape.slice(-dims);
    const least = space.map(
      (n, d) =>
        (n - 1) * this.stride[d]! - 2 * this.padding[d]! + this.dilation[d]! * (this.kernelSize[d]! - 1) + 1,
    );
    const more = outputSize.slice(-dims).map((size, d) => size - least[d]!);
    if (more.length !== dims || more.some((n, d) => n < 0 || n >= this.stride[d]!))
      throw new RangeError(
        `${this.name()}(${this.inChannels} → ${this.outChannels}): outputSize ${formatShape(outputSize)} must be between ${formatShape(least)} and ${formatShape(least.map((n, d) => n + this.stride[d]! - 1))}`,
      );
    return more;
  }

  override extraRepr(): string {
    const isZero = (list: readonly number[]): boolean => list.every((size) => size === 0);
    return this.describe(isZero(this.padding) ? null : formatShape(this.padding), [
      isZero(this.outputPadding) ? null : `outputPadding=${formatShape(this.outputPadding)}`,
    ]);
  }
}

const TRANSPOSED = "stride, padding, outputPadding, groups, bias, dilation, paddingMode, device, dtype";
type TransposedRest<S, P, More, D> = Given<
  ConvTransposeOptions<S, P, More, D>,
  [
    stride: "stride",
    padding: "padding",
    outputPadding: "outputPadding",
    groups: "groups",
    bias: "bias",
    dilation: "dilation",
    paddingMode: "paddingMode",
    device: "device",
    dtype: "dtype",
  ]
>;

/** The transpose of `Conv1d`, which makes [N, outChannels, L] of [N, inChannels, L]; weight is [inChannels, outChannels / groups, k]. PyTorch's nn.ConvTranspose1d. */
export class ConvTranspose1d<
  const In extends number = number,
  const Out extends number = number,
  const K extends Sizes = Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const More extends SizesOrDefault = SizesOrDefault,
  const D extends SizesOrDefault = SizesOrDefault,
> extends ConvTranspose {
  declare readonly shapeRule?: TypeOnly<ConvTransposeRule<"ConvTranspose1d", 1, In, Out, K, S, P, More, D>>;

  constructor(inChannels: In, outChannels: Out, kernelSize: K, ...rest: TransposedRest<S, P, More, D>) {
    const options = optionsOf<ConvTransposeOptions>("ConvTranspose1d", TRANSPOSED, rest);
    super(1, inChannels, outChannels, kernelSize, options);
  }
}

/**
 * The transpose of `Conv2d`: H becomes (H − 1) · stride − 2 · padding + dilation · (kH − 1) + outputPadding + 1; weight is [inChannels,
 * outChannels / groups, kH, kW]. PyTorch's nn.ConvTranspose2d.
 */
export class ConvTranspose2d<
  const In extends number = number,
  const Out extends number = number,
  const K extends Sizes = Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const More extends SizesOrDefault = SizesOrDefault,
  const D extends SizesOrDefault = SizesOrDefault,
> extends ConvTranspose {
  declare readonly shapeRule?: TypeOnly<ConvTransposeRule<"ConvTranspose2d", 2, In, Out, K, S, P, More, D>>;

  constructor(inChannels: In, outChannels: Out, kernelSize: K, ...rest: TransposedRest<S, P, More, D>) {
    const options = optionsOf<ConvTransposeOptions>("ConvTranspose2d", TRANSPOSED, rest);
    super(2, inChannels, outChannels, kernelSize, options);
  }
}

/** The transpose of `Conv3d`. PyTorch's nn.ConvTranspose3d. */
export class ConvTranspose3d<
  const In extends number = number,
  const Out extends number = number,
  const K extends Sizes = Sizes,
  const S extends SizesOrDefault = SizesOrDefault,
  const P extends SizesOrDefault = SizesOrDefault,
  const More extends SizesOrDefault = SizesOrDefault,
  const D extends SizesOrDefault = SizesOrDefault,
> extends ConvTranspose {
  declare readonly shapeRule?: TypeOnly<ConvTransposeRule<"ConvTranspose3d", 3, In, Out, K, S, P, More, D>>;

  constructor(inChannels: In, outChannels: Out, kernelSize: K, ...rest: TransposedRest<S, P, More, D>) {
    const options = optionsOf<ConvTransposeOptions>("ConvTranspose3d", TRANSPOSED, rest);
    super(3, inChannels, outChannels, kernelSize, options);
  }
}
