/** Messages of comms from the client. */
import type { Message } from "../../wire/message.js";
import type { KernelContext, Reply } from "../context.js";
import { optionalText } from "./fields.js";

export function commInfo({ content }: Message, { comms }: KernelContext): Reply {
  const target = optionalText("comm_info_request", content, "target_name");
  return { content: { status: "ok", comms: comms.list(target) } };
}

export function commOpen(message: Message, { comms, session }: KernelContext): undefined {
  comms.fromClient("open", message, session);
}

export function commMessage(message: Message, { comms, session }: KernelContext): undefined {
  comms.fromClient("msg", message, session);
}

export function commClose(message: Message, { comms, session }: KernelContext): undefined {
  comms.fromClient("close", message, session);
}
