/** shutdown_request: the reply goes out first, then the kernel and its session process end. */
import type { Message } from "../../wire/message.js";
import type { KernelContext, Reply } from "../context.js";
import { flagField } from "./fields.js";

export function shutdown({ content, header }: Message, kernel: KernelContext): Reply {
  const restart = flagField("shutdown_request", content, "restart", false);
  const reply = { status: "ok", restart };
  // Every client hears that the kernel goes, not only the one that asked.
  kernel.publisher.publish("shutdown_reply", reply, header);
  setImmediate(() => kernel.shutdown(restart));
  return { content: reply };
}
