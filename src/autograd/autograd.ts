/** The namespace `autograd`: gradients as values, custom functions, anomaly mode, checks. PyTorch's torch.autograd. */
export { type AnomalyOptions, detectAnomaly, isAnomalyEnabled, setDetectAnomaly } from "./anomaly.js";
export { backward, type BackwardOfManyOptions } from "./backward.js";
export { checkpoint, type CheckpointOptions, checkpointSequential } from "./checkpoint.js";
export { CustomFunction as Function, FunctionContext } from "./custom-function.js";
export { grad, type GradOptions } from "./grad.js";
export type { GradFn } from "./grad-fn.js";
export { gradcheck, type GradcheckOptions, gradgradcheck } from "./gradcheck.js";
export type { RemovableHandle } from "./handle.js";
export { enableGrad, inferenceMode, isGradEnabled, noGrad, setGradEnabled } from "./mode.js";
