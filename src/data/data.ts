/** The names in `data`. */
export { collate, type Collated } from "./collate.js";
export {
  ConcatDataset,
  Dataset,
  Subset,
  TensorDataset,
  type Examples,
  type MapDataset,
  type Rows,
} from "./dataset.js";
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
