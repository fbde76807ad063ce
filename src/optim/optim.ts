/** The names in `optim`. */
export { Adadelta, type AdadeltaOptions } from "./adadelta.js";
export { Adafactor, type AdafactorOptions } from "./adafactor.js";
export { Adagrad, type AdagradOptions } from "./adagrad.js";
export { Adam, AdamW, type AdamOptions, type AdamWOptions } from "./adam.js";
export { Adamax, type AdamaxOptions } from "./adamax.js";
export { ASGD, type ASGDOptions } from "./asgd.js";
export { clipGradNorm_, clipGradValue_ } from "./clip.js";
export { LAMB, type LAMBOptions } from "./lamb.js";
export { LBFGS, type LBFGSOptions } from "./lbfgs.js";
export { Lion, type LionOptions } from "./lion.js";
export * as lrScheduler from "./lr-scheduler.js";
export { Muon, type MuonOptions } from "./muon.js";
export { NAdam, type NAdamOptions } from "./nadam.js";
export {
  Optimizer,
  type OptimizerState,
  type ParamGroup,
  type SavedOptimizerState,
  type StepHook,
} from "./optimizer.js";
export { RAdam, type RAdamOptions } from "./radam.js";
export { RMSprop, type RMSpropOptions } from "./rmsprop.js";
export { Rprop, type RpropOptions } from "./rprop.js";
export * as swaUtils from "./swa-utils.js";
export { SGD, type SGDOptions } from "./sgd.js";
export { SparseAdam, type SparseAdamOptions } from "./sparse-adam.js";
