/**
 * What the runtime does so that a notebook's Stop leaves everything whole. An interrupt unwinds JavaScript at any call or loop, past
 * `catch` and `finally`, and a session offers on globalThis what is to be known of that. Outside of a notebook none of it is there, nothing
 * is interrupted, and these functions only call what they are given.
 *
 * - What changes together is changed in a section (`critical`), which an interrupt waits for.
 * - What is changed for a while and put back in `finally` is also put back by `onInterrupt`.
 * - Awaiting that is `interruptible` throws, so that `finally` runs; `offerPart` leaves what there is of a result.
 * - A step is whole once the loop's own bookkeeping is done: after `stepEnded` an interrupt waits for the next operation on a tensor.
 * - Engines see `stopFlag` in the midst of a long computation.
 */

/** What a session puts on globalThis; its side is kernel/session/child/interrupt/interrupt-host.ts. */
interface InterruptHost {
  /** Shared memory: [an interrupt has been asked for, a step has ended and what belongs to it goes on]. */
  readonly state: Int32Array;
  enter(): void;
  leave(): void;
  /** What lingered after a step is over: an interrupt that has waited for that comes now. */
  proceed(): void;
  /**
   * For a computation that has seen the flag. Does not return where the interrupt ends the caller. True: it was meant for another, compute
   * again. False: within a section; leave it by an error.
   */
  settle(): boolean;
  /**
   * Calls `restore` after an interrupt, before anything else of the user's runs: where that has ended the code that calls this, or, if no
   * cell has called it, each time. The function that comes back ends that.
   */
  afterInterrupt(restore: () => void): () => void;
  /** A promise that settles as the given one does, or is rejected when the cell that waits for it is stopped. */
  wait(promise: Promise<unknown>): unknown;
  /** The value that a promise has so far: a variable that waits for the promise gets it when the cell is stopped. */
  offerPart(promise: Promise<unknown>, part: unknown): void;
}

const LINGERS = 1;

const host = (globalThis as { [key: symbol]: InterruptHost | undefined })[Symbol.for("cellgrad.interrupts")];

const state = host?.state ?? new Int32Array(2);

/** Shared memory whose first element is not 0 from when an interrupt is asked for until the interrupted code is gone; null without a session. */
export const stopFlag: Int32Array | null = host?.state ?? null;

/** Runs `change` so that an interrupt comes before or after it. For short work: what is in a section cannot be stopped. */
export function critical<T>(change: () => T): T {
  if (host === undefined) return change();
  host.enter();
  try {
    return change();
  } finally {
    host.leave();
  }
}

/** A step has been committed. What the loop does after it, such as counting and moving a schedule on, belongs to it. */
export function stepEnded(): void {
  state[LINGERS] = 1;
}

/** Called before a node of the graph is made: whatever belonged to the step before is done. */
export function workBegins(): void {
  if (state[LINGERS] !== 0) nextStep();
}

function nextStep(): void {
  state[LINGERS] = 0;
  host?.proceed();
}

/**
 * For a computation that has ended because of `stopFlag`. Does not return where the interrupt ends the caller.
 * @returns true where the interrupt was meant for another: compute again; false within a section: leave it by an error
 */
export function settleStop(): boolean {
  return host === undefined || host.settle();
}

/** Calls `restore` after an interrupt that ends the code that calls this. The function that comes back takes it away again. */
export function onInterrupt(restore: () => void): () => void {
  return host === undefined ? nothing : host.afterInterrupt(restore);
}

/** What to await in place of `promise` amid work that has an end to it: when the cell is stopped, the awaiting throws. */
export function interruptible<T>(promise: Promise<T>): Promise<T> {
  return host === undefined ? promise : (host.wait(promise) as Promise<T>);
}

/** `const result = await promise` leaves `part` in `result` where the cell is stopped meanwhile. Returns the promise. */
export function offerPart<T>(promise: Promise<T>, part: T): Promise<T> {
  host?.offerPart(promise, part);
  return promise;
}

/** Runs `body`, then `restore`, also where an error or an interrupt ends it. */
export function restoring<T>(restore: () => void, body: () => T): T {
  const cancel = onInterrupt(restore);
  try {
    return body();
  } finally {
    restore();
    cancel();
  }
}

function nothing(): void {
  // There are no interrupts.
}
