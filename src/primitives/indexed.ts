/**
 * Kernels that read or add at positions along a dim, which an int32 operand `index` holds. A position below 0 counts from the end.
 *
 * There are two ways to say which positions: `gather` and `scatterAdd` have one for each element, `take` and `takeAdd` one for each entry of the
 * dim, and the shape of the index takes the dim's place.
 */
import { type Dense, IndexOutOfRange, type KernelRow, product } from "./kernel.js";

/** Shape of the entries of a table at an index that takes the place of `dim`. */
function replaced(table: readonly number[], dim: number, index: readonly number[]): readonly number[] {
  if (index.length === 1 && index[0] === table[dim]) return table;
  return [...table.slice(0, dim), ...index, ...table.slice(dim + 1)];
}

/** The position that an index means in a dim of size `rows`. */
function positionOf(index: number, rows: number): number {
  if (index < -rows || index >= rows) throw new IndexOutOfRange(index, rows);
  return index < 0 ? index + rows : index;
}

/**
 * Calls `f` with where a point lies and where in the table its index leads, for all points [outer, count, inner] in row-major order.
 * @param one the index has one position for each entry, instead of one for each element
 */
function eachPoint(
  table: Dense,
  index: Dense,
  dim: number,
  one: boolean,
  f: (point: number, entry: number) => void,
): void {
  const rows = table.dims[dim] ?? 1;
  const inner = product(table.dims.slice(dim + 1));
  const count = one ? product(index.dims) : (index.dims[dim] ?? 1);
  const outer = product(table.dims.slice(0, dim));
  let point = 0;
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < inner; i++) {
        const row = positionOf(index.data[one ? k : point]!, rows);
        f(point++, (o * rows + row) * inner + i);
      }
    }
  }
}

function reading(one: boolean): KernelRow["js"] {
  return ([x, index], [y], [dim]) => {
    eachPoint(x!, index!, dim!, one, (point, entry) => (y!.data[point] = x!.data[entry]!));
  };
}

function adding(one: boolean): KernelRow["js"] {
  return ([base, index, source], [y], [dim], [alpha = 1]) => {
    y!.data.set(base!.data);
    eachPoint(base!, index!, dim!, one, (point, entry) => {
      y!.data[entry]! += alpha * source!.data[point]!;
    });
  };
}

/** out[i][j] = x[index[i][j]][j] for dim 0: apart from `dim`, x has the shape of the index. */
export const gather = {
  operands: ["x", "index"],
  results: ["y"],
  attributes: ["dim"],
  kinds: ["float", "int", "bool"],
  infer: ([x, index]) => [{ dtype: x!.dtype, shape: index!.shape }],
  strided: (_, [dim]) => [
    [dim!, dim! + 1],
    [dim!, dim! + 1],
  ],
  canFail: true,
  cpp: { run: "gatherElements", check: "checkGather" },
  js: reading(false),
} as const satisfies KernelRow;

/** The entries of x along `dim` at the positions in `index`, whose shape takes the dim's place. */
export const take = {
  operands: ["x", "index"],
  results: ["y"],
  attributes: ["dim"],
  kinds: ["float", "int", "bool"],
  infer: ([x, index], [dim]) => [{ dtype: x!.dtype, shape: replaced(x!.shape, dim!, index!.shape) }],
  strided: (_, [dim]) => [[dim!, dim! + 1], []],
  canFail: true,
  cpp: { run: "takeEntries", check: "checkTake" },
  js: reading(true),
} as const satisfies KernelRow;

/** The base, with source[i][j] added at [index[i][j]][j] for dim 0, in the order of i: apart from `dim` all shapes are the same. */
export const scatterAdd = {
  operands: ["base", "index", "source"],
  results: ["y"],
  attributes: ["dim"],
  kinds: ["float", "int", "bool"],
  infer: ([base]) => [base!],
  strided: (_, [dim]) => [[], [dim!, dim! + 1], [dim!, dim! + 1]],
  updates: true,
  canFail: true,
  cpp: { run: "scatterAddElements", check: "checkScatterAdd" },
  js: adding(false),
} as const satisfies KernelRow;

/** The base, with `alpha` times each entry of the source added at the positions of the index, in their order: the shape of `take`. */
export const takeAdd = {
  operands: ["base", "index", "source"],
  results: ["y"],
  attributes: ["dim"],
  scalars: ["alpha"],
  kinds: ["float", "int", "bool"],
  infer: ([base]) => [base!],
  strided: ([, index], [dim]) => [[], [], [dim!, dim! + index!.shape.length]],
  updates: true,
  canFail: true,
  cpp: { run: "takeAddEntries", check: "checkTakeAdd" },
  js: adding(true),
} as const satisfies KernelRow;
