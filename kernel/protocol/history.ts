/** history_request: earlier cells by tail, range or search. */
import type { Message } from "../wire/message.js";
import type { KernelContext, Reply } from "./context.js";
import type { HistoryEntry, HistoryStore } from "./history-store.js";

export function history({ content }: Message, kernel: KernelContext): Reply {
  const withOutput = content["output"] === true;
  const entries = lookUp(content, kernel.history).map(({ session, line, input, output }) => [
    session,
    line,
    withOutput ? [input, output ?? null] : input,
  ]);
  return { content: { status: "ok", history: entries } };
}

function lookUp(content: Message["content"], store: HistoryStore): HistoryEntry[] {
  const { hist_access_type: access, pattern, unique } = content;
  switch (access) {
    case "tail":
      return store.tail(numberOr(content["n"], 0));
    case "range":
      return store.range(
        numberOr(content["session"], 0),
        numberOr(content["start"], 0),
        numberOr(content["stop"], Infinity),
      );
    case "search":
      return store.search(
        typeof pattern === "string" ? pattern : "*",
        numberOr(content["n"], Infinity),
        unique === true,
      );
    default:
      throw new TypeError(
        `history_request: hist_access_type should be "tail", "range" or "search", not ${JSON.stringify(access)}`,
      );
  }
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}
