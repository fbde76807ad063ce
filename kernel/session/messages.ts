/**
 * What the kernel process and the session process say to each other. Types only; framing is in `channel.ts`.
 *
 * Requests go down one pipe, events come up another; stdout and stderr of the child are pipes of their own, so that native code and
 * grandchildren are heard too. The interrupt has a pipe to itself, read by the watchdog.
 */

/** A MIME bundle as Jupyter's display messages carry it. */
export interface MimeBundle {
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
}

/** Code that the language service has checked and transformed. */
export interface CompiledCell {
  /** The body of an async function over ($, __import, require, __meta); the exact contract heads language/language.ts. */
  readonly js: string;
  /** Source map (version 3, JSON) from js back to the cell. */
  readonly map: string;
  /** The cell as the user wrote it, for source lines in errors. */
  readonly source: string;
  /** What errors call it, such as "Cell [3]". */
  readonly name: string;
}

export type Request =
  /** Run a cell. Output that it causes, now or later, carries `run` in its events. */
  | {
      readonly type: "run";
      readonly run: number;
      readonly cell: CompiledCell;
      readonly cellId?: string;
      readonly silent: boolean;
    }
  /** Evaluate an expression for the user_expressions of a run, answered by "evaluated". */
  | { readonly type: "evaluate"; readonly id: number; readonly run: number; readonly cell: CompiledCell }
  /** What the user typed, for an "input" event. `cancelled` when the client may not be asked. */
  | {
      readonly type: "input_reply";
      readonly id: number;
      readonly value?: string;
      readonly cancelled?: string;
    }
  /** Comm traffic from the client. */
  | { readonly type: "comm"; readonly message: CommMessage };

export interface CommMessage {
  readonly kind: "open" | "msg" | "close";
  readonly commId: string;
  readonly targetName?: string;
  readonly data: unknown;
  readonly metadata?: Record<string, unknown>;
  readonly buffers?: readonly Uint8Array[];
  /** Header of the client's message that this one is, or answers. The session does not look into it. */
  readonly cause?: unknown;
}

export interface CellError {
  /** Constructor's name, such as "TypeError". */
  readonly ename: string;
  readonly evalue: string;
  /** Lines for the client, with ANSI colours: name and message, code frame, the user's frames. */
  readonly traceback: readonly string[];
}

export type Event =
  | { readonly type: "ready"; readonly pid: number }
  /** User code has called process.exit: the process ends now, and on purpose. */
  | { readonly type: "exiting"; readonly code: number }
  /** Text by console or process.stdout of user code. `run` is the cell that started the work, also from timers and promises. */
  | {
      readonly type: "stream";
      readonly run: number;
      readonly name: "stdout" | "stderr";
      readonly text: string;
    }
  | {
      readonly type: "display";
      readonly run: number;
      readonly bundle: MimeBundle;
      readonly displayId?: string;
      readonly update: boolean;
    }
  | { readonly type: "clear_output"; readonly run: number; readonly wait: boolean }
  | { readonly type: "result"; readonly run: number; readonly bundle: MimeBundle }
  | {
      readonly type: "input";
      readonly run: number;
      readonly id: number;
      readonly prompt: string;
      readonly password: boolean;
    }
  | { readonly type: "payload"; readonly run: number; readonly payload: Record<string, unknown> }
  | { readonly type: "comm"; readonly run: number; readonly message: CommMessage }
  /** The cell has ended; everything that it wrote to any pipe before has arrived by then. */
  | { readonly type: "done"; readonly run: number; readonly status: "ok" }
  | { readonly type: "done"; readonly run: number; readonly status: "error"; readonly error: CellError }
  | { readonly type: "done"; readonly run: number; readonly status: "interrupted" }
  /** The event loop has turned since an interrupt came: what it hit is no longer on the stack. */
  | { readonly type: "interrupted" }
  | {
      readonly type: "evaluated";
      readonly id: number;
      readonly bundle?: MimeBundle;
      readonly error?: CellError;
    };
