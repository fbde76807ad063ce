/** The names in `train`. */
export type { Batches, LossLike, Model } from "./batch.js";
export {
  checkpoint,
  earlyStopping,
  schedule,
  type Callback,
  type Checkpoint,
  type MonitorOptions,
  type Training,
} from "./callbacks.js";
export { NonFiniteLossError, type Culprit } from "./diagnosis.js";
export { evaluate, type Evaluation } from "./evaluate.js";
export { fit, type FitOptions } from "./fit.js";
export type { History } from "./history.js";
export {
  maxMemoryAllocated,
  memoryAllocated,
  memorySummary,
  resetPeakMemoryStats,
  type LayerMemory,
  type MemorySummary,
} from "./memory.js";
export { accuracy, meanAbsoluteError } from "./metrics/mean.js";
export type { Metric } from "./metrics/metric.js";
export * as metrics from "./metrics/metrics.js";
export { profile, type ProfileOptions } from "./profile/profile.js";
export type { Profile } from "./profile/result.js";
export type { ProfileMemory } from "./profile/saved.js";
export type { ProfileGroup, ProfileRow } from "./profile/rows.js";
