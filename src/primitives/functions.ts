/** What primitives mean where JavaScript has no function for it: the truth that engines are compared with, exact rather than fast. */

export function sign(x: number): number {
  return Number(x > 0) - Number(x < 0);
}

export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** The error function by a series of positive terms, and by the continued fraction of erfc where that converges slowly. */
export function erf(x: number): number {
  const z = Math.abs(x);
  if (Number.isNaN(x) || x === 0) return x;
  if (z > 6.5) return Math.sign(x);
  if (z < 3) {
    let term = z;
    let sum = z;
    for (let n = 1; term > 1e-20 * sum; n++) {
      term *= (2 * z * z) / (2 * n + 1);
      sum += term;
    }
    return (Math.sign(x) * 2 * sum * Math.exp(-z * z)) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 200; n > 0; n--) fraction = n / 2 / (z + fraction);
  return Math.sign(x) * (1 - Math.exp(-z * z) / ((z + fraction) * Math.sqrt(Math.PI)));
}

export function roundHalfEven(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const floor = Math.floor(x);
  const above = x - floor;
  const rounded = above < 0.5 ? floor : above > 0.5 ? floor + 1 : floor % 2 === 0 ? floor : floor + 1;
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded;
}

/** C's pow, which unlike JavaScript's gives 1 for 1 to any power and for -1 to an infinite one. */
export function pow(x: number, y: number): number {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
}

/** Of int32 numbers; wraps. */
export function powInt(x: number, y: number): number {
  if (y < 0) return x === 1 ? 1 : x === -1 ? (y % 2 ? -1 : 1) : 0;
  return Number(BigInt.asIntN(32, BigInt(x) ** BigInt(y)));
}

/** Of int64 numbers; wraps. */
export function powBig(x: bigint, y: bigint): bigint {
  if (y < 0n) return x === 1n ? 1n : x === -1n ? (y % 2n ? -1n : 1n) : 0n;
  let result = 1n;
  for (let square = x, rest = y; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return result;
}

/** Of int64 numbers; 0 of a division by 0. */
export function moduloBig(x: bigint, y: bigint): bigint {
  if (y === 0n) return 0n;
  const r = x % y;
  return r !== 0n && r < 0n !== y < 0n ? r + y : r;
}

/** The sign of the divisor, as Python's %. */
export function modulo(x: number, y: number): number {
  const r = x % y;
  if (Number.isNaN(r)) return r;
  if (r === 0) return y < 0 || Object.is(y, -0) ? -0 : 0;
  return r < 0 !== y < 0 ? r + y : r;
}

/** (2k)! / B₂ₖ for k = 1 … 12, by which the terms of Euler and Maclaurin's formula are divided. */
const EULER_MACLAURIN = [
  12, -720, 30240, -1209600, 47900160, -1.8924375803183791606e9, 7.47242496e10, -2.950130727918164224e12,
  1.1646782814350067249e14, -4.5979787224074726105e15, 1.8152105401943546773e17, -7.1661652561756670113e18,
];

/** Hurwitz's zeta function, by summing up to q + 9 and Euler and Maclaurin's formula for the rest. */
export function zeta(x: number, q: number): number {
  if (x === 1) return Infinity;
  if (!(x > 1) || Number.isNaN(q)) return NaN;
  if (q <= 0) {
    if (q === Math.floor(q)) return Infinity;
    if (x !== Math.floor(x)) return NaN;
  }
  let at = q;
  let term = pow(q, -x);
  let sum = term;
  for (let i = 0; i < 9 || at <= 9; i++) {
    at += 1;
    term = pow(at, -x);
    sum += term;
    if (Math.abs(term) < 2 ** -53 * Math.abs(sum)) return sum;
  }
  sum += (term * at) / (x - 1) - term / 2;
  let factor = 1;
  for (let k = 0; k < EULER_MACLAURIN.length; k++) {
    factor *= x + 2 * k;
    term /= at;
    const correction = (factor * term) / EULER_MACLAURIN[k]!;
    sum += correction;
    if (Math.abs(correction) < 2 ** -53 * Math.abs(sum)) break;
    factor *= x + 2 * k + 1;
    term /= at;
  }
  return sum;
}

/** sin(πx), exact zeros at whole numbers. */
function sinPi(x: number): number {
  const turn = x - 2 * Math.round(x / 2);
  return Math.abs(turn) <= 0.25
    ? Math.sin(Math.PI * turn)
    : Math.abs(turn) >= 0.75
      ? Math.sin(Math.PI * (Math.sign(turn) - turn))
      : Math.sign(turn) * Math.cos(Math.PI * (Math.abs(turn) - 0.5));
}

/** ln |Γ(x)|: the series of ln Γ(1 + x) near 1 and 2, Stirling's formula beyond 10, and the reflection below. */
export function lgamma(x: number): number {
  if (Number.isNaN(x) || Math.abs(x) === Infinity) return Math.abs(x);
  if (x <= 0 && x === Math.floor(x)) return Infinity;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(sinPi(x))) - lgamma(1 - x);
  if (x < 2.5) {
    let [base, whole] = [x - 1, 0];
    if (x > 1.5) [base, whole] = [x - 2, Math.log1p(x - 2)];
    let sum = -0.57721566490153286061 * base;
    for (let k = 2, power = base * base; k < 80; k++, power *= -base) sum += (zeta(k, 1) * power) / k;
    return whole + sum;
  }
  if (x < 10) {
    let factor = 1;
    let at = x;
    while (at >= 2.5) factor *= --at;
    return lgamma(at) + Math.log(factor);
  }
  const z = 1 / (x * x);
  const series = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];
  const rest = series.reduceRight((sum, c) => sum * z + c, 0) / x;
  return (x - 0.5) * Math.log(x) - x + 0.91893853320467274178 + rest;
}

/** ψ(x): the asymptotic series beyond 10, the recurrence up to there, and the reflection below 0; of 0 itself an infinity, as in PyTorch. */
export function digamma(x: number): number {
  if (x === 0) return Object.is(x, -0) ? Infinity : -Infinity;
  if (x < 0) {
    if (x === Math.floor(x)) return NaN;
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x - Math.trunc(x)));
  }
  let sum = 0;
  let at = x;
  for (; at < 10; at++) sum -= 1 / at;
  const z = 1 / (at * at);
  const series = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12];
  const rest = series.reduceRight((total, c) => total * z + c, 0) * z;
  return sum + Math.log(at) - 0.5 / at - rest;
}

export function trigamma(x: number): number {
  if (x < 0.5) return (Math.PI / sinPi(x)) ** 2 - trigamma(1 - x);
  return x === Infinity ? 0 : zeta(2, x);
}
