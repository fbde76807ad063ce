/** What a cell asks of the user: input_request on stdin, the answer back to the session, or a refusal where nobody may be asked. */
import type { OutputEvent, Session } from "../session/session.js";
import { newHeader, type Message } from "../wire/message.js";

type InputEvent = Extract<OutputEvent, { type: "input" }>;

export class InputRequests {
  readonly #send: (message: Message) => void;
  readonly #log: (line: string) => void;
  readonly #id: string;
  #asking: { run: number; request: Message } | undefined;
  /** msg_id of the request sent → id of the session's question, oldest first. */
  readonly #pending = new Map<string, number>();

  constructor(id: string, send: (message: Message) => void, log: (line: string) => void) {
    this.#id = id;
    this.#send = send;
    this.#log = log;
  }

  /** The execute request whose client can be asked from now on. */
  begin(run: number, request: Message): void {
    this.#asking = { run, request };
  }

  /** The cell has ended: an answer that comes later has nobody waiting for it. */
  end(): void {
    this.#asking = undefined;
    this.#pending.clear();
  }

  ask(event: InputEvent, session: Session): void {
    const asking = this.#asking;
    if (asking?.run !== event.run) {
      session.inputRefused(event.id, "the cell that asks has ended, so no client can be asked");
    } else if (asking.request.content["allow_stdin"] === false) {
      session.inputRefused(
        event.id,
        "this client does not take input (allow_stdin is false): run the cell in a notebook",
      );
    } else {
      const header = newHeader("input_request", this.#id, asking.request.header.username);
      this.#pending.set(header.msg_id, event.id);
      this.#send({
        identities: asking.request.identities,
        header,
        parentHeader: asking.request.header,
        metadata: {},
        content: { prompt: event.prompt, password: event.password },
        buffers: [],
      });
    }
  }

  /** A message on stdin. Clients that leave the parent out answer the oldest question. */
  receive(message: Message, session: Session): void {
    if (message.header.msg_type !== "input_reply") {
      this.#log(`stdin: unexpected message type ${JSON.stringify(message.header.msg_type)}`);
      return;
    }
    const parent = (message.parentHeader as { msg_id?: unknown }).msg_id;
    const key =
      typeof parent === "string" && this.#pending.has(parent) ? parent : this.#pending.keys().next().value;
    const id = key === undefined ? undefined : this.#pending.get(key);
    if (key === undefined || id === undefined) {
      this.#log("stdin: dropped an input_reply that answers no question");
      return;
    }
    this.#pending.delete(key);
    const { value, status } = message.content;
    if (status === "error") session.inputRefused(id, "the client refused to ask");
    else session.inputReply(id, typeof value === "string" ? value : String(value ?? ""));
  }
}
