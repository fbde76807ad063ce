/**
 * Runs compiled cells and tells how they ended. A task's end is told once and by whoever comes first: its own promise, or an
 * interrupt, after which that promise never settles.
 */
import { setFlagsFromString } from "node:v8";
import vm from "node:vm";
import type { EncodedBundle } from "../../encoded-bundle.js";
import {
  RESULT_EXCERPT,
  type CellError,
  type CompiledCell,
  type Event,
  type RunOrigin,
} from "../../messages.js";
import { timed } from "../magics/clock.js";
import { looped } from "../magics/loops.js";
import { magicCaller } from "../magics/table.js";
import { NewGlobals } from "./new-globals.js";
import { watchAssignments } from "./assigned-variables.js";
import { disown, runAs, runAsNobody, taskOf, type Task } from "./attribution.js";
import type { DebugHost } from "../debug/debug-host.js";
import { cellEnded, cellStarted, displayIdOf } from "../output/display-host.js";
import { localized } from "../../../locale/sentences.js";
import { emit, emitStream } from "../output/event-pipe.js";
import { critical } from "../interrupt/critical-sections.js";
import { cellError, isTermination } from "./errors.js";
import { restoreAfter } from "../interrupt/interrupt-host.js";
import { bundleOf, textBundle } from "../output/mime.js";
import { currentRun, endGroups, setLastRun } from "../output/streams.js";
import { isShow } from "../output/display.js";
import type { Modules } from "../modules/modules.js";
import type { ResultHistory } from "./result-history.js";
import { addCell, addSource, MAPPED } from "./stack.js";
import { refusedRun } from "../output/stdin.js";
import { onNextTurn } from "./event-loop.js";
import { assignParts, Interrupted, isWaiting, Unwinding, wait as waitFor } from "./waits.js";

/** The contract of language.ts: an async function of the scope, the imports and the cell's `import.meta`. */
type CellFunction = (
  scope: Record<string, unknown>,
  importModule: (
    specifier: string,
    options?: ImportCallOptions,
    names?: readonly string[],
  ) => Promise<unknown>,
  require: NodeJS.Require,
  meta: Record<string, unknown>,
  wait: typeof waitFor,
) => Promise<{ value: unknown } | undefined>;

interface OpenTask extends Task {
  readonly end: (ending: Ending) => void;
  /** When its end has begun, in milliseconds: what waits for it is being called, and may itself be interrupted. */
  endsSince?: number;
  /** Set by an interrupt that lets it end by itself: when that came, and at which press of Stop. */
  stops?: { readonly press: number; readonly since: number };
}

interface NamedCell extends CompiledCell {
  /** The name that V8 knows it by. */
  readonly file: string;
}

/** What is left to do for a request once it is accepted: user code runs in it. */
export type Work = () => void;

type Ending =
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

const INTERRUPTED: CellError = { ename: "Interrupted", evalue: "", traceback: [] };

export class Evaluator {
  /** True once any task was interrupted. */
  interrupted = false;
  private readonly magic: ReturnType<typeof magicCaller>;
  private readonly tasks = new Set<OpenTask>();
  private readonly globals = new NewGlobals();
  /** How cells fail whose errors V8 was to see uncaught, by the promise that stays without a handler. */
  private readonly uncaughtCells = new WeakMap<object, (error: unknown) => void>();

  constructor(
    private readonly scope: Record<string, unknown>,
    private readonly history: ResultHistory,
    private readonly modules: Modules,
    private readonly debug: DebugHost,
  ) {
    this.magic = magicCaller({ scope, modules });
  }

  /** @param silent its value does not become the last result */
  run(run: number, compiled: CompiledCell, { origin, silent }: { origin: RunOrigin; silent: boolean }): Work {
    const cell = { ...compiled, file: addCell(compiled.name, compiled.map, compiled.source) };
    setLastRun(run);
    if (this.tasks.size === 0) endGroups();
    cellStarted(run, origin.deletedCells);
    if (!silent) this.history.addText(compiled.name, compiled.source);
    const assigned = watchAssignments(this.scope, compiled.writes ?? []);
    return this.open(
      { run, cellId: origin.cellId, client: origin.client },
      cell,
      () => cellEnded(run),
      (ending) => {
        const { status } = ending;
        const error = status === "error" ? { error: ending.error } : {};
        const globals = this.globals.changed();
        const done = {
          type: "done",
          run,
          status,
          ...error,
          assigned: assigned(),
          ...(globals && { globals }),
        } as Event;
        if (status === "ok" && ending.value !== undefined && !silent)
          this.history.addResult(compiled.name, ending.value);
        if (status !== "ok" || !ending.bundle || ending.bundle.isEmpty) return emit(done);
        const { bundle, displayId } = ending;
        const excerpt = bundle.plainText?.slice(0, RESULT_EXCERPT);
        // Only display_data can be updated later.
        if (displayId === undefined && !compiled.part)
          emit({ type: "result", run, bundle, ...(excerpt !== undefined && { excerpt }) }, done);
        else emit({ type: "display", run, bundle, displayId, update: false }, done);
      },
    );
  }

