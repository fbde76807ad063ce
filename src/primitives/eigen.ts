/**
 * Eigenvalues of matrices that need not be symmetric, which are complex: a last dim of size 2. Real ones come as such, others as exact conjugates.
 *
 * Rows and columns are scaled to sizes alike, which the composed form leaves out; reflections make the matrix zero below its subdiagonal, double-shifted QR steps (Francis) upper triangular but for 2 × 2 blocks of conjugate
 * pairs; vectors are found by substitution from the last row up.
 */
import type { KernelRow } from "./kernel.js";
import { eachMatrix, matrixSizes, partOf } from "./matrices.js";
import { composeEigen } from "./eigen-composed.js";

/** A square matrix by rows. */
interface Square {
  readonly n: number;
  readonly at: Float64Array;
}

/** Rows or columns `first` … of x less tau · w · (wᵀ · them), on the columns or rows [from, end). */
function reflect(
  { n, at }: Square,
  w: readonly number[],
  tau: number,
  first: number,
  rows: boolean,
  from: number,
  end: number,
): void {
  const [along, across] = rows ? [n, 1] : [1, n];
  for (let j = from; j < end; j++) {
    let sum = 0;
    for (let i = 0; i < w.length; i++) sum += w[i]! * at[(first + i) * along + j * across]!;
    sum *= tau;
    for (let i = 0; i < w.length; i++) at[(first + i) * along + j * across]! -= sum * w[i]!;
  }
}

/** The reflection that turns x to (beta, 0, …): w, tau and beta; null where there is nothing to turn. */
function reflectionOf(x: readonly number[]): { w: number[]; tau: number; beta: number } | null {
  const most = Math.max(...x.map(Math.abs));
  if (x.slice(1).every((value) => value === 0)) return null;
  const w = x.map((value) => value / most);
  const length = Math.sqrt(w.reduce((sum, value) => sum + value * value, 0));
  const beta = w[0]! < 0 ? length : -length;
  w[0]! -= beta;
  return { w, tau: 2 / w.reduce((sum, value) => sum + value * value, 0), beta: beta * most };
}

/** 2⁵⁰⁰: what is scaled by less stays far from overflow. */
const MOST_SCALE = 2 ** 500;

/**
 * a becomes D⁻¹ A D, whose rows and columns are about as large as each other, so that small entries keep their digits beside large ones (Parlett
 * and Reinsch 1969). @returns D, powers of 2, by which nothing is rounded
 */
function balance({ n, at }: Square): Float64Array {
  const d = new Float64Array(n).fill(1);
  for (let again = true; again;) {
    again = false;
    for (let i = 0; i < n; i++) {
      let [column, row] = [0, 0];
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        column += Math.abs(at[j * n + i]!);
        row += Math.abs(at[i * n + j]!);
      }
      if (column === 0 || row === 0) continue;
      const sum = column + row;
      let f = 1;
      for (; column < row / 2 && d[i]! * f < MOST_SCALE; column *= 4) f *= 2;
      for (; column >= row * 2 && d[i]! * f > 1 / MOST_SCALE; column /= 4) f /= 2;
      if (!((column + row) / f < 0.95 * sum)) continue;
      again = true;
      d[i]! *= f;
      for (let j = 0; j < n; j++) at[i * n + j]! /= f;
      for (let j = 0; j < n; j++) at[j * n + i]! *= f;
    }
  }
  return d;
}

function toHessenberg(h: Square, v: Square): void {
  const { n } = h;
  for (let k = 0; k + 2 < n; k++) {
    const column = Array.from({ length: n - k - 1 }, (_, i) => h.at[(k + 1 + i) * n + k]!);
    const found = reflectionOf(column);
    if (found === null) continue;
    reflect(h, found.w, found.tau, k + 1, true, k + 1, n);
    h.at[(k + 1) * n + k] = found.beta;
    for (let i = k + 2; i < n; i++) h.at[i * n + k] = 0;
    reflect(h, found.w, found.tau, k + 1, false, 0, n);
    reflect(v, found.w, found.tau, k + 1, false, 0, n);
  }
}

