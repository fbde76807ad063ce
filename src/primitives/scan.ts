/** Kernels that run along a dim and carry something from entry to entry. */
import { alongDim, type Builder } from "./builder.js";
import { type DTypeName, dtypes } from "./dtypes.js";
import { eachRow, type KernelRow } from "./kernel.js";
import type { Shaped } from "./shaped.js";

/** [outer, n, inner], the entries moved on by so many places; what becomes free holds `fill`. */
function moved<Value extends Shaped>(b: Builder<Value>, x: Value, by: number, fill: number): Value {
  const [outer, n, inner] = x.shape as [number, number, number];
  return b.pad(b.slice(x, [0, 0, 0], [outer, n - by, inner], [1, 1, 1]), [0, by, 0], [0, 0, 0], fill);
}

/**
 * What is carried up to each entry, by doubling: after the step `by` each entry has taken in those of so many places before it. `join` is
 * associative; it is given what is carried up to the entry `by` places before, which is any value where `isThere` is false.
 */
function doubled<Value extends Shaped>(
  b: Builder<Value>,
  start: readonly Value[],
  join: (before: readonly Value[], own: readonly Value[], isThere: Value) => readonly Value[],
): readonly Value[] {
  const n = start[0]!.shape[1]!;
  const entries = b.reshape(b.iota([n], "int32"), [n, 1]);
  let carried = start;
  for (let by = 1; by < n; by *= 2) {
    const before = carried.map((each) => moved(b, each, by, 0));
    carried = join(before, carried, b.binary("ge", entries, b.scalar(by, "int32")));
  }
  return carried;
}

/** Fractions are carried in float64, as the kernels do. */
const carriedIn = (dtype: DTypeName): DTypeName => (dtypes[dtype].kind === "float" ? "float64" : dtype);

const like = ([x]: readonly Shaped[]): readonly Shaped[] => [x!];

/** A running value along dim `attributes[0]`. */
function running(
  run: string,
  op: "add" | "mul",
  step: (before: number, x: number) => number,
  start: number,
): KernelRow {
  return {
    operands: ["x"],
    results: ["y"],
    attributes: ["dim"],
    kinds: ["float", "int"],
    infer: like,
    cpp: { run, check: "checkScan", scratch: "scanScratch" },
    compose: (b, [x], [dim]) => {
      const carried = carriedIn(x!.dtype);
      const first = b.cast(b.reshape(x!, alongDim(x!.shape, dim!)), carried);
      const [y] = doubled(b, [b.binary(op, first, b.scalar(start, carried))], ([before], [own], isThere) => [
        b.select(isThere, b.binary(op, before!, own!), own!),
      ]);
      return [b.reshape(b.cast(y!, x!.dtype), x!.shape)];
    },
    js: ([x], [y], [dim]) => {
      eachRow(x!.dims, dim!, (at) => {
        let value = start;
        for (let i = 0; i < (x!.dims[dim!] ?? 1); i++) y!.data[at(i)] = value = step(value, x!.data[at(i)]!);
      });
    },
  };
}

/** The extreme up to each place, and where it stands: the last of equal ones; NaN stays once it has come. */
function runningExtreme(
  run: string,
  op: "ge" | "le",
  isBetter: (x: number, best: number) => boolean,
): KernelRow {
  return {
    operands: ["x"],
    results: ["values", "indices"],
    attributes: ["dim"],
    kinds: ["float", "int", "bool"],
    infer: ([x]) => [x!, { dtype: "int32", shape: x!.shape }],
    cpp: { run, check: "checkScan", scratch: "scanScratch" },
    compose: (b, [x], [dim]) => {
      const sizes = alongDim(x!.shape, dim!);
      const [, n] = sizes;
      const entries = b.expand(b.reshape(b.iota([n], "int32"), [n, 1]), sizes);
      const start = [b.reshape(x!, sizes), entries];
      const [values, indices] = doubled(b, start, ([value, index], [own, ownIndex], isThere) => {
        const isBetter = b.binary(
          "or",
          b.unary("isnan", own!),
          b.binary("and", b.unary("not", b.unary("isnan", value!)), b.binary(op, own!, value!)),
        );
        const keepsOwn = b.binary("or", b.unary("not", isThere), isBetter);
        return [b.select(keepsOwn, own!, value!), b.select(keepsOwn, ownIndex!, index!)];
      });
      return [b.reshape(values!, x!.shape), b.reshape(indices!, x!.shape)];
    },
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
export const cumsum = running("cumulativeSum", "add", (sum, x) => sum + x, 0);
/** Products of the entries up to each one along `dim`. */
export const cumprod = running("cumulativeProduct", "mul", (product, x) => product * x, 1);
/** The greatest entry up to each one along `dim`, and its int32 position. */
export const cummax = runningExtreme("cumulativeMaximum", "ge", (x, best) => x >= best);
/** The least entry up to each one along `dim`, and its int32 position. */
export const cummin = runningExtreme("cumulativeMinimum", "le", (x, best) => x <= best);

/** yᵢ = aᵢ · yᵢ₋₁ + bᵢ along `dim`, from the first entry on or, reversed, from the last one back. */
export const linearRecurrence = {
  operands: ["a", "b"],
  results: ["y"],
  attributes: ["dim", "reversed"],
  kinds: ["float"],
  infer: like,
  cpp: { run: "linearRecurrence", check: "checkScan", scratch: "scanScratch" },
  compose: (b, [factor, term], [dim, reversed]) => {
    const sizes = alongDim(factor!.shape, dim!);
    const [, n] = sizes;
    const inOrder = (x: typeof factor): NonNullable<typeof factor> => {
      const rows = b.cast(b.reshape(x!, sizes), "float64");
      return reversed === 1 ? b.flip(rows, [1]) : rows;
    };
    const factors = inOrder(factor);
    const terms = inOrder(term);
    // What comes before the first entry is 0.
    const isFirst = b.binary("eq", b.reshape(b.iota([n], "int32"), [n, 1]), b.scalar(0, "int32"));
    const none = b.scalar(0, "float64");
    const first = b.binary("add", b.select(isFirst, b.binary("mul", factors, none), none), terms);
    // y ↦ a · y + b after y ↦ a' · y + b' is y ↦ a · a' · y + (a · b' + b).
    const [, y] = doubled(b, [factors, first], ([a0, b0], [a1, b1], isThere) => [
      b.select(isThere, b.binary("mul", a1!, a0!), a1!),
      b.select(isThere, b.binary("add", b.binary("mul", a1!, b0!), b1!), b1!),
    ]);
    const result = reversed === 1 ? b.flip(y!, [1]) : y!;
    return [b.reshape(b.cast(result, factor!.dtype), factor!.shape)];
  },
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
