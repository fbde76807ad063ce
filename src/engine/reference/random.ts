/**
 * The random numbers that every engine draws: Philox (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), and what is made of
 * its bits. native/philox.h says which bits make which number.
 */
import type { DTypeName } from "../../primitives/dtypes.js";

/** Philox4x32-10: the four words of one block. */
export function philox(
  counter: readonly [number, number, number, number],
  seed: readonly [number, number],
): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = seed.map(BigInt) as [bigint, bigint];
  const low = 0xffff_ffffn;
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c0;
    const p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & low, (p0 >> 32n) ^ c3 ^ k1, p0 & low];
    k0 = (k0 + 0x9e3779b9n) & low;
    k1 = (k1 + 0xbb67ae85n) & low;
  }
  return [c0, c1, c2, c3].map(Number);
}

const split = (x: number): [number, number] => [x % 2 ** 32, Math.floor(x / 2 ** 32)];

/** Position q of the stream that `seed` names, as documented in native/philox.h. */
export function draw(seed: number, q: number, normal: boolean, dtype: DTypeName): number {
  const float64 = dtype === "float64";
  const block = split(Math.floor(q / (float64 ? 2 : 4)));
  const w = philox([...block, 0, 0], split(seed));
  const wide = (pair: number): number =>
    (Math.floor(w[2 * pair]! / 32) * 2 ** 26 + Math.floor(w[2 * pair + 1]! / 64)) * 2 ** -53;
  const short = (lane: number): number => Math.floor(w[lane]! / 256) * 2 ** -24;
  if (!normal) return float64 ? wide(q % 2) : short(q % 4);
  const pair = q % 4 >= 2 ? 2 : 0;
  const u1 = float64 ? wide(0) + 2 ** -53 : short(pair) + 2 ** -24;
  const u2 = float64 ? wide(1) : short(pair + 1);
  return Math.sqrt(-2 * Math.log(u1)) * sineOfTurns(u2, q % 2 ? 0 : 1);
}

/** sin of u turns and some quarters: the nearest quarter is taken off exactly, since a multiple of pi/2 is no float64. */
function sineOfTurns(u: number, quarters: number): number {
  const nearest = Math.round(4 * u);
  const quarter = nearest + quarters;
  const rest = 2 * Math.PI * (u - nearest / 4);
  const size = quarter % 2 ? Math.cos(rest) : Math.sin(rest);
  return quarter & 2 ? -size : size;
}
