/**
 * Stopping user code wherever it is, with all state kept. The watchdog makes the main thread evaluate `interruptNow` in the
 * midst of whatever it does; that ends the open tasks and, where JavaScript is on the stack below, terminates it: the stack
 * is unwound up to the event loop, past `catch` and `finally`.
 *
 * Node counts asynchronous scopes as they are entered and left, and aborts the process where the count is wrong. Termination
 * leaves scopes without counting, so the count is cleared first, as Node itself does for an uncaught exception.
 */
import { Session as Inspector } from "node:inspector";
import { INTERRUPTS_FD, whenUncritical } from "./emit.js";
import { startWatchdogThread } from "./watchdog.js";

/** Property of globalThis under which the watchdog finds `interruptNow`. */
const INTERRUPT = Symbol.for("cellgrad.interrupt");

interface AsyncWrap {
  clearAsyncIdStack(): void;
}

/** Node's internal binding, or undefined in a version that no longer shows it. */
function asyncWrap(): AsyncWrap | undefined {
  const { binding } = process as unknown as { binding?: (name: string) => unknown };
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    return binding?.("async_wrap") as AsyncWrap;
  } catch {
    return undefined;
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

const wrap = asyncWrap();
let inspector: Inspector | undefined;

/** Unwinds the JavaScript stack up to the event loop, at the next call or loop. */
export function terminate(): void {
  wrap?.clearAsyncIdStack();
  inspector?.post("Runtime.terminateExecution");
}

/** Frames on the stack in any case: `somethingRuns`, `interruptNow` and the evaluated expression. */
const OWN_FRAMES = 3;

/** True where other JavaScript is on the stack below the evaluated expression. */
function somethingRuns(): boolean {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = OWN_FRAMES + 1;
  Error.prepareStackTrace = (_error, frames) => frames;
  const frames = new Error().stack as unknown as NodeJS.CallSite[];
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return frames.length > OWN_FRAMES;
}

/**
 * Makes this process interruptible; `endTasks` tells the end of all open tasks. Starting the watchdog takes a while: an
 * interrupt that comes before waits in the pipe.
 */
export function startWatchdog(endTasks: () => void): void {
  inspector = new Inspector();
  inspector.connect();
  const interruptNow = () => {
    const busy = somethingRuns();
    whenUncritical(() => {
      endTasks();
      if (busy) terminate();
    });
  };
  Object.defineProperty(globalThis, INTERRUPT, { value: interruptNow });
  startWatchdogThread(INTERRUPTS_FD, `globalThis[Symbol.for(${JSON.stringify(INTERRUPT.description)})]()`);
}
