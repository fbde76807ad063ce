/** Cells of one shell wait here for their turn, one runs at a time; after an error those that wait are aborted. */

export interface Job {
  /** Runs the cell and replies. Does not reject. */
  run(): Promise<void>;
  /** Replies "aborted" without running. */
  abort(): Promise<void>;
}

export class ExecuteQueue {
  readonly #waiting: Job[] = [];
  #busy = false;

  add(job: Job): void {
    this.#waiting.push(job);
    if (!this.#busy) void this.#work();
  }

  /** Aborts what is waiting now; what comes later runs. The replies follow that of the running cell, in order. */
  abortWaiting(): void {
    for (const [i, { abort }] of this.#waiting.entries()) this.#waiting[i] = { run: abort, abort };
  }

  /** Aborts what is waiting now without waiting for the running cell. */
  abortAtOnce(): void {
    for (const { abort } of this.#waiting.splice(0)) void abort();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let job; (job = this.#waiting.shift());) await job.run();
    this.#busy = false;
  }
}
