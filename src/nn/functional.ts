/** The names in `nn.functional`: layers and losses as functions, PyTorch's torch.nn.functional. */
export {
  celu,
  celu_,
  elu,
  elu_,
  gelu,
  glu,
  gumbelSoftmax,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  hardtanh_,
  leakyRelu,
  leakyRelu_,
  logSigmoid,
  logsigmoid,
  logSoftmax,
  mish,
  prelu,
  relu,
  relu6,
  relu_,
  rrelu,
  rrelu_,
  selu,
  selu_,
  sigmoid,
  silu,
  softmax,
  softmin,
  softplus,
  softshrink,
  softsign,
  tanh,
  tanhshrink,
  threshold,
  threshold_,
} from "./activation-functions.js";
export { oneHot } from "./one-hot.js";
export { alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from "./dropout.js";
export { bilinear } from "./bilinear.js";
export { embedding, embeddingBag } from "./embedding-functions.js";
export { affineGrid, gridSample } from "./grid-sample.js";
export { interpolate, upsample, upsampleBilinear, upsampleNearest } from "./interpolate.js";
export {
  batchNorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  localResponseNorm,
  rmsNorm,
} from "./normalization-functions.js";
export { padded as pad } from "../ops/pad.js";
export { multiHeadAttentionForward } from "./attention/multihead.js";
export { scaledDotProductAttention } from "./attention/scaled-dot-product.js";
export { linear } from "./linear.js";
export { linearCrossEntropy, type LinearCrossEntropyOptions } from "./loss/linear-cross-entropy.js";
export { crossEntropy, nllLoss, type ClassOptions, type CrossEntropyOptions } from "./loss/classification.js";
export {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  klDiv,
  type BinaryOptions,
} from "./loss/probability.js";
export { type LossOptions, type Reduction } from "./loss/reduction.js";
export { huberLoss, l1Loss, mseLoss, smoothL1Loss } from "./loss/regression.js";
export {
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type ConvFunctionOptions,
  type ConvTransposeFunctionOptions,
} from "../ops/convolution.js";
export {
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  maxUnpool1d,
  maxUnpool2d,
  maxUnpool3d,
  type MaxPoolOptions,
  type MaxUnpoolOptions,
} from "../ops/max-pool.js";
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  lpPool1d,
  lpPool2d,
  lpPool3d,
  type AvgPoolOptions,
  type LPPoolOptions,
} from "../ops/average-pool.js";
export {
  fractionalMaxPool2d,
  fractionalMaxPool3d,
  type FractionalMaxPoolOptions,
} from "../ops/fractional-pool.js";
export {
  channelShuffle,
  fold,
  type PatchOptions,
  pixelShuffle,
  pixelUnshuffle,
  unfold,
} from "../ops/patches.js";
export { gaussianNllLoss, poissonNllLoss } from "./loss/likelihood.js";
export {
  hingeEmbeddingLoss,
  marginRankingLoss,
  multiMarginLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  softMarginLoss,
} from "./loss/margin.js";
export { cosineEmbeddingLoss, tripletMarginLoss, tripletMarginWithDistanceLoss } from "./loss/metric.js";
export { ctcLoss } from "./loss/ctc.js";
export {
  adaptiveMaxPool1dWithIndices,
  adaptiveMaxPool2dWithIndices,
  adaptiveMaxPool3dWithIndices,
  fractionalMaxPool2dWithIndices,
  fractionalMaxPool3dWithIndices,
  maxPool1dWithIndices,
  maxPool2dWithIndices,
  maxPool3dWithIndices,
} from "../ops/pool-indices.js";
export { pdist } from "../ops/distances.js";
export { cosineSimilarity, normalize, pairwiseDistance } from "./distance.js";
