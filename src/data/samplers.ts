/** Samplers: in which order, and how often, a DataLoader reads the examples. */
import { draw, drawingFrom, type Generator, randomSeed } from "../tensor/generator.js";
import { readNumbers } from "../tensor/reading.js";
import { Tensor } from "../tensor/tensor.js";
import { RandomStream } from "./stream.js";

/**
 * Numbers of examples, anew each time it is gone through. A class of one's own extends it, with `length` and `[Symbol.iterator]`. PyTorch's
 * utils.data.Sampler.
 */
export abstract class Sampler implements Iterable<number> {
  /** How many numbers come. */
  abstract readonly length: number;
  abstract [Symbol.iterator](): Iterator<number>;
}

/** What an iteration gives. */
type Numbers = globalThis.Generator<number, void, undefined>;

/** What has a length, such as a data set or a list. */
interface Sized {
  readonly length: number;
}

/** The examples in order. PyTorch's SequentialSampler. */
export class SequentialSampler extends Sampler {
  constructor(readonly dataset: Sized) {
    super();
    checkSized("SequentialSampler", dataset);
  }

  override get length(): number {
    return this.dataset.length;
  }

  override *[Symbol.iterator](): Numbers {
    for (let i = 0; i < this.length; i++) yield i;
  }
}

/** Options of samplers that draw. */
export interface SamplerOptions {
  /** Where random numbers come from; the stream of `manualSeed` if not given. */
  generator?: Generator;
}

/** A stream that begins where the generator stands, which moves on as far as numbers are drawn. */
function streamFor(count: number, generator: Generator | undefined): RandomStream {
  return drawingFrom(generator, () => new RandomStream(randomSeed(), draw(count)));
}

/** Options of `RandomSampler`. */
export interface RandomSamplerOptions extends SamplerOptions {
  /** Each number is drawn from all examples, so that some come several times; false if not given. */
  replacement?: boolean;
  /** How many numbers come; as many as there are examples if not given. */
  numSamples?: number;
}

/** The examples in random order. PyTorch's RandomSampler. @throws RangeError for a number of samples below 1 */
export class RandomSampler extends Sampler {
  readonly #replacement: boolean;
  readonly #count: number | undefined;
  readonly #generator: Generator | undefined;

  constructor(
    readonly dataset: Sized,
    { replacement = false, numSamples, generator }: RandomSamplerOptions = {},
  ) {
    super();
    checkSized("RandomSampler", dataset);
    if (numSamples !== undefined) checkCount("RandomSampler", numSamples);
    this.#replacement = replacement;
    this.#count = numSamples;
    this.#generator = generator;
  }

  override get length(): number {
    return this.#count ?? this.dataset.length;
  }

  override *[Symbol.iterator](): Numbers {
    const [all, count] = [this.dataset.length, this.length];
    if (all === 0) return;
    const stream = streamFor(count, this.#generator);
    if (this.#replacement) {
      for (let i = 0; i < count; i++) yield stream.integer(all);
      return;
    }
    // More than there are come in several rounds, each with all of them.
    for (let left = count; left > 0; left -= all) yield* stream.permutation(all).subarray(0, left);
  }
}

/** Some examples in random order. PyTorch's SubsetRandomSampler. */
export class SubsetRandomSampler extends Sampler {
  readonly #generator: Generator | undefined;

  readonly indices: ArrayLike<number>;

  constructor(indices: Tensor | ArrayLike<number>, { generator }: SamplerOptions = {}) {
    super();
    this.indices = numbersOf("SubsetRandomSampler", indices);
    this.#generator = generator;
  }

  override get length(): number {
    return this.indices.length;
  }

