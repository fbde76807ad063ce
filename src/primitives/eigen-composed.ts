/**
 * Eigenvalues of matrices that need not be symmetric, of maps and reductions: rotations of complex numbers make the matrix upper triangular, in so many
 * shifted QR steps as each eigenvalue needs at most. What the kernel is to give is in eigen.ts.
 */
import type { Builder } from "./builder.js";
import { MatrixBuilder, matrixSizes } from "./matrices.js";
import type { Shaped } from "./shaped.js";
import { arranged, places } from "./spectral.js";

/** Real and imaginary parts. */
type Complex<Value> = readonly [re: Value, im: Value];

/** Arithmetic of complex numbers. */
class Arithmetic<Value extends Shaped> {
  constructor(
    readonly b: Builder<Value>,
    readonly like: Value,
  ) {}

  number(value: number): Value {
    return this.b.scalar(value, this.like.dtype);
  }
  add([p, q]: Complex<Value>, [u, w]: Complex<Value>): Complex<Value> {
    return [this.b.binary("add", p, u), this.b.binary("add", q, w)];
  }
  sub([p, q]: Complex<Value>, [u, w]: Complex<Value>): Complex<Value> {
    return [this.b.binary("sub", p, u), this.b.binary("sub", q, w)];
  }
  mul([p, q]: Complex<Value>, [u, w]: Complex<Value>): Complex<Value> {
    const of = (x: Value, y: Value): Value => this.b.binary("mul", x, y);
    return [this.b.binary("sub", of(p, u), of(q, w)), this.b.binary("add", of(p, w), of(q, u))];
  }
  times([p, q]: Complex<Value>, x: Value): Complex<Value> {
    return [this.b.binary("mul", p, x), this.b.binary("mul", q, x)];
  }
  conj([p, q]: Complex<Value>): Complex<Value> {
    return [p, this.b.unary("neg", q)];
  }
  neg([p, q]: Complex<Value>): Complex<Value> {
    return [this.b.unary("neg", p), this.b.unary("neg", q)];
  }
  square([p, q]: Complex<Value>): Value {
    return this.b.binary("add", this.b.binary("mul", p, p), this.b.binary("mul", q, q));
  }
  abs(z: Complex<Value>): Value {
    return this.b.unary("sqrt", this.square(z));
  }
  /** u / w, and 0 where w is. */
  div(u: Complex<Value>, w: Complex<Value>): Complex<Value> {
    const size = this.square(w);
    const isZero = this.b.binary("eq", size, this.number(0));
    return this.times(this.mul(u, this.conj(w)), this.over(1, size, isZero));
  }
  /** value / x, and 0 where that is not told. */
  over(value: number, x: Value, isZero: Value): Value {
    const divided = this.b.binary("div", this.number(value), this.b.select(isZero, this.number(1), x));
    return this.b.select(isZero, this.number(0), divided);
  }
  sqrt([p, q]: Complex<Value>): Complex<Value> {
    const { b } = this;
    const half = this.number(0.5);
    const sum = b.binary("add", this.abs([p, q]), b.unary("abs", p));
    const root = b.unary("sqrt", b.binary("mul", sum, half));
    const isZero = b.binary("eq", root, this.number(0));
    const rest = b.binary("mul", q, this.over(0.5, root, isZero));
    const isLeft = b.binary("lt", p, this.number(0));
    const sign = b.select(b.binary("lt", q, this.number(0)), this.number(-1), this.number(1));
    return [
      b.select(isLeft, b.unary("abs", rest), root),
      b.select(isLeft, b.binary("mul", sign, root), rest),
    ];
  }
  select(condition: Value, u: Complex<Value>, w: Complex<Value>): Complex<Value> {
    return [this.b.select(condition, u[0], w[0]), this.b.select(condition, u[1], w[1])];
  }
  each(z: Complex<Value>, f: (part: Value) => Value): Complex<Value> {
    return [f(z[0]), f(z[1])];
  }
}

/** QR steps for each eigenvalue; two or three are enough but for rare matrices. */
const STEPS = 12;

