/** What a cell asks of the user: input_request on stdin, the answer back to the session, or a refusal where nobody may be asked. */
import type { OutputEvent, Session } from "../../session/session.js";
import { newHeader, type Message } from "../../wire/message.js";

type InputEvent = Extract<OutputEvent, { type: "input" }>;

interface Question {
  /** Id that the session knows it by. */
  readonly id: number;
  readonly run: number;
  /** The execute request of the cell that asks. */
  readonly request: Message;
}

export class InputRequests {
  readonly #send: (message: Message) => void;
  readonly #log: (line: string) => void;
  readonly #id: string;
  /** Run → its execute request, whose client can be asked while it runs. */
  readonly #asking = new Map<number, Message>();
  /** msg_id of the request sent → the question, oldest first. */
  readonly #pending = new Map<string, Question>();

  constructor(id: string, send: (message: Message) => void, log: (line: string) => void) {
    this.#id = id;
    this.#send = send;
    this.#log = log;
  }

  /** The execute request whose client can be asked from now on. */
  begin(run: number, request: Message): void {
    this.#asking.set(run, request);
  }

  /** The cell has ended: an answer that comes later has nobody waiting for it. */
  end(run: number): void {
    this.#asking.delete(run);
    for (const [key, question] of this.#pending) if (question.run === run) this.#pending.delete(key);
  }

  ask({ id, run, prompt, password }: InputEvent, session: Session): void {
    const request = this.#asking.get(run);
    if (!request) {
      session.inputRefused(id, "the cell that asks has ended, so no client can be asked");
    } else if (request.content["allow_stdin"] === false) {
      session.inputRefused(
        id,
        "this client does not take input (allow_stdin is false): run the cell in a notebook",
      );
    } else {
      const header = newHeader("input_request", this.#id, request.header.username);
      this.#pending.set(header.msg_id, { id, run, request });
      this.#send({
        identities: request.identities,
        header,
        parentHeader: request.header,
        metadata: {},
        content: { prompt, password },
        buffers: [],
      });
    }
  }

  /** A message on stdin. */
  receive(message: Message, session: Session): void {
    if (message.header.msg_type !== "input_reply") {
      this.#log(`stdin: unexpected message type ${JSON.stringify(message.header.msg_type)}`);
      return;
    }
    const { value, status } = message.content;
    if (status !== "error" && typeof value !== "string") {
      this.#log(`stdin: dropped an input_reply whose value is no string; the question stays open`);
      return;
    }
    const key = this.#answered(message);
    const question = key === undefined ? undefined : this.#pending.get(key);
    if (key === undefined || !question) {
      this.#log("stdin: dropped an input_reply that answers no question");
      return;
    }
    this.#pending.delete(key);
    if (typeof value === "string") session.inputReply(question.id, value);
    else session.inputRefused(question.id, "the client refused to ask");
  }

  /** Key of the question that a reply answers. Clients that leave the parent out answer the oldest question that they were asked. */
  #answered({ identities, parentHeader, header }: Message): string | undefined {
    const parent = (parentHeader as { msg_id?: unknown }).msg_id;
    if (typeof parent === "string" && this.#pending.has(parent)) return parent;
    const route = Buffer.concat(identities);
    return [...this.#pending].find(
      ([, { request }]) =>
        route.equals(Buffer.concat(request.identities)) &&
        (header["subshell_id"] ?? request.header["subshell_id"]) === request.header["subshell_id"],
    )?.[0];
  }
}
