/**
 * Large buffers that are used again. V8 collects garbage once or twice for each new ArrayBuffer of some megabytes, two milliseconds in which
 * the same memory could be computed over twice; the addon keeps such buffers and knows when one is free (native/large_buffers.h). Here is
 * decided when garbage is collected so that it learns of free ones.
 */
import { platform } from "../../platform/node.js";

/** Held by all that may look into a buffer; when it is collected, the buffer is free. */
export type Lease = object;

/** The addon's part. */
export interface Leasing {
  /** A free buffer, not much larger, from now on in use for the lease. */
  takeBuffer(byteLength: number, lease: Lease): ArrayBuffer | null;
  /** Keeps a new buffer, which is in use for the lease. */
  keepBuffer(buffer: ArrayBuffer, lease: Lease): void;
}

/** From this size on a buffer is used again. */
export const smallestLarge = 1 << 20;

/**
 * So many bytes are handed out between two collections at least. Collecting the young garbage takes a tenth of a millisecond or some, and
 * the fewer buffers take turns, the more of them is in the cache.
 */
const leastBytes = 64 << 20;
/** As many at most where collecting has freed nothing, since the values live long. */
const mostBytes = 4096 << 20;

/** When it is worth collecting garbage so that memory becomes free. */
export class CollectingPace {
  private bytes = 0;
  private enough = leastBytes;

  handedOut(bytes: number): void {
    this.bytes += bytes;
  }

  isDue(): boolean {
    return this.bytes >= this.enough;
  }

  /** @param sufficed whether that freed what was needed */
  collected(sufficed: boolean): void {
    this.bytes = 0;
    this.enough = sufficed ? leastBytes : Math.min(2 * this.enough, mostBytes);
  }
}

export class LargeBuffers {
  private readonly pace = new CollectingPace();

  constructor(private readonly leasing: Leasing) {}

  /** A buffer of at least so many bytes; `make` makes one if none is free. */
  take(byteLength: number, lease: Lease, make: () => ArrayBuffer): ArrayBuffer {
    let buffer = this.leasing.takeBuffer(byteLength, lease);
    if (buffer === null && this.pace.isDue()) {
      platform.collectYoungGarbage();
      buffer = this.leasing.takeBuffer(byteLength, lease);
      this.pace.collected(buffer !== null);
    }
    this.pace.handedOut(byteLength);
    if (buffer !== null) return buffer;
    const made = make();
    this.leasing.keepBuffer(made, lease);
    return made;
  }
}
