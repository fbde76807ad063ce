/** Softmax and its relatives as layers, and the gated linear unit. */
import { checkTensor } from "../ops/operand.js";
import type { HalvedShape } from "../ops/rearranged-types.js";
import type { Checked, Ok, Shape, TypeOnly } from "../tensor/shape-types.js";
import { formatShape } from "../tensor/shape.js";
import { type Given, optionsOf } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { SameShape } from "./activation.js";
import { glu, logSoftmax, softmax, softmin } from "./activation-functions.js";
import { BuiltIn } from "./module.js";
import type { After, Layer, ShapeRule } from "./shape-rule.js";

interface GLURule<D extends number> extends ShapeRule {
  readonly output: HalvedShape<Extract<this["input"], Shape>, D>;
}

type DimArguments = Given<{ dim?: number }, [dim: "dim"]>;

abstract class AlongDim extends SameShape {
  readonly dim: number | undefined;

  /** @param given the dim, by position or by name */
  constructor(...given: DimArguments) {
    super();
    this.dim = optionsOf<{ dim: number }>(new.target.name, "dim", given).dim;
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** eˣ over its sum along `dim`. PyTorch's nn.Softmax. */
export class Softmax extends AlongDim {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return softmax(input, { dim: this.dim });
  }
}

/** log softmax along `dim`. PyTorch's nn.LogSoftmax. */
export class LogSoftmax extends AlongDim {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return logSoftmax(input, { dim: this.dim });
  }
}

/** e⁻ˣ over its sum along `dim`. PyTorch's nn.Softmin. */
export class Softmin extends AlongDim {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return softmin(input, { dim: this.dim });
  }
}

/** Softmax over the channels of [N, C, H, W] or [C, H, W]. PyTorch's nn.Softmax2d. */
export class Softmax2d extends SameShape {
  /** @throws Error for another number of dimensions */
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    checkTensor("Softmax2d", input);
    if (input.ndim !== 3 && input.ndim !== 4)
      throw new Error(
        `Softmax2d: expected an input [N, C, H, W] or [C, H, W], got ${formatShape(input.shape)}`,
      );
    return softmax(input, { dim: -3 });
  }
}

/** a · sigmoid(b), where a and b are the halves of x along `dim` (the last if not given). PyTorch's nn.GLU (Dauphin et al. 2017). */
export class GLU<const D extends number = -1> extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<GLURule<D>>;
  readonly dim: number;

  constructor(...given: Given<{ dim?: D }, [dim: "dim"]>) {
    super();
    this.dim = optionsOf<{ dim: number }>("GLU", "dim", given).dim ?? -1;
  }

  forward<L extends Layer, S extends Shape>(
    this: L,
    input: Checked<After<L, S>, Tensor<S>>,
  ): Tensor<Ok<After<L, S>>>;
  forward(input: Tensor): Tensor {
    return glu(input, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
