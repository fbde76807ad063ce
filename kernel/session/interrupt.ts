/**
 * An interrupt of what runs in a session process: it is sent again until it has taken effect, and given up where code does not respond.
 */
import { within } from "./deferred.js";
import type { ActiveRun, Incarnation } from "./incarnation.js";

/** An interrupt that has not taken effect after this long is sent again: it may have come between two pieces of user code. */
const AGAIN_MS = 50;
/** With no end of the cell after this long, what it waits for outside of JavaScript is ended (execSync). */
const GRACE_MS = 2000;
/** After this long an interrupt is given up: the cell is in native code that cannot be stopped. */
const LIMIT_MS = 5000;

/** What is said of a cell for which an interrupt was given up. */
export const UNRESPONSIVE =
  "The cell does not respond to the interrupt: it is inside native code, and stops when that returns. " +
  "Restart the kernel to stop it at once; variables are lost then.\n";

/**
 * Stops runs; false where it had to be given up.
 * @param through the last run that is meant, so that an interrupt that comes late does not hit the next cell
 * @param press tells an interrupt that is sent again from another one
 */
export async function interruptRuns(
  incarnation: Incarnation,
  runs: readonly ActiveRun[],
  { through, press }: { readonly through: number; readonly press: number },
): Promise<boolean> {
  const { process, gone } = incarnation;
  incarnation.dropPreviews();
  const end = Promise.race([
    Promise.all([incarnation.interrupted(runs), ...runs.map((active) => active.deferred.promise)]),
    gone.promise,
  ]);
  for (let waited = 0; waited < GRACE_MS; waited += AGAIN_MS) {
    process.interrupt(through, press);
    if (await within(end, AGAIN_MS)) return true;
  }
  process.killChildren();
  return within(end, LIMIT_MS - GRACE_MS);
}
