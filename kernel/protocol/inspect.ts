/** inspect_request: signature and documentation of what stands at the cursor. */
import type { Message } from "../wire/message.js";
import type { KernelContext, Reply } from "./context.js";
import { readCursor } from "./offsets.js";

export async function inspect({ content }: Message, { language }: KernelContext): Promise<Reply> {
  const { code, offset } = readCursor("inspect_request", content);
  const found = await language.inspect(code, offset, content["detail_level"] === 1 ? 1 : 0);
  return {
    content: { status: "ok", found: found !== undefined, data: found?.data ?? {}, metadata: {} },
  };
}
