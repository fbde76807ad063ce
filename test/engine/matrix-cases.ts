/**
 * What the kernels about matrices and transforms are called with in tests: sizes at which each of their ways is taken.
 */
import type { DTypeName } from "../../src/primitives/dtypes.js";
import type { KernelOp } from "../../src/primitives/kernels.js";
import type { Call, Operand } from "./call-programs.js";

const sizeOf = (dims: readonly number[]): number => dims.reduce((n, size) => n * size, 1);

/** Matrices: small ones, batches of them, and sizes that are factored block by block. */
const matrices: readonly (readonly number[])[] = [
  [1, 1],
  [3, 3],
  [2, 5, 5],
  [70, 70],
  [2, 2, 33, 33],
  [150, 150],
];
const oblong: readonly (readonly number[])[] = [
  [5, 2],
  [2, 5],
  [3, 7, 4],
  [90, 40],
  [40, 90],
];
const emptyOnes: readonly (readonly number[])[] = [
  [0, 0],
  [0, 3, 3],
];

const fractions = (size: number, random: () => number): number[] =>
  Array.from({ length: size }, () => Math.round((random() - 0.5) * 512) / 128);

/** Elements and, so that triangles are far from singular, more on the diagonal. */
function heavyDiagonal(dims: readonly number[], random: () => number): number[] {
  const n = dims.at(-1)!;
  return fractions(sizeOf(dims), random).map((value, i) =>
    (i % (n * n)) % (n + 1) === 0 ? (value < 0 ? value - 2 * n : value + 2 * n) : value,
  );
}

/** A·Aᵀ + I of each matrix. */
function positiveDefinite(dims: readonly number[], random: () => number): number[] {
  const n = dims.at(-1)!;
  const a = fractions(sizeOf(dims), random);
  return a.map((_, at) => {
    const start = at - (at % (n * n));
    const i = Math.floor((at % (n * n)) / n);
    const j = at % n;
    let sum = Number(i === j);
    for (let k = 0; k < n; k++) sum += a[start + i * n + k]! * a[start + j * n + k]!;
    return sum;
  });
}

export function* matrixCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  const square = op === "cholesky" || op === "triangularSolve";
  for (const dims of [...matrices, ...(square ? [] : oblong), ...emptyOnes]) {
    const x: Operand = {
      dtype,
      dims,
      values:
        op === "cholesky"
          ? positiveDefinite(dims, random)
          : op === "triangularSolve"
            ? heavyDiagonal(dims, random)
            : fractions(sizeOf(dims), random),
    };
    const call = { op, scalars: [] };
    if (op === "triangularSolve") {
      const right = dims.with(-1, dims.length === 2 ? 40 : 3);
      const b: Operand = { dtype, dims: right, values: fractions(sizeOf(right), random) };
      for (const attributes of [
        [0, 0],
        [1, 0],
      ])
        yield { ...call, operands: [x, b], attributes };
      const light = { ...x, values: x.values.map((value) => value / (8 * dims.at(-1)!)) };
      for (const attributes of [
        [0, 1],
        [1, 1],
      ])
        yield { ...call, operands: [light, b], attributes };
    } else yield { ...call, operands: [x], attributes: [] };
  }
  if (op !== "cholesky" && op !== "lu") return;
  // The second leading minor is 0.
  const values = [1, 1, 0, 1, 1, 0, 0, 0, 1];
  yield { op, operands: [{ dtype, dims: [3, 3], values }], attributes: [], scalars: [] };
}

/** Vectors of length 1 below a diagonal of ones, and the factors that make reflections of them. */
export function* reflectionCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const dims of [...matrices, [5, 2], [3, 7, 4], [90, 40], [4, 0]]) {
    const [rows, columns] = dims.slice(-2) as [number, number];
    const k = Math.max(0, columns - Number(dims.length === 3));
    const lead = dims.slice(0, -2);
    const tau = Array.from({ length: sizeOf(lead) * k }, () => random());
    const v = fractions(sizeOf(dims), random).map((value) => value / (2 * rows));
    const operands: Operand[] = [
      { dtype, dims, values: v },
      { dtype, dims: [...lead, k], values: tau },
    ];
    for (const count of new Set([columns, rows])) yield { op, operands, attributes: [count], scalars: [] };
  }
}

