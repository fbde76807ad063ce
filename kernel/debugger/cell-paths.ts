/**
 * Paths by which a client knows cells: a prefix, a hash of the cell's text, a suffix. The client computes them too, so that both know
 * a cell by its text alone.
 */
import { tmpdir } from "node:os";
import { join, sep } from "node:path";

/** As `debugInfo` tells them; of the hash methods, clients know this one. */
export const HASH_METHOD = "Murmur2";
export const HASH_SEED = 0xc70f6907;
/**
 * Another one for each kernel, so that a client notices that its kernel was started again. JupyterLab shows the number of a cell in
 * place of its path only where the path has "ipykernel_" in it.
 */
export const CELL_PREFIX = join(tmpdir(), `cellgrad_ipykernel_${String(process.pid)}`) + sep;
export const CELL_SUFFIX = ".ts";

export function cellPath(code: string): string {
  return `${CELL_PREFIX}${String(murmur2(code, HASH_SEED))}${CELL_SUFFIX}`;
}

const M = 0x5bd1e995;

/** MurmurHash2, 32 bits, of the text's UTF-8 bytes. */
export function murmur2(text: string, seed: number): number {
  const bytes = Buffer.from(text);
  let hash = seed ^ bytes.length;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    let k = Math.imul(bytes.readUInt32LE(at), M);
    k = Math.imul(k ^ (k >>> 24), M);
    hash = Math.imul(hash, M) ^ k;
  }
  const left = bytes.length - at;
  if (left > 0) {
    for (let i = left - 1; i >= 0; i--) hash ^= bytes[at + i]! << (8 * i);
    hash = Math.imul(hash, M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return (hash ^ (hash >>> 15)) >>> 0;
}
