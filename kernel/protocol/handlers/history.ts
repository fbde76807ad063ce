/** history_request: earlier cells by tail, range or search. Cells run as they were typed, so raw and transformed input are the same. */
import type { Json, Message } from "../../wire/message.js";
import type { KernelContext, Reply } from "../context.js";
import { flagField, optionalInteger, optionalText, RequestError, shown, textField } from "./fields.js";
import type { HistoryEntry, HistoryStore } from "../history/history-store.js";

const TYPE = "history_request";

export async function history({ content }: Message, kernel: KernelContext): Promise<Reply> {
  const withOutput = flagField(TYPE, content, "output", false);
  const found = await lookUp(content, kernel.history);
  const entries = found.map(({ session, line, input, output }) => [
    session,
    line,
    withOutput ? [input, output ?? null] : input,
  ]);
  return { content: { status: "ok", history: entries } };
}

async function lookUp(content: Json, store: HistoryStore): Promise<HistoryEntry[]> {
  const whole = (field: string): number | undefined => optionalInteger(TYPE, content, field);
  const access = textField(TYPE, content, "hist_access_type");
  switch (access) {
    case "tail":
      return store.tail(whole("n"));
    case "range":
      return store.range(whole("session") ?? 0, whole("start") ?? 0, whole("stop"));
    case "search":
      return store.search(
        optionalText(TYPE, content, "pattern") ?? "*",
        whole("n"),
        flagField(TYPE, content, "unique", false),
      );
    default:
      throw new RequestError(
        `${TYPE}: hist_access_type should be "tail", "range" or "search", not ${shown(access)}`,
      );
  }
}
