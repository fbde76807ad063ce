/** Kernels that solve systems: LU and Cholesky factors, and solving with a triangle. */
import { type Builder, only } from "./builder.js";
import { eachRow, type KernelRow } from "./kernel.js";
import { eachMatrix, MatrixBuilder, matrixSizes, partOf } from "./matrices.js";
import type { Shaped } from "./shaped.js";

/**
 * P·L·U of [*, m, n] with partial pivoting: L below the diagonal, which is 1, and U in one matrix. Step i exchanged rows i and pivots[i] − 1;
 * `info` is the number of the first pivot that is 0, counted from 1, or 0.
 */
export const lu = {
  operands: ["x"],
  results: ["lu", "pivots", "info"],
  attributes: [],
  kinds: ["float"],
  infer: ([x]) => {
    const { rows, columns, lead } = matrixSizes(x!.shape);
    return [
      x!,
      { dtype: "int32", shape: [...lead, Math.min(rows, columns)] },
      { dtype: "int32", shape: lead },
    ];
  },
  cpp: { run: "luFactor", check: "checkLu", scratch: "luScratch", shared: "luShared" },
  compose: (b, [x]) => {
    const { batch, rows, columns, lead } = matrixSizes(x!.shape);
    const of = new MatrixBuilder(b, batch, rows, columns);
    const k = Math.min(rows, columns);
    const steps = b.iota([k], "int32");
    const zero = of.number(0, x!);
    let a = b.reshape(x!, [batch, rows, columns]);
    let pivots = b.expand(b.scalar(0, "int32"), [batch, k]);
    let info = b.expand(b.scalar(0, "int32"), [batch, 1, 1]);
    for (let j = 0; j < k; j++) {
      const isBelow = of.compare(of.rowNumbers, "gt", j);
      const isHere = of.compare(of.rowNumbers, "eq", j);
      const size = b.select(
        b.unary("not", of.compare(of.rowNumbers, "lt", j)),
        b.unary("abs", of.column(a, j)),
        of.number(-1, x!),
      );
      const pivot = b.reduce("argmax", size, [1], true);
      pivots = b.select(
        of.compare(steps, "eq", j),
        b.binary("add", b.reshape(pivot, [batch, 1]), b.scalar(1, "int32")),
        pivots,
      );
      const isPivot = b.binary("eq", of.rowNumbers, pivot);
      const own = of.row(a, j);
      const chosen = b.reshape(only(b, isPivot, a, 1), [batch, 1, columns]);
      a = b.select(isHere, chosen, b.select(isPivot, own, a));
      const head = of.element(chosen, 0, j);
      const isZero = b.binary("eq", head, zero);
      info = b.select(
        b.binary("and", isZero, b.binary("eq", info, b.scalar(0, "int32"))),
        b.scalar(j + 1, "int32"),
        info,
      );
      const factors = b.binary("div", of.column(a, j), head);
      const rest = b.binary("sub", a, b.binary("mul", factors, chosen));
      const reduced = b.select(
        of.compare(of.columnNumbers, "gt", j),
        rest,
        b.select(of.compare(of.columnNumbers, "eq", j), factors, a),
      );
      a = b.select(b.binary("and", isBelow, b.unary("not", isZero)), reduced, a);
    }
    return [b.reshape(a, x!.shape), b.reshape(pivots, [...lead, k]), b.reshape(info, lead)];
  },
  js: ([x], [factors, pivots, info]) => {
    const { rows, columns } = matrixSizes(x!.dims);
    const k = Math.min(rows, columns);
    eachMatrix(x!, (matrix, entry) => {
      const a = partOf(factors, entry, rows * columns);
      a.set(matrix);
      const own = partOf(pivots, entry, k);
      let failed = 0;
      for (let j = 0; j < k; j++) {
        let pivot = j;
        for (let i = j + 1; i < rows && !Number.isNaN(a[pivot * columns + j]!); i++)
          if (!(Math.abs(a[i * columns + j]!) <= Math.abs(a[pivot * columns + j]!))) pivot = i;
        own[j] = pivot + 1;
        for (let c = 0; c < columns; c++) {
          const value = a[j * columns + c]!;
          a[j * columns + c] = a[pivot * columns + c]!;
          a[pivot * columns + c] = value;
        }
        const head = a[j * columns + j]!;
        if (head === 0) {
          failed ||= j + 1;
          continue;
        }
        for (let i = j + 1; i < rows; i++) {
          const factor = (a[i * columns + j]! /= head);
          for (let c = j + 1; c < columns; c++) a[i * columns + c]! -= factor * a[j * columns + c]!;
        }
      }
      if (info) info.data[entry] = failed;
    });
  },
} as const satisfies KernelRow;

