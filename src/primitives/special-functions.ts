/**
 * Special functions of single numbers: Bessel functions, inverses of the error function, incomplete gamma functions, orthogonal polynomials.
 * native/special_functions.h computes the same in the same steps.
 */
import { erf, lgamma } from "./functions.js";
import * as c from "./series.js";

/** c₀ + c₁ T₁(t) + … by Clenshaw's recurrence. */
function chebyshev(list: readonly number[], t: number): number {
  let [b1, b2] = [0, 0];
  for (let k = list.length - 1; k > 0; k--) [b1, b2] = [2 * t * b1 - b2 + list[k]!, b1];
  return t * b1 - b2 + list[0]!;
}

/** The same of x in [low, high]. */
function within(list: readonly number[], low: number, high: number, x: number): number {
  return chebyshev(list, (2 * x - low - high) / (high - low));
}

/** e^(x²) erfc(x). */
export function erfcx(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < 0) return x < -26.7 ? Infinity : 2 * Math.exp(x * x) - erfcx(-x);
  if (x === Infinity) return 0;
  return chebyshev(c.ERFCX, (x - 3.75) / (x + 3.75)) / (1 + 2 * x);
}

export function erfc(x: number): number {
  if (x < 0.5) return 1 - erf(x);
  return x > 27.3 ? 0 : Math.exp(-x * x) * erfcx(x);
}

/** The y > 0 of erfc(y) = z, 0 < z ≤ 0.25. */
function inverseErfc(z: number): number {
  const w = Math.sqrt(-Math.log(z));
  if (w < 3) return w * within(c.ERFCINV_NEAR, 1.15, 3, w);
  return w < 8 ? w * within(c.ERFCINV_MIDDLE, 3, 8, w) : w * within(c.ERFCINV_FAR, 8, 28, w);
}

export function erfinv(x: number): number {
  const size = Math.abs(x);
  if (size <= 0.75) return x * within(c.ERFINV, 0, 0.5625, x * x);
  if (!(size <= 1)) return NaN;
  return size === 1 ? x * Infinity : Math.sign(x) * inverseErfc(1 - size);
}

/** The quantile of the normal distribution. */
export function ndtri(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  if (p < 0.125) return -Math.SQRT2 * inverseErfc(2 * p);
  return p > 0.875 ? Math.SQRT2 * inverseErfc(2 * (1 - p)) : Math.SQRT2 * erfinv(2 * p - 1);
}

/** e^(−|x|) I₀(x). */
export function i0e(given: number): number {
  const x = Math.abs(given);
  return x <= 8 ? within(c.I0_NEAR, 0, 8, x) : within(c.I0_FAR, 0, 1, 8 / x) / Math.sqrt(x);
}

/** e^(−|x|) I₁(x). */
export function i1e(given: number): number {
  const x = Math.abs(given);
  if (x <= 8) return given * within(c.I1_NEAR, 0, 8, x);
  return (Math.sign(given) * within(c.I1_FAR, 0, 1, 8 / x)) / Math.sqrt(x);
}

/** e^x K₀(x). */
export function k0e(x: number): number {
  if (!(x >= 0)) return NaN;
  if (x === 0) return Infinity;
  if (x > 2) return within(c.K0_FAR, 0, 1, 2 / x) / Math.sqrt(x);
  return Math.exp(x) * (within(c.K0_NEAR, 0, 4, x * x) - Math.log(x / 2) * Math.exp(x) * i0e(x));
}

/** e^x K₁(x). */
export function k1e(x: number): number {
  if (!(x >= 0)) return NaN;
  if (x === 0) return Infinity;
  if (x > 2) return within(c.K1_FAR, 0, 1, 2 / x) / Math.sqrt(x);
  return Math.exp(x) * (within(c.K1_NEAR, 0, 4, x * x) / x + Math.log(x / 2) * Math.exp(x) * i1e(x));
}

/** √(2 / (πx)) (P cos u − Q sin u), and with `isSecond` √(2 / (πx)) (P sin u + Q cos u), for u = x − (2 order + 1) π / 4. */
function besselFar(order: 0 | 1, isSecond: boolean, x: number): number {
  const t = (8 / x) * (8 / x);
  const p = within(order === 0 ? c.P0_FAR : c.P1_FAR, 0, 1, t);
  const q = (within(order === 0 ? c.Q0_FAR : c.Q1_FAR, 0, 1, t) * 8) / x;
  const [sin, cos] = [Math.sin(x), Math.cos(x)];
  const [cosU, sinU] = order === 0 ? [cos + sin, sin - cos] : [sin - cos, -sin - cos];
  const y = isSecond ? p * sinU + q * cosU : p * cosU - q * sinU;
  return y / Math.sqrt(Math.PI * x);
}

