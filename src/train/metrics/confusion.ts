/** Metrics that are computed of how often which class was taken for which; averages are scikit-learn's. */
import { onesLike, zeros } from "../../tensor/creation/constant.js";
import { where } from "../../ops/select.js";
import type { Tensor } from "../../tensor/tensor.js";
import { classesOf } from "./classes.js";
import { StreamingMetric } from "./metric.js";

/**
 * How the values of classes become one: "binary": that of class 1; "macro": their mean over the classes that occur; "weighted": their mean by how
 * often each class is right; "micro": of all classes' counts together.
 */
export type Average = "binary" | "macro" | "weighted" | "micro";

/** Options of metrics of classes. */
export interface ClassMetricOptions {
  /** Of one score an example: above it is "yes". 0 if not given, for logits; 0.5 for probabilities. */
  threshold?: number;
  /** Examples (or pixels) of this class are left out. */
  ignoreIndex?: number;
}

/** Options of metrics that are averages over classes. */
export interface AveragedOptions extends ClassMetricOptions {
  /** If not given "binary" for one score an example, else "macro". */
  average?: Average;
}

/** Counts pairs of classes. */
abstract class Counting extends StreamingMetric {
  /** [C, C]: how often class i was taken for class j. */
  #counts: Tensor | null = null;
  #isBinary = false;
  readonly #threshold: number;
  readonly #ignored: number | undefined;

  constructor({ threshold = 0, ignoreIndex }: ClassMetricOptions) {
    super();
    this.#threshold = threshold;
    this.#ignored = ignoreIndex;
  }

  override reset(): void {
    this.#counts = null;
  }

  override update(output: Tensor, target: Tensor): void {
    const name = this.constructor.name;
    const { predicted, actual, count, isBinary } = classesOf(name, output, target, this.#threshold);
    const cells = count * count;
    const known = actual.ge(0).logicalAnd(actual.lt(count));
    // A target that is no class has no cell, which is an error where the counts are read; what is ignored has the last one.
    const pairs = where(known, actual.mul(count).add(predicted), cells + 1);
    const cell = this.#ignored === undefined ? pairs : where(actual.eq(this.#ignored), cells, pairs);
    const counted = zeros([cells + 1], { dtype: "int64" }).indexAdd(0, cell, onesLike(cell));
    const matrix = counted.slice([0, cells]).reshape([count, count]);
    const before = this.#counts;
    if (before !== null && before.shape[0] !== count)
      throw new Error(`${name}: a batch of ${count} classes came after batches of ${before.shape[0]}`);
    this.#counts = before === null ? matrix : before.add(matrix);
    this.#isBinary = isBinary;
  }

  protected get counts(): Tensor {
    if (this.#counts === null) throw new Error(`${this.constructor.name}: there was no batch yet`);
    return this.#counts;
  }

  protected get isBinary(): boolean {
    return this.#isBinary;
  }
}

/** How often each class (row) was taken for each class (column), [C, C], int64. scikit-learn's confusion_matrix. */
export class ConfusionMatrix extends Counting {
  constructor(options: ClassMetricOptions = {}) {
    super(options);
  }

  override compute(): Tensor {
    return this.counts;
  }
}

/** Counts of each class, float64. */
interface Counts {
  /** Right and said. */
  readonly hits: Tensor;
  readonly said: Tensor;
  readonly right: Tensor;
}

/** Of each class a value, and an average of them. */
abstract class Averaged extends Counting {
  readonly #average: Average | undefined;

  constructor(options: AveragedOptions) {
    super(options);
    const { average } = options;
    if (average !== undefined && !["binary", "macro", "weighted", "micro"].includes(average))
      throw new TypeError(
        `${new.target.name}: average must be "binary", "macro", "weighted" or "micro", not ${JSON.stringify(average)}`,
      );
    this.#average = average;
  }

  protected abstract value(counts: Counts): Tensor;

  override compute(): Tensor {
    const matrix = this.counts.to("float64");
    const average = this.#average ?? (this.isBinary ? "binary" : "macro");
    const counts = { hits: matrix.diagonal(), said: matrix.sum(0), right: matrix.sum(1) };
    if (average === "micro")
      return this.value({ hits: counts.hits.sum(), said: counts.said.sum(), right: counts.right.sum() });
    const values = this.value(counts);
    if (average === "binary") {
      if (values.shape[0] !== 2)
        throw new Error(
          `${this.constructor.name}: "binary" is for two classes, not ${values.shape[0]}; use average: "macro", "weighted" or "micro"`,
        );
      return values.select(0, 1);
    }
    const weights = average === "weighted" ? counts.right : counts.right.add(counts.said).gt(0).to("float64");
    return share(values.mul(weights).sum(), weights.sum());
  }
}

/** 0 where there is nothing to divide by, as scikit-learn's zero_division=0. */
function share(part: Tensor, whole: Tensor): Tensor {
  return where(whole.eq(0), zeros([], { dtype: "float64" }), part.div(whole));
}

/** Of what is said to be a class, the share that is: tp / (tp + fp). scikit-learn's precision_score. */
export class Precision extends Averaged {
  constructor(options: AveragedOptions = {}) {
    super(options);
  }

  protected override value({ hits, said }: Counts): Tensor {
    return share(hits, said);
  }
}

/** Of what is a class, the share that is said to be: tp / (tp + fn). scikit-learn's recall_score. */
export class Recall extends Averaged {
  constructor(options: AveragedOptions = {}) {
    super(options);
  }

  protected override value({ hits, right }: Counts): Tensor {
    return share(hits, right);
  }
}

/** The harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn). scikit-learn's f1_score. */
export class F1Score extends Averaged {
  constructor(options: AveragedOptions = {}) {
    super(options);
  }

  protected override value({ hits, said, right }: Counts): Tensor {
    return share(hits.mul(2), said.add(right));
  }
}

/** Intersection over union: tp / (tp + fp + fn). scikit-learn's jaccard_score. */
export class JaccardIndex extends Averaged {
  constructor(options: AveragedOptions = {}) {
    super(options);
  }

  protected override value({ hits, said, right }: Counts): Tensor {
    return share(hits, said.add(right).sub(hits));
  }
}

/**
 * Matthews' correlation of what is said and what is right, from -1 to 1, for any number of classes; 0 where all are said to be one class.
 * scikit-learn's matthews_corrcoef.
 */
export class MatthewsCorrCoef extends Counting {
  constructor(options: ClassMetricOptions = {}) {
    super(options);
  }

  override compute(): Tensor {
    const matrix = this.counts.to("float64");
    const [said, right, all] = [matrix.sum(0), matrix.sum(1), matrix.sum()];
    const covariance = (a: Tensor, b: Tensor, together: Tensor): Tensor =>
      together.mul(all).sub(a.mul(b).sum());
    const top = covariance(said, right, matrix.trace());
    const spread = covariance(said, said, all).mul(covariance(right, right, all));
    return share(top, spread.sqrt());
  }
}
