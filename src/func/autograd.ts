/** The namespace `autograd`: gradients as values, custom functions, anomaly mode, checks. PyTorch's torch.autograd. */
export * as functional from "./functional.js";
export {
  type AnomalyOptions,
  detectAnomaly,
  isAnomalyEnabled,
  setDetectAnomaly,
} from "../autograd/anomaly.js";
export { backward, type BackwardOfManyOptions } from "../autograd/backward.js";
export { checkpoint, type CheckpointOptions, checkpointSequential } from "../autograd/checkpoint.js";
export { CustomFunction as Function, FunctionContext } from "../autograd/custom-function.js";
export { grad, type GradOptions } from "../autograd/grad.js";
export type { GradFn } from "../autograd/grad-fn.js";
export { gradcheck, type GradcheckOptions, gradgradcheck } from "../autograd/gradcheck.js";
export type { RemovableHandle } from "../autograd/handle.js";
export { enableGrad, inferenceMode, isGradEnabled, noGrad, setGradEnabled } from "../autograd/mode.js";
