/** inspect_request: signature, documentation and present value of what stands at the cursor. */
import type { Message } from "../../wire/message.js";
import type { KernelContext, Reply } from "../context.js";
import { optionalInteger } from "./fields.js";
import { withValue } from "./live-values.js";
import { readCursor } from "./cursor.js";

export async function inspect(
  { content }: Message,
  { language, recentCompletions, session }: KernelContext,
): Promise<Reply> {
  const { code, offset } = recentCompletions.resolve(readCursor("inspect_request", content));
  const detail = optionalInteger("inspect_request", content, "detail_level") ?? 0;
  const found = await language.inspect(code, offset, detail > 0 ? 1 : 0);
  const data = found && (await withValue(found, session));
  return {
    content: { status: "ok", found: data !== undefined, data: data ?? {}, metadata: {} },
  };
}
