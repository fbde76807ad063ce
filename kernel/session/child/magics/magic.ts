/**
 * What a magic that runs in the session is: a function like any other that a cell calls, so that its output, its interrupt and its
 * errors are the cell's.
 */
import { localized } from "../../../locale/sentences.js";
import type { Modules } from "../modules/modules.js";

export interface MagicCall {
  /** What stands behind the name on its line. */
  readonly argument: string;
  /** The lines below a cell magic. */
  readonly body: string;
  /** Line of the cell on which `body` begins, from 1. */
  readonly bodyLine: number;
}

export interface MagicHost {
  readonly scope: Record<string, unknown>;
  readonly modules: Modules;
}

/** What it answers is the cell's result, as far as it is not undefined. */
export type SessionMagic = (call: MagicCall, host: MagicHost) => unknown;

/** An error that is told by its message alone, in the user's language: no line of a cell is to blame. */
export function magicError(name: string, message: string): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = Object.assign(new Error(localized(message)), { name });
  // Formatted now, as V8 does it at the first look.
  void error.stack;
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}
