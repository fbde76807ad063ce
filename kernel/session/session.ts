/**
 * A session as the protocol sees it: the process that runs cells, whether it lives, and what it says.
 */
import type { EncodedBundle } from "./encoded-bundle.js";
import type {
  CellError,
  CommMessage,
  CompiledCell,
  Ending,
  Event,
  RunOrigin,
  ValuePreview,
} from "./messages.js";

export type CellOutcome =
  | Ending
  /** The process ended under the cell; `error` says how (exit code, signal, out of memory) and that a new session has started. */
  | { readonly status: "died"; readonly error: CellError };

/** Output events, in order, attributed to a run; the others are answered through promises instead. */
export type OutputEvent = Exclude<
  Event,
  { type: "ready" | "exiting" | "done" | "preview" | "interrupted" | "evaluated" }
>;

export interface SessionOptions {
  /** Working directory: the notebook's folder. */
  readonly cwd: string;
  /** Called for each output event; `run` tells the cell it belongs to. */
  readonly onOutput: (event: OutputEvent) => void;
  /** The session process ended while no cell ran and a new one has taken its place: its variables are gone. (Under a cell, the outcome "died" says so.) */
  readonly onRestart: (why: string) => void;
  /** Module whose exports every cell sees without an import: the runtime of cellgrad where nothing else is given. */
  readonly runtime?: string;
}

/** V8's inspector in the session process: messages of its protocol (CDP), both ways. */
export interface Inspector {
  /** From now on the listener hears; the first message that is sent switches the inspector on. */
  open(listener: InspectorListener): void;
  send(message: object): void;
  /** Switches the inspector off, which resumes a program that is paused. */
  close(): void;
}

export interface InspectorListener {
  message(message: unknown): void;
  /** Another process has taken the place of the one that was inspected; nothing of that one will be answered. */
  restarted(): void;
}

export interface Session {
  readonly inspector: Inspector;
  /** Pid of the current process, for usage and tests. */
  readonly pid: number | undefined;
  /** Runs one cell, beside others that have not ended. Resolves after all of the cell's output has been delivered. */
  run(
    run: number,
    cell: CompiledCell,
    options: { origin?: RunOrigin; silent: boolean },
  ): Promise<CellOutcome>;
  /** Value of an expression as a MIME bundle, for the user_expressions of a run. Rejects with a CellError. */
  evaluate(run: number, cell: CompiledCell): Promise<EncodedBundle>;
  /**
   * Looks at a value, also while a cell is busy: a variable, or what properties lead to from one.
   * Undefined where there is none, or where the session does not answer in a moment because it is in native code.
   * @param prefix what members begin with that are asked for; without it none are
   */
  preview(path: readonly string[], prefix?: string): Promise<ValuePreview | undefined>;
  /** Stops all runs: synchronous loops, loops after an await, pending promises. State is kept. Resolves when the cells ended. */
  interrupt(): Promise<void>;
  /** Should the kernel be killed, this process is ended with the session's. Another one named later takes its place. */
  setCompanion(pid: number): void;
  inputReply(id: number, value: string): void;
  inputRefused(id: number, why: string): void;
  comm(message: CommMessage): void;
  /** Ends the process and starts a new one, with nothing kept. */
  restart(): Promise<void>;
  /** Ends the process and its children for good. */
  close(): Promise<void>;
}

/**
 * What `session/start.ts` exports as `startSession`: returns at once, so that the kernel answers while the process starts; the first run
 * waits for it. A process that cannot be started at all makes runs end with "died".
 */
export type StartSession = (options: SessionOptions) => Session;
