/**
 * The public API of cellgrad. One line a module; namespaces (nn, optim, data, train, viz, io) hold what belongs to them.
 */
export { Tensor } from "./tensor/tensor.js";
export { blockDiag, cartesianProd, combinations, vander } from "./ops/combine.js";
export { cdist, pdist } from "./ops/distances.js";
export { cumulativeTrapezoid, trapezoid, trapz } from "./ops/integrals.js";
export { chainMatmul, tensordot } from "./ops/tensor-products.js";
export { pcaLowrank, svdLowrank, type LowRank } from "./linalg/low-rank.js";
export { luUnpack } from "./linalg/lu.js";
export * as fft from "./fft/fft.js";
export * as linalg from "./linalg/linalg.js";
export type { TypedArray } from "./primitives/elements.js";
export { type DType, getDefaultDtype, setDefaultDtype } from "./tensor/dtype.js";
export type { TensorData } from "./tensor/nested-types.js";
export type { Shape } from "./tensor/shape-types.js";
export {
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  ones,
  onesLike,
  zeros,
  zerosLike,
} from "./tensor/creation/constant.js";
export { type ArrayOptions, asarray, asTensor, scalarTensor } from "./ops/as-tensor.js";
export { tensor } from "./tensor/creation/from-data.js";
export { type PrintOptions, setPrintoptions } from "./tensor/print-options.js";
export {
  canCast,
  finfo,
  type FloatInfo,
  iinfo,
  type IntegerInfo,
  isTensor,
  promoteTypes,
  resultType,
} from "./tensor/dtype-info.js";
export type { TensorOptions } from "./tensor/creation/options.js";
export { arange, linspace, logspace } from "./tensor/creation/range.js";
export {
  bernoulli,
  multinomial,
  normal,
  rand,
  randint,
  randintLike,
  randLike,
  randn,
  randnLike,
  type RandomOptions,
  randperm,
} from "./tensor/random.js";
export { binomial, poisson } from "./random/counts.js";
export {
  defaultGenerator,
  Generator,
  getRandomState,
  getRandomState as getRngState,
  initialSeed,
  manualSeed,
  type RandomState,
  seed,
  setRandomState,
  setRandomState as setRngState,
} from "./tensor/generator.js";
export type { DrawOptions } from "./ops/fill.js";
export { type Device, device, getNumThreads, setNumThreads } from "./tensor/device.js";
export * from "./tensor/functions.js";
export { cat, cat as concat, cat as concatenate, stack } from "./ops/join.js";
export {
  atleast1d,
  atleast2d,
  atleast3d,
  broadcastShapes,
  broadcastTensors,
  columnStack,
  dstack,
  hstack,
  vstack as rowStack,
  vstack,
} from "./ops/side-by-side.js";
export { constantPadNd } from "./ops/pad.js";
export { type DiffOptions, gradient, type GradientOptions } from "./ops/differences.js";
export { stdMean, varMean } from "./ops/variance.js";
export { bucketize, isin, searchsorted } from "./ops/search.js";
export { trilIndices, triuIndices } from "./ops/triangle.js";
export { unravelIndex } from "./ops/pick.js";
export { einsum } from "./ops/einsum.js";
export { meshgrid } from "./ops/meshgrid.js";
export {
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from "./ops/convolution.js";
export {
  adaptiveAvgPool1d,
  adaptiveMaxPool1d,
  alphaDropout,
  avgPool1d,
  bilinear,
  celu_,
  channelShuffle,
  cosineSimilarity,
  dropout,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  pairwiseDistance,
  pixelShuffle,
  pixelUnshuffle,
  prelu,
  relu_,
  rmsNorm,
  rrelu,
  rrelu_,
  selu_,
  threshold_,
} from "./nn/functional.js";
export { frobeniusNorm, normExceptDim, nuclearNorm } from "./ops/older-norms.js";
export { where } from "./ops/select.js";
export { grad, type GradOptions, valueAndGrad } from "./autograd/grad.js";
export {
  isAnomalyCheckNanEnabled,
  isAnomalyEnabled,
  setDetectAnomaly as setAnomalyEnabled,
} from "./autograd/anomaly.js";
export { gradcheck, type GradcheckOptions, gradgradcheck } from "./autograd/gradcheck.js";
export { enableGrad, inferenceMode, isGradEnabled, noGrad, setGradEnabled } from "./autograd/mode.js";
export * as autograd from "./func/autograd.js";
export * as distributions from "./distributions/distributions.js";
export * as func from "./func/func.js";
export { vmap } from "./func/vmap.js";
export * as utils from "./autograd/checkpoint.js";
export {
  bartlettWindow,
  blackmanWindow,
  hammingWindow,
  hannWindow,
  kaiserWindow,
} from "./signal/older-windows.js";
export * as signal from "./signal/signal.js";
export * as special from "./special/special.js";
export * as nn from "./nn/nn.js";
export * as optim from "./optim/optim.js";
export * as data from "./data/data.js";
export * as train from "./train/train.js";
export * as io from "./io/io.js";
export * as viz from "./viz/viz.js";
export type { ProgressBar, ProgressOptions } from "./progress/bar.js";
export { progress } from "./progress/progress.js";
