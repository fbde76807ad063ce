/**
 * Runs what the kernel process asks for, cells and expressions, and answers how each ended. Which of them go on, and how an interrupt ends
 * them, is in tasks.ts.
 */
import type { EncodedBundle } from "../../encoded-bundle.js";
import {
  RESULT_EXCERPT,
  type CellError,
  type CompiledCell,
  type Event,
  type RunOrigin,
} from "../../messages.js";
import { localized } from "../../../locale/sentences.js";
import type { DebugHost } from "../debug/debug-host.js";
import { magicCaller } from "../magics/table.js";
import type { Modules } from "../modules/modules.js";
import { isShow } from "../output/display.js";
import { cellEnded, cellStarted, displayIdOf } from "../output/display-host.js";
import { emit, emitStream } from "../output/event-pipe.js";
import { bundleOf, textBundle } from "../output/mime.js";
import { refusedRun } from "../output/stdin.js";
import { currentRun, endGroups, setLastRun } from "../output/streams.js";
import { watchAssignments } from "./assigned-variables.js";
import { runAs, taskOf, type Task } from "./attribution.js";
import { callCell, type CellResult, type CellWorld, type NamedCell } from "./cell-function.js";
import { cellError, isTermination } from "./errors.js";
import { NewGlobals } from "./new-globals.js";
import type { ResultHistory } from "./result-history.js";
import { addCell, addSource } from "./stack.js";
import { OpenTasks, type OpenTask, type TaskEnding } from "./tasks.js";
import { Interrupted } from "./waits.js";
import type { Work } from "./work.js";

const INTERRUPTED: CellError = { ename: "Interrupted", evalue: "", traceback: [] };

export class Evaluator {
  /** True once any task was interrupted. */
  interrupted = false;
  private readonly world: CellWorld;
  private readonly tasks: OpenTasks;
  private readonly globals = new NewGlobals();
  /** How cells fail whose errors V8 was to see uncaught, by the promise that stays without a handler. */
  private readonly uncaughtCells = new WeakMap<object, (error: unknown) => void>();

  constructor(
    scope: Record<string, unknown>,
    private readonly history: ResultHistory,
    private readonly modules: Modules,
    private readonly debug: DebugHost,
  ) {
    this.world = { scope, modules, magic: magicCaller({ scope, modules }) };
    this.tasks = new OpenTasks(debug);
  }

  /** @param silent its value does not become the last result */
  run(run: number, compiled: CompiledCell, { origin, silent }: { origin: RunOrigin; silent: boolean }): Work {
    const cell = { ...compiled, file: addCell(compiled.name, compiled.map, compiled.source) };
    setLastRun(run);
    if (this.tasks.size === 0) endGroups();
    cellStarted(run, origin.deletedCells);
    if (!silent) this.history.addText(compiled.name, compiled.source);
    const assigned = watchAssignments(this.world.scope, compiled.writes ?? []);
    const tell = (ending: TaskEnding) => {
      const globals = this.globals.changed();
      const done: Event = {
        type: "done",
        run,
        ...(ending.status === "error" ? ending : { status: ending.status }),
        assigned: assigned(),
        ...(globals && { globals }),
      };
      if (ending.status === "ok" && ending.value !== undefined && !silent)
        this.history.addResult(compiled.name, ending.value);
      if (ending.status !== "ok" || !ending.bundle || ending.bundle.isEmpty) return emit(done);
      const { bundle, displayId } = ending;
      const excerpt = bundle.plainText?.slice(0, RESULT_EXCERPT);
      // Only display_data can be updated later.
      if (displayId === undefined && !compiled.part)
        emit({ type: "result", run, bundle, ...(excerpt !== undefined && { excerpt }) }, done);
      else emit({ type: "display", run, bundle, displayId, update: false }, done);
    };
    const task = { run, cellId: origin.cellId, client: origin.client };
    return this.begin(cell, task, { atEnd: () => cellEnded(run), tell });
  }

