/** Activations as functions, for `nn.functional`: the tensor's methods under PyTorch's other name. */
import type { Shape } from "../tensor/shape-types.js";
import type { Tensor } from "../tensor/tensor.js";

/** max(0, x). */
export function relu<S extends Shape>(input: Tensor<S>): Tensor<S> {
  return input.relu();
}

/** tanh x. */
export function tanh<S extends Shape>(input: Tensor<S>): Tensor<S> {
  return input.tanh();
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid<S extends Shape>(input: Tensor<S>): Tensor<S> {
  return input.sigmoid();
}

/** ln(1 / (1 + e⁻ˣ)), exact for large |x| too. */
export function logSigmoid<S extends Shape>(input: Tensor<S>): Tensor<S> {
  return input.logSigmoid();
}

/** x Φ(x), Φ the normal distribution's; `approximate: "tanh"` is 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))). */
export function gelu<S extends Shape>(
  input: Tensor<S>,
  options?: { approximate?: "none" | "tanh" },
): Tensor<S> {
  return input.gelu(options);
}

/** x / (1 + e⁻ˣ). */
export function silu<S extends Shape>(input: Tensor<S>): Tensor<S> {
  return input.silu();
}

/** x for x ≥ 0, else negativeSlope · x (0.01 if not given). */
export function leakyRelu<S extends Shape>(
  input: Tensor<S>,
  options?: { negativeSlope?: number },
): Tensor<S> {
  return input.leakyRelu(options);
}

/** x for x > 0, else α (eˣ − 1), α 1 if not given. */
export function elu<S extends Shape>(input: Tensor<S>, options?: { alpha?: number }): Tensor<S> {
  return input.elu(options);
}

/** ln(1 + e^(βx)) / β, and x itself where βx is above `threshold`; β 1 and threshold 20 if not given. */
export function softplus<S extends Shape>(
  input: Tensor<S>,
  options?: { beta?: number; threshold?: number },
): Tensor<S> {
  return input.softplus(options);
}

/** eˣ over its sum along `dim`. */
export function softmax<S extends Shape>(input: Tensor<S>, dim: number): Tensor<S> {
  return input.softmax(dim);
}

/** The logarithm of softmax along `dim`. */
export function logSoftmax<S extends Shape>(input: Tensor<S>, dim: number): Tensor<S> {
  return input.logSoftmax(dim);
}

/** Rows of 0 with a 1 at the class: [N] → [N, numClasses]; int32 unless another dtype is given. */
export function oneHot(input: Tensor, numClasses?: number, options?: { dtype?: Tensor["dtype"] }): Tensor {
  return input.oneHot(numClasses, options);
}
