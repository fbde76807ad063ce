/** What objects say of themselves, in their own words (`Symbol.for("debug.description")`). */
import type { Runtime } from "node:inspector";
import { setTimeout as delay } from "node:timers/promises";
import { HOST, type Cdp } from "./cdp.js";

/** While code runs that does not await, values describe themselves as V8 does: nobody waits longer than this for their own words. */
const PATIENCE_MS = 1_000;

/** Asks those objects that may have something to say about themselves; null for the others. @param paused the program stands */
export async function describe(
  values: readonly Runtime.RemoteObject[],
  cdp: Cdp,
  paused: boolean,
): Promise<(string | null)[]> {
  const asked = values.flatMap(({ type, subtype, objectId }, at) =>
    type === "object" && subtype === undefined && objectId !== undefined ? [{ at, objectId }] : [],
  );
  const described = new Array<string | null>(values.length).fill(null);
  if (asked.length === 0) return described;
  const answer = cdp
    .post("Runtime.callFunctionOn", {
      objectId: asked[0]!.objectId,
      functionDeclaration: `function (...objects) { return ${HOST}.describe(...objects); }`,
      arguments: [{ value: paused }, ...asked.map(({ objectId }) => ({ objectId }))],
      returnByValue: true,
      // Of a program that stands the answer is there at once, and nothing that is waited for could happen.
      awaitPromise: !paused,
      silent: true,
    })
    .then(({ result }) => (result.value ?? []) as (string | null)[]);
  // The session may end after nobody waits for its answer any more.
  answer.catch(() => undefined);
  const patience = new AbortController();
  const nothing = delay(PATIENCE_MS, [], { signal: patience.signal, ref: false }).catch(() => []);
  const texts: (string | null)[] = await Promise.race([answer, nothing]);
  patience.abort();
  asked.forEach(({ at }, i) => (described[at] = texts[i] ?? null));
  return described;
}
