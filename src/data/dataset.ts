/** Data sets: anything with a length that gives examples by number. An example is what one makes of it: a tensor, a list or an object of parts. */
import { tensor } from "../tensor/creation/from-data.js";
import type { Shape } from "../tensor/shape-types.js";
import type { Tensor } from "../tensor/tensor.js";
import { collate, type Collated } from "./collate.js";

/** What a DataLoader reads, as an object of any class; PyTorch's map-style data set. */
export interface MapDataset<Example = unknown> {
  readonly length: number;
  /** Example number `index`, without a batch dimension. */
  get(index: number): Example;
  /** Several at once, along a new first dimension; where it is missing, examples are put together by `collate`. */
  batch?(indices: Int32Array): Collated<Example>;
}

/** A list is a data set of its elements. */
export type Examples<Example = unknown> = MapDataset<Example> | ArrayLike<Example>;

/**
 * Base of data sets of one's own: `length` and `get(index)` are all that a subclass writes, and it can be gone through with `for … of`.
 * PyTorch's utils.data.Dataset.
 */
export abstract class Dataset<Example = unknown> implements MapDataset<Example> {
  abstract readonly length: number;

  /** Example number `index`, from 0, without a batch dimension. */
  abstract get(index: number): Example;

  /** All examples in order. */
  *[Symbol.iterator](): Generator<ReturnType<this["get"]>, void, undefined> {
    for (let i = 0; i < this.length; i++) yield this.get(i) as ReturnType<this["get"]>;
  }
}

/** A tensor of the same kind without its first dimension. */
type Row<T> =
  T extends Tensor<infer S>
    ? S extends readonly [number, ...infer R extends Shape]
      ? Tensor<R>
      : Tensor
    : never;

/** The examples of a TensorDataset. */
export type Rows<Tensors extends readonly Tensor[]> = { -readonly [K in keyof Tensors]: Row<Tensors[K]> };

/**
 * Tensors whose rows belong together; a batch is taken from each with one gather, so nothing is copied in JavaScript.
 * PyTorch's TensorDataset.
 * @throws Error when the tensors' first sizes differ
 */
export class TensorDataset<const Tensors extends readonly Tensor[] = readonly Tensor[]> extends Dataset<
  Rows<Tensors>
> {
  readonly tensors: Tensors;
  readonly length: number;

  constructor(...tensors: Tensors) {
    super();
    if (tensors.length === 0) throw new Error("TensorDataset: pass at least one tensor");
    const sizes = tensors.map((each) => each.shape[0]);
    if (sizes.some((size) => size === undefined || size !== sizes[0]))
      throw new Error(
        `TensorDataset: the first sizes must be equal (one row an example), but the shapes are ` +
          tensors.map((each) => `[${each.shape.join(", ")}]`).join(", "),
      );
    this.tensors = tensors;
    this.length = sizes[0]!;
  }

  get(index: number): Rows<Tensors> {
    checkIndex("TensorDataset", index, this.length);
    return this.tensors.map((each) => each.select(0, index)) as unknown as Rows<Tensors>;
  }

  /** The examples at these positions as one batch, picked from each tensor at once. */
  batch(indices: Int32Array): Collated<Rows<Tensors>> {
    const rows = tensor(indices);
    return this.tensors.map((each) => each.indexSelect(0, rows)) as unknown as Collated<Rows<Tensors>>;
  }
}

/** Some of another data set's examples, in the order of their numbers. PyTorch's Subset. */
export class Subset<Example> extends Dataset<Example> {
  readonly #indices: Int32Array;
  readonly #examples: MapDataset<Example>;

