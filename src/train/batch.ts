/** What `fit` and `evaluate` share: how a batch is taken apart, what a loss may be, and averages over batches of different sizes. */
import { Module } from "../nn/module.js";
import { formatShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Metric, StreamingMetric } from "./metrics/metric.js";
import type { Reading } from "./reading.js";

/** Batches that can be gone through again and again: a DataLoader, or an array. Each is [input, …, target]. */
export interface Batches extends Iterable<readonly Tensor[]> {
  /** Number of batches. */
  readonly length: number;
}

/** A model that `fit` can train: one tensor out. */
export type Model = Module & { forward(...inputs: Tensor[]): Tensor };

/** Remembers which modules are in training mode; the function that comes back puts that back. */
export function rememberModes(model: Model): () => void {
  const modes = model.modules().map((module) => [module, module.training] as const);
  return () => {
    for (const [module, training] of modes) module.training = training;
  };
}

/** A function of output and target that gives one number, or a loss layer. */
export type LossLike =
  | ((output: Tensor, target: Tensor) => Tensor)
  | (Module & { forward(output: Tensor, target: Tensor): Tensor });

export type LossFunction = (output: Tensor, target: Tensor) => Tensor;

/** @throws TypeError when `loss` is neither a function nor a loss layer */
export function lossFunction(loss: LossLike): LossFunction {
  if (loss instanceof Module) return (output, target) => loss.forward(output, target);
  if (typeof loss === "function") return loss;
  throw new TypeError(
    `loss must be a function (output, target) => Tensor or a layer such as new nn.MSELoss(), not ${String(loss)}`,
  );
}

/** Inputs and target of a batch. @throws Error when it is not a list of at least two tensors */
export function parts(batch: readonly Tensor[]): { inputs: Tensor[]; target: Tensor } {
  const target = Array.isArray(batch) ? (batch.at(-1) as Tensor | undefined) : undefined;
  if (target === undefined || batch.length < 2)
    throw new Error(
      `a batch must be [input, target], but the loader gave ${Array.isArray(batch) ? `${batch.length} tensor(s)` : typeof batch}`,
    );
  return { inputs: batch.slice(0, -1), target };
}

/** Metrics of many batches: means over examples, and what metrics gather themselves. Nothing is read before `values()`. */
export class Averages {
  readonly #metrics: readonly (readonly [string, Metric])[];
  #sums: (Tensor | number)[];
  #examples = 0;

  constructor(metrics: Readonly<Record<string, Metric>>) {
    this.#metrics = Object.entries(metrics);
    this.#sums = this.#metrics.map(() => 0);
    for (const [, metric] of this.#metrics) if (metric instanceof StreamingMetric) metric.reset();
  }

  /** Adds a batch; call it without recording of gradients. */
  add(output: Tensor, target: Tensor): void {
    if (this.#metrics.length === 0) return;
    const count = target.shape[0] ?? 1;
    this.#examples += count;
    this.#sums = this.#metrics.map(([, metric], i) => {
      const sum = this.#sums[i]!;
      if (metric instanceof StreamingMetric) {
        metric.update(output, target);
        return sum;
      }
      const value = metric(output, target);
      if (typeof value === "number")
        return typeof sum === "number" ? sum + count * value : sum.add(count * value);
      return typeof sum === "number" ? value.mul(count).add(sum) : sum.add(value.mul(count));
    });
  }

  *values(): Reading<[string, number][]> {
    const values: [string, number][] = [];
    for (const [i, [name, metric]] of this.#metrics.entries()) {
      const isMean = !(metric instanceof StreamingMetric);
      const value = isMean ? this.#sums[i]! : oneNumber(name, metric.compute());
      const number = typeof value === "number" ? value : yield value;
      values.push([name, isMean ? number / this.#examples : number]);
    }
    return values;
  }
}

function oneNumber(name: string, value: Tensor | number): Tensor | number {
  if (typeof value === "number" || value.numel() === 1) return value;
  throw new Error(
    `metrics: ${name} is a tensor of shape ${formatShape(value.shape)}, expected one number an epoch; ` +
      `compute it of all outputs at once, with its of(output, target)`,
  );
}
