/** The names in `optim.lrScheduler`. */
export { LambdaLR, MultiplicativeLR, type Factor } from "./schedules/by-function.js";
export { ChainedScheduler, SequentialLR, type ComposedState } from "./schedules/composed.js";
export {
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  type CosineAnnealingOptions,
  type WarmRestartsOptions,
  type WarmRestartsState,
} from "./schedules/cosine.js";
export { CyclicLR, type CyclicOptions } from "./schedules/cyclic.js";
export {
  ExponentialLR,
  MultiStepLR,
  PolynomialLR,
  StepLR,
  type PolynomialOptions,
  type StepOptions,
} from "./schedules/decay.js";
export { OneCycleLR, type OneCycleOptions } from "./schedules/one-cycle.js";
export { ReduceLROnPlateau, type PlateauOptions, type PlateauState } from "./schedules/plateau.js";
export {
  LRScheduler,
  type Moment,
  type Schedule,
  type Scheduled,
  type ScheduledGroup,
  type ScheduleOptions,
  type ScheduleState,
} from "./schedules/schedule.js";
export { ConstantLR, LinearLR, type ConstantOptions, type LinearOptions } from "./schedules/warm-up.js";
