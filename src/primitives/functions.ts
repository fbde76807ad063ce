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

/** The sign of the divisor, as Python's %. */
export function modulo(x: number, y: number): number {
  const r = x % y;
  if (Number.isNaN(r)) return r;
  if (r === 0) return y < 0 || Object.is(y, -0) ? -0 : 0;
  return r < 0 !== y < 0 ? r + y : r;
}
