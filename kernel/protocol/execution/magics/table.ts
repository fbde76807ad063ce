/**
 * How each magic is run. Those that concern the whole kernel are done here; the others are cells whose JavaScript is one call of the magic
 * in the session, so that output, interrupts and errors are as with any cell.
 */
import type { CellOutcome } from "../../../session/session.js";
import type { CellToRun, RunCell } from "../cell-to-run.js";
import type { KernelContext } from "../../context.js";
import type { Interruption } from "../interruption.js";
import { help, listMagics } from "./help.js";
import { inSession, type MagicStep } from "./in-session.js";
import { changeLocale } from "./locale.js";
import { reset } from "./reset.js";
import { runFile } from "./run.js";
import { knownVariables } from "./who.js";

/** @param runCell runs a cell that a magic brings along, as `%run` does */
export async function runMagic(
  step: MagicStep,
  cell: CellToRun,
  kernel: KernelContext,
  interruption: Interruption,
  runCell: RunCell,
): Promise<CellOutcome> {
  switch (step.name) {
    case "help":
      return help(step, cell, kernel);
    case "lsmagic":
      return listMagics(cell, kernel);
    case "run":
      return runFile(step, cell, kernel, interruption, runCell);
    case "locale":
      return changeLocale(step, cell, kernel, interruption);
    case "reset":
      return reset(kernel, interruption);
    case "who": {
      const known = await interruption.endsWait(knownVariables(kernel));
      if (known === "interrupted") return { status: "interrupted" };
      return inSession({ ...step, argument: JSON.stringify(known) }, cell, kernel, interruption);
    }
    default:
      return inSession(step, cell, kernel, interruption);
  }
}
