/** `DataLoader`: a data set cut into batches, in order or shuffled, for plain and for `await` loops. */
import { interruptible } from "../interrupts.js";
import { platform } from "../platform/node.js";
import { draw, randomSeed } from "../tensor/generator.js";
import type { Collated } from "./collate.js";
import { batchOf, mapDataset, type Examples, type MapDataset } from "./dataset.js";
import { RandomStream } from "./stream.js";

/** Options of `DataLoader`. */
export interface DataLoaderOptions<Example = never, Batch = unknown> {
  /** Examples a batch; 1 if not given. */
  batchSize?: number;
  /** A new random order every time the loader is gone through. */
  shuffle?: boolean;
  /** Leaves out the last batch when it is smaller. */
  dropLast?: boolean;
  /** Decides all orders; if not given, each order is decided by `manualSeed`. */
  seed?: number;
  /** Makes a batch of examples; if not given, `data.collate` does: tensors are stacked, numbers become a tensor, names are kept. */
  collateFn?: (examples: Example[]) => Batch;
  /** PyTorch's: taken and without effect, because rows are gathered by the step that uses them and there is nothing to wait for. */
  numWorkers?: number;
  /** PyTorch's: taken and without effect. */
  pinMemory?: boolean;
}

/** How long an `await` loop may keep the event loop waiting, in milliseconds. */
const turnMs = 10;

/**
 * Batches of a data set: `for (const [x, y] of loader)`. `for await` is the same but lets timers, output and interrupts in every
 * now and then. Batches are lazy: rows are gathered by the plan that uses them. PyTorch's utils.data.DataLoader.
 */
export class DataLoader<Example = unknown, Batch = Collated<Example>>
  implements Iterable<Batch>, AsyncIterable<Batch>
{
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly #examples: MapDataset<Example>;
  readonly #collate: ((examples: Example[]) => Batch) | undefined;
  readonly #orders: RandomStream | null;
  #ascending: Int32Array | null = null;

  /** @param dataset a data set, or an array of examples */
  constructor(
    readonly dataset: Examples<Example>,
    options: DataLoaderOptions<Example, Batch> = {},
  ) {
    this.#examples = mapDataset("DataLoader", dataset);
    this.#collate = options.collateFn;
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

  *[Symbol.iterator](): Generator<Batch, void, undefined> {
    const order = this.#order();
    const batches = this.length;
    for (let i = 0; i < batches; i++)
      yield this.#batch(order.subarray(i * this.batchSize, (i + 1) * this.batchSize));
  }

  #batch(indices: Int32Array): Batch {
    const examples = this.#examples;
    // Without a function of its own the batches are collated examples, as the type says.
    if (this.#collate === undefined) return batchOf(examples, indices) as Batch;
    return this.#collate(Array.from(indices, (index) => examples.get(index)));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
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
