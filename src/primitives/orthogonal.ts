/** Kernels of Householder reflections H = I − tau·v·vᵀ, v being 1 at its first place. */
import { type Builder } from "./builder.js";
import type { KernelRow } from "./kernel.js";
import { eachMatrix, MatrixBuilder, matrixSizes, partOf } from "./matrices.js";
import type { Shaped } from "./shaped.js";

/** x − tau·v·(vᵀ·x), for v [batch, rows, 1]. */
function reflected<Value extends Shaped>(
  b: Builder<Value>,
  of: MatrixBuilder<Value>,
  x: Value,
  v: Value,
  tau: Value,
): Value {
  const along = of.sumOfRows(b.binary("mul", v, x));
  return b.binary("sub", x, b.binary("mul", b.binary("mul", tau, v), along));
}

/** H₁·H₂⋯ of x = Q·R for x [*, m, n]: R on and above the diagonal, below it the v; `tau` is [*, min(m, n)] (LAPACK's geqrf). */
export const householderQr = {
  operands: ["x"],
  results: ["reflectors", "tau"],
  attributes: [],
  kinds: ["float"],
  infer: ([x]) => {
    const { rows, columns, lead } = matrixSizes(x!.shape);
    return [x!, { dtype: x!.dtype, shape: [...lead, Math.min(rows, columns)] }];
  },
  cpp: {
    run: "householderFactor",
    check: "checkHouseholderQr",
    scratch: "householderQrScratch",
    shared: "householderQrShared",
  },
  compose: (b, [x]) => {
    const { batch, rows, columns, lead } = matrixSizes(x!.shape);
    const of = new MatrixBuilder(b, batch, rows, columns);
    const k = Math.min(rows, columns);
    const zero = of.number(0, x!);
    const one = of.number(1, x!);
    const steps = b.iota([k], "int32");
    let a = b.reshape(x!, [batch, rows, columns]);
    let taus = b.expand(zero, [batch, k]);
    for (let j = 0; j < k; j++) {
      const isBelow = of.compare(of.rowNumbers, "gt", j);
      const isHere = of.compare(of.rowNumbers, "eq", j);
      const column = of.column(a, j);
      const alpha = of.element(a, j, j);
      const below = b.select(isBelow, column, zero);
      const rest = of.sumOfRows(b.binary("mul", below, below));
      const isZero = b.binary("eq", rest, zero);
      const length = b.unary("sqrt", b.binary("add", b.binary("mul", alpha, alpha), rest));
      const beta = b.select(b.binary("lt", alpha, zero), length, b.unary("neg", length));
      const tau = b.select(isZero, zero, b.binary("div", b.binary("sub", beta, alpha), beta));
      const v = b.select(
        isHere,
        one,
        b.select(isZero, zero, b.binary("div", below, b.binary("sub", alpha, beta))),
      );
      const stored = b.select(isHere, b.select(isZero, alpha, beta), b.select(isBelow, v, column));
      a = b.select(
        of.compare(of.columnNumbers, "gt", j),
        reflected(b, of, a, v, tau),
        b.select(of.compare(of.columnNumbers, "eq", j), stored, a),
      );
      taus = b.select(of.compare(steps, "eq", j), b.reshape(tau, [batch, 1]), taus);
    }
    return [b.reshape(a, x!.shape), b.reshape(taus, [...lead, k])];
  },
  js: ([x], [reflectors, tau]) => {
    const { rows: m, columns: n } = matrixSizes(x!.dims);
    const k = Math.min(m, n);
    eachMatrix(x!, (matrix, entry) => {
      const a = partOf(reflectors, entry, m * n);
      a.set(matrix);
      const taus = partOf(tau, entry, k);
      for (let j = 0; j < k; j++) {
        const alpha = a[j * n + j]!;
        let rest = 0;
        for (let i = j + 1; i < m; i++) rest = Math.hypot(rest, a[i * n + j]!);
        if (rest === 0) continue;
        const length = Math.hypot(alpha, rest);
        const beta = alpha < 0 ? length : -length;
        taus[j] = (beta - alpha) / beta;
        a[j * n + j] = beta;
        for (let i = j + 1; i < m; i++) a[i * n + j]! /= alpha - beta;
        for (let c = j + 1; c < n; c++) {
          let along = a[j * n + c]!;
          for (let i = j + 1; i < m; i++) along += a[i * n + j]! * a[i * n + c]!;
          along *= taus[j]!;
          a[j * n + c]! -= along;
          for (let i = j + 1; i < m; i++) a[i * n + c]! -= along * a[i * n + j]!;
        }
      }
    });
  },
} as const satisfies KernelRow;

/** The first `columns` columns of H₁·H₂⋯ for v below the diagonal of [*, m, n] and tau [*, k] (LAPACK's orgqr): [*, m, columns]. */
export const householderProduct = {
  operands: ["reflectors", "tau"],
  results: ["q"],
  attributes: ["columns"],
  kinds: ["float"],
  infer: ([a], [columns]) => [{ dtype: a!.dtype, shape: a!.shape.with(-1, columns!) }],
  cpp: {
    run: "householderColumns",
    check: "checkHouseholderProduct",
    scratch: "householderProductScratch",
    shared: "householderProductShared",
  },
  compose: (b, [reflectors, tau], [columns]) => {
    const { batch, rows, columns: n } = matrixSizes(reflectors!.shape);
    const of = new MatrixBuilder(b, batch, rows, columns!);
    const k = tau!.shape.at(-1)!;
    const { dtype } = reflectors!;
    const a = b.reshape(reflectors!, [batch, rows, n]);
    const taus = b.reshape(tau!, [batch, 1, k]);
    const isDiagonal = b.binary("eq", of.rowNumbers, of.columnNumbers);
    let q = b.expand(b.select(isDiagonal, b.scalar(1, dtype), b.scalar(0, dtype)), [batch, rows, columns!]);
    for (let j = k - 1; j >= 0; j--) {
      const v = b.select(
        of.compare(of.rowNumbers, "eq", j),
        b.scalar(1, dtype),
        b.select(of.compare(of.rowNumbers, "gt", j), of.column(a, j), b.scalar(0, dtype)),
      );
      q = reflected(b, of, q, v, of.element(taus, 0, j));
    }
    return [b.reshape(q, [...reflectors!.shape.slice(0, -1), columns!])];
  },
  js: ([reflectors, tau], [q], [columns]) => {
    const { rows: m, columns: n } = matrixSizes(reflectors!.dims);
    const k = tau!.dims.at(-1)!;
    eachMatrix(reflectors!, (a, entry) => {
      const own = partOf(q, entry, m * columns!);
      for (let i = 0; i < m && i < columns!; i++) own[i * columns! + i] = 1;
      for (let j = k - 1; j >= 0; j--) {
        const factor = tau!.data[entry * k + j]!;
        for (let c = 0; c < columns!; c++) {
          let along = own[j * columns! + c]!;
          for (let i = j + 1; i < m; i++) along += a[i * n + j]! * own[i * columns! + c]!;
          along *= factor;
          own[j * columns! + c]! -= along;
          for (let i = j + 1; i < m; i++) own[i * columns! + c]! -= along * a[i * n + j]!;
        }
      }
    });
  },
} as const satisfies KernelRow;
