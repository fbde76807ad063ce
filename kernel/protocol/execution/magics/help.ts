/** `%help`: what there is, or what a magic or a name is. `%lsmagic`: the magics' names. */
import { MAGICS, spelled } from "../../../language/magics/table.js";
import { EncodedBundle } from "../../../session/encoded-bundle.js";
import type { CellOutcome } from "../../../session/session.js";
import type { CellToRun } from "../cell-to-run.js";
import type { KernelContext } from "../../context.js";
import { helpOn, unknownName } from "../help-cell.js";
import type { MagicStep } from "./in-session.js";

export async function help(
  { argument }: MagicStep,
  { run }: CellToRun,
  { outputs, language }: KernelContext,
): Promise<CellOutcome> {
  const data = await helpOn({ name: argument, detail: 0 }, language);
  if (!data) {
    const evalue = unknownName(argument);
    return { status: "error", error: { ename: "MagicError", evalue, traceback: [`MagicError: ${evalue}`] } };
  }
  // Text alone is printed: it can be copied, and consoles show it as it is.
  if (Object.keys(data).every((type) => type === "text/plain"))
    outputs.handle({ type: "stream", run, name: "stdout", text: `${data["text/plain"].trimEnd()}\n` });
  else
    outputs.handle({ type: "display", run, bundle: EncodedBundle.of({ data, metadata: {} }), update: false });
  return { status: "ok" };
}

export function listMagics({ run }: CellToRun, { outputs }: KernelContext): CellOutcome {
  const names = (cell: boolean) =>
    MAGICS.filter(({ form }) => form === "both" || (form === "cell") === cell)
      .map((magic) => (cell ? `%%${magic.name}` : spelled({ ...magic, form: "line" })))
      .join("  ");
  const text = `On a line:\n${names(false)}\n\nAbove a cell:\n${names(true)}\n`;
  outputs.handle({ type: "stream", run, name: "stdout", text });
  return { status: "ok" };
}
