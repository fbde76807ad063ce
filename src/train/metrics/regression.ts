/** Metrics of numbers, and of how surprised a model is. */
import { crossEntropy } from "../../nn/functional.js";
import { formatShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { StreamingMetric } from "./metric.js";

/** A tensor's sums over its first dim; of others they are added. */
class Sums {
  #sum: Tensor | null = null;

  add(value: Tensor): void {
    this.#sum = this.#sum === null ? value : this.#sum.add(value);
  }

  get(name: string): Tensor {
    if (this.#sum === null) throw new Error(`${name}: there was no batch yet`);
    return this.#sum;
  }

  reset(): void {
    this.#sum = null;
  }
}

/** Both as [N, outputs], float64. */
function numbers(name: string, output: Tensor, target: Tensor): [Tensor, Tensor] {
  if (output.numel() !== target.numel())
    throw new Error(
      `${name}: output ${formatShape(output.shape)} and target ${formatShape(target.shape)} must have the same elements`,
    );
  const rows = output.shape[0] ?? 1;
  const [a, b] = [output, target].map((x) => x.detach().to("float64").reshape([rows, -1]));
  return [a!, b!];
}

/** The mean of (output − target)², or its root (RMSE). scikit-learn's mean_squared_error and root_mean_squared_error. */
export class MeanSquaredError extends StreamingMetric {
  readonly #squared: boolean;
  readonly #errors = new Sums();
  #count = 0;

  /** @param options `squared: false` for the root */
  constructor({ squared = true }: { squared?: boolean } = {}) {
    super();
    this.#squared = squared;
  }

  override reset(): void {
    this.#errors.reset();
    this.#count = 0;
  }

  override update(output: Tensor, target: Tensor): void {
    const [a, b] = numbers("MeanSquaredError", output, target);
    this.#errors.add(a.sub(b).square().sum(0));
    this.#count += a.shape[0]!;
  }

  override compute(): Tensor {
    const means = this.#errors.get("MeanSquaredError").div(this.#count);
    // Of several outputs the mean of their roots, as scikit-learn has it.
    return (this.#squared ? means : means.sqrt()).mean();
  }
}

/**
 * The share of the targets' variance that the output explains: 1 − Σ(y − ŷ)² / Σ(y − ȳ)², of several outputs the mean. Of targets that are all
 * alike 1 where all are met, else 0. scikit-learn's r2_score.
 */
export class R2Score extends StreamingMetric {
  readonly #errors = new Sums();
  readonly #targets = new Sums();
  readonly #squares = new Sums();
  #count = 0;

  override reset(): void {
    for (const sums of [this.#errors, this.#targets, this.#squares]) sums.reset();
    this.#count = 0;
  }

  override update(output: Tensor, target: Tensor): void {
    const [a, b] = numbers("R2Score", output, target);
    this.#errors.add(a.sub(b).square().sum(0));
    this.#targets.add(b.sum(0));
    this.#squares.add(b.square().sum(0));
    this.#count += a.shape[0]!;
  }

  override compute(): Tensor {
    const errors = this.#errors.get("R2Score");
    const targets = this.#targets.get("R2Score");
    const spread = this.#squares.get("R2Score").sub(targets.square().div(this.#count));
    const explained = errors.div(spread).neg().add(1);
    return explained.where(spread.gt(0), errors.eq(0).to("float64")).mean();
  }
}

/** exp of the mean cross entropy: among how many words that are alike a model hesitates, as it were. */
export class Perplexity extends StreamingMetric {
  readonly #losses = new Sums();
  readonly #counts = new Sums();
  readonly #ignored: number;

  /** @param options `ignoreIndex`: targets that are left out, such as padding */
  constructor({ ignoreIndex = -100 }: { ignoreIndex?: number } = {}) {
    super();
    this.#ignored = ignoreIndex;
  }

  override reset(): void {
    this.#losses.reset();
    this.#counts.reset();
  }

  /** @param output logits [..., words] @param target words [...] */
  override update(output: Tensor, target: Tensor): void {
    const words = output.shape.at(-1);
    if (words === undefined || String(output.shape.slice(0, -1)) !== String(target.shape))
      throw new Error(
        `Perplexity: output ${formatShape(output.shape)} and target ${formatShape(target.shape)} do not fit; expected logits [..., words] with words [...]`,
      );
    const options = { ignoreIndex: this.#ignored, reduction: "sum" } as const;
    const logits = output.detach().reshape([-1, words]);
    this.#losses.add(crossEntropy(logits, target.flatten(), options).to("float64"));
    this.#counts.add(target.ne(this.#ignored).sum());
  }

  override compute(): Tensor {
    return this.#losses.get("Perplexity").div(this.#counts.get("Perplexity")).exp();
  }
}
