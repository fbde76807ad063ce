/**
 * Keeps a session process alive for the kernel: passes cells to it, says how each ended, interrupts, and puts a new process
 * in the place of one that died.
 */
import { SessionProcess, type ChildListener, type ProcessEnd } from "./child-process.js";
import { causeOfDeath, deathError } from "./death.js";
import type { EncodedBundle } from "./encoded-bundle.js";
import type {
  CellError,
  CommMessage,
  CompiledCell,
  Event,
  Request,
  RunOrigin,
  ValuePreview,
} from "./messages.js";
import type { CellOutcome, Inspector, InspectorListener, Session, SessionOptions } from "./session.js";

/** An interrupt that has not taken effect after this long is sent again: it may have come between two pieces of user code. */
const INTERRUPT_AGAIN_MS = 50;
/** With no end of the cell after this long, what it waits for outside of JavaScript is ended (execSync). */
const INTERRUPT_GRACE_MS = 2000;
/** After this long an interrupt is given up: the cell is in native code that cannot be stopped. */
const INTERRUPT_LIMIT_MS = 5000;
/** A preview that a session does not send within this time while it runs a cell is given up: in native code it hears nothing. */
const PREVIEW_BUSY_MS = 500;
/** One that runs none answers for certain, however slow the machine is; after this long no client waits any more. */
const PREVIEW_IDLE_MS = 10_000;

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

function defer<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

interface ActiveRun {
  readonly deferred: Deferred<CellOutcome>;
  /** Set by "done", and told a little later. */
  outcome?: CellOutcome;
}

interface Interruption {
  readonly runs: readonly ActiveRun[];
  readonly deferred: Deferred<undefined>;
}

/** One process and what is open with it; a later process shares nothing with it. */
interface Incarnation {
  readonly process: SessionProcess;
  readonly ready: Deferred<undefined>;
  readonly gone: Deferred<undefined>;
  started: boolean;
  ended: boolean;
  /** What user code gave to process.exit. */
  exitCode?: number;
  /** Why the kernel itself ended it; no cell is to blame then. */
  endedBy?: "restart" | "close";
  readonly evaluations: Map<number, Deferred<EncodedBundle>>;
  readonly previews: Map<number, (preview: ValuePreview | undefined) => void>;
  readonly interruptions: Set<Interruption>;
}

export class SessionSupervisor implements Session {
  private incarnation: Incarnation;
  /** Runs whose end has not been told, in the order in which they were started: one of the main shell and of each subshell. */
  private readonly active = new Map<number, ActiveRun>();
  private lastStarted = 0;
  /** An interrupt means all runs up to this one. */
  private highestRun = 0;
  private presses = 0;
  private nextEvaluation = 1;
  private nextPreview = 1;
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
    const incarnation = this.living();
    const id = this.nextEvaluation++;
    const deferred = defer<EncodedBundle>();
    incarnation.evaluations.set(id, deferred);
    this.send({ type: "evaluate", id, run, cell }, incarnation);
    return deferred.promise;
  }

  async preview(path: readonly string[], prefix?: string): Promise<ValuePreview | undefined> {
    const { previews, process, started } = this.incarnation;
    if (!started) return undefined;
    const id = this.nextPreview++;
    return new Promise((resolve) => {
      const answer = (preview: ValuePreview | undefined) => {
        clearTimeout(late);
        previews.delete(id);
        resolve(preview);
      };
      const late = setTimeout(answer, this.active.size > 0 ? PREVIEW_BUSY_MS : PREVIEW_IDLE_MS, undefined);
      previews.set(id, answer);
      process.preview(id, path, prefix);
    });
  }

  async interrupt(): Promise<void> {
    const { incarnation, highestRun } = this;
    const press = ++this.presses;
    const running = [...this.active];
    const runs = running.map(([, active]) => active);
    const deferred = defer<undefined>();
    for (const answer of incarnation.previews.values()) answer(undefined);
    incarnation.interruptions.add({ runs, deferred });
    const end = Promise.race([
      Promise.all([deferred.promise, ...runs.map((active) => active.deferred.promise)]),
      incarnation.gone.promise,
    ]);
    for (let waited = 0; waited < INTERRUPT_GRACE_MS; waited += INTERRUPT_AGAIN_MS) {
      incarnation.process.interrupt(highestRun, press);
      if (await within(end, INTERRUPT_AGAIN_MS)) return;
    }
    incarnation.process.killChildren();
    if (await within(end, INTERRUPT_LIMIT_MS - INTERRUPT_GRACE_MS)) return;
    for (const [run, active] of running) {
      if (this.active.get(run) !== active) continue;
      this.options.onOutput({
        type: "stream",
        run,
        name: "stderr",
        text:
          "The cell does not respond to the interrupt: it is inside native code, and stops when that returns. " +
          "Restart the kernel to stop it at once; variables are lost then.\n",
      });
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
    const incarnation: Incarnation = {
      process: new SessionProcess(this.options.cwd, this.options.runtime, listener),
      ready: defer(),
      gone: defer(),
      started: false,
      ended: false,
      evaluations: new Map(),
      previews: new Map(),
      interruptions: new Set(),
    };
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
        for (const interruption of incarnation.interruptions) {
          // One that came before its run had begun has not hit it.
          if (!interruption.runs.every(({ outcome }) => outcome)) continue;
          interruption.deferred.resolve(undefined);
          incarnation.interruptions.delete(interruption);
        }
        return;
      case "preview":
        incarnation.previews.get(event.id)?.(event.value);
        return;
      case "evaluated": {
        const deferred = incarnation.evaluations.get(event.id);
        incarnation.evaluations.delete(event.id);
        if (event.bundle) deferred?.resolve(event.bundle);
        else deferred?.reject(event.error);
        return;
      }
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
    const error: CellError = deathError(cause);
    // A process that dies before it is ready would die again: the next cell tries once more.
    if (incarnation.started && !this.closed) {
      this.incarnation = this.start();
      if (incarnation.endedBy === undefined && this.active.size === 0) this.options.onRestart(cause);
    }
    for (const evaluation of incarnation.evaluations.values()) evaluation.reject(error);
    for (const answer of incarnation.previews.values()) answer(undefined);
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

/** True when `promise` settles within `ms`. */
async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