export function* pivotCases(op: KernelOp, dtype: DTypeName): Generator<Call> {
  if (dtype !== "int32" && dtype !== "int64") return;
  for (const [dims, rows] of [
    [[3], 5],
    [[2, 4], 4],
    [[0], 2],
    [[0, 3], 3],
  ] as const) {
    const k = dims.at(-1)!;
    const values = Array.from(
      { length: sizeOf(dims) },
      (_, i) => (i % k) + 1 + (((i * 7) % 5) % (rows - (i % k))),
    );
    yield { op, operands: [{ dtype, dims, values }], attributes: [rows], scalars: [] };
  }
}

/** Symmetric where eigenvalues are asked for. Vectors of several values that are equal, or beyond those of values, are no one's. */
export function* spectralCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const dims of [...matrices, ...(op === "svd" ? oblong : []), ...emptyOnes]) {
    const [rows, columns] = dims.slice(-2) as [number, number];
    const scale = op === "matrixExp" ? 2 / columns : 1;
    const values = fractions(sizeOf(dims), random).map((value) => value * scale);
    const x: Operand = { dtype, dims, values };
    const full = rows === columns ? [0, 1] : [0];
    for (const attributes of op === "svd" ? full.map((each) => [each]) : [[]])
      yield { op, operands: [x], attributes, scalars: [] };
  }
  if (op === "matrixExp")
    yield { op, operands: [{ dtype, dims: [2, 2], values: [3, 4, -5, 2.5] }], attributes: [], scalars: [] };
  else {
    const values = [1, 2, 3, NaN];
    yield {
      op,
      operands: [{ dtype, dims: [2, 2], values }],
      attributes: op === "svd" ? [0] : [],
      scalars: [],
    };
  }
}

/** Points of a transform: factors of every kind, and primes that are too large for one. */
const points = [1, 2, 3, 4, 5, 7, 8, 11, 13, 17, 30, 64, 77, 97, 143, 240];

export function* transformCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  const shapes = points.flatMap((n): (readonly [dims: readonly number[], dim: number])[] => [
    [[n], 0],
    [[3, n], 1],
    [[2, n, 3], 1],
  ]);
  for (const [dims, dim] of [...shapes, [[0, 4], 1], [[40, 6], 1], [[5, 40], 0]] as readonly (readonly [
    dims: readonly number[],
    dim: number,
  ])[]) {
    const n = dims[dim]!;
    const given =
      op === "rfft" ? dims : [...(op === "irfft" ? dims.with(dim, Math.floor(n / 2) + 1) : dims), 2];
    const x: Operand = { dtype, dims: given, values: fractions(sizeOf(given), random) };
    const call = { op, operands: [x], scalars: [n % 2 === 0 ? 1 : 0.5] };
    if (op === "fft") for (const inverse of [0, 1]) yield { ...call, attributes: [dim, inverse] };
    else yield { ...call, attributes: op === "rfft" ? [dim] : [dim, n] };
  }
}

/** In how many units of the last place the kernels that add in another order than their `js` may differ from it, and absolutely. */
export const closeness: Readonly<Partial<Record<KernelOp, number>>> = {
  lu: 2 ** 12,
  cholesky: 2 ** 12,
  triangularSolve: 2 ** 10,
  householderQr: 2 ** 12,
  householderProduct: 2 ** 10,
  // Of vectors as many as close values leave open.
  eigh: 2 ** 15,
  eig: 2 ** 18,
  svd: 2 ** 15,
  matrixExp: 2 ** 10,
  fft: 2 ** 9,
  rfft: 2 ** 9,
  irfft: 2 ** 9,
};