export function besselJ0(given: number): number {
  const x = Math.abs(given);
  return x <= 8 ? within(c.J0_NEAR, 0, 64, x * x) : besselFar(0, false, x);
}

export function besselJ1(given: number): number {
  const x = Math.abs(given);
  return x <= 8 ? given * within(c.J1_NEAR, 0, 64, x * x) : Math.sign(given) * besselFar(1, false, x);
}

export function besselY0(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x > 8) return besselFar(0, true, x);
  return within(c.Y0_NEAR, 0, 64, x * x) + (2 / Math.PI) * Math.log(x) * besselJ0(x);
}

export function besselY1(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x > 8) return besselFar(1, true, x);
  return x * within(c.Y1_NEAR, 0, 64, x * x) + (2 / Math.PI) * (Math.log(x) * besselJ1(x) - 1 / x);
}

/** Airy's Ai. */
export function airyAi(x: number): number {
  if (x >= -4 && x <= 2) return within(c.AIRY_NEAR, -4, 2, x);
  const z = Math.abs(x);
  const root = Math.sqrt(z);
  const zeta = (2 / 3) * z * root;
  if (x > 2) {
    if (x > 120) return 0;
    const far = within(c.AIRY_ABOVE, 0, 1, ((2 / 3) * 2 * Math.SQRT2) / zeta);
    return (far * Math.exp(-zeta)) / (2 * Math.sqrt(Math.PI * root));
  }
  const near = 16 / 3 / zeta;
  const p = within(c.AIRY_P, 0, 1, near * near);
  const q = within(c.AIRY_Q, 0, 1, near * near) / zeta;
  const [sin, cos] = [Math.sin(zeta), Math.cos(zeta)];
  return (p * (cos + sin) + q * (sin - cos)) / Math.sqrt(2 * Math.PI * root);
}

/** The e of x = m · 2^e, 0.5 ≤ |m| < 1; 0 where there is none. */
export function exponent(x: number): number {
  const size = Math.abs(x);
  if (size === 0 || !(size < Infinity)) return 0;
  if (size < 2 ** -1000) return exponent(x * 2 ** 100) - 100;
  let e = Math.floor(Math.log2(size)) + 1;
  if (size >= 2 ** (e - 1) * 2) e++;
  if (size < 2 ** (e - 1)) e--;
  return e;
}

/** x · 2^e of a whole e, rounded once. */
export function ldexp(x: number, e: number): number {
  if (Number.isNaN(e)) return NaN;
  if (x === 0 || !Number.isFinite(x)) return x;
  // The mantissa first: it has no bits to lose.
  const own = exponent(x);
  const half = Math.trunc(own / 2);
  const mantissa = x * 2 ** -half * 2 ** -(own - half);
  const whole = Math.max(-5000, Math.min(5000, Math.trunc(e))) + own;
  if (whole > 1024) return mantissa * Infinity;
  return whole > 0 ? mantissa * 2 * 2 ** (whole - 1) : whole < -1074 ? mantissa * 0 : mantissa * 2 ** whole;
}

export function gcd(x: number, y: number): number {
  let [a, b] = [Math.abs(x), Math.abs(y)];
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

export function gcdBig(x: bigint, y: bigint): bigint {
  let [a, b] = [x < 0n ? -x : x, y < 0n ? -y : y];
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** m − ln(1 + m). */
function logGap(m: number): number {
  if (Math.abs(m) > 0.4) return m - Math.log1p(m);
  const s = m / (2 + m);
  let sum = 0;
  for (let k = 14; k > 0; k--) sum = (sum + 1 / (2 * k + 1)) * s * s;
  return s * m - 2 * s * sum;
}

/** x^a e^(−x) / Γ(a + 1). */
function gammaTerm(a: number, x: number): number {
  if (a < 15) return Math.exp(a * Math.log(x) - x - lgamma(a + 1));
  const z = 1 / (a * a);
  const stirling = (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z / 1188)))) / a;
  return Math.exp(-a * logGap((x - a) / a) - stirling) / Math.sqrt(2 * Math.PI * a);
}

