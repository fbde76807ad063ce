/** `%locale`: the language that cellgrad speaks, in all three processes; alone, which it is. */
import { isChinese } from "../../../locale/notebook.js";
import { setLocale, type Locale } from "../../../../locale/locale.js";
import type { CellOutcome } from "../../../session/session.js";
import type { CellToRun } from "../cell-to-run.js";
import type { KernelContext } from "../../context.js";
import type { Interruption } from "../interruption.js";
import { inSession, type MagicStep } from "./in-session.js";

export async function changeLocale(
  step: MagicStep,
  cell: CellToRun,
  kernel: KernelContext,
  interruption: Interruption,
): Promise<CellOutcome> {
  if (step.argument === "") {
    const text = `${isChinese() ? "zh" : "en"}\n`;
    kernel.outputs.handle({ type: "stream", run: cell.run, name: "stdout", text });
    return { status: "ok" };
  }
  const locale = step.argument as Locale;
  setLocale(locale);
  const told = await interruption.endsWait(kernel.language.setLocale(locale));
  return told === "interrupted" ? { status: "interrupted" } : inSession(step, cell, kernel, interruption);
}
