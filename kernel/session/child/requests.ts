/**
 * The requests of the kernel process, served in the order in which they came. Each is accepted by the kernel's own code, which leaves user
 * code to the work that it returns; works run from the event loop.
 *
 * A cell that loops without `await` keeps the event loop from turning. `pump` is called in the midst of such a loop and accepts what has
 * come for comms, so that the loop reads a widget's newest value and a page that asks for widgets is answered. User code is not called
 * then: it waits, with all other requests and in the same order, until the loop has ended.
 *
 * Two readers of one pipe must not take each other's turn. Node reads a chunk and delivers it through its stream, and a pump that came in
 * between would read what follows the chunk before the chunk is here. Node counts what it has read, this file counts what was delivered:
 * where they differ, the pump leaves the pipe alone.
 */
import { readSync } from "node:fs";
import { Socket } from "node:net";
import { FrameReader } from "../channel.js";
import type { Request } from "../messages.js";
import { requireStack } from "./output/event-pipe.js";
import { critical } from "./interrupt/critical-sections.js";
import type { Work } from "./run/work.js";
import { onNextTurn } from "./run/event-loop.js";

interface Waiting {
  readonly request: Request;
  /** What is left to do, once the request has been accepted. */
  work?: Work;
}

/** Frames of JavaScript that a pump may need, with room to spare: it must not end half-way where the stack is nearly used up. */
const FRAMES = 64;
const PUMPED = Buffer.allocUnsafeSlow(64 * 1024);

export class Requests {
  readonly #fd: number;
  readonly #accept: (request: Request) => Work | undefined;
  readonly #waiting: Waiting[] = [];
  readonly #reader = new FrameReader<Request>((request) => this.#waiting.push({ request }));
  readonly #pipe: Socket;
  #delivered = 0;

  /** @param accept is called in a critical section, and must not run user code */
  constructor(fd: number, accept: (request: Request) => Work | undefined, closed: () => void) {
    this.#fd = fd;
    this.#accept = accept;
    this.#pipe = new Socket({ fd });
    this.#pipe.on("data", (chunk) => {
      critical(() => {
        this.#reader.push(chunk);
        this.#delivered += chunk.length;
      });
      this.serve();
    });
    this.#pipe.on("close", closed);
    this.#pipe.on("error", () => undefined);
  }

  /** Does what waits, with a turn of the event loop after each work: promises that it has settled come before the next. */
  serve(): void {
    // An interrupt may not come between taking a request off the queue and opening its task: nobody would tell its end.
    const work = critical(() => {
      const next = this.#waiting.shift();
      return next && (next.work ?? this.#accept(next.request) ?? nothing);
    });
    if (this.#waiting.length > 0) this.serveLater();
    work?.();
  }

  /** Accepts comm messages at once, in the midst of whatever runs. */
  pump(): void {
    try {
      requireStack(FRAMES);
    } catch {
      // They wait for the next pump or for the event loop.
      return;
    }
    critical(() => {
      this.#readNow();
      for (const waiting of this.#waiting) {
        if (waiting.request.type === "comm") waiting.work ??= this.#accept(waiting.request) ?? nothing;
      }
    });
    if (this.#waiting.length > 0) this.serveLater();
  }

  serveLater(): void {
    onNextTurn(() => this.serve());
  }

  /** Reads what the pipe holds, without waiting for more. */
  #readNow(): void {
    // On Windows a pipe cannot be read without waiting.
    if (process.platform === "win32" || this.#pipe.bytesRead !== this.#delivered) return;
    for (;;) {
      let count: number;
      try {
        count = readSync(this.#fd, PUMPED);
      } catch {
        // Nothing more is there (EAGAIN).
        return;
      }
      if (count === 0) return;
      // The reader keeps what it is given until a frame is whole.
      this.#reader.push(Buffer.from(PUMPED.subarray(0, count)));
    }
  }
}

function nothing(): void {
  // The request needs no user code.
}
