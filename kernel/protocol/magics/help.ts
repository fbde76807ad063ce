/** `%help`: which magics there are. */
import { findMagic, magicHelp } from "../../language/magic-table.js";
import type { CellOutcome } from "../../session/session.js";
import type { KernelContext } from "../context.js";
import type { CellToRun } from "../run-cell.js";
import type { MagicStep } from "./table.js";

const MORE =
  "\nname? shows what a name is, name?? its source. Magics stand at the head of a cell, one on a line.\n";

export function help({ argument }: MagicStep, { run }: CellToRun, { outputs }: KernelContext): CellOutcome {
  const wanted = argument.replace(/^%+/u, "");
  const magic = findMagic(wanted);
  if (wanted !== "" && !magic) {
    const evalue = `There is no magic %${wanted}; %help lists those there are`;
    return { status: "error", error: { ename: "MagicError", evalue, traceback: [`MagicError: ${evalue}`] } };
  }
  const text = magic ? magicHelp([magic]) : magicHelp() + MORE;
  outputs.handle({ type: "stream", run, name: "stdout", text });
  return { status: "ok" };
}
