/**
 * One session process and the questions that it has not answered yet: values of expressions, previews, interrupts. A later process shares
 * nothing with it. Which runs go on in it, and what follows when it ends, is the supervisor's.
 */
import { SessionProcess, type ChildListener } from "./child-process.js";
import { defer, type Deferred } from "./deferred.js";
import type { EncodedBundle } from "./encoded-bundle.js";
import type { CellError, CompiledCell, Event, ValuePreview } from "./messages.js";
import type { CellOutcome, SessionOptions } from "./session.js";

/** A run whose end has not been told. */
export interface ActiveRun {
  readonly deferred: Deferred<CellOutcome>;
  /** Set by "done", and told a little later. */
  outcome?: CellOutcome;
}

/** An interrupt whose effect the process has not told. */
interface Interruption {
  readonly runs: readonly ActiveRun[];
  readonly deferred: Deferred<undefined>;
}

export type AnswerEvent = Extract<Event, { type: "interrupted" | "preview" | "evaluated" }>;

export class Incarnation {
  readonly process: SessionProcess;
  readonly ready = defer<undefined>();
  readonly gone = defer<undefined>();
  started = false;
  ended = false;
  /** What user code gave to process.exit. */
  exitCode?: number;
  /** Why the kernel itself ended it; no cell is to blame then. */
  endedBy?: "restart" | "close";
  private readonly evaluations = new Map<number, Deferred<EncodedBundle>>();
  private readonly previews = new Map<number, (preview: ValuePreview | undefined) => void>();
  private readonly interruptions = new Set<Interruption>();
  private nextEvaluation = 1;
  private nextPreview = 1;

  constructor({ cwd, runtime }: SessionOptions, listener: ChildListener) {
    this.process = new SessionProcess(cwd, runtime, listener);
  }

  evaluate(run: number, cell: CompiledCell): Promise<EncodedBundle> {
    const id = this.nextEvaluation++;
    const deferred = defer<EncodedBundle>();
    this.evaluations.set(id, deferred);
    this.process.send({ type: "evaluate", id, run, cell });
    return deferred.promise;
  }

  /** Undefined where the process does not answer within `limitMs`. */
  preview(
    path: readonly string[],
    prefix: string | undefined,
    limitMs: number,
  ): Promise<ValuePreview | undefined> {
    const id = this.nextPreview++;
    return new Promise((resolve) => {
      const answer = (preview: ValuePreview | undefined) => {
        clearTimeout(late);
        this.previews.delete(id);
        resolve(preview);
      };
      const late = setTimeout(answer, limitMs, undefined);
      this.previews.set(id, answer);
      this.process.preview(id, path, prefix);
    });
  }

  /** Nobody waits for previews any more. */
  dropPreviews(): void {
    for (const answer of this.previews.values()) answer(undefined);
  }

  /** Resolves when the process tells that an interrupt of these runs has taken effect. */
  interrupted(runs: readonly ActiveRun[]): Promise<undefined> {
    const deferred = defer<undefined>();
    this.interruptions.add({ runs, deferred });
    return deferred.promise;
  }

  answer(event: AnswerEvent): void {
    switch (event.type) {
      case "interrupted":
        for (const interruption of this.interruptions) {
          // One that came before its run had begun has not hit it.
          if (!interruption.runs.every(({ outcome }) => outcome)) continue;
          interruption.deferred.resolve(undefined);
          this.interruptions.delete(interruption);
        }
        return;
      case "preview":
        this.previews.get(event.id)?.(event.value);
        return;
      case "evaluated": {
        const deferred = this.evaluations.get(event.id);
        this.evaluations.delete(event.id);
        if (event.bundle) deferred?.resolve(event.bundle);
        else deferred?.reject(event.error);
        return;
      }
      default:
        event satisfies never;
    }
  }

  /** The process is gone and will not answer. */
  leaveUnanswered(error: CellError): void {
    for (const evaluation of this.evaluations.values()) evaluation.reject(error);
    this.dropPreviews();
  }
}
