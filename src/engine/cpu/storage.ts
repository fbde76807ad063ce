/**
 * Memory of the CPU engines: uninitialized ArrayBuffers of JavaScript's own, so that V8 accounts for them and frees them even inside a
 * synchronous loop, where finalizers never run. Small requests share a chunk, since an ArrayBuffer costs about a microsecond and a slice of
 * one some nanoseconds; a chunk lives until the last storage in it is collected. Large ones are used again (see large-buffers.ts), or made
 * when they are needed by an engine that has memory of its own (see residents.ts).
 */
import { platform } from "../../platform/node.js";
import { type Bytes, type Engine, formatBytes, OutOfMemory, type Storage } from "../engine.js";
import type { Budget } from "./budget.js";
import { noteBuffer } from "./high-water.js";
import { Home } from "./home.js";
import { LargeBuffers, type Lease, type Leasing, smallestLarge } from "./large-buffers.js";

const chunkBytes = 64 * 1024;
/** Requests above this size get a buffer of their own. */
const largestShared = 4 * 1024;
const alignment = 64;

/** A storage of a CPU engine; keeps the view of its bytes, whose making costs more than copying a small tensor. */
export class CpuStorage implements Storage, Bytes {
  private view: Uint8Array | undefined;

  constructor(
    readonly engine: Engine,
    private readonly own: ArrayBuffer | null,
    readonly byteOffset: number,
    readonly byteLength: number,
    /** As the engine addresses it (native: the pointer as a number; wasm: unused, 0). */
    readonly address: number,
    /** Of an engine that copies: the buffer that this is in, where that holds nothing but one allocation. */
    readonly home?: Home,
    /** Of a large buffer: while anyone holds this, the buffer is not used for anything else. */
    readonly lease?: Lease,
  ) {}

  /** @throws OutOfMemory where it had not been needed before. */
  get buffer(): ArrayBuffer {
    return this.own ?? this.home!.buffer;
  }

  /** Bytes of this storage from an offset on. */
  part(byteOffset: number, byteLength: number): CpuStorage {
    const address = this.address && this.address + byteOffset;
    const start = this.byteOffset + byteOffset;
    return new CpuStorage(this.engine, this.own, start, byteLength, address, this.home, this.lease);
  }

  bytes(): Uint8Array {
    return (this.view ??= new Uint8Array(this.buffer, this.byteOffset, this.byteLength));
  }
}

/** The first bytes of a storage. */
export function firstBytes(storage: CpuStorage, length: number): Uint8Array {
  const bytes = storage.bytes();
  return bytes.length === length ? bytes : bytes.subarray(0, length);
}

/** The part of the port that is about memory. */
type Memory = Required<Pick<Engine, "allocate" | "part" | "write" | "read" | "readSync">>;

/** What an engine that computes where the buffers are knows of them. */
interface Place extends Leasing {
  /** The engine's name for the start of a buffer. */
  address(buffer: ArrayBuffer): number;
}

/**
 * Memory of an engine. Storage begins where the engine's address of it is a multiple of 64; an engine that copies has no addresses, and its
 * storage has address 0 and, above the size of shared chunks, a home.
 */
export function cpuMemory(engine: () => Engine, budget: Budget, place?: Place): Memory {
  const large = place && new LargeBuffers(place);
  let chunk: ArrayBuffer | undefined;
  let chunkAddress = 0;
  let next = 0;

  const aligned = (buffer: ArrayBuffer): { buffer: ArrayBuffer; address: number; start: number } => {
    const address = place?.address(buffer) ?? 0;
    return { buffer, address, start: (alignment - (address % alignment)) % alignment };
  };

  return {
    allocate(byteLength, filled) {
      if (byteLength > largestShared && place === undefined) {
        const home = homeFor(byteLength, budget, filled);
        return new CpuStorage(engine(), null, 0, byteLength, 0, home);
      }
      if (byteLength > largestShared) {
        const make = () => bufferOf(byteLength + alignment, budget, filled);
        if (large !== undefined && byteLength >= smallestLarge) {
          const lease: Lease = {};
          const { buffer, address, start } = aligned(large.take(byteLength + alignment, lease, make));
          return new CpuStorage(engine(), buffer, start, byteLength, address + start, undefined, lease);
        }
        const { buffer, address, start } = aligned(make());
        return new CpuStorage(engine(), buffer, start, byteLength, address + start);
      }
      if (chunk === undefined || next + byteLength > chunk.byteLength) {
        const { buffer, address, start } = aligned(bufferOf(chunkBytes, budget, undefined));
        chunk = buffer;
        chunkAddress = address;
        next = start;
      }
      const offset = next;
      next += Math.max(1, Math.ceil(byteLength / alignment)) * alignment;
      return new CpuStorage(engine(), chunk, offset, byteLength, chunkAddress && chunkAddress + offset);
    },
    part(storage, byteOffset, byteLength) {
      return (storage as CpuStorage).part(byteOffset, byteLength);
    },
    write(storage, fill) {
      fill(storage as CpuStorage);
    },
    read(storage) {
      const { buffer, byteOffset, byteLength } = storage as CpuStorage;
      return Promise.resolve(buffer.slice(byteOffset, byteOffset + byteLength));
    },
    readSync(storage) {
      return storage as CpuStorage;
    },
  };
}

/** What a run writes as a whole may stay where it computes, and needs no buffer before somebody reads it. */
function homeFor(byteLength: number, budget: Budget, filled: boolean | undefined): Home {
  request(byteLength, budget, filled);
  if (filled || byteLength < smallestLarge) return new Home(byteLength, allocated(byteLength, budget));
  return new Home(byteLength, () => bufferOf(byteLength, budget, true));
}

/** @throws OutOfMemory */
function bufferOf(byteLength: number, budget: Budget, filled: boolean | undefined): ArrayBuffer {
  request(byteLength, budget, filled);
  return allocated(byteLength, budget);
}

/** @throws OutOfMemory */
function request(byteLength: number, budget: Budget, filled: boolean | undefined): void {
  if (byteLength > platform.largestBuffer) {
    if (byteLength > platform.totalMemory()) throw budget.shortage(byteLength);
    const [needed, most] = [byteLength, platform.largestBuffer].map(formatBytes);
    throw new OutOfMemory(
      byteLength,
      `out of memory: ${needed} are needed, ${most} are the most that one tensor may have ${platform.largestBufferReason}`,
    );
  }
  budget.take(byteLength, filled);
}

/** @throws OutOfMemory */
function allocated(byteLength: number, budget: Budget): ArrayBuffer {
  const buffer = tried(byteLength) ?? retried(byteLength, budget);
  noteBuffer(byteLength);
  return buffer;
}

function tried(byteLength: number): ArrayBuffer | undefined {
  try {
    return platform.allocate(byteLength);
  } catch {
    return undefined;
  }
}

function retried(byteLength: number, budget: Budget): ArrayBuffer {
  budget.makeRoom();
  const buffer = tried(byteLength);
  if (buffer === undefined) throw budget.shortage(byteLength);
  return buffer;
}
