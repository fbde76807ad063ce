/**
 * Functions that user code leaves with a comm or a widget, to be called when something comes from the client. What they put out, and
 * their errors, go to the cell that left them there, long after it has ended.
 */
import { currentTask, runAs, type Task } from "../run/attribution.js";
import { emitStream } from "../output/event-pipe.js";
import { cellError, isTermination } from "../run/errors.js";
import { currentRun } from "../output/streams.js";

export class Callback<Arguments extends unknown[]> {
  readonly #call: (...values: Arguments) => unknown;
  readonly #origin: Task;
  readonly #where: string;

  /** @param where what errors say, such as "onChange of a slider" */
  constructor(where: string, call: (...values: Arguments) => unknown) {
    if (typeof call !== "function") {
      throw new TypeError(`${where}: expected a function, got ${call === null ? "null" : typeof call}`);
    }
    this.#where = where;
    this.#call = call;
    this.#origin = { run: currentRun(), cellId: currentTask()?.cellId };
  }

  /**
   * Calls it; comm messages that it sends answer the one that has this cause.
   * @returns false where it threw, which has been shown then
   */
  run(cause: unknown, ...values: Arguments): boolean {
    let ok = true;
    // A task of its own: an interrupt of the cell, or of an earlier call, does not end it.
    runAs({ ...this.#origin, cause }, () => {
      try {
        const result = this.#call(...values);
        if (result instanceof Promise) result.catch((error: unknown) => this.#show(error));
      } catch (error) {
        ok = false;
        this.#show(error);
      }
    });
    return ok;
  }

  #show(error: unknown): void {
    if (isTermination(error)) return;
    const text = `Error in ${this.#where}:\n${cellError(error).traceback.join("\n")}\n`;
    emitStream(this.#origin.run, "stderr", text);
  }
}

/** Callbacks of one event, called in the order in which they came. */
export class Callbacks<Arguments extends unknown[]> {
  readonly #where: string;
  #callbacks: readonly Callback<Arguments>[] = [];

  constructor(where: string) {
    this.#where = where;
  }

  /** Adds a function; what is returned takes it away again. */
  add(call: (...values: Arguments) => unknown): () => void {
    const callback = new Callback(this.#where, call);
    this.#callbacks = [...this.#callbacks, callback];
    return () => {
      this.#callbacks = this.#callbacks.filter((other) => other !== callback);
    };
  }

  run(cause: unknown, ...values: Arguments): void {
    for (const callback of this.#callbacks) callback.run(cause, ...values);
  }
}
