/**
 * What the session uses of Node's inside, by the module that Node's own tests use; --expose-internals shows it. Node counts asynchronous
 * scopes there, and knows the state of a promise without waiting for it.
 */
import { createRequire } from "node:module";

interface Internals {
  internalBinding(name: "async_wrap"): { clearAsyncIdStack(): void };
  internalBinding(name: "util"): { getPromiseDetails(promise: object): [state: number, result?: unknown] };
}

const { internalBinding } = quietly(
  () => createRequire(import.meta.url)("internal/test/binding") as Internals,
);

const asyncWrap = internalBinding("async_wrap");
const { getPromiseDetails } = internalBinding("util");

/** That these are for testing is no concern of the user's. */
function quietly<T>(action: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return action();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Forgets which asynchronous scopes are open. */
export function clearAsyncIdStack(): void {
  asyncWrap.clearAsyncIdStack();
}

const PENDING = 0;
const REJECTED = 2;

export function isPending(promise: object): boolean {
  return getPromiseDetails(promise)[0] === PENDING;
}

/** Why a promise is rejected; undefined where it is not. */
export function rejectionOf(promise: object): unknown {
  const [state, result] = getPromiseDetails(promise);
  return state === REJECTED ? result : undefined;
}