/** Makes the block of rows i and i + 1 triangular where its eigenvalues are real. */
function split(h: Square, v: Square, i: number): void {
  const { n, at } = h;
  const [a, b, c, d] = [at[i * n + i]!, at[i * n + i + 1]!, at[(i + 1) * n + i]!, at[(i + 1) * n + i + 1]!];
  const p = (a - d) / 2;
  const inside = p * p + b * c;
  if (inside < 0) return;
  const z = p + (p < 0 ? -1 : 1) * Math.sqrt(inside);
  const length = Math.hypot(z, c);
  const [cosine, sine] = [z / length, c / length];
  for (let j = i; j < n; j++) {
    const [x, y] = [at[i * n + j]!, at[(i + 1) * n + j]!];
    at[i * n + j] = cosine * x + sine * y;
    at[(i + 1) * n + j] = cosine * y - sine * x;
  }
  for (const [of, end] of [
    [at, i + 2],
    [v.at, n],
  ] as const)
    for (let j = 0; j < end; j++) {
      const [x, y] = [of[j * n + i]!, of[j * n + i + 1]!];
      of[j * n + i] = cosine * x + sine * y;
      of[j * n + i + 1] = cosine * y - sine * x;
    }
  at[(i + 1) * n + i] = 0;
}

const MOST_STEPS = 60;

/** QR steps until nothing below the diagonal is left but in blocks of conjugate pairs. False where it does not end. */
function toTriangle(h: Square, v: Square): boolean {
  const { n, at } = h;
  let size = 0;
  for (const value of at) size += Math.abs(value);
  for (let last = n - 1, steps = 0; last > 0;) {
    let first = last;
    for (; first > 0; first--) {
      const beside = Math.abs(at[(first - 1) * n + first - 1]!) + Math.abs(at[first * n + first]!) || size;
      if (Math.abs(at[first * n + first - 1]!) > Number.EPSILON * beside) continue;
      at[first * n + first - 1] = 0;
      break;
    }
    if (first >= last - 1) {
      if (first === last - 1) split(h, v, first);
      last = first - 1;
      steps = 0;
      continue;
    }
    if (++steps > MOST_STEPS) return false;
    step(h, v, first, last, steps % 10 === 0);
  }
  return true;
}

/** One QR step with both eigenvalues of the last block as shifts, or with others where those have led nowhere. */
function step(h: Square, v: Square, first: number, last: number, other: boolean): void {
  const { n, at } = h;
  const of = (i: number, j: number): number => at[i * n + j]!;
  let sum = of(last, last) + of(last - 1, last - 1);
  let product = of(last, last) * of(last - 1, last - 1) - of(last, last - 1) * of(last - 1, last);
  if (other) {
    const beside = Math.abs(of(last, last - 1)) + Math.abs(of(last - 1, last - 2));
    sum = 1.5 * beside;
    product = beside * beside;
  }
  const [a, below] = [of(first, first), of(first + 1, first)];
  let x = [
    a * (a - sum) + product + of(first, first + 1) * below,
    below * (a + of(first + 1, first + 1) - sum),
    below * of(first + 2, first + 1),
  ];
  for (let k = first; k < last; k++) {
    const width = Math.min(3, last - k + 1);
    if (k > first) x = Array.from({ length: width }, (_, i) => of(k + i, k - 1));
    const found = reflectionOf(x);
    if (found === null) continue;
    if (k > first) {
      at[k * n + k - 1] = found.beta;
      for (let i = 1; i < width; i++) at[(k + i) * n + k - 1] = 0;
    }
    reflect(h, found.w, found.tau, k, true, k, n);
    reflect(h, found.w, found.tau, k, false, 0, Math.min(last, k + 3) + 1);
    reflect(v, found.w, found.tau, k, false, 0, n);
  }
}

