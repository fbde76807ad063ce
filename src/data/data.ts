/** The names in `data`. */
export { Subset, TensorDataset, type Batch, type Dataset } from "./dataset.js";
export { digits, type Digits } from "./digits.js";
export {
  blobs,
  circles,
  linear,
  moons,
  spirals,
  xor,
  type GeneratedOptions,
  type PlaneDataset,
} from "./generated.js";
export { DataLoader, type DataLoaderOptions } from "./loader.js";
export { randomSplit } from "./split.js";
