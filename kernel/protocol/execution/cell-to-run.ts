/** What is known of a cell before it runs. */
import type { RunOrigin } from "../../session/messages.js";
import type { CellOutcome } from "../../session/session.js";
import type { KernelContext } from "../context.js";
import type { Interruption } from "./interruption.js";

export interface CellToRun {
  readonly run: number;
  /** Number that errors show. */
  readonly count: number;
  readonly code: string;
  readonly silent: boolean;
  readonly origin: RunOrigin;
  /** What errors call it, where it is code of a file. */
  readonly name?: string;
  /** How many files run each other around it. */
  readonly depth?: number;
}

export type RunCell = (
  cell: CellToRun,
  kernel: KernelContext,
  interruption: Interruption,
) => Promise<CellOutcome>;
