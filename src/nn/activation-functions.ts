/** Activations as functions, for `nn.functional`: the tensor's methods under PyTorch's other name. */
import type { Shape } from "../tensor/shape-types.js";
import type { Tensor } from "../tensor/tensor.js";

export function relu<S extends Shape>(input: Tensor<S>): Tensor<S> {
  return input.relu();
}

export function tanh<S extends Shape>(input: Tensor<S>): Tensor<S> {
  return input.tanh();
}

export function sigmoid<S extends Shape>(input: Tensor<S>): Tensor<S> {
  return input.sigmoid();
}

export function logSigmoid<S extends Shape>(input: Tensor<S>): Tensor<S> {
  return input.logSigmoid();
}

export function gelu<S extends Shape>(
  input: Tensor<S>,
  options?: { approximate?: "none" | "tanh" },
): Tensor<S> {
  return input.gelu(options);
}

export function silu<S extends Shape>(input: Tensor<S>): Tensor<S> {
  return input.silu();
}

export function leakyRelu<S extends Shape>(
  input: Tensor<S>,
  options?: { negativeSlope?: number },
): Tensor<S> {
  return input.leakyRelu(options);
}

export function elu<S extends Shape>(input: Tensor<S>, options?: { alpha?: number }): Tensor<S> {
  return input.elu(options);
}

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
