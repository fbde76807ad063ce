/**
 * What a row of the table of kernels says (kernels.ts): a kernel has any number of operands and results, whole numbers as attributes, which
 * belong to the structure of a graph, and fractions as scalars, which do not.
 */
import type { Compose } from "./builder.js";
import type { DTypeKind } from "./dtypes.js";
import { product, type Shaped } from "./shaped.js";

/** Elements in row-major order; bool is 0 and 1. */
export interface Dense {
  readonly data: Float64Array;
  readonly dims: readonly number[];
}

export interface KernelRow {
  readonly operands: readonly string[];
  /** A kernel with one result is a value of a graph; of several results each one is picked. */
  readonly results: readonly string[];
  /** Names of the attributes, in their order. */
  readonly attributes: readonly string[];
  /** Names of the scalars: numbers that are handed over at each run, so that one plan serves all of them. */
  readonly scalars?: readonly string[];
  /** Kinds of dtypes that the first operand may have. */
  readonly kinds: readonly DTypeKind[];
  /** Dtypes and shapes of the results. */
  readonly infer: (operands: readonly Shaped[], attributes: readonly number[]) => readonly Shaped[];
  /**
   * The operands may be strided views: for each the positions at which its dims are cut into runs, of which each is walked with one stride.
   * Without it all operands are dense and row-major, as results always are.
   */
  readonly strided?: (
    operands: readonly Shaped[],
    attributes: readonly number[],
  ) => readonly (readonly number[])[];
  /** Elements are only moved, not computed with: engines run it for dtypes too that they only store. */
  readonly moves?: true;
  /** The only result begins as the first operand: in a program both lie in the same place, dense, and the kernel changes what is there. */
  readonly updates?: true;
  /** Has an operand `index` and stops the run where that reaches out of a dim: `js` throws an IndexOutOfRange, `run` gives false. */
  readonly canFail?: true;
  /**
   * C++ functions: what `run`s it; what `check`s the shapes and dtypes of a decoded call, so that no program makes `run` leave its buffers; and
   * where it needs memory of its own, how many bytes: for each thread, and for all.
   */
  readonly cpp: {
    readonly run: string;
    readonly check: string;
    readonly scratch?: string;
    readonly shared?: string;
  };
  /**
   * The same results, made of other primitives: what runs on an engine that lacks the kernel. Where the kernel only moves elements it has the same
   * bits; sums may be added in another order.
   */
  readonly compose: Compose;
  /** What it means; `results` are filled, those that nobody wants are null. The caller rounds or wraps to the results' dtypes. */
  readonly js: (
    operands: readonly Dense[],
    results: readonly (Dense | null)[],
    attributes: readonly number[],
    scalars: readonly number[],
  ) => void;
}

/** An index lies outside [-rows, rows). */
export class IndexOutOfRange extends RangeError {
  constructor(
    readonly index: number,
    readonly rows: number,
  ) {
    super(`index ${index} is out of range for a dimension of size ${rows}`);
    this.name = "IndexOutOfRange";
  }
}

/** Calls `f` for each row along `dim` with the row's positions in `dims`. */
export function eachRow(dims: readonly number[], dim: number, f: (at: (i: number) => number) => void): void {
  const outer = product(dims.slice(0, dim));
  const inner = product(dims.slice(dim + 1));
  const n = dims[dim] ?? 1;
  for (let o = 0; o < outer; o++) for (let i = 0; i < inner; i++) f((k) => (o * n + k) * inner + i);
}
