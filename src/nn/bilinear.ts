/** The bilinear layer, of two inputs. */
import { checkTensor } from "../ops/operand.js";
import { empty } from "../tensor/creation/constant.js";
import { type FloatDType, getDefaultDtype } from "../tensor/dtype.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { type Given, optionsOf } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { uniform_ } from "./init.js";
import { BuiltIn } from "./module.js";
import { Parameter } from "./parameter.js";

/** y_o = x1ᵀ W_o x2 + b_o for x1 [..., I], x2 [..., J], W [O, I, J] and b [O]. PyTorch's nn.functional.bilinear. @throws Error when shapes do not fit */
export function bilinear(x1: Tensor, x2: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  checkTensor("bilinear", x1);
  checkTensor("bilinear (x2)", x2);
  checkTensor("bilinear (weight)", weight);
  const [out = 0, first = 0, second = 0] = weight.shape;
  const batch = x1.shape.slice(0, -1);
  if (
    weight.ndim !== 3 ||
    x1.shape.at(-1) !== first ||
    x2.shape.at(-1) !== second ||
    !sameShape(batch, x2.shape.slice(0, -1))
  )
    throw new Error(
      `bilinear: expected inputs [..., I] and [..., J] and a weight [O, I, J], got ${formatShape(x1.shape)}, ${formatShape(x2.shape)} and ${formatShape(weight.shape)}`,
    );
  const rows = batch.reduce((product, size) => product * size, 1);
  const left = x1.reshape([rows, first]).matmul(weight.permute(1, 0, 2).reshape([first, out * second]));
  const y = left
    .reshape([rows, out, second])
    .matmul(x2.reshape([rows, second, 1]))
    .reshape([...batch, out]);
  return bias ? y.add(bias) : y;
}

/** Options of `Bilinear`. */
export interface BilinearOptions {
  /** Whether b is added; true if not given. */
  bias?: boolean;
  device?: "cpu";
  dtype?: FloatDType;
}

/** y_o = x1ᵀ W_o x2 + b_o; all begin uniform in ±1/√in1Features. PyTorch's nn.Bilinear. */
export class Bilinear extends BuiltIn {
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(
    in1Features: number,
    in2Features: number,
    outFeatures: number,
    ...given: Given<BilinearOptions, [bias: "bias", device: "device", dtype: "dtype"]>
  ) {
    super();
    const options = optionsOf<BilinearOptions>("Bilinear", "bias, device, dtype", given);
    const { bias = true, dtype = getDefaultDtype() } = options;
    for (const size of [in1Features, in2Features, outFeatures])
      if (!Number.isInteger(size) || size < 1)
        throw new RangeError(
          `Bilinear(${in1Features}, ${in2Features}, ${outFeatures}): sizes must be whole numbers of at least 1`,
        );
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(empty([outFeatures, in1Features, in2Features], { dtype }));
    this.bias = bias ? new Parameter(empty([outFeatures], { dtype })) : null;
    this.resetParameters();
  }

  /** Draws weight and bias anew. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, -bound, bound);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  /** [..., in1Features], [..., in2Features] → [..., outFeatures]. @throws Error when shapes do not fit */
  forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `in1Features=${this.in1Features}, in2Features=${this.in2Features}, outFeatures=${this.outFeatures}, bias=${this.bias !== null}`;
  }
}
