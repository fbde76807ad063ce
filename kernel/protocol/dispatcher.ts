/** The frame around every request: busy, the handler, its reply, idle. What goes wrong inside a handler ends as an error reply. */
import { newHeader, type Json, type Message } from "../wire/message.js";
import type { KernelContext, Reply, RequestChannel } from "./context.js";
import { handlers, type Row } from "./table.js";

export type SendReply = (channel: RequestChannel, reply: Message) => void;

export class Dispatcher {
  readonly #kernel: KernelContext;
  readonly #session: string;
  readonly #send: SendReply;

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
      this.#around(request, () => undefined);
    } else if (row.queued) {
      this.#kernel.queue.add({
        parent: request.header,
        run: () => this.#around(request, () => this.#handle(channel, request, row)),
        abort: () => this.#around(request, () => this.#abort(channel, request)),
      });
    } else {
      void this.#around(request, () => this.#handle(channel, request, row));
    }
  }

  async #around(request: Message, work: () => Promise<void> | undefined): Promise<void> {
    const { publisher, queue } = this.#kernel;
    publisher.status("busy", request.header);
    await work();
    publisher.status("idle", request.header);
    // Clients show the last status they saw, whoever caused it: say again that a cell is running.
    const running = queue.current;
    if (running && running.parent !== request.header) publisher.status("busy", running.parent);
  }

  async #handle(channel: RequestChannel, request: Message, row: Row): Promise<void> {
    const started = new Date().toISOString();
    let reply: Reply | undefined;
    try {
      reply = await row.handle(request, this.#kernel);
    } catch (error) {
      const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
      this.#kernel.log(`${request.header.msg_type} failed: ${stack ?? message}`);
      reply = { content: { status: "error", ename: name, evalue: message, traceback: [] } };
    }
    if (reply) this.#reply(channel, request, reply.content, { started, ...reply.metadata });
  }

  async #abort(channel: RequestChannel, request: Message): Promise<void> {
    this.#reply(channel, request, { status: "aborted" }, {});
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