/** For the pivots [*, k] of `lu` the order in which they take the rows: row i of Pᵀ·x is row order[i] of x, [*, rows]. */
export const pivotOrder = {
  operands: ["pivots"],
  results: ["order"],
  attributes: ["rows"],
  kinds: ["int"],
  infer: ([pivots], [rows]) => [{ dtype: "int32", shape: [...pivots!.shape.slice(0, -1), rows!] }],
  cpp: { run: "orderOfPivots", check: "checkPivotOrder" },
  compose: (b, [pivots], [rows]) => {
    const lead = pivots!.shape.slice(0, -1);
    const k = pivots!.shape.at(-1)!;
    const batch = lead.reduce((n, size) => n * size, 1);
    const numbers = b.iota([rows!], "int32");
    const flat = b.cast(b.reshape(pivots!, [batch, k]), "int32");
    let order = b.expand(numbers, [batch, rows!]);
    for (let j = 0; j < k; j++) {
      const pivot = b.binary("sub", b.slice(flat, [0, j], [batch, 1], [1, 1]), b.scalar(1, "int32"));
      const isPivot = b.binary("eq", numbers, pivot);
      const own = b.slice(order, [0, j], [batch, 1], [1, 1]);
      const chosen = b.reshape(only(b, isPivot, order, 1), [batch, 1]);
      order = b.select(b.binary("eq", numbers, b.scalar(j, "int32")), chosen, b.select(isPivot, own, order));
    }
    return [b.reshape(order, [...lead, rows!])];
  },
  js: ([pivots], [order], [rows]) => {
    const k = pivots!.dims.at(-1)!;
    let entry = 0;
    eachRow(order!.dims, order!.dims.length - 1, (at) => {
      for (let i = 0; i < rows!; i++) order!.data[at(i)] = i;
      for (let j = 0; j < k; j++) {
        const other = pivots!.data[entry * k + j]! - 1;
        if (other < 0 || other >= rows! || j >= rows!) continue;
        const value = order!.data[at(j)]!;
        order!.data[at(j)] = order!.data[at(other)]!;
        order!.data[at(other)] = value;
      }
      entry++;
    });
  },
} as const satisfies KernelRow;

/**
 * The lower triangle L with L·Lᵀ = x, of which only the lower triangle is read. Where a leading minor is not positive, `info` is its order and
 * only what precedes it in L is not 0.
 */
