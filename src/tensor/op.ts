/**
 * What a tensor remembers of the operation that it came of, so that gradients can be computed: types alone. `autograd/record.ts` fills it in,
 * `autograd/differentiate.ts` reads it, and the operations of `ops/` are the constants of type `Op`.
 */
import type { Tensor } from "./core.js";

/**
 * How one operation is differentiated: a static description, shared by all tensors that came of that operation.
 * `A` is what its gradient needs besides the inputs, the attributes.
 */
export interface Op<A = unknown> {
  /** PyTorch's name for the backward function, such as "MulBackward0", shown as `grad_fn`. */
  readonly name: string;
  /** Whether the gradient reads values of the inputs or of the result (beyond their shapes). */
  readonly saves: boolean;
  /**
   * The vector-Jacobian product: of the result `y` and the gradient `g` with respect to it, the gradient with respect to each input, in their
   * order (a, b, c, or the list). What is not `wanted` may be null. It may have the shape of `g` where an input was broadcast: the backward pass
   * sums it over these dims.
   */
  gradient(y: Recorded<A>, g: Tensor): readonly (Tensor | null)[];
}

/** The result of an operation, as its gradient sees it: with the inputs and the attributes that it was recorded with, and no others. */
export interface Recorded<A> extends Tensor {
  /** @internal */
  _a: Tensor;
  /** @internal */
  _b: Tensor;
  /** @internal */
  _c: Tensor;
  /** @internal */
  _attributes: A;
}

/** Fields that only few tensors need. */
export interface Extras {
  /** Inputs of an operation that takes a list. */
  list: Tensor[] | null;
  hooks: ((gradient: Tensor) => Tensor | null | undefined)[] | null;
  retainGrad: boolean;
  /** A backward pass went through this operation and let go of what it had saved. */
  freed: boolean;
  /** The tensor whose `grad` takes the gradient of this state. */
  owner: Tensor | null;
  /** Of a leaf: what is called once its `grad` has been added to. */
  accumulated?: ((leaf: Tensor) => void)[];
  /** In anomaly mode: made where the operation was recorded, so its stack leads there. */
  origin?: Error;
}
