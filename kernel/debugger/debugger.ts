/**
 * The debugger's life: switched on by a client, it follows V8 through pauses, tells the client of those that are of interest, and comes
 * back in the next session process when one has died. What clients ask is in `commands.ts`.
 */
import type { Language } from "../language/language.js";
import type { Session } from "../session/session.js";
import type { Json } from "../wire/message.js";
import { Breakpoints } from "./breakpoints.js";
import { CallStack } from "./call-stack.js";
import { Cdp, type Paused } from "./cdp.js";
import { Evaluation } from "./evaluation.js";
import { LIBRARY_PATTERNS, Sources } from "./sources.js";
import { Variables } from "./variables.js";

/** The one thread that there is for a client. */
export const THREAD = 1;
/** A step that takes longer than this is shown as a program that runs. */
const STEP_MS = 150;
/** Frames shown of what the program waited for. */
const ASYNC_FRAMES = 16;

export type ExceptionFilter = "raised" | "uncaught";
export type Step = "stepOver" | "stepInto" | "stepOut";

export interface DebuggerOptions {
  readonly session: Session;
  readonly language: Language;
  /** Sends an event to the clients. */
  event(name: string, body: Json): void;
  /** Stops the cell that runs. */
  interrupt(): Promise<void>;
  log(line: string): void;
}

export interface Stopped {
  readonly pause: Paused;
  readonly stack: CallStack;
}

export class Debugger {
  readonly sources: Sources;
  readonly breakpoints: Breakpoints;
  readonly evaluation: Evaluation;
  readonly variables: Variables;
  readonly cdp: Cdp;
  readonly language: Language;
  attached = false;
  /** Where the program stands, while it does. */
  stopped: Stopped | undefined;
  /** V8's pause, whether a client has heard of it or not. */
  #current: Paused | undefined;
  /** Resolves when breakpoints hold; a cell that runs before would pass them. */
  ready: Promise<void> | undefined;
  readonly #options: DebuggerOptions;
  #exceptions: readonly ExceptionFilter[] = [];
  /** The client has asked for a step or a pause, and the next pause is the answer. */
  #expected: Step | "pause" | undefined;
  /** A step in has met code that is nobody's, and is still to get where it was to go. */
  #stepsOn = false;
  #running: NodeJS.Timeout | undefined;

  constructor(options: DebuggerOptions) {
    const { session, language } = options;
    this.#options = options;
    this.language = language;
    this.cdp = new Cdp(session.inspector, {
      scriptParsed: (script) => this.sources.parsed(script),
      paused: (pause) => void this.#paused(pause).catch((error: Error) => this.#failed(error)),
      resumed: () => this.#resumed(),
      restarted: () => this.#restarted(),
    });
    this.sources = new Sources(this.cdp);
    this.evaluation = new Evaluation(this.cdp, language);
    this.variables = new Variables(this.cdp);
    this.breakpoints = new Breakpoints(this.cdp, this.sources, language, this.evaluation, (breakpoint) =>
      options.event("breakpoint", { reason: "changed", breakpoint }),
    );
  }

  /** Switches V8's inspector on; resolves when breakpoints hold. */
  async attach(): Promise<void> {
    if (!this.attached) {
      this.attached = true;
      this.cdp.open();
      this.ready = this.#enable();
    }
    await this.ready;
  }

  /** Switches it off; a program that stands goes on. */
  detach(): void {
    if (!this.attached) return;
    this.attached = false;
    this.ready = undefined;
    // The answer is of no interest: the inspector closes behind it.
    void this.cdp.ask("leavesErrorsUncaught = false").catch(() => undefined);
    this.cdp.close();
    this.#forget();
    this.breakpoints.detach();
    this.#exceptions = [];
  }

  async setExceptionFilters(filters: readonly ExceptionFilter[]): Promise<void> {
    this.#exceptions = filters;
    if (this.attached) await this.#applyExceptions();
  }

  async step(step: Step): Promise<void> {
    this.#expected = step;
    await this.cdp.post(`Debugger.${step}`);
  }

  async pause(): Promise<void> {
    this.#expected = "pause";
    await this.cdp.post("Debugger.pause");
  }

  async resume(): Promise<void> {
    this.#expected = undefined;
    await this.cdp.post("Debugger.resume");
  }

  interrupt(): Promise<void> {
    return this.#options.interrupt();
  }

