/** The names in `optim.swaUtils`. */
export {
  AveragedModel,
  getEmaAvgFn,
  getSwaAvgFn,
  updateBn,
  type AveragedModelOptions,
  type AvgFn,
} from "./averaged-model.js";
export { SWALR, type SWALROptions } from "./schedules/swa-lr.js";
