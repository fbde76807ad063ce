/** A client and the kernel know a cell by the same path. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { CELL_PREFIX, CELL_SUFFIX, cellPath, HASH_SEED, murmur2 } from "../../kernel/debugger/cell-paths.js";

/** MurmurHash2 as JupyterLab's debugger computes it, with 16-bit products: what it says is what counts. */
function jupyterLabHash(text: string, seed: number): number {
  const m = 0x5bd1e995;
  const times = (x: number) => (x & 0xffff) * m + ((((x >>> 16) * m) & 0xffff) << 16);
  const data = new TextEncoder().encode(text);
  let h = seed ^ data.length;
  let i = 0;
  for (; data.length - i >= 4; i += 4) {
    const k = times(data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24));
    h = times(h) ^ times(k ^ (k >>> 24));
  }
  const left = data.length - i;
  if (left >= 3) h ^= data[i + 2]! << 16;
  if (left >= 2) h ^= data[i + 1]! << 8;
  if (left >= 1) h = times(h ^ data[i]!);
  h = times(h ^ (h >>> 13));
  return (h ^ (h >>> 15)) >>> 0;
}

it("hashes as JupyterLab does, for texts of every length modulo four and beyond ASCII", () => {
  const texts = ["", "a", "ab", "abc", "abcd", "const x = 1;\nx", "größer: ✓ 😀", "x".repeat(1001)];
  for (const text of texts)
    for (const seed of [0, 17, HASH_SEED])
      assert.equal(murmur2(text, seed), jupyterLabHash(text, seed), text);
});

it("hashes as MurmurHash2's reference does", () => {
  // Of the reference implementation in C++, seed 0 and seed 1.
  assert.equal(murmur2("", 0), 0);
  assert.equal(murmur2("", 1), 0x5bd15e36);
});

it("gives a cell's path as prefix, hash and suffix", () => {
  assert.equal(cellPath("1 + 1"), `${CELL_PREFIX}${murmur2("1 + 1", HASH_SEED)}${CELL_SUFFIX}`);
});