  /** Answers with the value of an expression; `undefined` is shown as text here, not left out. */
  evaluate(id: number, run: number, compiled: CompiledCell): Work {
    // Expressions come by the thousand and leave nothing behind: the last one is remembered.
    addSource(compiled.name, compiled.map, compiled.source);
    const cell = { ...compiled, file: compiled.name };
    const tell = (ending: TaskEnding) => {
      if (ending.status === "error") emit({ type: "evaluated", id, error: ending.error });
      else if (ending.status === "interrupted") emit({ type: "evaluated", id, error: INTERRUPTED });
      else emit({ type: "evaluated", id, bundle: ending.bundle ?? textBundle(undefined) });
    };
    return this.begin(cell, { run }, { tell });
  }

  /** Whether an interrupt may come now: not where the end of a task has just begun. */
  mayInterrupt(through: number, press: number): boolean {
    return this.tasks.mayInterrupt(through, press);
  }

  /** Stops what is open up to a run, and `hit`, whose code has been unwound, perhaps of a cell that has ended. */
  interrupt(through: number, press: number, hit: Task | undefined): void {
    this.interrupted = true;
    this.tasks.interrupt(through, press, hit);
    this.modules.interrupted();
  }

  /** An error that no cell has caught, from a timer, an event or a promise: shown with the cell that it belongs to. */
  uncaught(error: unknown, promise?: object): void {
    if (isTermination(error) || error instanceof Interrupted) return;
    const fail = promise && this.uncaughtCells.get(promise);
    if (fail) return fail(error);
    const waiting = refusedRun(error);
    if (waiting !== undefined) return this.tasks.refuse(waiting, error);
    const task = promise && taskOf(promise);
    const where = promise ? "Unhandled rejection" : "Uncaught exception";
    const run = task?.run ?? currentRun();
    emitStream(run, "stderr", `${localized(where)}:\n${cellError(error).traceback.join("\n")}\n`);
  }

  /**
   * Opens a task for a cell, and leaves the cell's code to the work that is returned: that runs outside of the critical section in which
   * a request is accepted.
   */
  private begin(
    cell: NamedCell,
    origin: Task,
    { atEnd, tell }: { readonly atEnd?: () => void; readonly tell: (ending: TaskEnding) => void },
  ): Work {
    const task = this.tasks.open(origin, atEnd ?? (() => undefined), tell);
    const mayBegin = () => this.tasks.mayBegin(task);
    const fail = (error: unknown) => {
      if (!task.stops) task.end({ status: "error", error: cellError(error) });
    };
    const succeed = (result: CellResult) => {
      if (!task.stops) show(result, task, fail);
    };
    return () => {
      if (!mayBegin()) return;
      runAs(task, () => {
        const call = () => callCell(cell, this.world, mayBegin);
        if (this.debug.leavesErrorsUncaught) return this.callUncaught(call, succeed, fail);
        try {
          call()?.then(succeed, fail);
        } catch (error) {
          fail(error);
        }
      });
    };
  }

  /**
   * Nothing on the stack and no promise may catch the cell's errors, or V8 believes that the user's code does; Node tells of them as of
   * any rejection that nobody handles.
   */
  private callUncaught(
    call: () => Promise<CellResult> | undefined,
    succeed: (result: CellResult) => void,
    fail: (error: unknown) => void,
  ): void {
    const begun = Promise.resolve().then(() => {
      const ended = call();
      if (ended) this.uncaughtCells.set(ended.then(succeed), fail);
    });
    this.uncaughtCells.set(begun, fail);
  }
}

/** Ends a task with the value of its cell. */
function show(result: CellResult, task: OpenTask, fail: (error: unknown) => void): void {
  if (result === undefined || result.value === undefined) return task.end({ status: "ok" });
  const { value } = result;
  if (isShow(value)) return void value.then(() => task.end({ status: "ok" }), fail);
  const shown = (bundle: EncodedBundle) =>
    task.end({ status: "ok", value, bundle, displayId: displayIdOf(value) });
  bundleOf(value, shown, fail);
}