export function composeEigen<Value extends Shaped>(
  b: Builder<Value>,
  [x]: readonly Value[],
): readonly Value[] {
  const { batch, rows: n, lead } = matrixSizes(x!.shape);
  const of = new MatrixBuilder(b, batch, n, n);
  const c = new Arithmetic(b, x!);
  const zero = c.number(0);
  const isDiagonal = b.binary("eq", of.rowNumbers, of.columnNumbers);
  const given = b.reshape(x!, [batch, n, n]);
  const none = b.expand(zero, [batch, n, n]);
  const unit: Complex<Value> = [b.expand(b.select(isDiagonal, c.number(1), zero), [batch, n, n]), none];
  let a: Complex<Value> = [given, none];
  let v = unit;
  const at = (i: number, j: number): Complex<Value> => c.each(a, (part) => of.element(part, i, j));

  /** Cosine and sine that turn rows i and i + 1 so that (i + 1, j) is 0. */
  const rotation = (i: number, j: number): Complex<Complex<Value>> => {
    const [p, q] = [at(i, j), at(i + 1, j)];
    const length = b.unary("sqrt", b.binary("add", c.square(p), c.square(q)));
    const isZero = b.binary("eq", length, zero);
    const by = c.over(1, length, isZero);
    return [c.select(isZero, [c.number(1), zero], c.times(p, by)), c.times(q, by)];
  };
  const turnRows = (
    z: Complex<Value>,
    i: number,
    [cosine, sine]: Complex<Complex<Value>>,
  ): Complex<Value> => {
    const [u, w] = [c.each(z, (part) => of.row(part, i)), c.each(z, (part) => of.row(part, i + 1))];
    const first = c.add(c.mul(c.conj(cosine), u), c.mul(c.conj(sine), w));
    const second = c.sub(c.mul(cosine, w), c.mul(sine, u));
    const below = c.select(of.compare(of.rowNumbers, "eq", i + 1), second, z);
    return c.select(of.compare(of.rowNumbers, "eq", i), first, below);
  };
  const turnColumns = (
    z: Complex<Value>,
    i: number,
    [cosine, sine]: Complex<Complex<Value>>,
  ): Complex<Value> => {
    const [u, w] = [c.each(z, (part) => of.column(part, i)), c.each(z, (part) => of.column(part, i + 1))];
    const first = c.add(c.mul(cosine, u), c.mul(sine, w));
    const second = c.sub(c.mul(c.conj(cosine), w), c.mul(c.conj(sine), u));
    const beside = c.select(of.compare(of.columnNumbers, "eq", i + 1), second, z);
    return c.select(of.compare(of.columnNumbers, "eq", i), first, beside);
  };

  for (let j = 0; j + 2 < n; j++) {
    for (let i = n - 2; i > j; i--) {
      const by = rotation(i, j);
      a = turnColumns(turnRows(a, i, by), i, by);
      v = turnColumns(v, i, by);
    }
  }
  for (let last = n - 1; last > 0; last--) {
    for (let step = 0; step < STEPS; step++) {
      const shift = step % 6 === 0 ? apartShift(c, at, last) : lastShift(c, at, last);
      const shifts = c.select(isDiagonal, shift, [zero, zero]);
      a = c.sub(a, shifts);
      const rotations = Array.from({ length: last }, (_, i) => {
        const by = rotation(i, i);
        a = turnRows(a, i, by);
        return by;
      });
      rotations.forEach((by, i) => {
        a = turnColumns(a, i, by);
        v = turnColumns(v, i, by);
      });
      a = c.add(a, shifts);
    }
  }

  const values = c.each(a, (part) => b.reduce("sum", b.select(isDiagonal, part, zero), [1], true));
  const size = b.reduce("max", c.abs(a), [1, 2], true);
  const least = b.binary("mul", size, c.number(x!.dtype === "float32" ? 2 ** -23 : 2 ** -52));
  let rows = unit;
  for (let i = n - 2; i >= 0; i--) {
    const isAfter = b.reshape(of.compare(of.columnNumbers, "gt", i), [n, 1]);
    const own = c.each(a, (part) => b.reshape(of.row(part, i), [batch, n, 1]));
    const products = c.mul(c.select(isAfter, own, [zero, zero]), rows);
    const sums = c.neg(c.each(products, (part) => of.sumOfRows(part)));
    const difference = c.sub(at(i, i), values);
    const isNone = b.binary("lt", c.abs(difference), least);
    const solved = c.div(sums, c.select(isNone, [least, zero], difference));
    const isHere = b.binary("and", of.compare(of.rowNumbers, "eq", i), of.compare(of.columnNumbers, "gt", i));
    rows = c.select(isHere, solved, rows);
  }
  const wide = (z: Complex<Value>, shape: readonly number[]): Complex<Value> =>
    c.each(z, (part) => b.reshape(part, shape));
  const products = c.mul(wide(v, [batch, n, n, 1]), wide(rows, [batch, 1, n, n]));
  const vectors = normalized(
    c,
    of,
    c.each(products, (part) => b.reduce("sum", part, [2], false)),
  );

  // Of conjugates the positive one comes first, though their real parts differ by rounding.
  const tilt = c.number(x!.dtype === "float32" ? 1e-3 : 1e-6);
  const keys = b.reshape(b.binary("sub", values[0], b.binary("mul", tilt, values[1])), [batch, n]);
  const order = places(b, keys, false);
  const joined = (z: Complex<Value>, shape: readonly number[]): Value => {
    const [re, im] = wide(z, [...shape, 1]);
    const none = shape.map(() => 0);
    return b.binary(
      "add",
      b.pad(re, [...none, 0], [...none, 1], 0),
      b.pad(im, [...none, 1], [...none, 0], 0),
    );
  };
  const known = b.unary("isfinite", b.reduce("sum", b.reshape(given, [batch, n * n]), [1], false));
  return [
    b.reshape(
      joined(
        c.each(values, (part) => arranged(b, part, order)),
        [batch, n],
      ),
      [...x!.shape.slice(0, -1), 2],
    ),
    b.reshape(
      joined(
        c.each(vectors, (part) => arranged(b, part, order)),
        [batch, n, n],
      ),
      [...x!.shape, 2],
    ),
    b.reshape(b.select(known, b.scalar(0, "int32"), b.scalar(1, "int32")), lead),
  ];
}

