/** The names in `data`. */
export { collate, type Collated } from "./collate.js";
export {
  ConcatDataset,
  Dataset,
  StackDataset,
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
export { StandardScaler } from "./scaler.js";
export { kFold, stratifiedSplit, type Fold, type FoldOptions } from "./folds.js";
export { ChainDataset, IterableDataset } from "./iterable.js";
export {
  BatchSampler,
  RandomSampler,
  Sampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
  type RandomSamplerOptions,
  type SamplerOptions,
  type WeightedRandomSamplerOptions,
} from "./samplers.js";
export { DataLoader, type DataLoaderOptions } from "./loader.js";
export { randomSplit } from "./split.js";
