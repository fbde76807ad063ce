/**
 * How each magic is run. Those that concern the whole kernel are done here; the others are cells whose JavaScript is one call of the magic
 * in the session, so that output, interrupts and errors are as with any cell.
 */
import type { Step } from "../../language/magics.js";
import type { CompiledCell } from "../../session/messages.js";
import type { CellOutcome } from "../../session/session.js";
import type { KernelContext } from "../context.js";
import type { Interruption } from "../interruption.js";
import type { CellToRun } from "../run-cell.js";
import { help, listMagics } from "./help.js";
import { changeLocale } from "./locale.js";
import { reset } from "./reset.js";
import { runFile } from "./run.js";
import { knownVariables } from "./who.js";

export type MagicStep = Extract<Step, { kind: "magic" }>;

export async function runMagic(
  step: MagicStep,
  cell: CellToRun,
  kernel: KernelContext,
  interruption: Interruption,
): Promise<CellOutcome> {
  switch (step.name) {
    case "help":
      return help(step, cell, kernel);
    case "lsmagic":
      return listMagics(cell, kernel);
    case "run":
      return runFile(step, cell, kernel, interruption);
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

/** Runs a magic of the session as a cell. */
export async function inSession(
  { name, argument, body, bodyLine }: Omit<MagicStep, "kind">,
  { run, count, code, silent, origin }: CellToRun,
  { session }: KernelContext,
  interruption: Interruption,
): Promise<CellOutcome> {
  const call = `__meta.magic(${JSON.stringify(name)}, ${JSON.stringify({ argument, body, bodyLine })})`;
  const cell: CompiledCell = {
    js: `return { value: await ${call} };`,
    map: "",
    source: code,
    name: `Cell [${String(count)}]`,
  };
  return interruption.during(session.run(run, cell, { silent, origin }));
}
