/** The names in `train.metrics`. */
export {
  ConfusionMatrix,
  F1Score,
  JaccardIndex,
  MatthewsCorrCoef,
  Precision,
  Recall,
  type Average,
  type AveragedOptions,
  type ClassMetricOptions,
} from "./confusion.js";
export { accuracy, meanAbsoluteError, topKAccuracy, type MeanMetric } from "./mean.js";
export { StreamingMetric } from "./metric.js";
export { AUROC, AveragePrecision, rocCurve, type RankingOptions, type RocCurve } from "./ranking.js";
export { MeanSquaredError, Perplexity, R2Score } from "./regression.js";
