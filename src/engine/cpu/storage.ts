/**
 * Memory of the CPU engines: uninitialized ArrayBuffers of JavaScript's own. Small requests share a chunk, since an ArrayBuffer costs
 * about a microsecond and a slice of one some nanoseconds; a chunk lives until the last storage in it is collected.
 */
import { Buffer } from "node:buffer";

import type { Storage } from "../engine.js";

const chunkBytes = 64 * 1024;
/** Requests above this size get a buffer of their own. */
const largestShared = 4 * 1024;
const alignment = 64;

class Bytes implements Storage {
  constructor(
    readonly buffer: ArrayBuffer,
    readonly byteOffset: number,
    readonly byteLength: number,
    readonly address: number,
  ) {}
}

/** Hands out storage whose address is a multiple of 64; `addressOf` is the engine's name for the start of a buffer. */
export function storageAllocator(
  addressOf: (buffer: ArrayBuffer) => number,
): (byteLength: number) => Storage {
  let chunk: ArrayBuffer | undefined;
  let chunkAddress = 0;
  let next = 0;

  const fresh = (byteLength: number): { buffer: ArrayBuffer; address: number; start: number } => {
    const buffer = Buffer.allocUnsafeSlow(byteLength + alignment).buffer as ArrayBuffer;
    const address = addressOf(buffer);
    return { buffer, address, start: (alignment - (address % alignment)) % alignment };
  };

  return (byteLength) => {
    if (byteLength > largestShared) {
      const { buffer, address, start } = fresh(byteLength);
      return new Bytes(buffer, start, byteLength, address + start);
    }
    if (chunk === undefined || next + byteLength > chunk.byteLength) {
      const { buffer, address, start } = fresh(chunkBytes);
      chunk = buffer;
      chunkAddress = address;
      next = start;
    }
    const offset = next;
    next += Math.max(alignment, (byteLength + alignment - 1) & -alignment);
    return new Bytes(chunk, offset, byteLength, chunkAddress + offset);
  };
}
