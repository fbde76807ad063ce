/**
 * Tasks that have begun and not ended: cells and expressions. A task's end is told once and by whoever comes first: its own promise, or an
 * interrupt, after which that promise never settles.
 */
import type { EncodedBundle } from "../../encoded-bundle.js";
import type { CellError } from "../../messages.js";
import type { DebugHost } from "../debug/debug-host.js";
import { critical } from "../interrupt/critical-sections.js";
import { restoreAfter } from "../interrupt/interrupt-host.js";
import { emit } from "../output/event-pipe.js";
import { disown, runAs, runAsNobody, type Task } from "./attribution.js";
import { cellError } from "./errors.js";
import { onNextTurn } from "./event-loop.js";
import { assignParts, isWaiting, Unwinding } from "./waits.js";

export interface OpenTask extends Task {
  /** Ends it, unless it has ended. */
  readonly end: (ending: TaskEnding) => void;
  /** When its end has begun, in milliseconds: what waits for it is being called, and may itself be interrupted. */
  endsSince?: number;
  /** Set by an interrupt that lets it end by itself: when that came, and at which press of Stop. */
  stops?: { readonly press: number; readonly since: number };
}

export type TaskEnding =
  | { status: "ok"; value?: unknown; bundle?: EncodedBundle; displayId?: string | undefined }
  | { status: "error"; error: CellError }
  | { status: "interrupted" };

/**
 * Milliseconds for which an interrupt that is sent again does not cut callbacks at a cell's end: the last state of a figure is drawn
 * then. What an interrupt has begun while code computed cannot be interrupted at all, since V8 takes one call amid others at a time.
 */
const FINISHING_MS = 1_000;
/** How often it is looked whether what a stopped cell does at its end is over. */
const LOOK_AGAIN_MS = 2;

export class OpenTasks {
  private readonly tasks = new Set<OpenTask>();

  constructor(private readonly debug: DebugHost) {}

  get size(): number {
    return this.tasks.size;
  }

  /** False where a task has ended, or is to end by an interrupt: its code is not called any more. */
  mayBegin(task: OpenTask): boolean {
    return this.tasks.has(task) && task.interruptedAt === undefined;
  }

  /**
   * Opens a task: from now on its end will be told. An interrupt must not come between accepting a request and this, so the caller
   * is a critical section.
   * @param atEnd called first, with user code in it
   */
  open(origin: Task, atEnd: () => void, tell: (ending: TaskEnding) => void): OpenTask {
    const { tasks } = this;
    const task: OpenTask = {
      ...origin,
      end: (ending) => {
        if (!tasks.has(task)) return;
        if (task.endsSince === undefined) {
          task.endsSince = performance.now();
          atEnd();
        }
        critical(() => {
          if (tasks.delete(task)) tell(ending);
        });
      },
    };
    tasks.add(task);
    return task;
  }

  /**
   * False where the end of a task has just begun and is not to be disturbed: it ended by itself, or stops at the same press. A task that stops
   * may be stopped at once by another press, or when it has taken too long.
   */
  mayInterrupt(through: number, press: number): boolean {
    const recently = (since: number | undefined) =>
      since !== undefined && performance.now() - since < FINISHING_MS;
    return this.openThrough(through).every(
      ({ endsSince, stops }) => !recently(endsSince) && !(stops?.press === press && recently(stops.since)),
    );
  }

  /**
   * Stops what is open up to a run: an interrupt. What these tasks await throws, so that they end as they would at an error; afterwards
   * nothing that they wait for continues.
   * @param hit whose code has been unwound, perhaps of a cell that has ended
   */
  interrupt(through: number, press: number, hit: Task | undefined): void {
    const open = this.openThrough(through);
    for (const task of new Set<Task>(hit ? [hit, ...open] : open)) restoreAfter(task);
    for (const task of open) {
      assignParts(task);
      // A debugger would take what the awaiting throws for an error of the user's.
      if (task.stops || !isWaiting(task) || this.debug.leavesErrorsUncaught) this.endNow(task);
      else this.unwind(task, press);
    }
  }

  /** Lets a task end by itself for a while. */
  private unwind(task: OpenTask, press: number): void {
    const since = performance.now();
    const unwinding = new Unwinding(task);
    task.stops = { press, since };
    const step = () => {
      if (!this.tasks.has(task) || task.endsSince !== undefined) return;
      const state = performance.now() - since < FINISHING_MS ? unwinding.step() : "over";
      if (state === "thrown") onNextTurn(step);
      else if (state === "ending") setTimeout(step, LOOK_AGAIN_MS);
      else this.endNow(task);
    };
    runAsNobody(step);
  }

  private endNow(task: OpenTask): void {
    disown(task);
    restoreAfter(task);
    // In a turn of its own: what is drawn at a cell's end may be interrupted too.
    onNextTurn(() => {
      // Once more: an interrupt that has come amid the kernel's or Node's own code has unwound nothing, and that code may have gone on to call
      // the task's. What this made would run later, when the interrupt is over for everyone.
      if (this.tasks.has(task)) disown(task);
      runAs(task, () => task.end({ status: "interrupted" }));
    });
    onNextTurn(() => emit({ type: "interrupted" }));
  }

  private openThrough(through: number): OpenTask[] {
    return [...this.tasks].filter(({ run }) => run <= through);
  }

  /** Ends a cell that waits for input which is refused: readline, for one, would wait for ever. */
  refuse(run: number, error: unknown): void {
    for (const task of this.tasks) {
      if (task.run !== run) continue;
      disown(task);
      task.end({ status: "error", error: cellError(error) });
    }
  }
}
