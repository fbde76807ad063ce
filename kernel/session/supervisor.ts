/**
 * Keeps a session process alive for the kernel: passes cells to it, says how each ended, interrupts, and puts a new process
 * in the place of one that died.
 */
import type { ChildListener, ProcessEnd } from "./child-process.js";
import { causeOfDeath, deathError } from "./death.js";
import { defer } from "./deferred.js";
import type { EncodedBundle } from "./encoded-bundle.js";
import { Incarnation, type ActiveRun } from "./incarnation.js";
import { interruptRuns, UNRESPONSIVE } from "./interrupt.js";
import type { CommMessage, CompiledCell, Event, Request, RunOrigin, ValuePreview } from "./messages.js";
import type { CellOutcome, Inspector, InspectorListener, Session, SessionOptions } from "./session.js";

/** A preview that a session does not send within this time while it runs a cell is given up: in native code it hears nothing. */
const PREVIEW_BUSY_MS = 500;
/** One that runs none answers for certain, however slow the machine is; after this long no client waits any more. */
const PREVIEW_IDLE_MS = 10_000;

export class SessionSupervisor implements Session {
  private incarnation: Incarnation;
  /** Runs whose end has not been told, in the order in which they were started: one of the main shell and of each subshell. */
  private readonly active = new Map<number, ActiveRun>();
  private lastStarted = 0;
  /** An interrupt means all runs up to this one. */
  private highestRun = 0;
  private presses = 0;
  private debugger: InspectorListener | undefined;
  /** The process that is to end with the session's. */
  private companion: number | undefined;
  private closed = false;

  readonly inspector: Inspector = {
    open: (listener) => (this.debugger = listener),
    send: (message) => this.incarnation.process.debug(message),
    close: () => {
      this.debugger = undefined;
      this.incarnation.process.debug({ method: "close" });
    },
  };

  constructor(private readonly options: SessionOptions) {
    this.incarnation = this.start();
  }

  get pid(): number | undefined {
    return this.incarnation.process.pid;
  }

  async run(
    run: number,
    cell: CompiledCell,
    { origin = {}, silent }: { origin?: RunOrigin; silent: boolean },
  ): Promise<CellOutcome> {
    const incarnation = this.living();
    const active: ActiveRun = { deferred: defer() };
    this.active.set(run, active);
    this.lastStarted = run;
    this.highestRun = Math.max(run, this.highestRun);
    this.send({ type: "run", run, cell, origin, silent }, incarnation);
    try {
      return await active.deferred.promise;
    } finally {
      this.active.delete(run);
    }
  }

  async evaluate(run: number, cell: CompiledCell): Promise<EncodedBundle> {
    return this.living().evaluate(run, cell);
  }

  async preview(path: readonly string[], prefix?: string): Promise<ValuePreview | undefined> {
    if (!this.incarnation.started) return undefined;
    return this.incarnation.preview(path, prefix, this.active.size > 0 ? PREVIEW_BUSY_MS : PREVIEW_IDLE_MS);
  }

  async interrupt(): Promise<void> {
    const running = [...this.active];
    const stopped = await interruptRuns(
      this.incarnation,
      running.map(([, active]) => active),
      { through: this.highestRun, press: ++this.presses },
    );
    if (stopped) return;
    for (const [run, active] of running) {
      if (this.active.get(run) === active)
        this.options.onOutput({ type: "stream", run, name: "stderr", text: UNRESPONSIVE });
    }
  }

  setCompanion(pid: number): void {
    this.companion = pid;
    this.incarnation.process.setCompanion(pid);
  }

  inputReply(id: number, value: string): void {
    this.send({ type: "input_reply", id, value });
  }

  inputRefused(id: number, why: string): void {
    this.send({ type: "input_reply", id, cancelled: why });
  }

  comm(message: CommMessage): void {
    this.send({ type: "comm", message });
    // A loop without `await` never gets to read its requests.
    this.incarnation.process.pump();
  }

  async restart(): Promise<void> {
    const old = this.incarnation;
    old.endedBy = "restart";
    old.process.kill();
    await old.gone.promise;
    this.living();
    await Promise.race([this.incarnation.ready.promise, this.incarnation.gone.promise]);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.incarnation.endedBy = "close";
    this.incarnation.process.kill();
    await this.incarnation.gone.promise;
  }

  private send(request: Request, incarnation = this.incarnation): void {
    // Before it is ready the process does not read; the pipe holds what is sent.
    incarnation.process.send(request);
  }

  /** The current process, or a new one where the last died before it was ready. */
  private living(): Incarnation {
    if (this.closed) throw new Error("The session is closed: expected a call before close()");
    if (this.incarnation.ended) this.incarnation = this.start();
    return this.incarnation;
  }

  private start(): Incarnation {
    const listener: ChildListener = {
      event: (event) => this.event(incarnation, event),
      raw: (name, text) => {
        if (this.incarnation === incarnation) {
          this.options.onOutput({ type: "stream", run: this.rawOwner(), name, text });
        }
      },
      debug: (message) => {
        if (this.incarnation === incarnation) this.debugger?.message(message);
      },
      exit: (end) => this.died(incarnation, end),
    };
    const incarnation = new Incarnation(this.options, listener);
    if (this.companion !== undefined) incarnation.process.setCompanion(this.companion);
    // Told once the new process is the one that is spoken to.
    queueMicrotask(() => this.debugger?.restarted());
    return incarnation;
  }

  private event(incarnation: Incarnation, event: Event): void {
    if (this.incarnation !== incarnation) return;
    switch (event.type) {
      case "ready":
        incarnation.started = true;
        incarnation.ready.resolve(undefined);
        return;
      case "exiting":
        incarnation.exitCode = event.code;
        incarnation.process.kill();
        return;
      case "done": {
        const active = this.active.get(event.run);
        // Of a process that is about to end no cell ends in another way.
        if (!active || active.outcome || incarnation.exitCode !== undefined) return;
        const { type: _type, run: _run, ...ending } = event;
        active.outcome = ending;
        afterReading(() => active.deferred.resolve(ending));
        return;
      }
      case "interrupted":
      case "preview":
      case "evaluated":
        incarnation.answer(event);
        return;
      default:
        this.options.onOutput(event);
    }
  }

  /** Nothing tells who wrote raw output: it belongs to the run that was started last of those that go on, or of all. */
  private rawOwner(): number {
    return [...this.active.keys()].at(-1) ?? this.lastStarted;
  }

  private died(incarnation: Incarnation, end: ProcessEnd): void {
    incarnation.ended = true;
    const cause =
      incarnation.endedBy === undefined
        ? causeOfDeath(end, incarnation.exitCode)
        : `The session was ${incarnation.endedBy === "restart" ? "restarted" : "closed"}.`;
    const error = deathError(cause);
    // A process that dies before it is ready would die again: the next cell tries once more.
    if (incarnation.started && !this.closed) {
      this.incarnation = this.start();
      if (incarnation.endedBy === undefined && this.active.size === 0) this.options.onRestart(cause);
    }
    incarnation.leaveUnanswered(error);
    for (const [run, active] of this.active) {
      // A cell that had ended, and whose raw output was still on its way, keeps its outcome.
      active.deferred.resolve(active.outcome ?? { status: "died", error });
      this.active.delete(run);
    }
    incarnation.gone.resolve(undefined);
  }
}

/**
 * Calls back when all that the session had written before the event at hand has been read from its other pipes, such as the output of
 * native code: the next turn of the event loop polls every pipe, and reads all that one can hold.
 */
function afterReading(callback: () => void): void {
  setImmediate(() => setImmediate(callback));
}
