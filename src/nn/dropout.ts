/** Dropout (Srivastava et al. 2014). */
import { rand } from "../tensor/random.js";
import type { Shape } from "../tensor/shape-types.js";
import type { Tensor } from "../tensor/tensor.js";
import { SameShape } from "./activation.js";

/**
 * In training each element is zero with probability p, and the others are divided by 1 - p; otherwise x itself. The mask is drawn
 * from the counter-based generator within the plan, so `manualSeed` decides it and it takes no memory. PyTorch's nn.functional.dropout.
 */
export function dropout<S extends Shape>(
  input: Tensor<S>,
  options?: { p?: number; training?: boolean },
): Tensor<S>;
export function dropout(
  input: Tensor,
  { p = 0.5, training = true }: { p?: number; training?: boolean } = {},
): Tensor {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`dropout: p must be between 0 and 1, not ${p}`);
  if (!training || p === 0) return input;
  const kept = rand(input.shape, { dtype: input.dtype }).ge(p);
  // With p = 1 nothing is kept, and 0 · ∞ would be no number.
  return input.mul(kept.to(input.dtype).mul(p === 1 ? 0 : 1 / (1 - p)));
}

/** `dropout` as a layer that does nothing after `eval()`. PyTorch's nn.Dropout. */
export class Dropout extends SameShape {
  constructor(readonly p = 0.5) {
    super();
    if (!(p >= 0 && p <= 1)) throw new RangeError(`Dropout: p must be between 0 and 1, not ${p}`);
  }

  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return dropout(input, { p: this.p, training: this.training });
  }

  override extraRepr(): string {
    return `p=${this.p}`;
  }
}
