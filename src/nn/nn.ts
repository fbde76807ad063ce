/** The names in `nn`. */
export {
  CELU,
  ELU,
  GELU,
  Identity,
  LogSigmoid,
  Mish,
  SELU,
  Sigmoid,
  SiLU,
  Softplus,
  Softsign,
  Tanh,
  Tanhshrink,
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
export {
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LeakyReLU,
  PReLU,
  ReLU,
  ReLU6,
  RReLU,
  Softshrink,
  Threshold,
} from "./rectifiers.js";
export { GLU, LogSoftmax, Softmax, Softmax2d, Softmin } from "./softmax-layers.js";
export { AdaptiveLogSoftmaxWithLoss } from "./adaptive-softmax.js";
export { Bilinear } from "./bilinear.js";
export { Embedding, EmbeddingBag } from "./embedding.js";
export {
  CircularPad1d,
  CircularPad2d,
  CircularPad3d,
  ConstantPad1d,
  ConstantPad2d,
  ConstantPad3d,
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from "./padding-layers.js";
export { Unflatten, Upsample, UpsamplingBilinear2d, UpsamplingNearest2d } from "./upsampling.js";
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from "./dropout.js";
export { Flatten } from "./flatten.js";
export * as functional from "./functional.js";
export * as init from "./init.js";
export { Linear, type LinearOptions } from "./linear.js";
export { CrossEntropyLoss, NLLLoss } from "./loss/classification.js";
export { LinearCrossEntropyLoss, type LinearCrossEntropyLossOptions } from "./loss/linear-cross-entropy.js";
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
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  type BatchNormOptions,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
} from "./batch-normalization.js";
export {
  CrossMapLRN2d,
  GroupNorm,
  LayerNorm,
  type LayerNormOptions,
  LocalResponseNorm,
  RMSNorm,
} from "./normalization.js";
export {
  MultiheadAttention,
  type MultiheadAttentionOptions,
  type MultiHeadOptions,
} from "./attention/multihead.js";
export type { AttentionOptions } from "./attention/scaled-dot-product.js";
export { Transformer, TransformerDecoder, TransformerEncoder } from "./attention/transformer.js";
export {
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from "./attention/transformer-layers.js";
export { ModuleDict, ModuleList, ParameterDict, ParameterList } from "./containers.js";
export {
  LearnedPositionalEncoding,
  type PositionalOptions,
  Residual,
  RotaryPositionalEncoding,
  SinusoidalPositionalEncoding,
} from "./positional.js";
export { type CellOptions, GRUCell, LSTMCell, RNNCell } from "./recurrent/cells.js";
export {
  GRU,
  LSTM,
  type LSTMOptions,
  type RecurrentOptions,
  RNN,
  type RNNOptions,
} from "./recurrent/recurrent.js";
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
export * as utils from "./utils/utils.js";
export { Sequential, sequential } from "./sequential.js";
export type { Layer, SameShapeRule, ShapeRule } from "./shape-rule.js";
export { Summary, summary, type SummaryOptions, type SummaryRow } from "./summary.js";
export type { LoadResult, SavedState, StateDict } from "./stateDict.js";
export type {
  LoadStateDictPostHook,
  LoadStateDictPreHook,
  StateDictPostHook,
  StateDictPreHook,
} from "./state-hooks.js";
export type { TypeOnly } from "../tensor/shape-types.js";
