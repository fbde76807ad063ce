/** Kernels that run along a dim and carry something from entry to entry. */
import { eachRow, type KernelRow, type Shaped } from "./kernel.js";

const like = ([x]: readonly Shaped[]): readonly Shaped[] => [x!];

/** A running value along dim `attributes[0]`. */
function running(run: string, step: (before: number, x: number) => number, start: number): KernelRow {
  return {
    operands: ["x"],
    results: ["y"],
    attributes: ["dim"],
    kinds: ["float", "int"],
    infer: like,
    cpp: { run, check: "checkScan", scratch: "scanScratch" },
    js: ([x], [y], [dim]) => {
      eachRow(x!.dims, dim!, (at) => {
        let value = start;
        for (let i = 0; i < (x!.dims[dim!] ?? 1); i++) y!.data[at(i)] = value = step(value, x!.data[at(i)]!);
      });
    },
  };
}

/** The extreme up to each place, and where it stands: the last of equal ones; NaN stays once it has come. */
function runningExtreme(run: string, isBetter: (x: number, best: number) => boolean): KernelRow {
  return {
    operands: ["x"],
    results: ["values", "indices"],
    attributes: ["dim"],
    kinds: ["float", "int", "bool"],
    infer: ([x]) => [x!, { dtype: "int32", shape: x!.shape }],
    cpp: { run, check: "checkScan", scratch: "scanScratch" },
    js: ([x], [values, indices], [dim]) => {
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
    },
  };
}

/** Sums of the entries up to each one along `dim`. */
export const cumsum = running("cumulativeSum", (sum, x) => sum + x, 0);
/** Products of the entries up to each one along `dim`. */
export const cumprod = running("cumulativeProduct", (product, x) => product * x, 1);
/** The greatest entry up to each one along `dim`, and its int32 position. */
export const cummax = runningExtreme("cumulativeMaximum", (x, best) => x >= best);
/** The least entry up to each one along `dim`, and its int32 position. */
export const cummin = runningExtreme("cumulativeMinimum", (x, best) => x <= best);

/** yᵢ = aᵢ · yᵢ₋₁ + bᵢ along `dim`, from the first entry on or, reversed, from the last one back. */
export const linearRecurrence = {
  operands: ["a", "b"],
  results: ["y"],
  attributes: ["dim", "reversed"],
  kinds: ["float"],
  infer: like,
  cpp: { run: "linearRecurrence", check: "checkScan", scratch: "scanScratch" },
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
} as const satisfies KernelRow;
