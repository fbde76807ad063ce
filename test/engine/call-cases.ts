/**
 * What each kernel of the table is called with in tests: sizes at which each of its ways is taken.
 */
import { type DTypeName, dtypeNames, dtypes, isComputed } from "../../src/primitives/dtypes.js";
import { type KernelOp, kernels } from "../../src/primitives/kernels.js";
import type { Call, Operand } from "./call-programs.js";
import { randomizer, rowMajor } from "./programs.js";

/** Rows that are short, of a few and of many entries, and more columns than are carried together. */
const shapes: readonly (readonly [dims: readonly number[], dim: number])[] = [
  [[], 0],
  [[1], 0],
  [[40], 0],
  [[41], 0],
  [[3, 100, 5], 1],
  [[2, 300], 1],
  [[4, 700], 0],
];
/** Rows that all threads sort together. */
const longRows: typeof shapes = [
  [[70_001], 0],
  [[65_536, 2], 0],
];
const special = [NaN, Infinity, -Infinity, 0, -0, 1e-40, 3e9, -3e9, 1, 1, 2];

function attributesOf(op: KernelOp, dims: readonly number[], dim: number): readonly (readonly number[])[] {
  const n = dims[dim] ?? 1;
  if (op === "sort")
    return [0, 1].flatMap((descending) => [n, Math.ceil(n / 3)].map((count) => [dim, descending, count]));
  if (op === "linearRecurrence") return [0, 1].map((reversed) => [dim, reversed]);
  return [[dim]];
}

function values(op: KernelOp, dtype: DTypeName, size: number, random: () => number): number[] {
  if (dtype === "bool") return Array.from({ length: size }, () => Number(random() < 0.5));
  const isWhole = dtypes[dtype].kind === "int";
  // Products and recurrences of long rows stay in range; their order of operations is that of the row, so no tolerance is needed.
  if (op === "cumprod" || op === "linearRecurrence")
    return Array.from({ length: size }, () => (isWhole ? 1 - 2 * Math.round(random()) : 2 * random() - 1));
  return Array.from({ length: size }, () =>
    !isWhole && random() < 0.1 && op !== "cumsum"
      ? special[Math.floor(random() * special.length)]!
      : Math.round((random() - 0.5) * (random() < 0.3 ? 10 : 2000)) / (isWhole ? 1 : 8),
  );
}

export const sizeOf = (dims: readonly number[]): number => dims.reduce((n, size) => n * size, 1);

/** Positions of a table of so many rows, from the front and from the end. */
function positions(size: number, rows: number, random: () => number): number[] {
  return Array.from({ length: size }, () => Math.floor(random() * 2 * rows) - rows);
}

/** Sizes of a table, the dim of its rows, and how many of these are read or added to. */
const tables: readonly (readonly [dims: readonly number[], dim: number, count: number])[] = [
  [[], 0, 1],
  [[6], 0, 5],
  [[6, 4], 0, 6],
  [[3, 6], 1, 7],
  [[2, 3, 6, 5], 2, 4],
  [[6, 40], 0, 300],
];

/** The operands of a gather or scatter, and of their like that have a position for each entry. */
function* indexedCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  const whole = op === "take" || op === "takeAdd";
  const adds = op === "scatterAdd" || op === "takeAdd";
  for (const [dims, dim, count] of tables) {
    if (whole && dims.length === 0) continue;
    const rows = dims[dim] ?? 1;
    const indexDims = whole ? [count, 1] : dims.length === 0 ? [] : dims.with(dim, count);
    const pointDims = whole ? [...dims.slice(0, dim), ...indexDims, ...dims.slice(dim + 1)] : indexDims;
    const at = positions(sizeOf(indexDims), rows, random);
    const table = Array.from({ length: sizeOf(dims) }, (_, i) => i % 7);
    const source = Array.from({ length: sizeOf(pointDims) }, (_, i) => i % 5);
    const others: Operand[] = adds ? [{ dtype, dims: pointDims, values: source }] : [];
    const scalars = op === "takeAdd" ? [1, -2] : [0];
    for (const scalar of scalars) {
      const call = { op, attributes: [dim], scalars: op === "takeAdd" ? [scalar] : [] };
      const x: Operand = { dtype, dims, values: table };
      const index: Operand = { dtype: count % 2 === 0 ? "int32" : "int64", dims: indexDims, values: at };
      yield { ...call, operands: [x, index, ...others] };
      // Through strides: one position for all columns, and a table and a source that run backwards.
      const shared = indexDims.map((_, d) =>
        whole || d > dim ? 0 : sizeOf(indexDims.slice(d + 1, dim + 1)),
      );
      const backwards = (operand: Operand): Operand => ({
        ...operand,
        offset: sizeOf(operand.dims) - 1,
        strides: rowMajor(operand.dims).map((stride) => -stride),
      });
      yield {
        ...call,
        operands: [adds ? x : backwards(x), { ...index, strides: shared }, ...others.map(backwards)],
      };
    }
  }
}

function* alongDimCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const [dims, dim] of op === "sort" ? [...shapes, ...longRows] : shapes) {
    for (const attributes of attributesOf(op, dims, dim)) {
      const operands = kernels[op].operands.map(() => ({
        dtype,
        dims,
        values: values(op, dtype, sizeOf(dims), random),
      }));
      yield { op, operands, attributes, scalars: [] };
    }
  }
}

function* positionCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const n of [1, 0, 3000]) {
    const index: Operand = { dtype, dims: [n], values: positions(n, 6, random) };
    yield { op, operands: [index], attributes: [6], scalars: [] };
  }
}

const generators: Record<KernelOp, typeof indexedCases> = {
  sort: alongDimCases,
  cumsum: alongDimCases,
  cumprod: alongDimCases,
  cummax: alongDimCases,
  cummin: alongDimCases,
  linearRecurrence: alongDimCases,
  gather: indexedCases,
  take: indexedCases,
  scatterAdd: indexedCases,
  takeAdd: indexedCases,
  positions: positionCases,
};

/** The same calls each time. */
export function callCases(op: KernelOp, dtype: DTypeName): Generator<Call> {
  return generators[op](op, dtype, randomizer(7));
}

/** Dtypes that the first operand may have. */
export function dtypesOf(op: KernelOp): readonly DTypeName[] {
  const { kinds, moves } = kernels[op];
  return dtypeNames.filter(
    (dtype) => (isComputed(dtype) || moves === true) && kinds.includes(dtypes[dtype].kind),
  );
}
