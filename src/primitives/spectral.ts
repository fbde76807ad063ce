/**
 * Kernels of eigenvalues and singular values. What is only determined up to a sign has the one with which the first of the greatest elements
 * of a vector is positive: of eigenvectors, and of left singular vectors.
 *
 * Here they are found by Jacobi's method, which turns pairs of columns until they are orthogonal: slow, short and exact.
 */
import type { Builder } from "./builder.js";
import { only } from "./builder.js";
import type { KernelRow } from "./kernel.js";
import { eachMatrix, MatrixBuilder, matrixSizes, partOf } from "./matrices.js";
import { product, type Shaped } from "./shaped.js";

/** Rotations that make two columns orthogonal: cosine and sine for a tangent of twice the angle of 2·gamma / (beta − alpha). */
function rotation(alpha: number, beta: number, gamma: number): readonly [c: number, s: number] {
  const zeta = (beta - alpha) / (2 * gamma);
  const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const c = 1 / Math.hypot(1, t);
  return [c, c * t];
}

/** Columns p and q of rows of so many elements, turned. */
function turn(x: Float64Array, width: number, p: number, q: number, c: number, s: number): void {
  for (let i = 0; i < x.length; i += width) {
    const [u, v] = [x[i + p]!, x[i + q]!];
    x[i + p] = c * u - s * v;
    x[i + q] = s * u + c * v;
  }
}

/** Whether the first of the greatest elements of a column is negative; what differs by rounding does not decide. */
function isNegative(x: Float64Array, width: number, column: number): boolean {
  let greatest = 0;
  let negative = false;
  for (let i = column; i < x.length; i += width) {
    if (Math.abs(x[i]!) <= greatest * 1.001) continue;
    greatest = Math.abs(x[i]!);
    negative = x[i]! < 0;
  }
  return negative;
}

const MOST_SWEEPS = 60;

/** Eigenvalues on the diagonal of a symmetric n × n matrix, and the vectors as columns of v. */
function jacobi(a: Float64Array, v: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let turned = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const beside = a[p * n + q]!;
        if (
          Math.abs(beside) <= 1e-17 * Math.sqrt(Math.abs(a[p * n + p]! * a[q * n + q]!)) ||
          Math.abs(beside) < 1e-300
        )
          continue;
        turned = true;
        const [c, s] = rotation(a[p * n + p]!, a[q * n + q]!, beside);
        turn(a, n, p, q, c, s);
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[p * n + k]!, a[q * n + k]!];
          a[p * n + k] = c * x - s * y;
          a[q * n + k] = s * x + c * y;
        }
        a[p * n + q] = a[q * n + p] = 0;
        turn(v, n, p, q, c, s);
      }
    }
    if (!turned) return;
  }
}

const isFinite = (x: Float64Array): boolean => x.every((value) => Number.isFinite(value));

/** [batch, 1, 1] values of a rotation, 1 and 0 where columns are orthogonal already. */
function rotationOf<Value extends Shaped>(
  b: Builder<Value>,
  alpha: Value,
  beta: Value,
  gamma: Value,
): readonly [c: Value, s: Value] {
  const of = (value: number): Value => b.scalar(value, alpha.dtype);
  const isZero = b.binary("eq", gamma, of(0));
  const twice = b.select(isZero, of(1), b.binary("mul", gamma, of(2)));
  const zeta = b.binary("div", b.binary("sub", beta, alpha), twice);
  const length = (x: Value): Value => b.unary("sqrt", b.binary("add", b.binary("mul", x, x), of(1)));
  const size = b.binary("add", b.unary("abs", zeta), length(zeta));
  const t = b.select(
    isZero,
    of(0),
    b.binary("div", b.select(b.binary("lt", zeta, of(0)), of(-1), of(1)), size),
  );
  const c = b.binary("div", of(1), length(t));
  return [c, b.binary("mul", c, t)];
}

