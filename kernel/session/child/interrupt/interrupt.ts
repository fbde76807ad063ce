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
import { currentTask, type Task } from "../run/attribution.js";
import { DEBUGGER_FD, emit, EVENTS_FD, INTERRUPTS_FD, textBuffer } from "../output/event-pipe.js";
import {
  interruptState,
  proceed,
  restoreAfterUnwinding,
  STATE,
  STOP,
  whenNothingLingers,
} from "./interrupt-host.js";
import { allowUnfinishedPorts, clearAsyncIdStack } from "../internals.js";
import { expectTermination, leaveSections, whenUncritical } from "./critical-sections.js";
import { onNextTurn } from "../run/event-loop.js";
import { startWatchdogThread, type WatchdogCalls } from "./watchdog.js";

let inspector: Inspector | undefined;

/** What to do when the stack is gone. */
const atUnwinding: (() => void)[] = [];
let unwound = false;

/** Unwinds the JavaScript stack up to the event loop, at the next call or loop; then calls `action`. */
export function terminate(action?: () => void): void {
  if (action) atUnwinding.push(action);
  // The stack is just being left.
  if (unwound) return;
  expectTermination();
  // Answered when the stack is gone and Node has not counted yet; at once where termination is under way already.
  inspector?.post("Runtime.terminateExecution", (error) => {
    if (error) return;
    unwound = true;
    clearAsyncIdStack();
    interruptState[STATE.STOP] = STOP.NO;
    leaveSections();
    restoreAfterUnwinding();
    for (let next; (next = atUnwinding.shift());) next();
    unwound = false;
  });
}

/** Frames on top of the stack in any case: `framesBelow`, `interrupt` and the evaluated expression. */
const OWN_FRAMES = 3;
/** The kernel's folder, as V8 names the files in it. */
const KERNEL = new URL("../../..", import.meta.url).href;

/** What the watchdog has interrupted. */
function framesBelow(): NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = Infinity;
  Error.prepareStackTrace = (_error, frames) => frames;
  const frames = new Error().stack as unknown as NodeJS.CallSite[];
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  return frames.slice(OWN_FRAMES);
}

/**
 * True for code other than the kernel's and Node's own. What only those do is not stopped half-way: a request that has just come in
 * would be lost.
 */
function isUserCode(frame: NodeJS.CallSite): boolean {
  const file = frame.getFileName();
  return file ? !file.startsWith("node:") && !file.startsWith(KERNEL) : frame.isEval();
}

/** What an interrupt does to the tasks. One that is sent again, since its effect was not seen, has the same number of its press. */
export interface Interruptible {
  /** False where the end of a task has just begun, of this interrupt or by itself, and is not to be disturbed. */
  mayInterrupt(through: number, press: number): boolean;
  /** Ends all open tasks up to a run, and `hit`, whose code was on the stack. */
  interrupt(through: number, press: number, hit: Task | undefined): void;
}

/**
 * Makes this process interruptible. An interrupt names the run that it means, so that one that comes late does not hit the next cell. `pump`
 * and `preview` are called in the midst of anything but a critical section. Starting the watchdog takes a while: an interrupt that comes
 * before waits in the pipe.
 */
export function startWatchdog(
  tasks: Interruptible,
  pump: () => void,
  preview: WatchdogCalls["preview"],
): void {
  allowUnfinishedPorts();
  inspector = new Inspector();
  inspector.connect();
  const interrupt = (through: number, press: number) => {
    const frames = framesBelow();
    // A time limit of the user's own, such as that of node:vm, unwinds the stack in its way.
    if (frames.length === 0) leaveSections();
    // Between two links of a chain of promises only Node's hooks are on the stack; the chain is user code all the same.
    const runs =
      frames.some(isUserCode) || (executionAsyncId() !== 0 && executionAsyncResource() instanceof Promise);
    const task = currentTask();
    const isMeant = runs && (task?.run ?? 0) <= through;
    interruptState[STATE.STOP] = isMeant ? STOP.DUE : STOP.NO;
    const stop = (isThere: boolean) => {
      interruptState[STATE.STOP] = STOP.NO;
      if (!tasks.mayInterrupt(through, press)) return;
      const end = (hit: Task | undefined) => {
        tasks.interrupt(through, press, hit);
        // Told from the event loop: until it turns, the interrupt has not reached everything.
        onNextTurn(() => emit({ type: "interrupted" }));
      };
      if (isThere) terminate(() => end(task));
      else end(undefined);
    };
    whenUncritical(() => {
      if (!isMeant) return stop(false);
      // What lingers may end by waiting for something.
      onNextTurn(() => proceed(false));
      // At last: of what the watchdog has called, nothing may come after a termination was asked for.
      whenNothingLingers(stop);
    });
  };
  const events = { fd: EVENTS_FD, text: textBuffer.shared };
  startWatchdogThread(INTERRUPTS_FD, DEBUGGER_FD, events, interruptState, {
    interrupt,
    pump: () => whenUncritical(pump),
    preview: (...asked) => whenUncritical(() => preview(...asked)),
  });
}
