/** `%who`: what this process knows of the variables, their types and what is old among them; the session adds the values. */
import { localized } from "../../../locale/sentences.js";
import type { KnownVariables } from "../../../session/child/magics/who.js";
import type { KernelContext } from "../../context.js";

export async function knownVariables({ language, staleness }: KernelContext): Promise<KnownVariables> {
  const variables = await language.variables();
  const definers = staleness.definers();
  return {
    variables: variables.map(({ name, kind, type }) => {
      const definer = definers.get(name);
      return {
        name,
        type,
        cell: definer ? `[${String(definer.executionCount)}]` : "",
        // What is imported comes from no cell.
        stale: definer !== undefined && definer.stale && kind !== "import",
      };
    }),
    notes: staleness.stale().map(({ executionCount, because }) => {
      const cell = `Cell [${String(executionCount)}]`;
      const reasons = because.map(({ text }) => localized(text.replace(/^Cell \[\d+\]/u, "it")));
      return localized(`Run ${cell} again: ${reasons.join("; ")}.`);
    }),
  };
}