/** Columns p and q of [batch, rows, columns], turned. */
function turned<Value extends Shaped>(
  b: Builder<Value>,
  of: MatrixBuilder<Value>,
  x: Value,
  p: number,
  q: number,
  [c, s]: readonly [Value, Value],
): Value {
  const [u, v] = [of.column(x, p), of.column(x, q)];
  const first = b.binary("sub", b.binary("mul", c, u), b.binary("mul", s, v));
  const second = b.binary("add", b.binary("mul", s, u), b.binary("mul", c, v));
  return b.select(
    of.compare(of.columnNumbers, "eq", p),
    first,
    b.select(of.compare(of.columnNumbers, "eq", q), second, x),
  );
}

const sweepsOf = (n: number): number => 6 + Math.ceil(Math.log2(Math.max(2, n)));

/** For values [batch, n] where each comes in their order, [batch, 1, n, n]: […, place, entry]. */
export function places<Value extends Shaped>(b: Builder<Value>, values: Value, falling: boolean): Value {
  const [batch, n] = values.shape as [number, number];
  const own = b.reshape(values, [batch, n, 1]);
  const other = b.reshape(values, [batch, 1, n]);
  const numbers = b.iota([n], "int32");
  const stoodBefore = b.binary("lt", numbers, b.reshape(numbers, [n, 1]));
  const comesBefore = b.binary(
    "or",
    falling ? b.binary("gt", other, own) : b.binary("lt", other, own),
    b.binary("and", b.binary("eq", other, own), stoodBefore),
  );
  const rank = b.reduce("sum", b.cast(comesBefore, "int32"), [2], false);
  return b.binary("eq", b.reshape(rank, [batch, 1, 1, n]), b.reshape(b.cast(numbers, rank.dtype), [n, 1]));
}

/** The columns of [batch, rows, n] in the order of `places`. */
export function arranged<Value extends Shaped>(b: Builder<Value>, x: Value, isHere: Value): Value {
  const [batch, rows, n] = x.shape as [number, number, number];
  return only(b, isHere, b.reshape(x, [batch, rows, 1, n]), 3);
}

/** −1 where the first of the greatest elements of a column is negative, else 1: [batch, 1, columns]. */
function signs<Value extends Shaped>(b: Builder<Value>, of: MatrixBuilder<Value>, x: Value): Value {
  const size = b.unary("abs", x);
  const least = b.binary("div", b.reduce("max", size, [1], true), b.scalar(1.0005, x.dtype));
  const rows = b.scalar(of.rows, "int32");
  const first = b.reduce("min", b.select(b.binary("ge", size, least), of.rowNumbers, rows), [1], true);
  const chosen = b.reduce(
    "sum",
    b.select(b.binary("eq", of.rowNumbers, first), x, b.scalar(0, x.dtype)),
    [1],
    true,
  );
  return b.select(b.binary("lt", chosen, b.scalar(0, x.dtype)), b.scalar(-1, x.dtype), b.scalar(1, x.dtype));
}

