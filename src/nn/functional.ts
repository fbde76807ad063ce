/** The names in `nn.functional`: layers and losses as functions, PyTorch's torch.nn.functional. */
export {
  elu,
  gelu,
  leakyRelu,
  logSigmoid,
  logSoftmax,
  oneHot,
  relu,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
} from "./activation-functions.js";
export { dropout } from "./dropout.js";
export { linear } from "./linear.js";
export { crossEntropy, nllLoss, type ClassOptions, type CrossEntropyOptions } from "./loss/classification.js";
export {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  klDiv,
  type BinaryOptions,
} from "./loss/probability.js";
export { type LossOptions, type Reduction } from "./loss/reduction.js";
export { huberLoss, l1Loss, mseLoss, smoothL1Loss } from "./loss/regression.js";
