/** Whether an execute request was interrupted, and how that stops the step which it is in. */
import type { Session } from "../../session/session.js";

export class Interruption {
  #interrupted = false;
  #inSession = 0;
  #signal!: () => void;
  readonly #signalled = new Promise<void>((resolve) => (this.#signal = resolve));

  /** True while the session runs code of the request. */
  get inSession(): boolean {
    return this.#inSession > 0;
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

  signal(): void {
    this.#interrupted = true;
    this.#signal();
  }
}

/** The execute requests that go on, one for each shell that is busy. An interrupt means them all: the protocol has none for a single one. */
export class Interruptions {
  readonly #session: Session;
  readonly #open = new Set<Interruption>();

  constructor(session: Session) {
    this.#session = session;
  }

  begin(): Interruption {
    const interruption = new Interruption();
    this.#open.add(interruption);
    return interruption;
  }

  end(interruption: Interruption): void {
    this.#open.delete(interruption);
  }

  /** Resolves when nothing of the requests runs any more. */
  async interrupt(): Promise<void> {
    for (const interruption of this.#open) interruption.signal();
    const open = [...this.#open];
    if (open.length === 0 || open.some(({ inSession }) => inSession)) await this.#session.interrupt();
  }
}