  constructor(
    readonly dataset: Examples<Example>,
    indices: ArrayLike<number>,
  ) {
    super();
    this.#examples = mapDataset("Subset", dataset);
    this.#indices = Int32Array.from(indices);
    for (const index of this.#indices) checkIndex("Subset", index, dataset.length);
  }

  /** Number of examples picked. */
  get length(): number {
    return this.#indices.length;
  }

  get(index: number): Example {
    checkIndex("Subset", index, this.length);
    return this.#examples.get(this.#indices[index]!);
  }

  /** The examples at these positions, counted within the subset, as one batch. */
  batch(indices: Int32Array): Collated<Example> {
    return batchOf(
      this.#examples,
      indices.map((index) => this.#indices[index]!),
    );
  }
}

/** Data sets one after the other. PyTorch's ConcatDataset. */
export class ConcatDataset<Example> extends Dataset<Example> {
  readonly #parts: readonly MapDataset<Example>[];

  constructor(readonly datasets: readonly Examples<Example>[]) {
    super();
    this.#parts = datasets.map((dataset) => mapDataset("ConcatDataset", dataset));
  }

  /** Number of examples of all parts together. */
  get length(): number {
    return this.#parts.reduce((sum, part) => sum + part.length, 0);
  }

  get(index: number): Example {
    checkIndex("ConcatDataset", index, this.length);
    let at = index;
    for (const part of this.#parts) {
      if (at < part.length) return part.get(at);
      at -= part.length;
    }
    throw new RangeError(`ConcatDataset: there is no example ${index}`);
  }
}

type ExampleOf<Dataset> = Dataset extends Examples<infer Example> ? Example : never;

/** What StackDataset takes: several data sets, or one object of them. */
type Stacked = readonly Examples[] | readonly [Readonly<Record<string, Examples>>];

/** The examples of several data sets, side by side. */
type Beside<Datasets extends Stacked> = Datasets extends readonly Examples[]
  ? { -readonly [K in keyof Datasets]: ExampleOf<Datasets[K]> }
  : { -readonly [K in keyof Datasets[0]]: ExampleOf<Datasets[0][K]> };

/**
 * Data sets whose examples belong together: of several an example is the list of theirs, of an object of data sets an object with the same
 * names. PyTorch's StackDataset.
 * @throws Error when they have different lengths
 */
export class StackDataset<const Datasets extends Stacked> extends Dataset<Beside<Datasets>> {
  readonly #parts: readonly (readonly [string, MapDataset])[];
  readonly #isList: boolean;
  readonly length: number;

  constructor(...datasets: Datasets) {
    super();
    const [first] = datasets;
    this.#isList = datasets.length !== 1 || typeof first?.length === "number";
    const named = (this.#isList ? Object.assign({}, datasets) : first) as Readonly<Record<string, Examples>>;
    this.#parts = Object.entries(named).map(([name, part]) => [name, mapDataset("StackDataset", part)]);
    if (this.#parts.length === 0) throw new Error("StackDataset: pass at least one data set");
    const lengths = this.#parts.map(([, { length }]) => length);
    if (lengths.some((length) => length !== lengths[0]))
      throw new Error(`StackDataset: the data sets have different lengths: ${lengths.join(", ")}`);
    this.length = lengths[0]!;
  }

  get(index: number): Beside<Datasets> {
    checkIndex("StackDataset", index, this.length);
    const parts = this.#parts.map(([name, part]) => [name, part.get(index)] as const);
    return (this.#isList ? parts.map(([, part]) => part) : Object.fromEntries(parts)) as Beside<Datasets>;
  }
}

/** A list as a data set, a data set as it is. @throws TypeError for what is neither */
export function mapDataset<Example>(name: string, dataset: Examples<Example>): MapDataset<Example> {
  if (isMapDataset(dataset)) return dataset;
  if (Array.isArray(dataset) || (ArrayBuffer.isView(dataset) && !(dataset instanceof DataView)))
    return {
      get length() {
        return dataset.length;
      },
      get: (index) => dataset[index]!,
    };
  throw new TypeError(
    `${name}: expected a data set, an object with length and get(index), or an array of examples; ` +
      `tensors are one as new data.TensorDataset(x, y)`,
  );
}

function isMapDataset<Example>(dataset: Examples<Example>): dataset is MapDataset<Example> {
  const { length, get } = (dataset ?? {}) as Partial<MapDataset<Example>>;
  return typeof length === "number" && typeof get === "function";
}

/** The examples with these numbers, along a new first dimension. */
export function batchOf<Example>(dataset: MapDataset<Example>, indices: Int32Array): Collated<Example> {
  if (dataset.batch !== undefined) return dataset.batch(indices);
  return collate(Array.from(indices, (index) => dataset.get(index)));
}

function checkIndex(name: string, index: number, length: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= length)
    throw new RangeError(`${name}: there is no example ${index}; numbers go from 0 to ${length - 1}`);
}
