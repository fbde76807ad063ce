/**
 * Memory of the CPU engines: uninitialized ArrayBuffers of JavaScript's own. Small requests share a chunk, since an ArrayBuffer costs
 * about a microsecond and a slice of one some nanoseconds; a chunk lives until the last storage in it is collected.
 */
import { platform } from "../../platform/node.js";
import { formatBytes, OutOfMemory, type Storage } from "../engine.js";
import type { Budget } from "./budget.js";

const chunkBytes = 64 * 1024;
/** Requests above this size get a buffer of their own. */
const largestShared = 4 * 1024;
const alignment = 64;

/** Storage of this file; keeps the view of its bytes, whose making costs more than copying a small tensor. */
class Bytes implements Storage {
  private view: Uint8Array | undefined;

  constructor(
    readonly buffer: ArrayBuffer,
    readonly byteOffset: number,
    readonly byteLength: number,
    readonly address: number,
  ) {}

  bytes(): Uint8Array {
    return (this.view ??= new Uint8Array(this.buffer, this.byteOffset, this.byteLength));
  }
}

/** All bytes of a storage. */
export function bytesOf(storage: Storage): Uint8Array {
  return storage instanceof Bytes
    ? storage.bytes()
    : new Uint8Array(storage.buffer, storage.byteOffset, storage.byteLength);
}

/**
 * Hands out storage. `addressOf` is the engine's name for the start of a buffer, and storage begins where it is a multiple of 64; an
 * engine that copies has none, and its storage has address 0.
 */
export function storageAllocator(
  budget: Budget,
  addressOf?: (buffer: ArrayBuffer) => number,
): (byteLength: number, filled?: boolean) => Storage {
  let chunk: ArrayBuffer | undefined;
  let chunkAddress = 0;
  let next = 0;

  const fresh = (
    byteLength: number,
    filled?: boolean,
  ): { buffer: ArrayBuffer; address: number; start: number } => {
    const buffer = bufferOf(byteLength + alignment, budget, filled);
    const address = addressOf?.(buffer) ?? 0;
    return { buffer, address, start: (alignment - (address % alignment)) % alignment };
  };

  return (byteLength, filled) => {
    if (byteLength > largestShared) {
      const { buffer, address, start } = fresh(byteLength, filled);
      return new Bytes(buffer, start, byteLength, address && address + start);
    }
    if (chunk === undefined || next + byteLength > chunk.byteLength) {
      const { buffer, address, start } = fresh(chunkBytes);
      chunk = buffer;
      chunkAddress = address;
      next = start;
    }
    const offset = next;
    next += Math.max(1, Math.ceil(byteLength / alignment)) * alignment;
    return new Bytes(chunk, offset, byteLength, chunkAddress && chunkAddress + offset);
  };
}

/** @throws OutOfMemory */
function bufferOf(byteLength: number, budget: Budget, filled: boolean | undefined): ArrayBuffer {
  if (byteLength > platform.largestBuffer) {
    if (byteLength > platform.totalMemory()) throw budget.shortage(byteLength);
    const [needed, most] = [byteLength, platform.largestBuffer].map(formatBytes);
    throw new OutOfMemory(
      byteLength,
      `out of memory: ${needed} are needed, ${most} are the most that one tensor may have ${platform.largestBufferReason}`,
    );
  }
  budget.take(byteLength, filled);
  try {
    return platform.allocate(byteLength);
  } catch {
    budget.makeRoom();
  }
  try {
    return platform.allocate(byteLength);
  } catch {
    throw budget.shortage(byteLength);
  }
}
