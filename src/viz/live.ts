/**
 * When a shown figure that changes is sent again: at once if it has not been for a quarter of a second, else when that time is over. The time is
 * looked at on every change, since a loop that never yields runs no timer; the cell's end sends the last state. Large figures come less
 * often, so that no server finds the notebook too loud.
 */
import { displayHost } from "./display-host.js";

export interface Clock {
  /** Milliseconds, ascending. */
  now(): number;
  /** Calls `callback` after `ms` and returns how to cancel that. */
  later(ms: number, callback: () => void): () => void;
}

const systemClock: Clock = {
  now: () => performance.now(),
  later(ms, callback) {
    const timer = setTimeout(callback, ms);
    // A figure is no reason for a script to stay alive.
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A notebook's page lays out the cell anew for each message, whatever is in it: more of them would leave it no time for the reader. */
const interval = 250;
/**
 * Bytes that all changing figures may send in a millisecond: a Jupyter server drops what comes at more than 1 MB a second, counted over
 * three seconds, in which plotly.js (2 MB) may have gone out as well.
 */
const bytesPerMs = 300;
/** Figures that have changed and not settled share that rate. */
const changing = new Set<Live>();
/** After this silence a figure that changes outside of any cell counts as finished. */
const settleAfter = 1000;

export class Live {
  readonly #send: (final: boolean) => number;
  readonly #clock: Clock;
  #next = 0;
  #settled = true;
  #awaitsCellEnd = false;
  #cancelTrailing: (() => void) | undefined;
  #cancelSettle: (() => void) | undefined;

  /** `send` returns how many bytes that took; `send(true)` is the last of a burst and may cost more. */
  constructor(send: (final: boolean) => number, clock: Clock = systemClock) {
    this.#send = send;
    this.#clock = clock;
  }

  /** The figure was just shown as it is now. */
  shown(): void {
    this.#next = this.#clock.now() + interval;
    this.#settled = true;
  }

  changed(): void {
    this.#settled = false;
    changing.add(this);
    if (!this.#awaitsCellEnd) {
      this.#awaitsCellEnd =
        displayHost()?.atCellEnd(() => {
          this.#awaitsCellEnd = false;
          this.settle();
        }) ?? false;
    }
    const now = this.#clock.now();
    if (now >= this.#next) this.#emit(now);
    else this.#cancelTrailing ??= this.#clock.later(this.#next - now, () => this.#emit(this.#clock.now()));
  }

  #emit(start: number): void {
    this.#cancelTrailing?.();
    this.#cancelTrailing = undefined;
    const bytes = this.#send(false);
    const end = this.#clock.now();
    this.#next = Math.max(
      start + interval,
      start + (bytes / bytesPerMs) * changing.size,
      // A figure that takes long to compose comes less often, so that drawing takes at most a fifth of the time.
      end + 4 * (end - start),
    );
    this.#cancelSettle?.();
    this.#cancelSettle = this.#clock.later(settleAfter, () => this.settle());
  }

  /** Sends the last state if it, or its static image, has not been sent. */
  settle(): void {
    this.#cancelTrailing?.();
    this.#cancelTrailing = undefined;
    this.#cancelSettle?.();
    this.#cancelSettle = undefined;
    changing.delete(this);
    if (this.#settled) return;
    this.#settled = true;
    this.#send(true);
  }
}
