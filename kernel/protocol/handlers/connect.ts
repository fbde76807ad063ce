/** connect_request, deprecated in protocol 5.1 and still asked by old clients: the ports of the sockets. */
import type { KernelContext, Reply } from "../context.js";

export function connect(_request: unknown, { ports }: KernelContext): Reply {
  const content = Object.fromEntries(
    Object.entries(ports).map(([channel, port]) => [`${channel}_port`, port]),
  );
  return { content: { status: "ok", ...content } };
}
