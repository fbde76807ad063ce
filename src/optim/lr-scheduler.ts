/** The names in `optim.lrScheduler`. */
export { LambdaLR, MultiplicativeLR, type Factor } from "./by-function.js";
export { ChainedScheduler, SequentialLR, type ComposedState } from "./composed.js";
export {
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  type CosineAnnealingOptions,
  type WarmRestartsOptions,
  type WarmRestartsState,
} from "./cosine.js";
export { CyclicLR, type CyclicOptions } from "./cyclic.js";
export {
  ExponentialLR,
  MultiStepLR,
  PolynomialLR,
  StepLR,
  type PolynomialOptions,
  type StepOptions,
} from "./decay.js";
export { OneCycleLR, type OneCycleOptions } from "./one-cycle.js";
export { ReduceLROnPlateau, type PlateauOptions, type PlateauState } from "./plateau.js";
export {
  LRScheduler,
  type Schedule,
  type Scheduled,
  type ScheduledGroup,
  type ScheduleOptions,
  type ScheduleState,
} from "./schedule.js";
export { ConstantLR, LinearLR, type ConstantOptions, type LinearOptions } from "./warm-up.js";
