/**
 * What cells wait for. Of a promise that is awaited amid `try`, `using` or a loop that closes its iterator, the compiled cell waits by `wait`,
 * so that an interrupt can make the awaiting throw: `finally` blocks run then, and what is used is disposed of. Other awaiting is left
 * as it is: nothing would come of an error there.
 *
 * A promise that is pending is waited for by one that stands for it, which costs one more turn of the microtasks; values and promises that are
 * settled are awaited as ever.
 */
import { triggerAsyncId } from "node:async_hooks";
import { currentTask, type Task } from "./attribution.js";
import { isPending, rejectionOf } from "../internals.js";

/** What an awaiting throws in a cell that is stopped. */
export class Interrupted extends Error {
  constructor() {
    super("the cell was stopped");
    this.name = "Interrupted";
  }
}

interface Wait {
  /** The promise that stands for the awaited one. */
  readonly standIn: Promise<unknown>;
  readonly reject: (reason: unknown) => void;
  /** When the awaited promise was made, as Node counts them. */
  readonly made: number;
}

/** A variable of the top level that gets its value from a promise, which may have offered a part of it. */
interface Initializing {
  readonly promise: Promise<unknown>;
  readonly part: unknown;
  readonly assign: (value: unknown) => void;
}

interface Waiting {
  waits: Wait[];
  /** Settled ones are dropped when there are so many. */
  limit: number;
  readonly initializing: Initializing[];
  /** While the task is being stopped. */
  unwinding?: Unwinding;
}

const FEW = 64;
const byTask = new WeakMap<Task, Waiting>();

function waitingOf(task: Task): Waiting {
  let waiting = byTask.get(task);
  if (!waiting) byTask.set(task, (waiting = { waits: [], limit: FEW, initializing: [] }));
  return waiting;
}

/** Node writes it on every promise once it tracks them. */
let asyncIdSymbol: symbol | undefined;

function asyncIdOf(promise: Promise<unknown>): number {
  asyncIdSymbol ??= Object.getOwnPropertySymbols(promise).find(
    ({ description }) => description === "async_id_symbol",
  );
  return asyncIdSymbol ? (promise as unknown as Record<symbol, number>)[asyncIdSymbol]! : 0;
}

/** What to await in place of `value`. */
export function wait(value: unknown): unknown {
  const task = currentTask();
  if (!task || value === null || (typeof value !== "object" && typeof value !== "function")) return value;
  const promise = Promise.resolve(value);
  if (!isPending(promise)) return promise;
  const waiting = waitingOf(task);
  let reject!: (reason: unknown) => void;
  const standIn = new Promise((resolve, no) => {
    reject = no;
    // The bare functions: through them V8 follows what waits for what, and an error shows all of its `async` callers.
    promise.then(resolve, no);
  });
  const made = { standIn, reject, made: asyncIdOf(promise) };
  if (waiting.unwinding) waiting.unwinding.add(made);
  else add(waiting, made);
  return standIn;
}

function add(waiting: Waiting, wait: Wait): void {
  if (waiting.waits.length >= waiting.limit) {
    waiting.waits = waiting.waits.filter(({ standIn }) => isPending(standIn));
    waiting.limit = Math.max(FEW, 2 * waiting.waits.length);
  }
  waiting.waits.push(wait);
}

/** What `for await` is to go through in place of `iterable`. */
wait.each = (iterable: AsyncIterable<unknown> | Iterable<unknown>): unknown => {
  const method = (iterable as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator];
  // Of a list of promises each is awaited by itself.
  if (typeof method !== "function") return iterable;
  return {
    [Symbol.asyncIterator]() {
      const iterator = Reflect.apply(method, iterable, []);
      return {
        next: () => wait(iterator.next()),
        ...(iterator.return && { return: () => wait(iterator.return!()) }),
      };
    },
  };
};

const parts = new WeakMap<object, unknown>();

/** The value that `promise` has so far: a variable that was to get it gets that if the cell is stopped. */
export function offerPart(promise: object, part: unknown): void {
  parts.set(promise, part);
}

/** `assign` gives a variable the value of `promise`, which the cell is about to await. */
wait.initializing = (promise: unknown, assign: (value: unknown) => void): unknown => {
  const task = currentTask();
  if (task && promise instanceof Promise && parts.has(promise))
    waitingOf(task).initializing.push({ promise, part: parts.get(promise), assign });
  return promise;
};

/** Gives variables that wait for their value what there is of it. */
export function assignParts(task: Task): void {
  for (const { promise, part, assign } of byTask.get(task)?.initializing.splice(0) ?? [])
    if (isPending(promise)) assign(part);
}

export function isWaiting(task: Task): boolean {
  return byTask.get(task)?.waits.some(({ standIn }) => isPending(standIn)) ?? false;
}

/** Stops what a task awaits, one after the other, so that each can do what it has to do at its end. */
export class Unwinding {
  readonly #reason = new Interrupted();
  /** What is to throw yet, innermost last: what an inner function awaits was made after the promise of that function, which an outer one awaits. */
  readonly #left: Wait[];
  /** By the number of the promise that stands for the awaited one: what was awaited before, and what is awaited at an end. */
  readonly #before = new Map<number, Wait>();
  readonly #ends = new Map<number, Wait>();

  constructor(task: Task) {
    const waiting = waitingOf(task);
    waiting.unwinding = this;
    this.#left = waiting.waits.sort((a, b) => a.made - b.made);
    for (const wait of this.#left) this.#before.set(asyncIdOf(wait.standIn), wait);
  }

  /** Takes note of what is awaited from now on. */
  add(wait: Wait): void {
    // What runs now goes on from an awaiting: was that made to throw, or is it one of an end itself?
    const origin = triggerAsyncId();
    const before = this.#before.get(origin);
    const isAtEnd = this.#ends.has(origin) || (before && rejectionOf(before.standIn) === this.#reason);
    (isAtEnd ? this.#ends : this.#before).set(asyncIdOf(wait.standIn), wait);
    if (!isAtEnd) this.#left.push(wait);
  }

  /** Makes the innermost awaiting throw, unless something is still at its end. */
  step(): "thrown" | "ending" | "over" {
    for (const { standIn } of this.#ends.values()) if (isPending(standIn)) return "ending";
    for (let wait; (wait = this.#left.pop());) {
      if (!isPending(wait.standIn)) continue;
      wait.reject(this.#reason);
      return "thrown";
    }
    return "over";
  }
}
