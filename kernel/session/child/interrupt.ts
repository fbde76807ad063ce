/**
 * Stopping user code wherever it is, with all state kept. The watchdog makes the main thread call `interrupt` in the
 * midst of whatever it does; that ends the open tasks and, where user code is on the stack below, terminates it: the stack
 * is unwound up to the event loop, past `catch` and `finally`.
 *
 * Node counts asynchronous scopes as they are entered and left, and aborts the process where the count is wrong. Termination
 * leaves scopes without counting, so the count is cleared at its end, as Node itself does for an uncaught exception.
 */
import { executionAsyncId, executionAsyncResource } from "node:async_hooks";
import { Session as Inspector } from "node:inspector";
import { createRequire } from "node:module";
import { currentTask } from "./attribution.js";
import {
  DEBUGGER_FD,
  emit,
  EVENTS_FD,
  INTERRUPTS_FD,
  leaveSections,
  textBuffer,
  whenUncritical,
} from "./emit.js";
import { onNextTurn } from "./turn.js";
import { startWatchdogThread, type WatchdogCalls } from "./watchdog.js";

interface AsyncWrap {
  clearAsyncIdStack(): void;
}

/**
 * Node's internal binding: shown by `process.binding` up to Node 22, and later by the module that Node's own tests use, which
 * --expose-internals allows.
 */
function asyncWrap(): AsyncWrap {
  const { binding } = process as unknown as { binding: (name: string) => unknown };
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    return binding("async_wrap") as AsyncWrap;
  } catch {
    const test = createRequire(import.meta.url)("internal/test/binding") as {
      internalBinding: (name: string) => unknown;
    };
    return test.internalBinding("async_wrap") as AsyncWrap;
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

const wrap = asyncWrap();
let inspector: Inspector | undefined;

/** Unwinds the JavaScript stack up to the event loop, at the next call or loop. */
export function terminate(): void {
  // Answered when the stack is gone and Node has not counted yet.
  inspector?.post("Runtime.terminateExecution", () => {
    wrap.clearAsyncIdStack();
    leaveSections();
  });
}

/** Frames on top of the stack in any case: `userCodeRuns`, `interrupt` and the evaluated expression. */
const OWN_FRAMES = 3;
/** The kernel's folder, as V8 names the files in it. */
const KERNEL = new URL("../..", import.meta.url).href;

/**
 * True where code other than the kernel's and Node's own is on the stack. What only those do is not stopped half-way: a request
 * that has just come in would be lost.
 */
function userCodeRuns(): boolean {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = Infinity;
  Error.prepareStackTrace = (_error, frames) => frames;
  const frames = new Error().stack as unknown as NodeJS.CallSite[];
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return frames.slice(OWN_FRAMES).some((frame) => {
    const file = frame.getFileName();
    return file ? !file.startsWith("node:") && !file.startsWith(KERNEL) : frame.isEval();
  });
}

/**
 * Makes this process interruptible: `endTasks` ends all open tasks up to a run, unless they are just ending, and answers whether it has. An
 * interrupt names the run that it means, so that one that comes late does not hit the next cell. `pump` and `look` are called in the midst
 * of anything but a critical section. Starting the watchdog takes a while: an interrupt that comes before waits in the pipe.
 */
export function startWatchdog(
  endTasks: (through: number) => boolean,
  pump: () => void,
  look: WatchdogCalls["look"],
): void {
  inspector = new Inspector();
  inspector.connect();
  const interrupt = (through: number) => {
    // Between two links of a chain of promises only Node's hooks are on the stack; the chain is user code all the same.
    const runs = userCodeRuns() || (executionAsyncId() !== 0 && executionAsyncResource() instanceof Promise);
    const hit = runs && (currentTask()?.run ?? 0) <= through;
    whenUncritical(() => {
      if (!endTasks(through)) return;
      // Told from the event loop: until it turns, the interrupt has not reached everything.
      onNextTurn(() => emit({ type: "interrupted" }));
      if (hit) terminate();
    });
  };
  const events = { fd: EVENTS_FD, text: textBuffer.shared };
  startWatchdogThread(INTERRUPTS_FD, DEBUGGER_FD, events, {
    interrupt,
    pump: () => whenUncritical(pump),
    look: (...asked) => whenUncritical(() => look(...asked)),
  });
}