/** a / b of complex numbers. */
function quotient(a: number, ai: number, b: number, bi: number): readonly [number, number] {
  if (Math.abs(b) < Math.abs(bi)) {
    const [ratio, whole] = [b / bi, bi + (b / bi) * b];
    return [(a * ratio + ai) / whole, (ai * ratio - a) / whole];
  }
  const [ratio, whole] = [bi / b, b + (bi / b) * bi];
  return [(a + ai * ratio) / whole, (ai - a * ratio) / whole];
}

/** x with (T − value) x = 0 and x[k] = 1, zero behind k; `least` stands for differences that are 0. */
function vectorOf(
  t: Square,
  k: number,
  value: readonly [number, number],
  least: number,
): [Float64Array, Float64Array] {
  const { n, at } = t;
  const [re, im] = [new Float64Array(n), new Float64Array(n)];
  const [p, q] = value;
  re[k] = 1;
  let i = k - 1;
  if (q !== 0) {
    [re[k - 1], im[k - 1]] = quotient(-at[(k - 1) * n + k]!, 0, at[(k - 1) * n + k - 1]! - p, -q);
    i--;
  }
  const rest = (row: number): [number, number] => {
    let [x, y] = [0, 0];
    for (let j = row + 1; j <= k; j++) {
      x -= at[row * n + j]! * re[j]!;
      y -= at[row * n + j]! * im[j]!;
    }
    return [x, y];
  };
  for (; i >= 0; i--) {
    const [x, y] = rest(i);
    if (i === 0 || at[i * n + i - 1] === 0) {
      const difference = at[i * n + i]! - p;
      [re[i], im[i]] = quotient(x, y, Math.hypot(difference, q) < least ? least : difference, -q);
    } else {
      // Rows i − 1 and i of a block together, by Cramer's rule.
      const [u, w] = restAbove(at, n, i, k, re, im);
      const [a, b, c, d] = [
        at[(i - 1) * n + i - 1]! - p,
        at[(i - 1) * n + i]!,
        at[i * n + i - 1]!,
        at[i * n + i]! - p,
      ];
      let [det, detIm] = [a * d - q * q - b * c, -q * (a + d)];
      if (Math.hypot(det, detIm) < least * least) [det, detIm] = [least * least, 0];
      [re[i], im[i]] = quotient(a * x + q * y - c * u, a * y - q * x - c * w, det, detIm);
      [re[i - 1], im[i - 1]] = quotient(d * u + q * w - b * x, d * w - q * u - b * y, det, detIm);
      i--;
    }
    // Only the direction counts.
    const most = Math.max(Math.abs(re[i]!), Math.abs(im[i]!));
    if (most > 1e100)
      for (let j = i; j <= k; j++) {
        re[j]! /= most;
        im[j]! /= most;
      }
  }
  return [re, im];
}

/** What row i − 1 has to be, but for columns i − 1 and i. */
function restAbove(
  at: Float64Array,
  n: number,
  i: number,
  k: number,
  re: Float64Array,
  im: Float64Array,
): [number, number] {
  let [x, y] = [0, 0];
  for (let j = i + 1; j <= k; j++) {
    x -= at[(i - 1) * n + j]! * re[j]!;
    y -= at[(i - 1) * n + j]! * im[j]!;
  }
  return [x, y];
}

/** Length 1, and the first of the greatest entries real and positive; what differs by rounding does not decide. */
function normalize(re: Float64Array, im: Float64Array): void {
  let most = 0;
  for (let i = 0; i < re.length; i++) most = Math.max(most, Math.abs(re[i]!), Math.abs(im[i]!));
  let sum = 0;
  for (let i = 0; i < re.length; i++) sum += (re[i]! / most) ** 2 + (im[i]! / most) ** 2;
  const length = most * Math.sqrt(sum);
  let [best, size] = [0, 0];
  for (let i = 0; i < re.length; i++) {
    const own = Math.hypot(re[i]!, im[i]!);
    if (own <= size * 1.001) continue;
    [best, size] = [i, own];
  }
  const [c, s] = [re[best]! / size / length, im[best]! / size / length];
  for (let i = 0; i < re.length; i++) [re[i], im[i]] = [re[i]! * c + im[i]! * s, im[i]! * c - re[i]! * s];
  if (im[best] !== 0) im[best] = 0;
}

