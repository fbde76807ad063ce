/** The frame around every request: busy, the handler, its reply, idle. What goes wrong inside a handler ends as an error reply. */
import { newHeader, type Header, type Json, type Message } from "../wire/message.js";
import type { KernelContext, Reply, RequestChannel } from "./context.js";
import type { ExecuteQueue } from "./execution/execute-queue.js";
import { RequestError } from "./handlers/fields.js";
import { handlers, type Row } from "./handlers/table.js";

export type SendReply = (channel: RequestChannel, reply: Message) => void;

export class Dispatcher {
  readonly #kernel: KernelContext;
  readonly #session: string;
  readonly #send: SendReply;
  /** Headers of the cells that run, one for each shell that is busy. */
  readonly #running = new Set<Header>();

  constructor(kernel: KernelContext, session: string, send: SendReply) {
    this.#kernel = kernel;
    this.#session = session;
    this.#send = send;
  }

  receive(channel: RequestChannel, request: Message): void {
    const type = request.header.msg_type;
    const row = Object.hasOwn(handlers, type) ? handlers[type] : undefined;
    if (!row?.on.includes(channel)) {
      this.#kernel.log(`${channel}: no handler for message type ${JSON.stringify(type)}`);
      void this.#around(request, async () => undefined);
      return;
    }
    let queue: ExecuteQueue | undefined;
    try {
      if (channel === "shell" && !row.anyShell) queue = this.#kernel.subshells.queueOf(request.header);
    } catch (error) {
      void this.#around(request, async () => this.#fail(channel, request, error));
      return;
    }
    if (queue && row.queued) {
      queue.add({
        run: () => this.#run(channel, request, row, queue),
        abort: () =>
          this.#around(request, async () => this.#reply(channel, request, { status: "aborted" }, {})),
      });
    } else {
      void this.#around(request, () => this.#handle(channel, request, row));
    }
  }

  async #run(channel: RequestChannel, request: Message, row: Row, queue: ExecuteQueue): Promise<void> {
    await this.#around(request, async () => {
      this.#running.add(request.header);
      await this.#handle(channel, request, row, queue);
      this.#running.delete(request.header);
    });
  }

  async #around(request: Message, work: () => Promise<void>): Promise<void> {
    const { publisher } = this.#kernel;
    publisher.status("busy", request.header);
    await work();
    publisher.status("idle", request.header);
    // Clients show the last status they saw, whoever caused it: say again that a cell is running.
    const [running] = this.#running;
    // JupyterLab asks the debugger for variables at each message about a cell; these are left out of what it shows anyway.
    if (running && request.header.msg_type !== "debug_request") publisher.status("busy", running);
  }

  async #handle(channel: RequestChannel, request: Message, row: Row, queue?: ExecuteQueue): Promise<void> {
    const started = new Date().toISOString();
    let reply: Reply | undefined;
    try {
      reply = await row.handle(request, this.#kernel);
    } catch (error) {
      this.#fail(channel, request, error);
      return;
    }
    if (reply?.abortsWaiting) queue?.abortWaiting();
    if (reply) this.#reply(channel, request, reply.content, { started, ...reply.metadata });
  }

  /** Replies with the error; a message that has no reply leaves it in the log alone. */
  #fail(channel: RequestChannel, request: Message, thrown: unknown): void {
    const type = request.header.msg_type;
    const { name, message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#kernel.log(`${type} failed: ${thrown instanceof RequestError ? message : (stack ?? message)}`);
    if (!type.endsWith("_request")) return;
    this.#reply(
      channel,
      request,
      {
        status: "error",
        ename: name,
        evalue: message,
        traceback: [`${name}: ${message}`],
        // The one reply that has it whatever its status is.
        ...(type === "execute_request" && { execution_count: this.#kernel.executionCount }),
      },
      {},
    );
  }

  #reply(channel: RequestChannel, request: Message, content: Json, metadata: Json): void {
    const type = request.header.msg_type.replace(/_request$/, "_reply");
    this.#send(channel, {
      identities: request.identities,
      header: newHeader(type, this.#session, request.header.username),
      parentHeader: request.header,
      metadata: content["status"] === undefined ? metadata : { ...metadata, status: content["status"] },
      content,
      buffers: [],
    });
  }
}
