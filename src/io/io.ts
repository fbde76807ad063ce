/** The names in `io`: files of tensors. */
export type { FileLike } from "./input.js";
export { loadSafetensors, safeOpen, type SafetensorsFile } from "./safetensors/read.js";
export { saveSafetensors, type SaveSafetensorsOptions } from "./safetensors/write.js";
export { loadNpy, saveNpy } from "./numpy/npy.js";
export { loadNpz, saveNpz, type SaveNpzOptions } from "./numpy/npz.js";
export { load } from "./torch/read.js";
export { save } from "./torch/write.js";
