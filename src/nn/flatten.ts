/** The layer that flattens dimensions into one. */
import { checkTensor } from "../ops/operand.js";
import type { Flatten as Flat } from "../tensor/movement-types.js";
import type { Checked, Dim, Ok, Shape, ShapeText, TypeOnly } from "../tensor/shape-types.js";
import type { Tensor } from "../tensor/tensor.js";
import { BuiltIn } from "./module.js";
import type { After, Layer, ShapeRule } from "./shape-rule.js";

/** The shape with dims `Start` to `End` as one; a sentence where there is no dim `Start`. */
type FlattenShape<S extends Shape, Start extends number, End extends number> = number extends S["length"]
  ? Shape
  : S extends readonly []
    ? [1]
    : number extends Dim<S, Start>
      ? Shape
      : `${Dim<S, Start>}` extends keyof S
        ? Flat<S, Start, End>
        : `Flatten: input ${ShapeText<S>} has no dim ${Start}`;

interface FlattenRule<Start extends number, End extends number> extends ShapeRule {
  readonly output: FlattenShape<Extract<this["input"], Shape>, Start, End>;
}

/** Joins the dimensions `startDim` to `endDim` into one: [B, C, H, W] → [B, C · H · W]. PyTorch's nn.Flatten. */
export class Flatten<const Start extends number = 1, const End extends number = -1> extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<FlattenRule<Start, End>>;
  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim?: Start, endDim?: End) {
    super();
    this.startDim = startDim ?? 1;
    this.endDim = endDim ?? -1;
  }

  /** Dims `startDim` to `endDim` of the input as one. @throws RangeError when there are no such dims */
  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    checkTensor("Flatten", input);
    return input.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `startDim=${this.startDim}, endDim=${this.endDim}`;
  }
}
