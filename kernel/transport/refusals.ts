/**
 * The log of messages that were refused. Whoever reaches a socket can send what is refused, without a key: only so many lines a minute are
 * written, and how many were left out.
 */

/** Lines within a window of time, in milliseconds. */
const LINES = 20;
const WINDOW = 60_000;

export class Refusals {
  readonly #log: (line: string) => void;
  #written = 0;
  #leftOut = 0;
  #window: NodeJS.Timeout | undefined;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  add(line: string): void {
    this.#window ??= setTimeout(() => this.flush(), WINDOW).unref();
    if (this.#written++ < LINES) this.#log(line);
    else this.#leftOut++;
  }

  /** Says how many lines were left out, and begins anew. */
  flush(): void {
    clearTimeout(this.#window);
    this.#window = undefined;
    if (this.#leftOut > 0) {
      const messages = this.#leftOut === 1 ? "message" : "messages";
      this.#log(`${this.#leftOut.toLocaleString("en-US")} more ${messages} dropped in the last minute`);
    }
    this.#written = this.#leftOut = 0;
  }
}
