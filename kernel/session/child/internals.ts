/**
 * What the session uses of Node's inside, which --expose-internals shows, in part by the module that Node's own tests use. Node counts
 * asynchronous scopes there, and knows the state of a promise without waiting for it.
 */
import { createRequire } from "node:module";

interface Internals {
  internalBinding(name: "async_wrap"): {
    clearAsyncIdStack(): void;
    /** How many hooks there are of each kind. */
    readonly async_hook_fields: Uint32Array;
    readonly constants: { readonly kBefore: number };
  };
  internalBinding(name: "util"): { getPromiseDetails(promise: object): [state: number, result?: unknown] };
}

const require = createRequire(import.meta.url);
const { internalBinding } = quietly(() => require("internal/test/binding") as Internals);
const { kEvents } = quietly(() => require("internal/event_target") as { kEvents: symbol });

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

/**
 * Adds to the number of hooks that want to be called before asynchronous callbacks. Node calls hooks only where this is not 0, all that are
 * enabled and have a `before`: one that is not counted costs nothing.
 */
export function countBeforeHooks(change: 1 | -1): void {
  asyncWrap.async_hook_fields[asyncWrap.constants.kBefore]! += change;
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

/**
 * Lets ports be closed that an interrupt has kept from being made whole. Node makes the map of a port's listeners in a function of
 * JavaScript, which an interrupt may stop; when it closes the port it looks into that map, and would throw an error that no code of the
 * user's is to blame for. On the prototype it finds an empty one.
 */
export function allowUnfinishedPorts(): void {
  const listeners = { value: new Map(), configurable: true, writable: true };
  Object.defineProperty(MessagePort.prototype, kEvents, listeners);
}
