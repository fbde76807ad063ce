/** is_complete_request: whether Enter in a console should run the code or go on to the next line, and with which indent. */
import type { Message } from "../../wire/message.js";
import type { KernelContext, Reply } from "../context.js";
import { textField } from "./fields.js";
import { helpQuery } from "../execution/help-cell.js";

export async function isComplete({ content }: Message, { language }: KernelContext): Promise<Reply> {
  const code = textField("is_complete_request", content, "code");
  if (helpQuery(code)) return { content: { status: "complete" } };
  const { status, indent } = await language.isComplete(code);
  return { content: status === "incomplete" ? { status, indent } : { status } };
}
