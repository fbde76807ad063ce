/**
 * What code that must stay whole needs of interrupts: whether one has been asked for, sections that it must not cut in half, and a call
 * after it has unwound the stack past all `finally` blocks. The runtime finds this object on globalThis under a registered symbol, so that
 * neither half imports the other, and a second copy of the runtime finds it too. The runtime's side is src/interrupts.ts.
 */
import { currentTask, runAs, type Task } from "../run/attribution.js";
import { emitStream } from "../output/event-pipe.js";
import { cellError } from "../run/errors.js";
import { currentRun } from "../output/streams.js";
import { enterSection, leaveSection, whenUncritical } from "./critical-sections.js";
import { offerPart, wait } from "../run/waits.js";

const HOST = Symbol.for("cellgrad.interrupts");

/** Places of the shared state: whether an interrupt has been asked for, and whether a section has ended that has work to follow. */
export const STATE = { STOP: 0, LINGERS: 1, BYTES: 8 } as const;
/** Values of STOP. It is not known yet whether an interrupt that is ASKED for means what runs now; where it does, it is DUE. */
export const STOP = { NO: 0, ASKED: 1, DUE: 2 } as const;

/** The watchdog's thread sets STOP before it calls upon the main thread, so that a long native computation sees it. */
export const interruptState = new Int32Array(new SharedArrayBuffer(STATE.BYTES));

/**
 * Milliseconds for which an interrupt waits for computations that have not noticed it yet: of this process's own time, since on a busy machine the clock goes on while
 * it does not run, and of the clock's where it sleeps.
 */
const LINGER_OWN_MS = 40;
const LINGER_MS = 2_000;

/** Carries an interrupt out; told whether the code that it has come upon is still there. */
type Stop = (isThere: boolean) => void;

/** The interrupt that waits for what lingers, and since when. */
let waiting: { readonly stop: Stop; readonly since: number; readonly used: number } | undefined;

/** Milliseconds for which this process has run. */
function ownTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Calls `stop` now, or once what lingers after a section is over. */
export function whenNothingLingers(stop: Stop): void {
  if (interruptState[STATE.LINGERS] === 0) return stop(true);
  waiting ??= { stop, since: performance.now(), used: ownTime() };
  // Asked for again: what lingers has had its time.
  if (ownTime() - waiting.used > LINGER_OWN_MS || performance.now() - waiting.since > LINGER_MS) proceed();
}

/** Whatever lingers is over. */
export function proceed(isThere = true): void {
  interruptState[STATE.LINGERS] = 0;
  const stop = waiting?.stop;
  waiting = undefined;
  // A section may make a node of the graph, which is taken for the next work.
  if (stop) whenUncritical(() => stop(isThere));
}

interface Restoration {
  readonly task: Task | undefined;
  readonly restore: () => void;
}

const restorations = new Set<Restoration>();

/** Calls `restore` when what runs now is interrupted, until the function that comes back is called. */
export function afterInterrupt(restore: () => void): () => void {
  const restoration: Restoration = { task: currentTask(), restore };
  restorations.add(restoration);
  return () => void restorations.delete(restoration);
}

/** Undoes what a task had changed for a while, the last change first. */
export function restoreAfter(task: Task): void {
  restoreWhere((owner) => owner === task);
}

/** The stack is gone: what belongs to no task is told each time. */
export function restoreAfterUnwinding(): void {
  restoreWhere((owner) => owner === undefined);
}

function restoreWhere(isMeant: (task: Task | undefined) => boolean): void {
  for (const restoration of [...restorations].reverse()) {
    const { task, restore } = restoration;
    if (!isMeant(task)) continue;
    if (task) {
      restorations.delete(restoration);
      runAs(task, () => attempt(restore));
    } else attempt(restore);
  }
}

function attempt(restore: () => void): void {
  try {
    restore();
  } catch (error) {
    emitStream(currentRun(), "stderr", `${cellError(error).traceback.join("\n")}\n`);
  }
}

/** For a computation that has seen STOP; src/interrupts.ts says what it answers. */
function settle(): boolean {
  proceed();
  // In between two waits the watchdog is heard.
  while (interruptState[STATE.STOP] === STOP.ASKED) Atomics.wait(interruptState, STATE.STOP, STOP.ASKED, 1);
  return interruptState[STATE.STOP] === STOP.NO;
}

export function installInterruptHost(): void {
  const host = {
    state: interruptState,
    enter: enterSection,
    leave: leaveSection,
    proceed: () => proceed(),
    settle,
    afterInterrupt,
    wait,
    offerPart,
  };
  Object.defineProperty(globalThis, HOST, { value: host, configurable: true });
}