/** Temme's expansion for large a: of P, or of Q with `isUpper`. */
function gammaLarge(a: number, x: number, isUpper: boolean): number {
  const m = (x - a) / a;
  const half = logGap(m);
  const eta = Math.sign(m) * Math.sqrt(2 * half);
  const power = (list: readonly number[]) => list.reduceRight((sum, each) => sum * eta + each, 0);
  const rest = (power(c.TEMME_0) + (power(c.TEMME_1) + power(c.TEMME_2) / a) / a) * Math.exp(-a * half);
  const part = rest / Math.sqrt(2 * Math.PI * a);
  const tail = erfc((isUpper ? eta : -eta) * Math.sqrt(a / 2)) / 2;
  return isUpper ? tail + part : tail - part;
}

function gammaSeries(a: number, x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; k < 20000 && term > 1e-17 * sum; k++) sum += term *= x / (a + k);
  return gammaTerm(a, x) * sum;
}

/** The continued fraction of Q by Lentz's method. */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let upper = 1e300;
  let lower = 1 / b;
  let y = lower;
  for (let k = 1; k < 20000; k++) {
    const factor = -k * (k - a);
    b += 2;
    lower = 1 / (factor * lower + b);
    upper = b + factor / upper;
    const change = lower * upper;
    y *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return gammaTerm(a, x) * a * y;
}

/** Q for a < x ≤ 1.1, where it is the small difference of 1 and P. */
function gammaSmall(a: number, x: number): number {
  const power = a * Math.log(x) - lgamma(1 + a);
  let [sum, term] = [0, 1];
  for (let k = 1; k < 60; k++) {
    term *= -x / k;
    sum += term / (a + k);
  }
  return -Math.expm1(power) - Math.exp(power) * a * sum;
}

function incomplete(a: number, x: number, isUpper: boolean): number {
  if (!(a >= 0 && x >= 0)) return NaN;
  if (a === 0) return x > 0 ? Number(!isUpper) : NaN;
  if (x === 0) return Number(isUpper);
  if (a === Infinity) return x === Infinity ? NaN : Number(isUpper);
  if (x === Infinity) return Number(!isUpper);
  if (a > 1e4 && Math.abs(x - a) < 0.4 * a) return gammaLarge(a, x, isUpper);
  let lower: number;
  if (x <= 1.1 && a < x) {
    const q = gammaSmall(a, x);
    return isUpper ? q : 1 - q;
  }
  if (x <= a + 1) lower = gammaSeries(a, x);
  else {
    const q = gammaFraction(a, x);
    return isUpper ? q : 1 - q;
  }
  return isUpper ? 1 - lower : lower;
}

/** P(a, x) = γ(a, x) / Γ(a). */
export const igamma = (a: number, x: number): number => incomplete(a, x, false);
/** Q(a, x) = Γ(a, x) / Γ(a). */
export const igammac = (a: number, x: number): number => incomplete(a, x, true);

/** Polynomials beyond this degree are NaN. */
const GREATEST_DEGREE = 1e6;

/** p₀ = 1, p₁ = `first`, pₖ₊₁ = `next(k, pₖ, pₖ₋₁)`; 0 of a degree below 0. */
function polynomial(
  n: number,
  first: number,
  next: (k: number, p: number, before: number) => number,
): number {
  const degree = Math.trunc(n);
  if (degree < 0) return 0;
  if (!(degree <= GREATEST_DEGREE)) return NaN;
  if (degree === 0) return 1;
  let [before, p] = [1, first];
  for (let k = 1; k < degree && !Number.isNaN(p); k++) [before, p] = [p, next(k, p, before)];
  return p;
}

/** Chebyshev's polynomials differ in the first one: x, 2x, 2x − 1, 2x + 1. */
const chebyshevOf = (first: (x: number) => number) => (x: number, n: number) =>
  polynomial(n, first(x), (_k, p, before) => 2 * x * p - before);

export const chebyshevT = chebyshevOf((x) => x);
export const chebyshevU = chebyshevOf((x) => 2 * x);
export const chebyshevV = chebyshevOf((x) => 2 * x - 1);
export const chebyshevW = chebyshevOf((x) => 2 * x + 1);
export const hermiteH = (x: number, n: number): number =>
  polynomial(n, 2 * x, (k, p, before) => 2 * x * p - 2 * k * before);
export const hermiteHe = (x: number, n: number): number =>
  polynomial(n, x, (k, p, before) => x * p - k * before);
export const laguerre = (x: number, n: number): number =>
  polynomial(n, 1 - x, (k, p, before) => ((2 * k + 1 - x) * p - k * before) / (k + 1));
export const legendre = (x: number, n: number): number =>
  polynomial(n, x, (k, p, before) => ((2 * k + 1) * x * p - k * before) / (k + 1));
