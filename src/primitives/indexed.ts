/**
 * Kernels that read or add at positions along a dim, which an int32 or int64 operand `index` holds. A position below 0 counts from the end.
 *
 * There are two ways to say which positions: `gather` and `scatterAdd` have one for each element, `take` and `takeAdd` one for each entry of the
 * dim, and the shape of the index takes the dim's place.
 */
import { computingDType, isComputed } from "./dtypes.js";
import { alongDim, type Builder, type Compose, only } from "./builder.js";
import { type Dense, IndexOutOfRange, type KernelRow } from "./kernel.js";
import { product, type Shaped } from "./shaped.js";

/** Shape of the entries of a table at an index that takes the place of `dim`. */
function replaced(table: readonly number[], dim: number, index: readonly number[]): readonly number[] {
  if (index.length === 1 && index[0] === table[dim]) return table;
  const shape: number[] = [];
  for (let i = 0; i < dim; i++) shape.push(table[i]!);
  for (let i = 0; i < index.length; i++) shape.push(index[i]!);
  for (let i = dim + 1; i < table.length; i++) shape.push(table[i]!);
  return shape;
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

/**
 * A kernel's values side by side: a table [outer, rows, inner], points [outer, count, inner], and for each point whether it is at each row,
 * [outer, count, rows, inner], where dims of size 1 stand for all.
 */
function composed<Value extends Shaped>(
  b: Builder<Value>,
  table: Value,
  index: Value,
  dim: number,
  one: boolean,
): { outer: number; count: number; rows: number; inner: number; isAt: Value } {
  const [outer, rows, inner] = alongDim(table.shape, dim);
  const count = one ? product(index.shape) : (index.shape[dim] ?? 1);
  const places = b.reshape(b.positions(index, rows), one ? [1, count, 1, 1] : [outer, count, 1, inner]);
  const isAt = b.binary("eq", places, b.reshape(b.iota([rows], index.dtype), [rows, 1]));
  return { outer, count, rows, inner, isAt };
}

function composedReading(one: boolean): Compose {
  return (b, [x, index], [dim]) => {
    const { outer, rows, inner, isAt } = composed(b, x!, index!, dim!, one);
    // The row is found by comparing, which engines do not do in a dtype that they only store.
    const { dtype } = x!;
    const wide = isComputed(dtype) ? x! : b.cast(x!, computingDType(dtype));
    const found = only(b, isAt, b.reshape(wide, [outer, 1, rows, inner]), 2);
    const y = isComputed(dtype) ? found : b.cast(found, dtype);
    return [b.reshape(y, one ? replaced(x!.shape, dim!, index!.shape) : index!.shape)];
  };
}

function composedAdding(one: boolean): Compose {
  return (b, [base, index, source], [dim], [alpha]) => {
    const { outer, count, inner, isAt } = composed(b, base!, index!, dim!, one);
    const { dtype, shape } = base!;
    const added = b.select(isAt, b.reshape(source!, [outer, count, 1, inner]), b.scalar(0, dtype));
    const sum = b.cast(b.reduce(dtype === "bool" ? "any" : "sum", added, [1], false), dtype);
    const scaled = alpha === undefined ? sum : b.binary("mul", b.cast(alpha, dtype), sum);
    return [b.binary("add", base!, b.reshape(scaled, shape))];
  };
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

/** What `scatterInto` and `takeInto` make of what stands at a place and what comes there: the attribute `how`. */
export const into = { put: 0, mul: 1, max: 2, min: 3 } as const;

function composedInto(one: boolean): Compose {
  return (b, [base, index, source], [dim, how]) => {
    const { outer, count, rows, inner, isAt } = composed(b, base!, index!, dim!, one);
    if (count === 0) return [base!];
    const { dtype, shape } = base!;
    const comes = b.reshape(source!, [outer, count, 1, inner]);
    const stands = b.reshape(base!, [outer, 1, rows, inner]);
    if (how === into.put) {
      // The last one that comes to a place stays there.
      const number = b.reshape(b.iota([count], "int32"), [1, count, 1, 1]);
      const last = b.reduce("max", b.select(isAt, number, b.scalar(-1, "int32")), [1], true);
      const stays = b.binary("eq", number, last);
      const put = b.reshape(only(b, stays, comes, 1), [outer, 1, rows, inner]);
      const isHit = b.binary("ge", last, b.scalar(0, "int32"));
      return [b.reshape(b.select(isHit, put, stands), shape)];
    }
    if (how === into.mul) {
      const product = b.reduce("prod", b.select(isAt, comes, b.scalar(1, dtype)), [1], false);
      return [b.binary("mul", base!, b.reshape(product, shape))];
    }
    const op = how === into.max ? "max" : "min";
    const met = b.reduce(op, b.select(isAt, comes, stands), [1], false);
    return [b.binary(op, base!, b.reshape(met, shape))];
  };
}

const combine: Readonly<Record<number, (stands: number, comes: number) => number>> = {
  [into.put]: (_, comes) => comes,
  [into.mul]: (stands, comes) => stands * comes,
  [into.max]: Math.max,
  [into.min]: Math.min,
};

function combining(one: boolean): KernelRow["js"] {
  return ([base, index, source], [y], [dim, how]) => {
    y!.data.set(base!.data);
    const f = combine[how!]!;
    eachPoint(base!, index!, dim!, one, (point, entry) => {
      y!.data[entry] = f(y!.data[entry]!, source!.data[point]!);
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
  moves: true,
  canFail: true,
  cpp: { run: "gatherElements", check: "checkGather" },
  compose: composedReading(false),
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
  moves: true,
  canFail: true,
  cpp: { run: "takeEntries", check: "checkTake" },
  compose: composedReading(true),
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
  compose: composedAdding(false),
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
  compose: composedAdding(true),
  js: adding(true),
} as const satisfies KernelRow;

/**
 * The base, with source[i][j] put at [index[i][j]][j] for dim 0, or multiplied with what is there, or the greater or lesser of both, in the order
 * of i: apart from `dim` all shapes are the same. What is put last stays.
 */
export const scatterInto = {
  operands: ["base", "index", "source"],
  results: ["y"],
  attributes: ["dim", "how"],
  kinds: ["float", "int", "bool"],
  infer: ([base]) => [base!],
  strided: (_, [dim]) => [[], [dim!, dim! + 1], [dim!, dim! + 1]],
  updates: true,
  canFail: true,
  cpp: { run: "scatterIntoElements", check: "checkScatterInto" },
  compose: composedInto(false),
  js: combining(false),
} as const satisfies KernelRow;

/** The base, with each entry of the source put at the positions of the index, or combined with what is there: the shape of `take`. */
export const takeInto = {
  operands: ["base", "index", "source"],
  results: ["y"],
  attributes: ["dim", "how"],
  kinds: ["float", "int", "bool"],
  infer: ([base]) => [base!],
  strided: ([, index], [dim]) => [[], [], [dim!, dim! + index!.shape.length]],
  updates: true,
  canFail: true,
  cpp: { run: "takeIntoEntries", check: "checkTakeInto" },
  compose: composedInto(true),
  js: combining(true),
} as const satisfies KernelRow;

/** For each index the position from the front that it means in a dim of size `rows`. */
export const positions = {
  operands: ["index"],
  results: ["y"],
  attributes: ["rows"],
  kinds: ["int"],
  infer: ([index]) => [index!],
  canFail: true,
  cpp: { run: "positionsFromFront", check: "checkPositions" },
  // An engine that lacks even this cannot stop a run: whatever is out of range there reads the lowest number, and adds to nothing.
  compose: (b, [index], [rows]) => {
    const isFromEnd = b.binary("lt", index!, b.scalar(0, index!.dtype));
    return [b.select(isFromEnd, b.binary("add", index!, b.scalar(rows!, index!.dtype)), index!)];
  },
  js: ([index], [y], [rows]) => {
    index!.data.forEach((at, i) => (y!.data[i] = positionOf(at, rows!)));
  },
} as const satisfies KernelRow;
