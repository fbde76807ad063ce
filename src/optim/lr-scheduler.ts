/** The names in `optim.lrScheduler`. */
export { ReduceLROnPlateau, type PlateauOptions } from "./plateau.js";
export { OneCycleLR, type OneCycleOptions } from "./one-cycle.js";
export {
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  LRScheduler,
  MultiStepLR,
  StepLR,
  type ScheduleState,
} from "./schedule.js";