  /** Answers with the value of an expression; `undefined` is shown as text here, not left out. */
  evaluate(id: number, run: number, compiled: CompiledCell): Work {
    // Expressions come by the thousand and leave nothing behind: the last one is remembered.
    addSource(compiled.name, compiled.map, compiled.source);
    const cell = { ...compiled, file: compiled.name };
    return this.open(
      { run },
      cell,
      () => undefined,
      (ending) => {
        if (ending.status === "error") emit({ type: "evaluated", id, error: ending.error });
        else if (ending.status === "interrupted") emit({ type: "evaluated", id, error: INTERRUPTED });
        else emit({ type: "evaluated", id, bundle: ending.bundle ?? textBundle(undefined) });
      },
    );
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
    this.interrupted = true;
    const open = this.openThrough(through);
    for (const task of new Set<Task>(hit ? [hit, ...open] : open)) restoreAfter(task);
    for (const task of open) {
      assignParts(task);
      // A debugger would take what the awaiting throws for an error of the user's.
      if (task.stops || !isWaiting(task) || this.debug.leavesErrorsUncaught) this.endNow(task);
      else this.unwind(task, press);
    }
    this.modules.interrupted();
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
    onNextTurn(() => runAs(task, () => task.end({ status: "interrupted" })));
    onNextTurn(() => emit({ type: "interrupted" }));
  }

  private openThrough(through: number): OpenTask[] {
    return [...this.tasks].filter(({ run }) => run <= through);
  }

  /** An error that no cell has caught, from a timer, an event or a promise: shown with the cell that it belongs to. */
  uncaught(error: unknown, promise?: object): void {
    if (isTermination(error) || error instanceof Interrupted) return;
    const fail = promise && this.uncaughtCells.get(promise);
    if (fail) return fail(error);
    const waiting = refusedRun(error);
    if (waiting !== undefined) return this.refused(waiting, error);
    const task = promise && taskOf(promise);
    const where = promise ? "Unhandled rejection" : "Uncaught exception";
    const run = task?.run ?? currentRun();
    emitStream(run, "stderr", `${localized(where)}:\n${cellError(error).traceback.join("\n")}\n`);
  }

  /** Ends a cell that waits for input which is refused: readline, for one, would wait for ever. */
  private refused(run: number, error: unknown): void {
    for (const task of this.tasks) {
      if (task.run !== run) continue;
      disown(task);
      task.end({ status: "error", error: cellError(error) });
    }
  }

  /**
   * Opens a task: from now on its end will be told. An interrupt must not come between accepting a request and this, so the caller
   * is a critical section; the work that is returned runs outside of it.
   * @param atEnd called first, with user code in it
   */
  private open(origin: Task, cell: NamedCell, atEnd: () => void, tell: (ending: Ending) => void): Work {
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
    const fail = (error: unknown) => {
      if (!task.stops) task.end({ status: "error", error: cellError(error) });
    };
    const succeed = (result: { value: unknown } | undefined) => {
      if (task.stops) return;
      if (result === undefined || result.value === undefined) return task.end({ status: "ok" });
      const { value } = result;
      if (isShow(value)) return void value.then(() => task.end({ status: "ok" }), fail);
      const shown = (bundle: EncodedBundle) =>
        task.end({ status: "ok", value, bundle, displayId: displayIdOf(value) });
      bundleOf(value, shown, fail);
    };
    return () => {
      if (!tasks.has(task)) return;
      runAs(task, () => {
        const begin = () => this.measured(cell, () => this.call(cell, () => tasks.has(task)));
        if (this.debug.leavesErrorsUncaught) return this.beginUncaught(begin, succeed, fail);
        try {
          begin()?.then(succeed, fail);
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
  private beginUncaught(
    begin: () => ReturnType<CellFunction> | undefined,
    succeed: (result: { value: unknown } | undefined) => void,
    fail: (error: unknown) => void,
  ): void {
    const begun = Promise.resolve().then(() => {
      const ended = begin();
      if (ended) this.uncaughtCells.set(ended.then(succeed), fail);
    });
    this.uncaughtCells.set(begun, fail);
  }

  /** Calls a cell in the way in which it is to be timed. */
  private measured(cell: CompiledCell, call: () => ReturnType<CellFunction> | undefined): typeof result {
    const { measure } = cell;
    const result = measure?.kind === "time" ? timed(async () => call()) : call();
    if (measure?.kind !== "timeit") return result;
    return result?.then(async (answer) => {
      await looped(answer?.value as () => unknown, measure);
      return undefined;
    });
  }

  /** Calls the cell's function, unless an interrupt has come while it was compiled. */
  private call(cell: NamedCell, isOpen: () => boolean): ReturnType<CellFunction> | undefined {
    const { modules } = this;
    // The wrapper has the first line to itself, so that the compiled text keeps its line numbers.
    const code = `(async function ($, __import, require, __meta, __wait) { "use strict";\n${cell.js}${MAPPED}})`;
    const script = uncached(() => {
      return new vm.Script(code, {
        filename: cell.file,
        lineOffset: -1,
        importModuleDynamically: ((specifier: string) => modules.importEvaluated(specifier)) as never,
      });
    });
    const run = script.runInThisContext() as CellFunction;
    if (!isOpen()) return undefined;
    return run(
      this.scope,
      (specifier, options, names) => modules.import(specifier, options, names),
      modules.require,
      Object.defineProperty(modules.meta, "magic", { value: this.magic }),
      waitFor,
    );
  }
}

/** V8 keeps the code of scripts for the next time that the same text comes, whose number no collection bounds; cells are not to fill it. */
function uncached<T>(compile: () => T): T {
  setFlagsFromString("--no-compilation-cache");
  try {
    return compile();
  } finally {
    setFlagsFromString("--compilation-cache");
  }
}
