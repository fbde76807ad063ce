/** A magic of the session, run as a cell whose JavaScript is one call of it. */
import type { Step } from "../../../language/magics/parse.js";
import type { CompiledCell } from "../../../session/messages.js";
import type { CellOutcome } from "../../../session/session.js";
import type { CellToRun } from "../cell-to-run.js";
import type { KernelContext } from "../../context.js";
import type { Interruption } from "../interruption.js";

export type MagicStep = Extract<Step, { kind: "magic" }>;

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