/** Eigenvalues of symmetric [*, n, n], rising, and eigenvectors as columns; the lower triangle is read. `info` is 1 where it is not finite. */
export const eigh = {
  operands: ["x"],
  results: ["values", "vectors", "info"],
  attributes: [],
  kinds: ["float"],
  infer: ([x]) => {
    const lead = x!.shape.slice(0, -2);
    return [{ dtype: x!.dtype, shape: x!.shape.slice(0, -1) }, x!, { dtype: "int32", shape: lead }];
  },
  cpp: { run: "symmetricEigen", check: "checkEigh", scratch: "eighScratch", shared: "eighShared" },
  compose: (b, [x]) => {
    const { batch, rows: n, lead } = matrixSizes(x!.shape);
    const of = new MatrixBuilder(b, batch, n, n);
    const { dtype } = x!;
    const isDiagonal = b.binary("eq", of.rowNumbers, of.columnNumbers);
    const given = b.reshape(x!, [batch, n, n]);
    // Element (i, j) above the diagonal is that at (j, i).
    const isMirror = b.binary(
      "and",
      b.binary("eq", b.reshape(of.rowNumbers, [n, 1, 1, 1]), b.reshape(of.rowNumbers, [1, 1, 1, n])),
      b.binary("eq", b.reshape(of.rowNumbers, [1, n, 1, 1]), b.reshape(of.rowNumbers, [1, 1, n, 1])),
    );
    const mirrored = b.reshape(
      b.reduce(
        "sum",
        b.select(
          b.reshape(isMirror, [1, n, n, n * n]),
          b.reshape(given, [batch, 1, 1, n * n]),
          b.scalar(0, dtype),
        ),
        [3],
        false,
      ),
      [batch, n, n],
    );
    let a = b.select(b.binary("gt", of.columnNumbers, of.rowNumbers), mirrored, given);
    let v = b.expand(b.select(isDiagonal, b.scalar(1, dtype), b.scalar(0, dtype)), [batch, n, n]);
    for (let sweep = 0; sweep < sweepsOf(n) && n > 1; sweep++) {
      for (let p = 0; p < n; p++) {
        for (let q = p + 1; q < n; q++) {
          const by = rotationOf(b, of.element(a, p, p), of.element(a, q, q), of.element(a, p, q));
          const halfway = turned(b, of, a, p, q, by);
          const [u, w] = [of.row(halfway, p), of.row(halfway, q)];
          const first = b.binary("sub", b.binary("mul", by[0], u), b.binary("mul", by[1], w));
          const second = b.binary("add", b.binary("mul", by[1], u), b.binary("mul", by[0], w));
          a = b.select(
            of.compare(of.rowNumbers, "eq", p),
            first,
            b.select(of.compare(of.rowNumbers, "eq", q), second, halfway),
          );
          v = turned(b, of, v, p, q, by);
        }
      }
    }
    const values = b.reduce("sum", b.select(isDiagonal, a, b.scalar(0, dtype)), [1], false);
    const order = places(b, values, false);
    const sorted = b.reshape(arranged(b, b.reshape(values, [batch, 1, n]), order), x!.shape.slice(0, -1));
    const vectors = arranged(b, v, order);
    const known = b.unary("isfinite", b.reduce("sum", b.reshape(given, [batch, n * n]), [1], false));
    const info = b.select(known, b.scalar(0, "int32"), b.scalar(1, "int32"));
    return [
      sorted,
      b.reshape(b.binary("mul", vectors, signs(b, of, vectors)), x!.shape),
      b.reshape(info, lead),
    ];
  },
  js: ([x], [values, vectors, info]) => {
    const n = x!.dims.at(-1)!;
    eachMatrix(x!, (matrix, entry) => {
      const own = partOf(values, entry, n);
      const columns = partOf(vectors, entry, n * n);
      const a = matrix.map((_, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        return matrix[Math.max(i, j) * n + Math.min(i, j)]!;
      });
      if (info) info.data[entry] = Number(!isFinite(a));
      if (!isFinite(a)) {
        own.fill(NaN);
        columns.fill(NaN);
        return;
      }
      const v = new Float64Array(n * n);
      jacobi(a, v, n);
      const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[i * n + i]! - a[j * n + j]!);
      order.forEach((from, to) => {
        own[to] = a[from * n + from]!;
        const sign = isNegative(v, n, from) ? -1 : 1;
        for (let i = 0; i < n; i++) columns[i * n + to] = sign * v[i * n + from]!;
      });
    });
  },
} as const satisfies KernelRow;

/** Makes column j of [m, width] a unit vector that is orthogonal to those before it. */
function complete(u: Float64Array, m: number, width: number, j: number): void {
  for (let unit = 0; unit < m; unit++) {
    for (let i = 0; i < m; i++) u[i * width + j] = Number(i === unit);
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < j; k++) {
        let along = 0;
        for (let i = 0; i < m; i++) along += u[i * width + j]! * u[i * width + k]!;
        for (let i = 0; i < m; i++) u[i * width + j]! -= along * u[i * width + k]!;
      }
    }
    let length = 0;
    for (let i = 0; i < m; i++) length = Math.hypot(length, u[i * width + j]!);
    if (length < 0.5 / Math.sqrt(m)) continue;
    for (let i = 0; i < m; i++) u[i * width + j]! /= length;
    return;
  }
}

