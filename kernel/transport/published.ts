/**
 * Sends to all subscribers what each of them reads at its own pace, without losing a message of one that reads nor keeping more than a few
 * for one that does not. ZeroMQ keeps so many messages for each subscriber. When one's are full, sending waits, and with it the others, as
 * long as a reader may need; then what that one has no room for is left out for it alone, until it has read what it has.
 */
import { setImmediate, setTimeout } from "node:timers/promises";
import type { MessageLike, XPublisher } from "zeromq";

/** Messages that ZeroMQ keeps for a subscriber; a client's own side keeps a thousand more, which it reads whatever its program does. */
export const KEPT = 16;
/** Milliseconds for which a subscriber without room is waited for. */
const PATIENCE = 2_000;
/** A message that has waited for so long, in milliseconds, is waited for less: who reads a little now and then holds nobody up for long. */
const LATE = 20_000;
const PATIENCE_WHEN_LATE = 250;
/** So many attempts follow each other at once, and then one every millisecond. */
const AT_ONCE = 500;

interface Waiting {
  readonly frames: MessageLike[];
  readonly since: number;
}

export class PublishedOutbox {
  readonly #socket: XPublisher;
  readonly #waiting: Waiting[] = [];
  #draining: Promise<void> | undefined;

  /** @param socket refuses to send where a subscriber has no room: `noDrop`, and a `sendTimeout` of 0 */
  constructor(socket: XPublisher) {
    this.#socket = socket;
  }

  /** Sends in the order of the calls. */
  send(frames: MessageLike[]): void {
    this.#waiting.push({ frames, since: performance.now() });
    this.#draining ??= this.#drain();
  }

  /** Resolves when everything so far has been handed to ZeroMQ. */
  async flushed(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    try {
      for (let next; (next = this.#waiting.shift());) await this.#deliver(next);
    } catch {
      // The socket was closed: nobody is left to hear the rest.
      this.#waiting.length = 0;
    } finally {
      this.#draining = undefined;
    }
  }

  async #deliver({ frames, since }: Waiting): Promise<void> {
    const begin = performance.now();
    for (let attempt = 1; !(await this.#accepted(frames)); attempt++) {
      const patience = begin - since > LATE ? PATIENCE_WHEN_LATE : PATIENCE;
      if (performance.now() - begin > patience) return this.#leaveOut(frames);
      await (attempt < AT_ONCE ? setImmediate() : setTimeout(1));
    }
  }

  async #accepted(frames: MessageLike[]): Promise<boolean> {
    try {
      await this.#socket.send(frames);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      return false;
    }
  }

  /** Sends to those that have room. ZeroMQ does not ask the others again before they have read. */
  async #leaveOut(frames: MessageLike[]): Promise<void> {
    this.#socket.noDrop = false;
    try {
      await this.#socket.send(frames);
    } finally {
      this.#socket.noDrop = true;
    }
  }
}
