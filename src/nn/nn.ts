/** The names in `nn`. */
export {
  ELU,
  GELU,
  Identity,
  LeakyReLU,
  LogSoftmax,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Tanh,
} from "./activation.js";
export {
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvOptions,
  type ConvTransposeOptions,
  type PaddingMode,
} from "./convolution.js";
export { Dropout } from "./dropout.js";
export { Flatten } from "./flatten.js";
export * as functional from "./functional.js";
export * as init from "./init.js";
export { Linear, type LinearOptions } from "./linear.js";
export { CrossEntropyLoss, NLLLoss } from "./loss/classification.js";
export { BCELoss, BCEWithLogitsLoss, KLDivLoss } from "./loss/probability.js";
export { CTCLoss } from "./loss/ctc.js";
export { GaussianNLLLoss, PoissonNLLLoss } from "./loss/likelihood.js";
export {
  HingeEmbeddingLoss,
  MarginRankingLoss,
  MultiLabelMarginLoss,
  MultiLabelSoftMarginLoss,
  MultiMarginLoss,
  SoftMarginLoss,
} from "./loss/margin.js";
export { CosineEmbeddingLoss, TripletMarginLoss, TripletMarginWithDistanceLoss } from "./loss/metric.js";
export { CosineSimilarity, PairwiseDistance } from "./distance.js";
export { HuberLoss, L1Loss, MSELoss, SmoothL1Loss } from "./loss/regression.js";
export { Module } from "./module.js";
export { BatchNorm1d, LayerNorm, type BatchNormOptions, type LayerNormOptions } from "./normalization.js";
export { Parameter } from "./parameter.js";
export { ChannelShuffle, Fold, PixelShuffle, PixelUnshuffle, Unfold } from "./patches.js";
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  FractionalMaxPool2d,
  FractionalMaxPool3d,
  LPPool1d,
  LPPool2d,
  LPPool3d,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  MaxUnpool1d,
  MaxUnpool2d,
  MaxUnpool3d,
} from "./pooling.js";
export * as utils from "./gradients.js";
export { Sequential, sequential } from "./sequential.js";
export type { Layer, SameShapeRule, ShapeRule } from "./shape-rule.js";
export type { LoadResult, SavedState, StateDict } from "./stateDict.js";
export type { TypeOnly } from "../tensor/shape-types.js";
