/** Requests for subshells (JEP 91). */
import type { Message } from "../../wire/message.js";
import type { KernelContext, Reply } from "../context.js";
import { textField } from "./fields.js";

export function createSubshell(_request: unknown, { subshells }: KernelContext): Reply {
  return { content: { status: "ok", subshell_id: subshells.create() } };
}

export function deleteSubshell({ content }: Message, { subshells }: KernelContext): Reply {
  subshells.delete(textField("delete_subshell_request", content, "subshell_id"));
  return { content: { status: "ok" } };
}

export function listSubshells(_request: unknown, { subshells }: KernelContext): Reply {
  return { content: { status: "ok", subshell_id: subshells.list() } };
}