interface Svd {
  readonly u: Float64Array;
  readonly s: Float64Array;
  readonly v: Float64Array;
}

/** Of a matrix [m, n] that is not wider than tall: u [m, lefts], s [n] falling and v [n, n] with vectors as columns. */
function tallSvd(a: Float64Array, m: number, n: number, lefts: number): Svd {
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const sums = (p: number, q: number): number => {
    let sum = 0;
    for (let i = 0; i < m; i++) sum += a[i * n + p]! * a[i * n + q]!;
    return sum;
  };
  for (let sweep = 0, again = true; sweep < MOST_SWEEPS && again; sweep++) {
    again = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const [alpha, beta, gamma] = [sums(p, p), sums(q, q), sums(p, q)];
        if (Math.abs(gamma) <= 1e-16 * Math.sqrt(alpha * beta) || Math.abs(gamma) < 1e-300) continue;
        again = true;
        const [c, s] = rotation(alpha, beta, gamma);
        turn(a, n, p, q, c, s);
        turn(v, n, p, q, c, s);
      }
    }
  }
  const lengths = Float64Array.from({ length: n }, (_, j) => Math.sqrt(sums(j, j)));
  const order = Array.from({ length: n }, (_, j) => j).sort((i, j) => lengths[j]! - lengths[i]!);
  const u = new Float64Array(m * lefts);
  const right = new Float64Array(n * n);
  const least = (lengths[order[0]!] ?? 0) * 1e-15;
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) right[i * n + to] = v[i * n + from]!;
    if (lengths[from]! <= least) complete(u, m, lefts, to);
    else for (let i = 0; i < m; i++) u[i * lefts + to] = a[i * n + from]! / lengths[from]!;
  });
  for (let j = n; j < lefts; j++) complete(u, m, lefts, j);
  return { u, s: Float64Array.from(order, (j) => lengths[j]!), v: right };
}

function transposed(x: Float64Array, rows: number, columns: number): Float64Array {
  return x.map((_, at) => x[(at % rows) * columns + Math.floor(at / rows)]!);
}

/**
 * u·diag(s)·vh = x for x [*, m, n], s falling; with `full` u [*, m, m] and vh [*, n, n] have all vectors, else as many as there are values.
 * `info` is 1 where x is not finite.
 */
