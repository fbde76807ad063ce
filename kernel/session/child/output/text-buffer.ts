/**
 * The way of text to the kernel process. A line is written at once; of a loop that prints thousands of them, several are written
 * together, since each write costs more than making the line. What waits is written by whoever comes first: the next event, a
 * full buffer, or the watchdog's thread after a moment, so that text is seen however long the main thread is busy with
 * something else. The two threads take turns by a lock.
 */
import { writeSync } from "node:fs";
import { STREAM_HEAD, writeStreamHead } from "../../channel.js";

/** A flood are more lines than these within as many milliseconds. */
const LINES = 32;
const WITHIN_MS = 5;
const SIZE = 64 * 1024;
/** Text of a flood is written when there is so much of it, in bytes. */
const ENOUGH = SIZE / 4;

/** Places of the shared state: whether it is locked, how many bytes wait, whether the watchdog is to see to them; then its size. */
export const LAYOUT = { LOCK: 0, LENGTH: 1, WAITING: 2, STATE_BYTES: 16 } as const;
const { LOCK, LENGTH, WAITING, STATE_BYTES } = LAYOUT;

export class TextBuffer {
  readonly shared = new SharedArrayBuffer(STATE_BYTES + SIZE);
  readonly bytes = Buffer.from(this.shared, STATE_BYTES);
  readonly #fd: number;
  readonly #state = new Int32Array(this.shared, 0, STATE_BYTES / 4);
  /** When lines were begun to be counted, and how many have come since. */
  #since = 0;
  #lines = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Writes text of at most half the buffer's size, now or in a moment. */
  add(run: number, name: "stdout" | "stderr", text: string): void {
    this.#lock();
    try {
      let at = this.#state[LENGTH]!;
      if (at > SIZE / 2) at = this.#flush();
      const size = this.bytes.write(text, at + STREAM_HEAD);
      writeStreamHead(this.bytes, run, name, size, at);
      this.#state[LENGTH] = at + STREAM_HEAD + size;
      if (!this.#isFlood() || this.#state[LENGTH] > ENOUGH) this.#flush();
      else if (at === 0) this.#callWatchdog();
    } finally {
      this.#unlock();
    }
  }

  /** Writes what waits, then these bytes. */
  write(bytes: Uint8Array = NOTHING): void {
    this.#lock();
    try {
      this.#flush();
      writeAll(this.#fd, bytes, bytes.length);
    } finally {
      this.#unlock();
    }
  }

  #isFlood(): boolean {
    const now = performance.now();
    if (now - this.#since > WITHIN_MS) {
      this.#since = now;
      this.#lines = 0;
    }
    return ++this.#lines > LINES;
  }

  #flush(): 0 {
    const length = this.#state[LENGTH]!;
    if (length > 0) writeAll(this.#fd, this.bytes, length);
    return (this.#state[LENGTH] = 0);
  }

  #callWatchdog(): void {
    if (Atomics.exchange(this.#state, WAITING, 1) === 0) Atomics.notify(this.#state, WAITING);
  }

  #lock(): void {
    while (Atomics.compareExchange(this.#state, LOCK, 0, 1) !== 0) Atomics.wait(this.#state, LOCK, 1);
  }

  #unlock(): void {
    Atomics.store(this.#state, LOCK, 0);
    Atomics.notify(this.#state, LOCK);
  }
}

const NOTHING = new Uint8Array();
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

function writeAll(fd: number, bytes: Uint8Array, length: number): void {
  for (let at = 0; at < length;) {
    try {
      at += writeSync(fd, bytes, at, length - at);
    } catch (error) {
      // A grandchild that shares the pipe may have made it non-blocking.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(PAUSE, 0, 0, 1);
    }
  }
}

/**
 * The watchdog's part; like all of its body it is passed as text, so that it must not refer to anything outside of itself nor hold
 * functions with names. Writes what has waited for a moment. It never waits for the main thread, which may stand at a breakpoint that only
 * this thread can take it from.
 */
export function writeWaitingText(
  fd: number,
  shared: SharedArrayBuffer,
  { LOCK, LENGTH, WAITING, STATE_BYTES }: typeof LAYOUT,
): void {
  const { writeSync } = process.getBuiltinModule("node:fs");
  const MOMENT_MS = 1;
  const { waitAsync } = Atomics as unknown as {
    waitAsync(state: Int32Array, index: number, value: number): { value: unknown };
  };
  const state = new Int32Array(shared, 0, STATE_BYTES / 4);
  const bytes = new Uint8Array(shared, STATE_BYTES);
  const writer = {
    async watch(): Promise<void> {
      await waitAsync(state, WAITING, 0).value;
      this.writeSoon();
    },
    writeSoon(): void {
      setTimeout(() => this.write(), MOMENT_MS);
    },
    write(): void {
      if (Atomics.compareExchange(state, LOCK, 0, 1) !== 0) return this.writeSoon();
      const length = state[LENGTH]!;
      for (let at = 0; at < length;) {
        try {
          at += writeSync(fd, bytes, at, length - at);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "EAGAIN") break;
          Atomics.wait(state, LOCK, 1, 1);
        }
      }
      state[LENGTH] = 0;
      Atomics.store(state, WAITING, 0);
      Atomics.store(state, LOCK, 0);
      Atomics.notify(state, LOCK);
      void this.watch();
    },
  };
  void writer.watch();
}
