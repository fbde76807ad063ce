/** `DataLoader`: a data set cut into batches, in order or shuffled, for plain and for `await` loops. */
import { interruptible } from "../interrupts.js";
import { platform } from "../platform/node.js";
import { draw, drawingFrom, type Generator, randomSeed } from "../tensor/generator.js";
import { collate, type Collated } from "./collate.js";
import { batchOf, mapDataset, type Examples, type MapDataset } from "./dataset.js";
import { IterableDataset } from "./iterable.js";
import { BatchSampler } from "./samplers.js";
import { RandomStream } from "./stream.js";

/** Options of `DataLoader`. */
export interface DataLoaderOptions<Example = never, Batch = unknown> {
  /** Examples a batch; 1 if not given. */
  batchSize?: number;
  /** A new random order every time the loader is gone through. */
  shuffle?: boolean;
  /** Leaves out the last batch when it is smaller. */
  dropLast?: boolean;
  /** The order of the examples, in place of `shuffle`: such as `new data.WeightedRandomSampler(weights, 1000)`. */
  sampler?: Iterable<number> & { readonly length: number };
  /** The examples of each batch, in place of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  batchSampler?: Iterable<ArrayLike<number>> & { readonly length: number };
  /** Where the random numbers of `shuffle` come from, in place of the stream of `manualSeed`. */
  generator?: Generator;
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
  /** Null where the data set can only be gone through. */
  readonly #examples: MapDataset<Example> | null;
  readonly #options: DataLoaderOptions<Example, Batch>;
  readonly #orders: RandomStream | null;
  #ascending: Int32Array | null = null;

  /**
   * @param dataset a data set, an array of examples, or an IterableDataset
   * @throws TypeError for options that exclude each other; RangeError for a batch size below 1
   */
  constructor(
    readonly dataset: Examples<Example> | IterableDataset<Example>,
    options: DataLoaderOptions<Example, Batch> = {},
  ) {
    checkOptions({ ...options }, dataset instanceof IterableDataset);
    this.#examples = dataset instanceof IterableDataset ? null : mapDataset("DataLoader", dataset);
    this.#options = options;
    this.batchSize = options.batchSize ?? 1;
    this.shuffle = options.shuffle ?? false;
    this.dropLast = options.dropLast ?? false;
    this.#orders = options.seed === undefined ? null : new RandomStream(options.seed);
    if (!Number.isInteger(this.batchSize) || this.batchSize < 1)
      throw new RangeError(
        `DataLoader: batchSize must be a whole number of at least 1, not ${options.batchSize}`,
      );
  }

  /** Number of batches; NaN where the data set does not know its length. */
  get length(): number {
    const { batchSampler, sampler } = this.#options;
    if (batchSampler !== undefined) return batchSampler.length;
    const batches = (sampler ?? this.dataset).length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): globalThis.Generator<Batch, void, undefined> {
    const { dataset } = this;
    if (dataset instanceof IterableDataset) return yield* this.#ofStream(dataset);
    const { batchSampler, sampler } = this.#options;
    const chosen = batchSampler ?? (sampler && new BatchSampler(sampler, this.batchSize, this.dropLast));
    if (chosen !== undefined) {
      for (const indices of chosen) yield this.#batch(Int32Array.from(indices));
      return;
    }
    const order = this.#order();
    const batches = this.length;
    for (let i = 0; i < batches; i++)
      yield this.#batch(order.subarray(i * this.batchSize, (i + 1) * this.batchSize));
  }

  *#ofStream(examples: Iterable<Example>): globalThis.Generator<Batch, void, undefined> {
    let batch: Example[] = [];
    for (const example of examples) {
      batch.push(example);
      if (batch.length < this.batchSize) continue;
      yield this.#together(batch);
      batch = [];
    }
    if (batch.length > 0 && !this.dropLast) yield this.#together(batch);
  }

  #batch(indices: Int32Array): Batch {
    const examples = this.#examples!;
    // Without a function of its own the batches are collated examples, as the type says.
    if (this.#options.collateFn === undefined) return batchOf(examples, indices) as Batch;
    return this.#together(Array.from(indices, (index) => examples.get(index)));
  }

  #together(examples: Example[]): Batch {
    return this.#options.collateFn?.(examples) ?? (collate(examples) as Batch);
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
    const fresh = (): RandomStream =>
      drawingFrom(this.#options.generator, () => new RandomStream(randomSeed(), draw(count)));
    return (this.#orders ?? fresh()).permutation(count);
  }
}

/** What exclude each other in PyTorch too. */
function checkOptions(options: Readonly<Record<string, unknown>>, isIterable: boolean): void {
  const exclude = (what: string, others: readonly string[]): void => {
    const other = others.find((name) => options[name] !== undefined && options[name] !== false);
    if (other !== undefined)
      throw new TypeError(`DataLoader: ${what} already says which examples come when; leave ${other} out`);
  };
  if (options["batchSampler"] !== undefined)
    exclude("batchSampler", ["batchSize", "shuffle", "sampler", "dropLast", "seed", "generator"]);
  if (options["sampler"] !== undefined) exclude("sampler", ["shuffle", "seed", "generator"]);
  if (isIterable) exclude("an IterableDataset", ["shuffle", "sampler", "batchSampler", "seed", "generator"]);
  if (options["seed"] !== undefined) exclude("seed", ["generator"]);
}
