/**
 * float16 and bfloat16 in JavaScript, which has no arrays of them on Node 20: their bits as numbers and numbers as their bits.
 */

const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);

/** A number as float16 bits: by way of float32, as PyTorch does, then to the nearest, halves to even. */
export function float16Bits(x: number): number {
  single[0] = x;
  const bits = word[0]!;
  const sign = (bits >>> 16) & 0x8000;
  if (x !== x) return sign | 0x7e00;
  const size = Math.abs(single[0]);
  if (size >= 65520) return sign | 0x7c00;
  // Below the least normal number elements are multiples of 2⁻²⁴.
  if (size < 2 ** -14) return sign | halfToEven(size * 2 ** 24);
  const magnitude = bits & 0x7fff_ffff;
  const odd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x3800_0000 + 0xfff + odd) >>> 13);
}

export function float16Of(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** A number as bfloat16 bits: the upper half of its float32, rounded to the nearest, halves to even. */
export function bfloat16Bits(x: number): number {
  if (x !== x) return 0x7fc0;
  single[0] = x;
  const bits = word[0]!;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

export function bfloat16Of(bits: number): number {
  word[0] = bits << 16;
  return single[0]!;
}

function halfToEven(x: number): number {
  const floor = Math.floor(x);
  const above = x - floor;
  return above > 0.5 || (above === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