  async #enable(): Promise<void> {
    this.sources.clear();
    const { cdp } = this;
    await cdp.post("Debugger.enable");
    await Promise.all([
      cdp.post("Debugger.setAsyncCallStackDepth", { maxDepth: ASYNC_FRAMES }),
      cdp.post("Debugger.setBlackboxPatterns", { patterns: [...LIBRARY_PATTERNS] }),
      cdp.post("Debugger.setInstrumentationBreakpoint", {
        instrumentation: "beforeScriptWithSourceMapExecution",
      }),
      this.#applyExceptions(),
      this.sources.readAll(),
    ]);
    await this.breakpoints.attach();
  }

  /** V8 only knows that an error is uncaught where the kernel's own handler is not in the way. */
  async #applyExceptions(): Promise<void> {
    const all = this.#exceptions.includes("raised");
    const uncaught = this.#exceptions.includes("uncaught");
    await this.cdp.ask(`leavesErrorsUncaught = ${String(uncaught)}`);
    await this.cdp.post("Debugger.setPauseOnExceptions", {
      state: all ? "all" : uncaught ? "uncaught" : "none",
    });
  }

  async #paused(pause: Paused): Promise<void> {
    this.#current = pause;
    const { reason, data } = pause;
    if (reason === "instrumentation") {
      const script = await this.sources.read((data as { scriptId: string }).scriptId);
      if (script) await this.breakpoints.place(script, { stopAtStart: this.#expected === "pause" });
      return this.#goOn(pause, "resume");
    }
    const top = pause.callFrames[0]!;
    const stack = new CallStack(pause, this.sources);
    const isError = reason === "exception" || reason === "promiseRejection";
    // A step has led out of the user's code: past the end of a cell, or into what the kernel does between cells.
    const [inner, outer] = stack.frames;
    if (!inner?.call || (!inner.place && !outer?.call && !isError)) {
      // Between cells a pause waits for the next one.
      if (this.#expected !== "pause") this.#expected = undefined;
      return this.#goOn(pause, "resume");
    }
    // Into what is not the user's, such as the getter of an imported name: the step goes on behind it.
    if ((!inner.place || this.sources.isLibrary(top.location.scriptId)) && !isError) {
      this.#stepsOn = this.#expected === "stepInto";
      return this.#goOn(pause, "stepOut");
    }
    if (this.#stepsOn) {
      this.#stepsOn = false;
      if (!isError && !pause.hitBreakpoints?.length) return this.#goOn(pause, "stepInto");
    }
    const hit = pause.hitBreakpoints ?? [];
    const { stops, why } = await this.breakpoints.stopsAt(hit, top);
    if (!stops && hit.length > 0 && !isError && this.#expected === undefined)
      return this.#goOn(pause, "resume");
    if (this.#current === pause) this.#stop({ pause, stack }, stops, why);
  }

  /** Leaves a pause that no client hears of, unless an interrupt has ended it meanwhile. */
  async #goOn(pause: Paused, how: "resume" | "stepOut" | "stepInto"): Promise<void> {
    if (this.#current === pause) await this.cdp.post(`Debugger.${how}`).catch(() => undefined);
  }

  #stop(stopped: Stopped, atBreakpoint: boolean, why: string | undefined): void {
    const { reason, data } = stopped.pause;
    clearTimeout(this.#running);
    this.stopped = stopped;
    this.variables.paused = true;
    const expected = this.#expected;
    this.#expected = undefined;
    const body: Json = { threadId: THREAD, allThreadsStopped: true, preserveFocusHint: false };
    if (reason === "exception" || reason === "promiseRejection") {
      const error = data as { description?: string; value?: unknown };
      const text = (error.description ?? String(error.value)).split(/\n {4}at /)[0];
      Object.assign(body, { reason: "exception", description: "Paused on an error", text });
    } else if (atBreakpoint) {
      Object.assign(body, { reason: "breakpoint", ...(why !== undefined && { text: why }) });
    } else if (expected === undefined) {
      Object.assign(body, { reason: "pause", description: "Paused at a debugger statement" });
    } else {
      body["reason"] = expected === "pause" ? "pause" : "step";
    }
    if (why !== undefined) this.#options.event("output", { category: "stderr", output: `${why}\n` });
    this.#options.event("stopped", body);
  }

  #resumed(): void {
    this.#current = undefined;
    if (!this.stopped) return;
    this.#forget();
    clearTimeout(this.#running);
    // A step that is done in a moment only shows its end.
    if (this.#expected === undefined) this.#tellRunning();
    else this.#running = setTimeout(() => this.#tellRunning(), STEP_MS).unref();
  }

  #tellRunning(): void {
    this.#options.event("continued", { threadId: THREAD, allThreadsContinued: true });
  }

  /** What was shown of a pause means nothing any more. */
  #forget(): void {
    this.stopped = undefined;
    this.variables.paused = false;
    this.evaluation.resumed();
    void this.variables.release();
  }

  #restarted(): void {
    const wasStopped = this.stopped !== undefined;
    this.#expected = undefined;
    this.#forget();
    clearTimeout(this.#running);
    if (wasStopped) this.#tellRunning();
    this.ready = this.#enable().catch((error: Error) => this.#failed(error));
  }

  #failed(error: Error): void {
    this.#options.log(`debugger: ${error.message}`);
    // Whatever has gone wrong, the program does not stand still for nothing.
    if (this.attached && !this.stopped) void this.cdp.post("Debugger.resume").catch(() => undefined);
  }
}
