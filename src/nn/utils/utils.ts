/** The names in `nn.utils`. */
export { clipGradNorm_, clipGradValue_ } from "../../optim/clip.js";
export { fuseConvBnEval, fuseConvBnWeights, fuseLinearBnEval, fuseLinearBnWeights } from "./fuse.js";
export * as parametrizations from "./parametrizations.js";
export * as parametrize from "./parametrize.js";
export * as rnn from "./rnn.js";
export { parametersToVector, vectorToParameters } from "./vector.js";
