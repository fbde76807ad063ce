/** Whether the current execute request was interrupted, and how that stops the step which it is in. */
import type { Session } from "../session/session.js";

export class Interruption {
  readonly #session: Session;
  #interrupted = false;
  #inSession = 0;
  #signal!: () => void;
  readonly #signalled = new Promise<void>((resolve) => (this.#signal = resolve));

  constructor(session: Session) {
    this.#session = session;
  }

  /** Waits for work that the session cannot stop, such as a type check; an interrupt gives up on it. */
  async endsWait<T>(work: Promise<T>): Promise<T | "interrupted"> {
    if (this.#interrupted) return "interrupted";
    return Promise.race([work, this.#signalled.then(() => "interrupted" as const)]);
  }

  /** Waits for code in the session; an interrupt stops the code, which ends the wait. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#inSession++;
    try {
      return await work;
    } finally {
      this.#inSession--;
    }
  }

  /** Resolves when nothing of the request runs any more. */
  async interrupt(): Promise<void> {
    this.#interrupted = true;
    this.#signal();
    if (this.#inSession > 0) await this.#session.interrupt();
  }
}
