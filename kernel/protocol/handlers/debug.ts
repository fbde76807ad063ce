/**
 * debug_request: a request of the Debug Adapter Protocol in its content, whose response is the content of the reply. Events of the
 * debugger go out as debug_event.
 */
import { DapError } from "../../debugger/dap.js";
import { COMMANDS } from "../../debugger/commands.js";
import type { Json, Message } from "../../wire/message.js";
import type { KernelContext, Reply } from "../context.js";

let lastSeq = 0;

export async function debug({ header, content }: Message, kernel: KernelContext): Promise<Reply> {
  const { command, seq } = content;
  kernel.debugParent = header;
  const response = (rest: Json): Reply => ({
    content: { seq: ++lastSeq, type: "response", request_seq: seq, command, ...rest },
  });
  try {
    const body = await run(String(command), (content["arguments"] ?? {}) as Json, kernel);
    return response({ success: true, body: body ?? {} });
  } catch (error) {
    const { message, stack } = error as Error;
    if (!(error instanceof DapError)) kernel.log(`debug_request ${String(command)}: ${stack ?? message}`);
    return response({ success: false, message, body: { error: { id: 1, format: message } } });
  }
}

async function run(name: string, args: Json, kernel: KernelContext): Promise<object | undefined> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new DapError(`The debugger has no command ${JSON.stringify(name)}.`);
  const { debugger: debug } = kernel;
  if (command.on && !debug.attached) throw new DapError(`${name}: the debugger is off; attach first.`);
  if (command.stopped && !debug.stopped) throw new DapError(`${name}: the program is not paused.`);
  return command.handle(debug, args);
}

/** Tells the clients of an event of the debugger's. */
export function debugEvent(kernel: KernelContext, event: string, body: Json): void {
  // The parent is a request to the debugger: JupyterLab reads events of a cell as a sign that its variables may have changed.
  kernel.publisher.publish("debug_event", { seq: ++lastSeq, type: "event", event, body }, kernel.debugParent);
}
