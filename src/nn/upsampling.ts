/** Layers that change the sizes of images, and that give a dim back its sizes. */
import { checkTensor } from "../ops/operand.js";
import type { ResizedShape, UnflattenShape } from "../ops/rearranged-types.js";
import type { Checked, Ok, Shape, TypeOnly } from "../tensor/shape-types.js";
import { type Given, optionsOf } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { interpolate, type InterpolateMode, type InterpolateOptions, type Resize } from "./interpolate.js";
import { BuiltIn } from "./module.js";
import type { After, Layer, ShapeRule } from "./shape-rule.js";

interface ResizeRule<Size, Scale> extends ShapeRule {
  readonly output: ResizedShape<Extract<this["input"], Shape>, Size, Scale>;
}
interface UnflattenRule<D extends number, R> extends ShapeRule {
  readonly output: UnflattenShape<Extract<this["input"], Shape>, D, R>;
}

type Sizes = number | readonly number[] | null;

/** `interpolate` as a layer. PyTorch's nn.Upsample. */
export class Upsample<
  const Size extends Resize = Resize,
  const Scale extends Resize = Resize,
> extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<ResizeRule<Size, Scale>>;
  readonly size: Sizes;
  readonly scaleFactor: Sizes;
  readonly mode: InterpolateMode;
  readonly alignCorners: boolean | null;
  readonly recomputeScaleFactor: boolean | null;

  constructor(
    ...given: Given<
      InterpolateOptions<Size, Scale>,
      [
        size: "size",
        scaleFactor: "scaleFactor",
        mode: "mode",
        alignCorners: "alignCorners",
        recomputeScaleFactor: "recomputeScaleFactor",
      ]
    >
  ) {
    super();
    const options = optionsOf<InterpolateOptions>(
      new.target.name,
      "size, scaleFactor, mode, alignCorners, recomputeScaleFactor",
      given,
    );
    this.size = options.size ?? null;
    this.scaleFactor = options.scaleFactor ?? null;
    this.mode = options.mode ?? "nearest";
    this.alignCorners = options.alignCorners ?? null;
    this.recomputeScaleFactor = options.recomputeScaleFactor ?? null;
  }

  /** [N, C, ...] → [N, C, ...new sizes]. @throws Error when sizes and mode do not fit the input */
  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this;
    return interpolate(input, { size, scaleFactor, mode, alignCorners, recomputeScaleFactor });
  }

  override extraRepr(): string {
    const words = (sizes: Sizes): string =>
      typeof sizes === "number" ? String(sizes) : `[${sizes?.join(", ")}]`;
    const first =
      this.scaleFactor === null ? `size=${words(this.size)}` : `scaleFactor=${words(this.scaleFactor)}`;
    return `${first}, mode='${this.mode}'`;
  }
}

/** `Upsample` of images with the nearest elements. PyTorch's nn.UpsamplingNearest2d. */
export class UpsamplingNearest2d<
  const Size extends Resize = Resize,
  const Scale extends Resize = Resize,
> extends Upsample<Size, Scale> {
  constructor(
    ...given: Given<{ size?: Size; scaleFactor?: Scale }, [size: "size", scaleFactor: "scaleFactor"]>
  ) {
    super({
      ...optionsOf<InterpolateOptions<Size, Scale>>("UpsamplingNearest2d", "size, scaleFactor", given),
      mode: "nearest",
    });
  }
}

/** `Upsample` of images, bilinear with aligned corners. PyTorch's nn.UpsamplingBilinear2d. */
export class UpsamplingBilinear2d<
  const Size extends Resize = Resize,
  const Scale extends Resize = Resize,
> extends Upsample<Size, Scale> {
  constructor(
    ...given: Given<{ size?: Size; scaleFactor?: Scale }, [size: "size", scaleFactor: "scaleFactor"]>
  ) {
    super({
      ...optionsOf<InterpolateOptions<Size, Scale>>("UpsamplingBilinear2d", "size, scaleFactor", given),
      mode: "bilinear",
      alignCorners: true,
    });
  }
}

/** Gives one dim several sizes, of which one may be -1: [N, 12] → [N, 3, 4]. PyTorch's nn.Unflatten. */
export class Unflatten<const D extends number = number, const R extends Shape = Shape> extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<UnflattenRule<D, R>>;
  readonly dim: number;
  readonly unflattenedSize: Shape;

  constructor(dim: D, unflattenedSize: R) {
    super();
    this.dim = dim;
    this.unflattenedSize = [...unflattenedSize];
  }

  /** @throws Error when the sizes do not make up the dim */
  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    checkTensor("Unflatten", input);
    return input.unflatten(this.dim, [...this.unflattenedSize]);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattenedSize=[${this.unflattenedSize.join(", ")}]`;
  }
}
