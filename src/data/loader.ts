/** `DataLoader`: a data set cut into batches, in order or shuffled, for plain and for `await` loops. */
import { interruptible } from "../interrupts.js";
import { platform } from "../platform/node.js";
import { draw, randomSeed } from "../tensor/generator.js";
import type { Tensor } from "../tensor/tensor.js";
import { collate, type Dataset } from "./dataset.js";
import { RandomStream } from "./stream.js";

export interface DataLoaderOptions {
  /** Examples a batch; 1 if not given. */
  batchSize?: number;
  /** A new random order every time the loader is gone through. */
  shuffle?: boolean;
  /** Leaves out the last batch when it is smaller. */
  dropLast?: boolean;
  /** Decides all orders; if not given, each order is decided by `manualSeed`. */
  seed?: number;
}

/** How long an `await` loop may keep the event loop waiting, in milliseconds. */
const turnMs = 10;

/**
 * Batches of a data set: `for (const [x, y] of loader)`. `for await` is the same but lets timers, output and interrupts in every
 * now and then. Batches are lazy: rows are gathered by the plan that uses them. PyTorch's utils.data.DataLoader.
 */
export class DataLoader<Example extends readonly Tensor[] = readonly Tensor[]>
  implements Iterable<Example>, AsyncIterable<Example>
{
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly #orders: RandomStream | null;
  #ascending: Int32Array | null = null;

  constructor(
    readonly dataset: Dataset<Example>,
    options: DataLoaderOptions = {},
  ) {
    this.batchSize = options.batchSize ?? 1;
    this.shuffle = options.shuffle ?? false;
    this.dropLast = options.dropLast ?? false;
    this.#orders = options.seed === undefined ? null : new RandomStream(options.seed);
    if (!Number.isInteger(this.batchSize) || this.batchSize < 1)
      throw new RangeError(
        `DataLoader: batchSize must be a whole number of at least 1, not ${options.batchSize}`,
      );
  }

  /** Number of batches. */
  get length(): number {
    const batches = this.dataset.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): Generator<Example, void, undefined> {
    const order = this.#order();
    const batches = this.length;
    for (let i = 0; i < batches; i++)
      yield collate(this.dataset, order.subarray(i * this.batchSize, (i + 1) * this.batchSize));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Example, void, undefined> {
    let turn = performance.now();
    for (const batch of this) {
      if (performance.now() - turn > turnMs) {
        await interruptible(platform.nextTurn());
        turn = performance.now();
      }
      yield batch;
    }
  }

  #order(): Int32Array {
    const count = this.dataset.length;
    if (!this.shuffle) {
      if (this.#ascending?.length !== count)
        this.#ascending = Int32Array.from({ length: count }, (_, i) => i);
      return this.#ascending;
    }
    return (this.#orders ?? new RandomStream(randomSeed(), draw(count))).permutation(count);
  }
}