type Entry<Value> = (i: number, j: number) => Complex<Value>;

/** The eigenvalue of the last 2 × 2 block that is nearer to its last entry. */
function lastShift<Value extends Shaped>(
  c: Arithmetic<Value>,
  at: Entry<Value>,
  last: number,
): Complex<Value> {
  const end = at(last, last);
  const half = c.times(c.sub(at(last - 1, last - 1), end), c.number(0.5));
  const product = c.mul(at(last - 1, last), at(last, last - 1));
  const root = c.sqrt(c.add(c.mul(half, half), product));
  const [plus, minus] = [c.add(half, root), c.sub(half, root)];
  const far = c.select(c.b.binary("lt", c.square(plus), c.square(minus)), minus, plus);
  return c.sub(end, c.div(product, far));
}

/** A shift beside all eigenvalues, for matrices that other shifts leave as they are. */
function apartShift<Value extends Shaped>(
  c: Arithmetic<Value>,
  at: Entry<Value>,
  last: number,
): Complex<Value> {
  const size = c.abs(at(last, last - 1));
  return c.add(at(last, last), c.times([c.number(0.75), c.number(0.4375)], size));
}

/** Columns of length 1, of each of which the first of the greatest entries is real and positive. */
function normalized<Value extends Shaped>(
  c: Arithmetic<Value>,
  of: MatrixBuilder<Value>,
  z: Complex<Value>,
): Complex<Value> {
  const { b } = c;
  const size = c.abs(z);
  const most = b.reduce("max", size, [1], true);
  const isGreat = b.binary("ge", size, b.binary("div", most, c.number(1.0005)));
  const first = b.reduce("min", b.select(isGreat, of.rowNumbers, b.scalar(of.rows, "int32")), [1], true);
  const isFirst = b.binary("eq", of.rowNumbers, first);
  const best = c.each(z, (part) => of.sumOfRows(b.select(isFirst, part, c.number(0))));
  const length = b.unary("sqrt", of.sumOfRows(c.square(z)));
  const scale = b.binary("div", c.number(1), b.binary("mul", c.abs(best), length));
  return c.mul(z, c.times(c.conj(best), scale));
}
