/**
 * `name?` and `name??` as a whole cell: what a name is, shown in the client's pager, with the source for two question marks. It is no
 * TypeScript, so no program means anything else by it.
 */
import type { Language } from "../language/language.js";
import type { Json } from "../wire/message.js";

export interface HelpQuery {
  readonly name: string;
  readonly detail: 0 | 1;
}

const QUERY =
  /^([\p{ID_Start}$_][\p{ID_Continue}$]*(?:\.[\p{ID_Start}$_][\p{ID_Continue}$]*)*)(\?\??)\s*;?$/u;

/** The question that a cell asks, if it is nothing else. */
export function helpQuery(code: string): HelpQuery | undefined {
  const [, name, marks] = QUERY.exec(code.trim()) ?? [];
  return name === undefined ? undefined : { name, detail: marks === "??" ? 1 : 0 };
}

/** Payload that opens the pager; undefined where nothing is known of the name. */
export async function helpPayload(
  { name, detail }: HelpQuery,
  language: Language,
): Promise<Json | undefined> {
  const found = await language.inspect(name, name.length, detail);
  return found && { source: "page", data: found.data, start: 0 };
}