  override *[Symbol.iterator](): Numbers {
    yield* streamFor(this.length, this.#generator).shuffle(Int32Array.from(this.indices));
  }
}

/** Options of `WeightedRandomSampler`. */
export interface WeightedRandomSamplerOptions extends SamplerOptions {
  /** An example may come several times; true if not given. */
  replacement?: boolean;
}

/**
 * Examples as often as their weights say, which need not sum to 1: with 1 / (size of its class) for each example rare classes come as often as
 * others. PyTorch's WeightedRandomSampler.
 * @throws RangeError for weights that are negative or not finite, and for more samples than there are weights above 0 where none may come twice
 */
export class WeightedRandomSampler extends Sampler {
  readonly #weights: Float64Array;
  readonly #replacement: boolean;
  readonly #generator: Generator | undefined;

  constructor(
    weights: Tensor | ArrayLike<number>,
    readonly numSamples: number,
    { replacement = true, generator }: WeightedRandomSamplerOptions = {},
  ) {
    super();
    this.#weights = Float64Array.from(numbersOf("WeightedRandomSampler", weights));
    this.#replacement = replacement;
    this.#generator = generator;
    checkCount("WeightedRandomSampler", numSamples);
    const odd = this.#weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
    if (odd >= 0)
      throw new RangeError(
        `WeightedRandomSampler: weights must be finite and not below 0, but weight ${odd} is ${this.#weights[odd]}`,
      );
    const possible = this.#weights.reduce((count, weight) => count + Number(weight > 0), 0);
    if (possible === 0 || (!replacement && numSamples > possible))
      throw new RangeError(
        `WeightedRandomSampler: ${numSamples} samples are asked for, but ${possible} weights are above 0` +
          (possible > 0 ? "; with { replacement: true } examples may come again" : ""),
      );
  }

  override get length(): number {
    return this.numSamples;
  }

  override *[Symbol.iterator](): Numbers {
    const stream = streamFor(this.numSamples, this.#generator);
    if (!this.#replacement) {
      // The examples with the least of exponential times of these rates (Efraimidis and Spirakis 2006).
      const times = this.#weights.map((weight) =>
        weight > 0 ? -Math.log(1 - stream.uniform()) / weight : Infinity,
      );
      const order = Int32Array.from(times.keys()).sort((a, b) => times[a]! - times[b]!);
      yield* order.subarray(0, this.numSamples);
      return;
    }
    let sum = 0;
    const sums = this.#weights.map((weight) => (sum += weight));
    for (let i = 0; i < this.numSamples; i++) yield firstAbove(sums, stream.uniform(0, sum));
  }
}

/** The first place with more than `value` in an ascending list, whose last number is above it. */
function firstAbove(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Numbers of another sampler in batches: what a DataLoader takes as `batchSampler`. PyTorch's BatchSampler. */
export class BatchSampler implements Iterable<number[]> {
  constructor(
    readonly sampler: Iterable<number> & Sized,
    readonly batchSize: number,
    readonly dropLast: boolean = false,
  ) {
    checkCount("BatchSampler", batchSize, "batchSize");
  }

  /** Number of batches. */
  get length(): number {
    const batches = this.sampler.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): globalThis.Generator<number[], void, undefined> {
    let batch: number[] = [];
    for (const index of this.sampler) {
      batch.push(index);
      if (batch.length < this.batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
}

/** @throws TypeError for what has no length, such as the number of examples itself */
function checkSized(name: string, dataset: Sized): void {
  const { length } = (dataset as Partial<Sized> | null | undefined) ?? {};
  if (typeof length !== "number")
    throw new TypeError(`${name}: expected a data set or a list, which have a length, got ${typeof dataset}`);
}

/** Of a tensor or a list. @throws TypeError for what is neither */
function numbersOf(name: string, values: Tensor | ArrayLike<number>): ArrayLike<number> {
  if (values instanceof Tensor) return readNumbers(values.flatten(), name);
  checkSized(name, values);
  return values;
}

function checkCount(name: string, count: number, what = "numSamples"): void {
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`${name}: ${what} must be a whole number of at least 1, not ${count}`);
}
