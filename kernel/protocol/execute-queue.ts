/** Cells wait here for their turn, one runs at a time; after an error those that wait are aborted. */
import type { Header } from "../wire/message.js";

export interface Job {
  readonly parent: Header;
  /** Runs the cell and replies. Does not reject. */
  run(): Promise<void>;
  /** Replies "aborted" without running. */
  abort(): Promise<void>;
}

export class ExecuteQueue {
  readonly #waiting: Job[] = [];
  #current: Job | undefined;

  /** The job whose cell runs now. */
  get current(): Job | undefined {
    return this.#current;
  }

  add(job: Job): void {
    this.#waiting.push(job);
    if (!this.#current) void this.#work();
  }

  /** Aborts what is waiting now; what comes later runs. The replies follow that of the running cell, in order. */
  abortWaiting(): void {
    for (let i = 0; i < this.#waiting.length; i++) {
      const { parent, abort } = this.#waiting[i]!;
      this.#waiting[i] = { parent, run: abort, abort };
    }
  }

  async #work(): Promise<void> {
    while ((this.#current = this.#waiting.shift())) await this.#current.run();
  }
}
