/**
 * Whether operations record how to differentiate them: `noGrad`, `enableGrad`, `setGradEnabled`, `inferenceMode`, `isGradEnabled`.
 *
 * Synchronous code reads one variable. An async callback would leave that variable changed while other tasks run between
 * its awaits, so its mode is carried by Node's AsyncLocalStorage instead, which is asked only while such a callback is alive.
 */
import { onInterrupt } from "../interrupts.js";

interface AsyncScope {
  run<T>(mode: boolean, fn: () => T): T;
  getStore(): boolean | undefined;
}

let enabled = true;
/** The mode outside of all scopes: what `setGradEnabled` without a callback has set there. */
let base = true;
/** Nesting of synchronous noGrad/enableGrad: inside one of them `enabled` alone decides. */
let depth = 0;
let pendingAsync = 0;
let scope: AsyncScope | null = null;

interface BuiltinModules {
  process?: { getBuiltinModule?: (name: string) => { AsyncLocalStorage: new () => AsyncScope } | undefined };
}

/** Whether operations on tensors that require grad are recorded now (`torch.is_grad_enabled`). */
export function isGradEnabled(): boolean {
  if (pendingAsync === 0 || depth > 0) return enabled;
  return scope?.getStore() ?? enabled;
}

/** No synchronous scope outlives the stack. */
onInterrupt(() => {
  depth = 0;
  enabled = base;
});

function isPromise(value: unknown): value is Promise<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}

/** Runs `fn` synchronously in a mode and puts the old mode back; for internal code, which is never async. */
export function withGradMode<T>(mode: boolean, fn: () => T): T {
  const before = setGradMode(mode);
  try {
    return fn();
  } finally {
    restoreGradMode(before);
  }
}

/** Enters a synchronous scope; give the result to `restoreGradMode`. */
export function setGradMode(mode: boolean): boolean {
  const before = isGradEnabled();
  depth++;
  enabled = mode;
  return before;
}

export function restoreGradMode(before: boolean): void {
  depth = Math.max(0, depth - 1);
  // Outside all synchronous scopes the variable is the mode of code that is in no async scope either.
  enabled = depth === 0 ? base : before;
}

function runInMode<T>(mode: boolean, fn: () => T): T {
  if (!isAsyncFunction(fn)) {
    const before = setGradMode(mode);
    let result: T;
    try {
      result = fn();
    } finally {
      restoreGradMode(before);
    }
    if (isPromise(result)) {
      throw new TypeError(
        "noGrad/enableGrad: the callback returned a promise but is not an async function, so the mode cannot follow it; write noGrad(async () => { ... })",
      );
    }
    return result;
  }
  const builtin = (globalThis as BuiltinModules).process?.getBuiltinModule?.("node:async_hooks");
  if (!builtin && !scope) {
    throw new Error(
      "noGrad/enableGrad: async callbacks need Node.js; here, wrap the synchronous parts instead",
    );
  }
  scope ??= new builtin!.AsyncLocalStorage();
  pendingAsync++;
  // The synchronous head of the callback must not see an enclosing synchronous scope's mode.
  const savedDepth = depth;
  depth = 0;
  let pending = true;
  const settled = (): void => {
    if (pending) pendingAsync--;
    pending = false;
    forget();
  };
  // An interrupted callback never settles.
  const forget = onInterrupt(settled);
  let result: T;
  try {
    result = scope.run(mode, fn);
  } catch (error) {
    settled();
    throw error;
  } finally {
    depth = savedDepth;
  }
  (result as Promise<unknown>).then(settled, settled);
  return result;
}

const AsyncFunction = (async () => undefined).constructor;

function isAsyncFunction(fn: unknown): boolean {
  return fn instanceof AsyncFunction;
}

/**
 * Runs `fn` without recording operations for differentiation and returns its result (`torch.no_grad`).
 *
 * A synchronous callback: the mode holds until it returns or throws. An async callback (`async () => ...`): the mode follows
 * that callback through its awaits; other tasks that run in between keep theirs.
 * @throws TypeError when a callback that is not an async function returns a promise.
 */
export function noGrad<T>(fn: () => T): T {
  return runInMode(false, fn);
}

/** Runs `fn` with recording switched on, inside `noGrad` too (`torch.enable_grad`); async callbacks as for `noGrad`. */
export function enableGrad<T>(fn: () => T): T {
  return runInMode(true, fn);
}

/**
 * Runs `fn` with recording on or off and returns its result; async callbacks as for `noGrad`. Without a callback the mode is set from now on,
 * within a scope such as `noGrad` until that ends (`torch.set_grad_enabled`).
 * @throws TypeError for a mode that is not true or false
 */
export function setGradEnabled(mode: boolean): void;
export function setGradEnabled<T>(mode: boolean, fn: () => T): T;
export function setGradEnabled<T>(mode: boolean, fn?: () => T): T | undefined {
  if (typeof mode !== "boolean")
    throw new TypeError(`setGradEnabled: expected true or false, got ${String(mode)}`);
  if (fn !== undefined) return runInMode(mode, fn);
  if (depth === 0) base = mode;
  enabled = mode;
  return undefined;
}

/**
 * As `noGrad`, for code whose results no gradient will ever ask for (`torch.inference_mode`). Nothing is kept track of that `noGrad` would, so
 * results are ordinary tensors.
 */
export function inferenceMode<T>(fn: () => T, mode = true): T {
  return mode ? runInMode(false, fn) : fn();
}
