/** Data sets: anything with a length that gives examples by number. An example, and a batch of them, is a tuple of tensors. */
import type { Shape } from "../tensor/shape-types.js";
import { stack } from "../ops/join.js";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";

/** What a DataLoader reads; PyTorch's utils.data.Dataset. */
export interface Dataset<Example extends readonly Tensor[] = readonly Tensor[]> {
  readonly length: number;
  /** Example number `index`, without a batch dimension. */
  get(index: number): Example;
  /** Several at once, along a new first dimension; where it is missing, examples are stacked. */
  batch?(indices: Int32Array): Example;
}

/** A tensor of the same kind whose first size is not known. */
type Rows<T> =
  T extends Tensor<infer S>
    ? S extends readonly [number, ...infer R extends Shape]
      ? Tensor<[number, ...R]>
      : Tensor
    : never;

/** The batches of a TensorDataset: its tensors with another first size. */
export type Batch<Tensors extends readonly Tensor[]> = { -readonly [K in keyof Tensors]: Rows<Tensors[K]> };

/**
 * Tensors whose rows belong together; a batch is taken from each with one gather, so nothing is copied in JavaScript.
 * PyTorch's TensorDataset.
 * @throws Error when the tensors' first sizes differ
 */
export class TensorDataset<const Tensors extends readonly Tensor[] = readonly Tensor[]> implements Dataset<
  Batch<Tensors>
> {
  readonly tensors: Tensors;
  readonly length: number;

  constructor(...tensors: Tensors) {
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

  get(index: number): Batch<Tensors> {
    checkIndex("TensorDataset", index, this.length);
    return this.tensors.map((each) => each.select(0, index)) as unknown as Batch<Tensors>;
  }

  batch(indices: Int32Array): Batch<Tensors> {
    const rows = tensor(indices);
    return this.tensors.map((each) => each.indexSelect(0, rows)) as unknown as Batch<Tensors>;
  }
}

/** Some of another data set's examples, in the order of their numbers. PyTorch's Subset. */
export class Subset<Example extends readonly Tensor[]> implements Dataset<Example> {
  readonly #indices: Int32Array;

  constructor(
    readonly dataset: Dataset<Example>,
    indices: ArrayLike<number>,
  ) {
    this.#indices = Int32Array.from(indices);
    for (const index of this.#indices) checkIndex("Subset", index, dataset.length);
  }

  get length(): number {
    return this.#indices.length;
  }

  get(index: number): Example {
    checkIndex("Subset", index, this.length);
    return this.dataset.get(this.#indices[index]!);
  }

  batch(indices: Int32Array): Example {
    return collate(
      this.dataset,
      indices.map((index) => this.#indices[index]!),
    );
  }
}

/** The examples with these numbers, along a new first dimension. */
export function collate<Example extends readonly Tensor[]>(
  dataset: Dataset<Example>,
  indices: Int32Array,
): Example {
  if (dataset.batch !== undefined) return dataset.batch(indices);
  const examples = Array.from(indices, (index) => dataset.get(index));
  return examples[0]!.map((_, part) =>
    stack(examples.map((example) => example[part]!)),
  ) as unknown as Example;
}

function checkIndex(name: string, index: number, length: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= length)
    throw new RangeError(`${name}: there is no example ${index}; numbers go from 0 to ${length - 1}`);
}
