/**
 * A Jupyter client for one kernel: requests with their replies, and all that comes on IOPub. `cellgrad run` and the tests talk to the
 * real kernel through it, over the same sockets and signatures as JupyterLab.
 */
import { v4 as uuid } from "uuid";
import { Dealer, Subscriber } from "zeromq";
import { addressOf, type Connection } from "../transport/connection.js";
import { Outbox } from "../transport/bind.js";
import { decode, encode, newHeader, type Json, type Message } from "../wire/message.js";
import { Signer } from "../wire/signer.js";

export type ClientChannel = "shell" | "control" | "stdin";

interface Pending {
  reply?: Message;
  idle: boolean;
  readonly resolve: (reply: Message) => void;
  readonly reject: (why: Error) => void;
}

export class KernelClient {
  /** Id of this client in its headers. */
  readonly id = uuid();
  /** Called for every message on IOPub, whoever caused it. */
  onIopub: (message: Message) => void = () => undefined;
  /** Called when the kernel asks for input; answer with `inputReply`. */
  onInput: (request: Message) => void = () => undefined;
  readonly #signer: Signer;
  readonly #sockets: Readonly<Record<ClientChannel, Dealer>>;
  readonly #outboxes: Readonly<Record<ClientChannel, Outbox>>;
  readonly #iopub: Subscriber;
  readonly #pending = new Map<string, Pending>();
  #closed: Error | undefined;

  constructor(connection: Connection) {
    this.#signer = new Signer(connection.key, connection.signatureScheme);
    const options = { linger: 0, reconnectInterval: 10, receiveHighWaterMark: 0 };
    // One routing id for all three: the kernel asks for input on stdin under the id of the shell request.
    const dealer = (channel: ClientChannel): Dealer => {
      const socket = new Dealer({ ...options, routingId: this.id });
      socket.connect(addressOf(connection, channel));
      void this.#read(socket, (message) => this.#receive(channel, message));
      return socket;
    };
    this.#sockets = { shell: dealer("shell"), control: dealer("control"), stdin: dealer("stdin") };
    const { shell, control, stdin } = this.#sockets;
    this.#outboxes = { shell: new Outbox(shell), control: new Outbox(control), stdin: new Outbox(stdin) };
    this.#iopub = new Subscriber(options);
    this.#iopub.subscribe();
    this.#iopub.connect(addressOf(connection, "iopub"));
    void this.#read(this.#iopub, (message) => this.#receive("iopub", message));
  }

  /** Sends a message and returns its header. */
  send(
    channel: ClientChannel,
    type: string,
    content: Json,
    parent: Message["parentHeader"] = {},
    metadata: Json = {},
  ): Message["header"] {
    const header = newHeader(type, this.id, "cellgrad");
    this.#outboxes[channel].send(
      encode({ identities: [], header, parentHeader: parent, metadata, content, buffers: [] }, this.#signer),
    );
    return header;
  }

  /**
   * Sends a request; resolves with the reply when the kernel is idle again, so that all output of the request has come.
   * @param onSent hears the id of the request before anything comes back
   */
  async request(
    channel: "shell" | "control",
    type: string,
    content: Json,
    onSent: (id: string) => void = () => undefined,
    metadata: Json = {},
  ): Promise<Message> {
    if (this.#closed) throw this.#closed;
    return new Promise((resolve, reject) => {
      const { msg_id } = this.send(channel, type, content, {}, metadata);
      this.#pending.set(msg_id, { idle: false, resolve, reject });
      onSent(msg_id);
    });
  }

  /** Answers an input_request. */
  inputReply(request: Message, value: string): void {
    this.send("stdin", "input_reply", { status: "ok", value }, request.header);
  }

  /** Closes the sockets; requests without a reply reject with `why`. */
  close(why = new Error("the client was closed")): void {
    if (this.#closed) return;
    this.#closed = why;
    for (const { reject } of this.#pending.values()) reject(why);
    this.#pending.clear();
    for (const socket of [...Object.values(this.#sockets), this.#iopub]) socket.close();
  }

  async #read(socket: Dealer | Subscriber, onMessage: (message: Message) => void): Promise<void> {
    for await (const frames of socket) onMessage(decode(frames, this.#signer));
  }

  #receive(channel: ClientChannel | "iopub", message: Message): void {
    if (channel === "stdin") return this.onInput(message);
    if (channel === "iopub") this.onIopub(message);
    const id = message.parentHeader["msg_id"];
    const pending = typeof id === "string" ? this.#pending.get(id) : undefined;
    if (!pending) return;
    if (channel !== "iopub") pending.reply = message;
    else if (message.content["execution_state"] === "idle") pending.idle = true;
    if (!pending.reply || !pending.idle) return;
    this.#pending.delete(id as string);
    pending.resolve(pending.reply);
  }
}