export const cholesky = {
  operands: ["x"],
  results: ["factor", "info"],
  attributes: [],
  kinds: ["float"],
  infer: ([x]) => [x!, { dtype: "int32", shape: x!.shape.slice(0, -2) }],
  cpp: {
    run: "choleskyFactor",
    check: "checkCholesky",
    scratch: "choleskyScratch",
    shared: "choleskyShared",
  },
  compose: (b, [x]) => {
    const { batch, rows: n, lead } = matrixSizes(x!.shape);
    const of = new MatrixBuilder(b, batch, n, n);
    const zero = of.number(0, x!);
    let a = b.reshape(x!, [batch, n, n]);
    let factor = b.expand(zero, [batch, n, n]);
    let info = b.expand(b.scalar(0, "int32"), [batch, 1, 1]);
    for (let j = 0; j < n; j++) {
      const head = of.element(a, j, j);
      const isBad = b.unary("not", b.binary("gt", head, zero));
      info = b.select(
        b.binary("and", isBad, b.binary("eq", info, b.scalar(0, "int32"))),
        b.scalar(j + 1, "int32"),
        info,
      );
      const column = b.select(
        of.compare(of.rowNumbers, "lt", j),
        zero,
        b.binary("div", of.column(a, j), b.unary("sqrt", head)),
      );
      factor = b.select(of.compare(of.columnNumbers, "eq", j), column, factor);
      a = b.binary("sub", a, b.binary("mul", column, b.reshape(column, [batch, 1, n])));
    }
    const whole = b.binary("eq", info, b.scalar(0, "int32"));
    const last = b.binary("sub", info, b.scalar(1, "int32"));
    const isBefore = b.binary(
      "and",
      b.binary("lt", of.rowNumbers, last),
      b.binary("lt", of.columnNumbers, last),
    );
    const kept = b.select(b.binary("or", whole, isBefore), factor, zero);
    return [b.reshape(kept, x!.shape), b.reshape(info, lead)];
  },
  js: ([x], [factor, info]) => {
    const n = x!.dims.at(-1)!;
    eachMatrix(x!, (matrix, entry) => {
      const a = partOf(factor, entry, n * n).fill(0);
      let failed = 0;
      for (let i = 0; i < n && failed === 0; i++) {
        for (let j = 0; j <= i; j++) {
          let rest = matrix[i * n + j]!;
          for (let k = 0; k < j; k++) rest -= a[i * n + k]! * a[j * n + k]!;
          if (j < i) a[i * n + j] = rest / a[j * n + j]!;
          else if (rest > 0) a[i * n + i] = Math.sqrt(rest);
          else failed = i + 1;
        }
      }
      if (failed > 0) a.fill(0, (failed - 1) * n);
      if (info) info.data[entry] = failed;
    });
  },
} as const satisfies KernelRow;

/** One step of a substitution: row i of x is divided, and what it contributes to the rows that are not solved yet is taken from them. */
function substituted<Value extends Shaped>(
  b: Builder<Value>,
  of: MatrixBuilder<Value>,
  a: Value,
  x: Value,
  i: number,
  upper: boolean,
  unit: boolean,
): Value {
  const row = unit ? of.row(x, i) : b.binary("div", of.row(x, i), of.element(a, i, i));
  const rest = b.binary("sub", x, b.binary("mul", of.column(a, i), row));
  const isOpen = of.compare(of.rowNumbers, upper ? "lt" : "gt", i);
  return b.select(of.compare(of.rowNumbers, "eq", i), row, b.select(isOpen, rest, x));
}

/** X with A·X = b for a triangle A [*, n, n], of which the other half is not read, and b [*, n, m]; with `unit` its diagonal counts as 1. */
export const triangularSolve = {
  operands: ["a", "b"],
  results: ["x"],
  attributes: ["upper", "unit"],
  kinds: ["float"],
  infer: ([, b]) => [b!],
  cpp: {
    run: "triangularSolve",
    check: "checkTriangular",
    scratch: "triangularScratch",
    shared: "triangularShared",
  },
  compose: (b, [a, right], [upper, unit]) => {
    const { batch, rows, columns } = matrixSizes(right!.shape);
    const of = new MatrixBuilder(b, batch, rows, columns);
    const triangle = b.reshape(a!, [batch, rows, rows]);
    let x = b.reshape(right!, [batch, rows, columns]);
    for (let step = 0; step < rows; step++)
      x = substituted(b, of, triangle, x, upper === 1 ? rows - 1 - step : step, upper === 1, unit === 1);
    return [b.reshape(x, right!.shape)];
  },
  js: ([a, right], [x], [upper, unit]) => {
    const { rows: n, columns: m } = matrixSizes(right!.dims);
    eachMatrix(right!, (b, entry) => {
      const triangle = a!.data.subarray(entry * n * n, (entry + 1) * n * n);
      const solved = partOf(x, entry, n * m);
      for (let step = 0; step < n; step++) {
        const i = upper === 1 ? n - 1 - step : step;
        const [first, end] = upper === 1 ? [i + 1, n] : [0, i];
        for (let c = 0; c < m; c++) {
          let rest = b[i * m + c]!;
          for (let k = first; k < end; k++) rest -= triangle[i * n + k]! * solved[k * m + c]!;
          solved[i * m + c] = unit === 1 ? rest : rest / triangle[i * n + i]!;
        }
      }
    });
  },
} as const satisfies KernelRow;
