/**
 * Kernels of their own, one row each: what is neither a map, a fold nor a product of matrices. In a program they are calls: any number of
 * operands and results, and whole numbers as attributes, which belong to the structure of a graph. All values are dense and row-major.
 */
import type { DTypeKind } from "./dtypes.js";

/** Elements in row-major order; bool is 0 and 1. */
export interface Dense {
  readonly data: Float64Array;
  readonly dims: readonly number[];
}

export interface KernelRow {
  readonly operands: readonly string[];
  readonly results: readonly string[];
  /** Names of the attributes, in their order. */
  readonly attributes: readonly string[];
  /** Kinds of dtypes that the first operand may have. */
  readonly kinds: readonly DTypeKind[];
  /** The C++ function that runs it, and where it needs memory of its own, those that say how many bytes: for each thread, and for all. */
  readonly cpp: { readonly run: string; readonly scratch?: string; readonly shared?: string };
  /** What it means; `results` are filled, those that nobody wants are null. The caller rounds or wraps to the results' dtypes. */
  readonly js: (
    operands: readonly Dense[],
    results: readonly (Dense | null)[],
    attributes: readonly number[],
  ) => void;
}

/** Calls `f` for each row along `dim` with the row's positions in `dims`. */
function eachRow(dims: readonly number[], dim: number, f: (at: (i: number) => number) => void): void {
  const product = (sizes: readonly number[]): number => sizes.reduce((n, size) => n * size, 1);
  const outer = product(dims.slice(0, dim));
  const inner = product(dims.slice(dim + 1));
  const n = dims[dim] ?? 1;
  for (let o = 0; o < outer; o++) for (let i = 0; i < inner; i++) f((k) => (o * n + k) * inner + i);
}

/** As if NaN were greater than every number. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  return Number.isNaN(b) ? -1 : a < b ? -1 : a > b ? 1 : 0;
}

/** A running value along dim `attributes[0]`. */
function running(step: (before: number, x: number) => number, start: number): KernelRow["js"] {
  return ([x], [y], [dim]) => {
    eachRow(x!.dims, dim!, (at) => {
      let value = start;
      for (let i = 0; i < (x!.dims[dim!] ?? 1); i++) y!.data[at(i)] = value = step(value, x!.data[at(i)]!);
    });
  };
}

/** The extreme up to each place, and where it stands: the last of equal ones; NaN stays once it has come. */
function runningExtreme(isBetter: (x: number, best: number) => boolean): KernelRow["js"] {
  return ([x], [values, indices], [dim]) => {
    eachRow(x!.dims, dim!, (at) => {
      let best = 0;
      for (let i = 0; i < (x!.dims[dim!] ?? 1); i++) {
        const value = x!.data[at(i)]!;
        const top = x!.data[at(best)]!;
        if (Number.isNaN(value) || (!Number.isNaN(top) && isBetter(value, top))) best = i;
        if (values) values.data[at(i)] = x!.data[at(best)]!;
        if (indices) indices.data[at(i)] = best;
      }
    });
  };
}

export const kernels = {
  /** The first `count` of each row along `dim` in order, and their int32 positions; equal ones keep their order, NaN counts as the greatest. */
  sort: {
    operands: ["x"],
    results: ["values", "indices"],
    attributes: ["dim", "descending", "count"],
    kinds: ["float", "int", "bool"],
    cpp: { run: "sortRows", scratch: "sortScratch", shared: "sortShared" },
    js: ([x], [values, indices], [dim, descending, count]) => {
      const sign = descending === 1 ? -1 : 1;
      const rows: { readonly order: readonly number[]; readonly sorted: readonly number[] }[] = [];
      eachRow(x!.dims, dim!, (at) => {
        const order = Array.from({ length: x!.dims[dim!] ?? 1 }, (_, i) => i);
        order.sort((i, j) => sign * compare(x!.data[at(i)]!, x!.data[at(j)]!));
        rows.push({ order, sorted: order.map((i) => x!.data[at(i)]!) });
      });
      let row = 0;
      eachRow((values ?? indices)!.dims, dim!, (at) => {
        const { order, sorted } = rows[row++]!;
        for (let i = 0; i < count!; i++) {
          if (indices) indices.data[at(i)] = order[i]!;
          if (values) values.data[at(i)] = sorted[i]!;
        }
      });
    },
  },
  /** Sums of the entries up to each one along `dim`. */
  cumsum: {
    operands: ["x"],
    results: ["y"],
    attributes: ["dim"],
    kinds: ["float", "int"],
    cpp: { run: "cumulativeSum", scratch: "scanScratch" },
    js: running((sum, x) => sum + x, 0),
  },
  /** Products of the entries up to each one along `dim`. */
  cumprod: {
    operands: ["x"],
    results: ["y"],
    attributes: ["dim"],
    kinds: ["float", "int"],
    cpp: { run: "cumulativeProduct", scratch: "scanScratch" },
    js: running((product, x) => product * x, 1),
  },
  /** The greatest entry up to each one along `dim`, and its int32 position. */
  cummax: {
    operands: ["x"],
    results: ["values", "indices"],
    attributes: ["dim"],
    kinds: ["float", "int", "bool"],
    cpp: { run: "cumulativeMaximum", scratch: "scanScratch" },
    js: runningExtreme((x, best) => x >= best),
  },
  /** The least entry up to each one along `dim`, and its int32 position. */
  cummin: {
    operands: ["x"],
    results: ["values", "indices"],
    attributes: ["dim"],
    kinds: ["float", "int", "bool"],
    cpp: { run: "cumulativeMinimum", scratch: "scanScratch" },
    js: runningExtreme((x, best) => x <= best),
  },
  /** yᵢ = aᵢ · yᵢ₋₁ + bᵢ along `dim`, from the first entry on or, reversed, from the last one back. */
  linearRecurrence: {
    operands: ["a", "b"],
    results: ["y"],
    attributes: ["dim", "reversed"],
    kinds: ["float"],
    cpp: { run: "linearRecurrence", scratch: "scanScratch" },
    js: ([a, b], [y], [dim, reversed]) => {
      eachRow(a!.dims, dim!, (at) => {
        const n = a!.dims[dim!] ?? 1;
        let value = 0;
        for (let i = 0; i < n; i++) {
          const k = at(reversed === 1 ? n - 1 - i : i);
          y!.data[k] = value = a!.data[k]! * value + b!.data[k]!;
        }
      });
    },
  },
} as const satisfies Readonly<Record<string, KernelRow>>;

export type KernelOp = keyof typeof kernels;