export const svd = {
  operands: ["x"],
  results: ["u", "s", "vh", "info"],
  attributes: ["full"],
  kinds: ["float"],
  infer: ([x], [full]) => {
    const { rows, columns, lead } = matrixSizes(x!.shape);
    const k = Math.min(rows, columns);
    const { dtype } = x!;
    return [
      { dtype, shape: [...lead, rows, full === 1 ? rows : k] },
      { dtype, shape: [...lead, k] },
      { dtype, shape: [...lead, full === 1 ? columns : k, columns] },
      { dtype: "int32", shape: lead },
    ];
  },
  cpp: { run: "singularValues", check: "checkSvd", scratch: "svdScratch", shared: "svdShared" },
  compose: (b, [x], [full]) => {
    const { batch, rows: m, columns: n, lead } = matrixSizes(x!.shape);
    const { dtype } = x!;
    const flip = (a: Value, rows: number, columns: number): Value => {
      const at = new MatrixBuilder(b, batch, columns, rows);
      // Element (j, i) of the result is (i, j): one of a row's, and of that one of a column's.
      const isHere = b.binary(
        "eq",
        b.reshape(b.iota([rows], "int32"), [rows, 1, 1]),
        b.reshape(at.columnNumbers, [1, 1, rows]),
      );
      const wide = b.reshape(a, [batch, rows, columns, 1]);
      const zero = b.scalar(0, dtype);
      return b.reduce("sum", b.select(isHere, wide, zero), [1], false);
    };
    type Value = typeof x & object;
    const wide = m < n;
    const [p, q] = wide ? [n, m] : [m, n];
    const given = b.reshape(x!, [batch, m, n]);
    const tall = new MatrixBuilder(b, batch, p, q);
    const square = new MatrixBuilder(b, batch, q, q);
    const zero = b.scalar(0, dtype);
    const one = b.scalar(1, dtype);
    let a = wide ? flip(given, m, n) : given;
    let v = b.expand(b.select(b.binary("eq", square.rowNumbers, square.columnNumbers), one, zero), [
      batch,
      q,
      q,
    ]);
    const along = (i: number, j: number): Value =>
      tall.sumOfRows(b.binary("mul", tall.column(a, i), tall.column(a, j)));
    for (let sweep = 0; sweep < sweepsOf(q) && q > 1; sweep++) {
      for (let i = 0; i < q; i++) {
        for (let j = i + 1; j < q; j++) {
          const by = rotationOf(b, along(i, i), along(j, j), along(i, j));
          a = turned(b, tall, a, i, j, by);
          v = turned(b, square, v, i, j, by);
        }
      }
    }
    const lengths = b.unary("sqrt", b.reshape(tall.sumOfRows(b.binary("mul", a, a)), [batch, q]));
    const order = places(b, lengths, true);
    const s = arranged(b, b.reshape(lengths, [batch, 1, q]), order);
    const left = b.binary("div", arranged(b, a, order), b.select(b.binary("eq", s, zero), one, s));
    const right = arranged(b, v, order);
    const sign = wide ? signs(b, square, right) : signs(b, tall, left);
    let lefts = b.binary("mul", left, sign);
    const rights = b.binary("mul", right, sign);
    // The vectors that are missing: unit vectors without what lies along those that are there, the longest first.
    for (let j = q; j < p && full === 1; j++) {
      const width = j;
      const others = b.reduce("sum", b.binary("mul", lefts, lefts), [2], true);
      const rest = b.binary("sub", b.expand(one, [batch, p, 1]), others);
      const best = b.reduce("argmax", rest, [1], true);
      const isBest = b.cast(b.binary("eq", tall.rowNumbers, best), dtype);
      const shares = b.reduce("sum", b.binary("mul", lefts, isBest), [1], true);
      const projected = b.reduce("sum", b.binary("mul", lefts, shares), [2], true);
      const column = b.binary("sub", isBest, projected);
      const length = b.unary("sqrt", b.reduce("sum", b.binary("mul", column, column), [1], true));
      const next = b.binary("div", column, length);
      const isNew = b.binary("eq", b.iota([width + 1], "int32"), b.scalar(width, "int32"));
      lefts = b.select(isNew, next, b.pad(lefts, [0, 0, 0], [0, 0, 1], 0));
    }
    const u = wide ? rights : lefts;
    const vs = wide ? lefts : rights;
    const known = b.unary("isfinite", b.reduce("sum", b.reshape(given, [batch, m * n]), [1], false));
    const info = b.select(known, b.scalar(0, "int32"), b.scalar(1, "int32"));
    return [
      b.reshape(u, [...lead, m, u.shape[2]!]),
      b.reshape(s, [...lead, q]),
      b.reshape(flip(vs, n, vs.shape[2]!), [...lead, vs.shape[2]!, n]),
      b.reshape(info, lead),
    ];
  },
  js: ([x], [u, s, vh, info], [full]) => {
    const { rows: m, columns: n } = matrixSizes(x!.dims);
    const k = Math.min(m, n);
    const us = full === 1 ? m : k;
    const vs = full === 1 ? n : k;
    eachMatrix(x!, (matrix, entry) => {
      const [left, values, right] = [
        partOf(u, entry, m * us),
        partOf(s, entry, k),
        partOf(vh, entry, vs * n),
      ];
      if (info) info.data[entry] = Number(!isFinite(matrix));
      if (!isFinite(matrix)) {
        for (const each of [left, values, right]) each.fill(NaN);
        return;
      }
      const wide = m < n;
      const found = wide ? tallSvd(transposed(matrix, m, n), n, m, vs) : tallSvd(matrix.slice(), m, n, us);
      const [uOf, vOf] = wide ? [found.v, found.u] : [found.u, found.v];
      values.set(found.s);
      left.set(uOf);
      right.set(transposed(vOf, n, vs));
      for (let j = 0; j < k; j++) {
        if (!isNegative(left, us, j)) continue;
        for (let i = 0; i < m; i++) left[i * us + j]! *= -1;
        for (let i = 0; i < n; i++) right[j * n + i]! *= -1;
      }
    });
  },
} as const satisfies KernelRow;

