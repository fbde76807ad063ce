/** The names in `optim.swaUtils`. */
export { SWALR, type SWALROptions } from "./swa-lr.js";
