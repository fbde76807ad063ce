/** `%reset`: a new session, and nothing known of the cells before. */
import type { CellOutcome } from "../../../session/session.js";
import type { KernelContext } from "../../context.js";
import type { Interruption } from "../interruption.js";

export async function reset(kernel: KernelContext, interruption: Interruption): Promise<CellOutcome> {
  const restarted = await interruption.endsWait(kernel.session.restart());
  await kernel.forgetCells();
  return restarted === "interrupted" ? { status: "interrupted" } : { status: "ok" };
}
