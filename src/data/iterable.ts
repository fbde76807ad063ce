/** Data sets without numbers: examples come one after the other, as from a stream or a file too large to keep. */

/**
 * Base of data sets that can only be gone through: a subclass has `[Symbol.iterator]`, and `length` where it is known. A DataLoader takes batches
 * of it in their order. PyTorch's utils.data.IterableDataset.
 */
export abstract class IterableDataset<Example = unknown> implements Iterable<Example> {
  /** How many examples come; NaN where that is not known. */
  get length(): number {
    return NaN;
  }

  abstract [Symbol.iterator](): Iterator<Example>;
}

/** Iterable data sets one after the other. PyTorch's ChainDataset. */
export class ChainDataset<Example> extends IterableDataset<Example> {
  readonly #datasets: readonly (Iterable<Example> & { readonly length?: number })[];

  constructor(datasets: readonly (Iterable<Example> & { readonly length?: number })[]) {
    super();
    this.#datasets = datasets;
  }

  override get length(): number {
    return this.#datasets.reduce((sum, { length = NaN }) => sum + length, 0);
  }

  override *[Symbol.iterator](): Generator<Example, void, undefined> {
    for (const dataset of this.#datasets) yield* dataset;
  }
}