/** Writes values and vectors of x, both of complex numbers, in their order. @returns whether they were found */
function eigenOf(x: Float64Array, n: number, values: Float64Array, vectors: Float64Array): boolean {
  const t: Square = { n, at: x.slice() };
  const v: Square = { n, at: new Float64Array(n * n) };
  for (let i = 0; i < n; i++) v.at[i * n + i] = 1;
  const d = balance(t);
  toHessenberg(t, v);
  if (!toTriangle(t, v)) return false;
  const found: (readonly [re: number, im: number, place: number])[] = [];
  for (let i = 0; i < n; i++) {
    const below = i + 1 < n ? t.at[(i + 1) * n + i]! : 0;
    if (below === 0) {
      found.push([t.at[i * n + i]!, 0, i]);
      continue;
    }
    const [a, d] = [t.at[i * n + i]!, t.at[(i + 1) * n + i + 1]!];
    const im = Math.sqrt(-(((a - d) / 2) ** 2 + t.at[i * n + i + 1]! * below));
    found.push([d + (a - d) / 2, im, i + 1], [d + (a - d) / 2, -im, i + 1]);
    i++;
  }
  found.sort((a, b) => a[0] - b[0] || Math.abs(a[1]) - Math.abs(b[1]) || b[1] - a[1]);
  let size = 0;
  for (const value of t.at) size = Math.max(size, Math.abs(value));
  const least = Number.EPSILON * size || Number.MIN_VALUE ** 0.25;
  found.forEach(([re, im, place], to) => {
    values[2 * to] = re;
    values[2 * to + 1] = im;
    const [u, w] = vectorOf(t, place, [re, im], least);
    const [p, q] = [new Float64Array(n), new Float64Array(n)];
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= place; j++) {
        p[i]! += v.at[i * n + j]! * u[j]!;
        q[i]! += v.at[i * n + j]! * w[j]!;
      }
    for (let i = 0; i < n; i++) {
      p[i]! *= d[i]!;
      q[i]! *= d[i]!;
    }
    normalize(p, q);
    for (let i = 0; i < n; i++) {
      vectors[2 * (i * n + to)] = p[i]!;
      vectors[2 * (i * n + to) + 1] = q[i]!;
    }
  });
  return true;
}

/**
 * Eigenvalues of [*, n, n] as complex numbers [*, n, 2], by rising real part, the conjugate with the positive imaginary part first; and
 * eigenvectors of length 1 as columns [*, n, n, 2], of each of which the first of the greatest entries is real and positive. `info` is 1 where they are not found:
 * of what is not finite.
 */
export const eig = {
  operands: ["x"],
  results: ["values", "vectors", "info"],
  attributes: [],
  kinds: ["float"],
  infer: ([x]) => {
    const { dtype, shape } = x!;
    return [
      { dtype, shape: [...shape.slice(0, -1), 2] },
      { dtype, shape: [...shape, 2] },
      { dtype: "int32", shape: shape.slice(0, -2) },
    ];
  },
  cpp: { run: "generalEigen", check: "checkEig", scratch: "eigScratch", shared: "eigShared" },
  compose: composeEigen,
  js: ([x], [values, vectors, info]) => {
    const { rows: n } = matrixSizes(x!.dims);
    eachMatrix(x!, (matrix, entry) => {
      const own = partOf(values, entry, 2 * n);
      const columns = partOf(vectors, entry, 2 * n * n);
      const found = matrix.every(Number.isFinite) && eigenOf(matrix, n, own, columns);
      if (info) info.data[entry] = Number(!found);
      if (found) return;
      own.fill(NaN);
      columns.fill(NaN);
    });
  },
} as const satisfies KernelRow;
