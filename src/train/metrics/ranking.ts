/** Metrics of how scores rank examples: all scores are kept until they are computed. */
import { cat } from "../../ops/join.js";
import { searchsorted } from "../../ops/search.js";
import { zeros } from "../../tensor/creation/constant.js";
import { formatShape } from "../../tensor/shape.js";
import { readNumbers } from "../../tensor/reading.js";
import type { Tensor } from "../../tensor/tensor.js";
import { StreamingMetric } from "./metric.js";

/** Options of metrics of rankings. */
export interface RankingOptions {
  /** How the values of classes become one: "macro" (their mean) if not given, or "weighted" by how often each class is right. */
  average?: "macro" | "weighted";
  /** Whether scores [N, C] are logits, of which softmax is taken first; true if not given. One score an example is ranked as it is. */
  fromLogits?: boolean;
}

abstract class Ranking extends StreamingMetric {
  #scores: Tensor[] = [];
  #targets: Tensor[] = [];
  readonly #average: "macro" | "weighted";
  readonly #fromLogits: boolean;

  constructor({ average = "macro", fromLogits = true }: RankingOptions) {
    super();
    if (average !== "macro" && average !== "weighted")
      throw new TypeError(
        `${new.target.name}: average must be "macro" or "weighted", not ${JSON.stringify(average)}`,
      );
    this.#average = average;
    this.#fromLogits = fromLogits;
  }

  override reset(): void {
    this.#scores = [];
    this.#targets = [];
  }

  override update(output: Tensor, target: Tensor): void {
    const [n, classes = 1] = output.shape;
    const isBinary = classes === 1 && output.ndim <= 2 && output.numel() === target.numel();
    const isMulti = output.ndim === 2 && String(target.shape) === String([n]);
    if (!isBinary && !isMulti)
      throw new Error(
        `${this.constructor.name}: output ${formatShape(output.shape)} and target ${formatShape(target.shape)} do not fit; ` +
          `expected [N, C] with [N], or one score an example with targets 0 and 1 of the same shape`,
      );
    const scores = output.detach().to("float64");
    this.#scores.push(isBinary ? scores.reshape([-1, 1]) : this.#fromLogits ? scores.softmax(1) : scores);
    this.#targets.push(target.detach().flatten().to("int64"));
  }

  /** Of scores [N] and whether each example is one, [N] float64. */
  protected abstract value(scores: Tensor, positive: Tensor): Tensor;

  override compute(): Tensor {
    if (this.#scores.length === 0) throw new Error(`${this.constructor.name}: there was no batch yet`);
    const [scores, target] = [cat(this.#scores), cat(this.#targets)];
    const classes = scores.shape[1]!;
    if (classes === 1) return this.value(scores.flatten(), target.ne(0).to("float64"));
    let [sum, weights] = [
      zeros([], { dtype: "float64" }) as Tensor,
      zeros([], { dtype: "float64" }) as Tensor,
    ];
    for (let c = 0; c < classes; c++) {
      const positive = target.eq(c).to("float64");
      const weight = this.#average === "weighted" ? positive.sum() : 1;
      sum = sum.add(this.value(scores.select(1, c), positive).mul(weight));
      weights = weights.add(weight);
    }
    return sum.div(weights);
  }
}

/**
 * The area under the curve of true against false positives: how probably an example of the class has a higher score than one that is not, ties
 * being half. Of several classes each against the rest. NaN where a class never or always occurs. scikit-learn's roc_auc_score.
 */
export class AUROC extends Ranking {
  constructor(options: RankingOptions = {}) {
    super(options);
  }

  protected override value(scores: Tensor, positive: Tensor): Tensor {
    const sorted = scores.sort().values;
    // Of ties the mean rank.
    const below = searchsorted(sorted, scores);
    const ranks = below
      .add(searchsorted(sorted, scores, { right: true }))
      .add(1)
      .to("float64")
      .div(2);
    const count = positive.sum();
    const others = positive.neg().add(1).sum();
    return ranks
      .mul(positive)
      .sum()
      .sub(count.mul(count.add(1)).div(2))
      .div(count.mul(others));
  }
}

/**
 * The mean over recalls of the precision that goes with each: Σ (Rₙ − Rₙ₋₁) Pₙ over the thresholds. Of several classes each against the rest.
 * NaN where a class never occurs. scikit-learn's average_precision_score.
 */
export class AveragePrecision extends Ranking {
  constructor(options: RankingOptions = {}) {
    super(options);
  }

  protected override value(scores: Tensor, positive: Tensor): Tensor {
    const { values, indices } = scores.sort();
    const before = cat([zeros([1], { dtype: "float64" }), positive.take(indices).cumsum(0)]);
    // With an example's score as the threshold, all examples from its place on are said to be one.
    const place = searchsorted(values, scores);
    const hits = positive.sum().sub(before.take(place));
    const said = place.neg().add(scores.shape[0]!).to("float64");
    return hits.div(said).mul(positive).sum().div(positive.sum());
  }
}

/** Points of a curve over thresholds, the greatest first. */
export interface RocCurve {
  /** Shares of false and of true positives. */
  readonly fpr: number[];
  readonly tpr: number[];
  /** An example with at least this score is said to be one; Infinity first. */
  readonly thresholds: number[];
}

/**
 * The curve of true against false positives, of scores [N] and targets 0 and 1: `viz.plot([{ x: fpr, y: tpr }])`. scikit-learn's roc_curve with
 * all thresholds.
 * @throws Error when the shapes differ
 */
export function rocCurve(scores: Tensor, target: Tensor): RocCurve {
  if (scores.numel() !== target.numel())
    throw new Error(
      `rocCurve: scores ${formatShape(scores.shape)} and target ${formatShape(target.shape)} must have one entry an example`,
    );
  const [values, labels] = [readNumbers(scores, "rocCurve"), readNumbers(target, "rocCurve")];
  const order = Int32Array.from(values.keys()).sort((a, b) => values[b]! - values[a]!);
  let positives = 0;
  for (const label of labels) if (label > 0.5) positives++;
  const curve: RocCurve = { fpr: [0], tpr: [0], thresholds: [Infinity] };
  let hits = 0;
  order.forEach((example, i) => {
    if (labels[example]! > 0.5) hits++;
    const score = values[example]!;
    if (i + 1 < order.length && values[order[i + 1]!] === score) return;
    curve.tpr.push(hits / positives);
    curve.fpr.push((i + 1 - hits) / (order.length - positives));
    curve.thresholds.push(score);
  });
  return curve;
}
