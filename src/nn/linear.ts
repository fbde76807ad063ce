/** The fully connected layer. */
import { mT } from "../ops/movement.js";
import { checkTensor } from "../ops/operand.js";
import { empty } from "../tensor/creation/constant.js";
import { type FloatDType, getDefaultDtype } from "../tensor/dtype.js";
import { formatShape } from "../tensor/shape.js";
import type { Checked, Fits, Ok, Shape, ShapeText, TypeOnly } from "../tensor/shape-types.js";
import type { Tensor } from "../tensor/tensor.js";
import { kaimingUniform_, uniform_ } from "./init.js";
import { BuiltIn } from "./module.js";
import { Parameter } from "./parameter.js";
import type { After, Layer, ShapeRule } from "./shape-rule.js";

/** The shape with `Out` in the place of its last size, which must be `In`; else a sentence. */
export type LinearShape<S extends Shape, In extends number, Out extends number> = S extends readonly [
  ...infer Batch extends Shape,
  infer Last extends number,
]
  ? Fits<Last, In> extends true
    ? [...Batch, Out]
    : `Linear(${In} → ${Out}): input ${ShapeText<S>} has last size ${Last}`
  : number extends S["length"]
    ? [...number[], Out]
    : `Linear(${In} → ${Out}): input has no dimensions`;

/** The shape behind a weight [out, in], or a sentence. */
type LinearBy<A extends Shape, W extends Shape> = W extends readonly [
  infer Out extends number,
  infer In extends number,
]
  ? LinearShape<A, In, Out>
  : Shape;

interface LinearRule<In extends number, Out extends number> extends ShapeRule {
  readonly output: LinearShape<Extract<this["input"], Shape>, In, Out>;
}

/** Options of `Linear`. */
export interface LinearOptions {
  /** Whether b is added; true if not given. */
  bias?: boolean;
  /** float32 if not given. */
  dtype?: FloatDType;
}

/**
 * y = x Wᵀ + b for x of shape [..., inFeatures]; W is [outFeatures, inFeatures]. Both begin uniform in ±1/√inFeatures, as
 * PyTorch's nn.Linear.
 */
export class Linear<const In extends number = number, const Out extends number = number> extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<LinearRule<In, Out>>;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Parameter<[Out, In]>;
  readonly bias: Parameter<[Out]> | null;

  constructor(
    inFeatures: In,
    outFeatures: Out,
    { bias = true, dtype = getDefaultDtype() }: LinearOptions = {},
  ) {
    super();
    for (const size of [inFeatures, outFeatures])
      if (!Number.isInteger(size) || size < 1)
        throw new RangeError(
          `Linear(${inFeatures} → ${outFeatures}): sizes must be whole numbers of at least 1`,
        );
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(empty([outFeatures, inFeatures], { dtype }));
    this.bias = bias ? new Parameter(empty([outFeatures], { dtype })) : null;
    this.resetParameters();
  }

  /** Draws weight and bias anew. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.inFeatures);
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  /** [..., inFeatures] → [..., outFeatures]. @throws Error when the last size is another */
  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    checkTensor("Linear", input);
    const last = input.shape.at(-1);
    if (last !== this.inFeatures) throw new Error(this.#misfit(input.shape));
    return linear(input, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `inFeatures=${this.inFeatures}, outFeatures=${this.outFeatures}, bias=${this.bias !== null}`;
  }

  #misfit(shape: Shape): string {
    const layer = `Linear(${this.inFeatures} → ${this.outFeatures}): input ${formatShape(shape)}`;
    if (shape.length === 0) return `${layer} has no dimensions; it must be [..., ${this.inFeatures}]`;
    const rest = shape.slice(1).reduce((a, b) => a * b, 1);
    const advice =
      shape.length > 2 && rest === this.inFeatures
        ? `flatten it first: x.reshape([${shape[0]}, -1])`
        : shape.length >= 2 && shape.at(-2) === this.inFeatures
          ? `transpose it first: x.transpose(-2, -1)`
          : `it must be ${this.inFeatures}`;
    return `${layer} has last size ${shape.at(-1)}; ${advice}`;
  }
}

/** x Wᵀ + b with x [..., in], W [out, in] and b [out]. PyTorch's nn.functional.linear. */
export function linear<A extends Shape, W extends Shape>(
  input: Checked<LinearBy<A, W>, Tensor<A>>,
  weight: Tensor<W>,
  bias?: Tensor | null,
): Tensor<Ok<LinearBy<A, W>>>;
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  checkTensor("linear", input);
  checkTensor("linear (weight)", weight);
  const product = input.matmul(mT(weight));
  return bias === null ? product : product.add(bias);
}