/** 1 / i! for i up to 18. */
const inverseFactorials = Array.from(
  { length: 19 },
  (_, i) => 1 / product(Array.from({ length: i }, (__, j) => j + 1)),
);

/** e to the power of square matrices [*, n, n], by the Taylor polynomial of degree 18 of x / 2ˢ, squared s times. */
export const matrixExp = {
  operands: ["x"],
  results: ["y"],
  attributes: [],
  kinds: ["float"],
  infer: ([x]) => [x!],
  cpp: {
    run: "matrixExponential",
    check: "checkMatrixExp",
    scratch: "matrixExpScratch",
    shared: "matrixExpShared",
  },
  compose: (b, [x]) => {
    const { batch, rows: n } = matrixSizes(x!.shape);
    const of = new MatrixBuilder(b, batch, n, n);
    const { dtype } = x!;
    const given = b.reshape(x!, [batch, n, n]);
    const times = (u: Value, v: Value): Value =>
      b.reduce(
        "sum",
        b.binary("mul", b.reshape(u, [batch, n, n, 1]), b.reshape(v, [batch, 1, n, n])),
        [2],
        false,
      );
    type Value = typeof x & object;
    const norm = b.reduce("max", of.sumOfRows(b.unary("abs", given)), [2], true);
    const squarings = b.unary(
      "ceil",
      b.binary("mul", b.unary("log", b.binary("max", norm, b.scalar(1, dtype))), b.scalar(Math.LOG2E, dtype)),
    );
    const scale = b.binary("pow", b.scalar(0.5, dtype), squarings);
    const a = b.binary("mul", given, scale);
    const isDiagonal = b.binary("eq", of.rowNumbers, of.columnNumbers);
    const identity = (factor: number): Value =>
      b.select(isDiagonal, b.scalar(factor, dtype), b.scalar(0, dtype));
    let sum = b.expand(identity(inverseFactorials[18]!), [batch, n, n]);
    for (let i = 17; i >= 0; i--) sum = b.binary("add", times(sum, a), identity(inverseFactorials[i]!));
    // As many as keep e to the power of the norm below what the dtypes hold.
    for (let i = 0; i < 12; i++)
      sum = b.select(b.binary("gt", squarings, b.scalar(i, dtype)), times(sum, sum), sum);
    return [b.reshape(sum, x!.shape)];
  },
  js: ([x], [y]) => {
    const n = x!.dims.at(-1)!;
    const times = (u: Float64Array, v: Float64Array): Float64Array<ArrayBuffer> =>
      Float64Array.from(u, (_, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        let sum = 0;
        for (let k = 0; k < n; k++) sum += u[i * n + k]! * v[k * n + j]!;
        return sum;
      });
    eachMatrix(x!, (matrix, entry) => {
      let norm = 0;
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += Math.abs(matrix[i * n + j]!);
        norm = Math.max(norm, sum);
      }
      const squarings = norm > 1 && Number.isFinite(norm) ? Math.ceil(Math.log2(norm)) : 0;
      const a = matrix.map((value) => value * 2 ** -squarings);
      const identity = (factor: number) => (value: number, at: number) =>
        value + (at % (n + 1) === 0 ? factor : 0);
      let sum = new Float64Array(n * n).map(identity(inverseFactorials[18]!));
      for (let i = 17; i >= 0; i--) sum = times(sum, a).map(identity(inverseFactorials[i]!));
      for (let i = 0; i < squarings; i++) sum = times(sum, sum);
      partOf(y, entry, n * n).set(sum);
    });
  },
} as const satisfies KernelRow;
