/** The names in `optim`. */
export { Adafactor, type AdafactorOptions } from "./adafactor.js";
export { Adagrad, type AdagradOptions } from "./adagrad.js";
export { Adam, AdamW, type AdamOptions } from "./adam.js";
export { clipGradNorm_, clipGradValue_ } from "./clip.js";
export * as lrScheduler from "./lr-scheduler.js";
export { Optimizer, type OptimizerState, type ParamGroup, type SavedOptimizerState } from "./optimizer.js";
export { Rprop, type RpropOptions } from "./rprop.js";
export { SGD, type SGDOptions } from "./sgd.js";
