/** What the rows about matrices share: the last two dims are a matrix, all before them a batch. */
import type { Builder } from "./builder.js";
import type { Dense } from "./kernel.js";
import { product, type Shaped } from "./shaped.js";

export interface MatrixSizes {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  /** The dims of the batch. */
  readonly lead: readonly number[];
}

export function matrixSizes(shape: readonly number[]): MatrixSizes {
  const lead = shape.slice(0, -2);
  return { batch: product(lead), rows: shape.at(-2)!, columns: shape.at(-1)!, lead };
}

/** The matrices of a dense value one by one, as parts of its memory. */
export function eachMatrix({ dims, data }: Dense, f: (matrix: Float64Array, entry: number) => void): void {
  const { batch, rows, columns } = matrixSizes(dims);
  for (let entry = 0; entry < batch; entry++)
    f(data.subarray(entry * rows * columns, (entry + 1) * rows * columns), entry);
}

/** Part `entry` of a result that consists of `size` elements for each matrix; memory of its own where nobody wants the result. */
export function partOf(result: Dense | null | undefined, entry: number, size: number): Float64Array {
  return result ? result.data.subarray(entry * size, (entry + 1) * size) : new Float64Array(size);
}

/** Matrices [batch, rows, columns] of a composition, where row and column numbers stand beside the elements. */
export class MatrixBuilder<Value extends Shaped> {
  readonly rowNumbers: Value;
  readonly columnNumbers: Value;

  constructor(
    readonly b: Builder<Value>,
    readonly batch: number,
    readonly rows: number,
    readonly columns: number,
  ) {
    this.rowNumbers = b.reshape(b.iota([rows], "int32"), [rows, 1]);
    this.columnNumbers = b.iota([columns], "int32");
  }

  /** Column j as [batch, rows, 1]. */
  column(a: Value, j: number): Value {
    return this.b.slice(a, [0, 0, j], [this.batch, a.shape[1]!, 1], [1, 1, 1]);
  }

  /** Row i as [batch, 1, columns]. */
  row(a: Value, i: number): Value {
    return this.b.slice(a, [0, i, 0], [this.batch, 1, a.shape[2]!], [1, 1, 1]);
  }

  /** Element (i, j) as [batch, 1, 1]. */
  element(a: Value, i: number, j: number): Value {
    return this.b.slice(a, [0, i, j], [this.batch, 1, 1], [1, 1, 1]);
  }

  number(value: number, like: Value): Value {
    return this.b.scalar(value, like.dtype);
  }

  /** Whether the numbers are below, equal to or above k. */
  compare(numbers: Value, op: "lt" | "eq" | "gt", k: number): Value {
    return this.b.binary(op, numbers, this.b.scalar(k, "int32"));
  }

  /** The sum over the rows of each column, [batch, 1, columns]. */
  sumOfRows(a: Value): Value {
    return this.b.cast(this.b.reduce("sum", a, [1], true), a.dtype);
  }
}
