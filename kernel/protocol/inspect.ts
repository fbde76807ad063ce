/** inspect_request: signature and documentation of what stands at the cursor. */
import type { Message } from "../wire/message.js";
import type { KernelContext, Reply } from "./context.js";
import { optionalInteger } from "./fields.js";
import { readCursor } from "./offsets.js";

export async function inspect({ content }: Message, { language, offered }: KernelContext): Promise<Reply> {
  const { code, offset } = offered.meant(readCursor("inspect_request", content));
  const detail = optionalInteger("inspect_request", content, "detail_level") ?? 0;
  const found = await language.inspect(code, offset, detail > 0 ? 1 : 0);
  return {
    content: { status: "ok", found: found !== undefined, data: found?.data ?? {}, metadata: {} },
  };
}
