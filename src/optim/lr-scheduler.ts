/** The names in `optim.lrScheduler`. */
export { ReduceLROnPlateau, type PlateauOptions } from "./plateau.js";
export {
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  LRScheduler,
  MultiStepLR,
  OneCycleLR,
  StepLR,
  type OneCycleOptions,
  type ScheduleState,
} from "./schedule.js";
