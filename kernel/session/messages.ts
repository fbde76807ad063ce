/**
 * What the kernel process and the session process say to each other. Types only; framing is in `channel.ts`. Bundles that are shown travel as
 * bytes of JSON, which the kernel passes on unread.
 *
 * Requests go down one pipe, events come up another; stdout and stderr of the child are pipes of their own, so that native code and
 * grandchildren are heard too. The interrupt has a pipe to itself, read by the watchdog.
 */

import type { EncodedBundle } from "./encoded-bundle.js";
import type { MimeBundle } from "./mime-bundle.js";

/** Code that the language service has checked and transformed. */
export interface CompiledCell {
  /** The body of an async function over ($, __import, require, __meta, __wait); the exact contract heads language/language.ts. */
  readonly js: string;
  /** Source map (version 3, JSON) from js back to the cell. */
  readonly map: string;
  /** The cell as the user wrote it, for source lines in errors. */
  readonly source: string;
  /** What errors call it, such as "Cell [3]". */
  readonly name: string;
  /** How it is to be timed; what is measured in loops is a function that the cell answers with. */
  readonly measure?: Measure;
  /** Names that it may give a value to; an outcome says which of them it has. */
  readonly writes?: readonly string[];
  /** More of the same cell follows: its value is displayed, and is not the cell's result. */
  readonly part?: true;
}

/** How long code takes: once, or in many loops, whose number is chosen where it is not given. */
export type Measure =
  { readonly kind: "time" } | { readonly kind: "timeit"; readonly loops?: number; readonly runs: number };

/** Whose run of which cell it is, as far as the client tells. */
export interface RunOrigin {
  /** The cell's id in the notebook. */
  readonly cellId?: string;
  /** The client's connection: a page that is loaded anew has another. */
  readonly client?: string;
  /** Ids of cells that were deleted since the run before. */
  readonly deletedCells?: readonly string[];
}

export type Request =
  /** Run a cell. Output that it causes, now or later, carries `run` in its events. */
  | {
      readonly type: "run";
      readonly run: number;
      readonly cell: CompiledCell;
      readonly origin: RunOrigin;
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

/** Of a long result, this many characters are kept in the history. */
export const RESULT_EXCERPT = 2_000;

/** Output that `%%capture` has kept, which the kernel gives back to the session. */
export type CapturedOutput =
  | { readonly type: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | { readonly type: "display"; readonly bundle: MimeBundle };

/** A value as it is at the moment, in a few words. */
export interface ValuePreview {
  /** Empty where its type says as much: a function, a class, a module. */
  readonly value: string;
  /** Such as "24 bytes" or "3 keys"; empty where that says nothing. */
  readonly size: string;
  /** Its members, its own first. */
  readonly members: readonly PreviewMember[];
}

export interface PreviewMember {
  readonly name: string;
  readonly kind: "property" | "method" | "class";
}

/** How a cell ended. */
export type Ending = (
  | { readonly status: "ok" }
  | { readonly status: "error"; readonly error: CellError }
  | { readonly status: "interrupted" }
) & {
  /** Those of its `writes` that have other values now. */
  readonly assigned?: readonly string[];
  /** What user code has put on `globalThis`, by name with the type of its value, where that has changed. */
  readonly globals?: Readonly<Record<string, string>>;
};

export type Event =
  | { readonly type: "ready"; readonly pid: number }
  /** User code has called process.exit: the process waits for its end, which is on purpose. */
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
      readonly bundle: EncodedBundle;
      readonly displayId?: string;
      readonly update: boolean;
    }
  | { readonly type: "clear_output"; readonly run: number; readonly wait: boolean }
  | {
      readonly type: "result";
      readonly run: number;
      readonly bundle: EncodedBundle;
      /** The beginning of its text/plain, for the history: no more than RESULT_EXCERPT characters. */
      readonly excerpt?: string;
    }
  | {
      readonly type: "input";
      readonly run: number;
      readonly id: number;
      readonly prompt: string;
      readonly password: boolean;
    }
  | { readonly type: "payload"; readonly run: number; readonly payload: Record<string, unknown> }
  | { readonly type: "comm"; readonly run: number; readonly message: CommMessage }
  /** Cells run in another folder from now on. */
  | { readonly type: "folder"; readonly run: number; readonly folder: string }
  /** The cell has ended; everything that it wrote to any pipe before has arrived by then. */
  | ({ readonly type: "done"; readonly run: number } & Ending)
  /** What a value looks like that the watchdog was asked for; nothing where there is none. */
  | { readonly type: "preview"; readonly id: number; readonly value?: ValuePreview }
  /** The event loop has turned since an interrupt came: what it hit is no longer on the stack. */
  | { readonly type: "interrupted" }
  | {
      readonly type: "evaluated";
      readonly id: number;
      readonly bundle?: EncodedBundle;
      readonly error?: CellError;
    };
