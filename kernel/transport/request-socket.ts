/**
 * A ROUTER socket that carries Jupyter messages: the part that shell, control and stdin share. A message that cannot be read
 * is logged and dropped; it never stops the socket.
 */
import { Router } from "zeromq";
import { decode, encode, type Message } from "../wire/message.js";
import { WireError } from "../wire/raw-message.js";
import type { Signer } from "../wire/signer.js";
import { bind, Outbox, serverOptions } from "./bind.js";
import type { Channel, Connection } from "./connection.js";
import type { Refusals } from "./refusals.js";

export class RequestSocket {
  readonly #socket: Router;
  readonly #outbox: Outbox;
  readonly #channel: Channel;
  readonly #connection: Connection;
  readonly #signer: Signer;
  readonly #log: (line: string) => void;
  readonly #refusals: Refusals;

  constructor(
    channel: Channel,
    connection: Connection,
    signer: Signer,
    log: (line: string) => void,
    refusals: Refusals,
  ) {
    this.#channel = channel;
    this.#connection = connection;
    this.#signer = signer;
    this.#log = log;
    this.#refusals = refusals;
    // handover: a client that comes back under its old id (JupyterLab after a lost connection) takes the route over.
    this.#socket = new Router({ ...serverOptions(connection), handover: true });
    this.#outbox = new Outbox(this.#socket);
  }

  /** Answers the port. Throws ConnectionError. */
  async bind(): Promise<number> {
    return bind(this.#socket, this.#connection, this.#channel);
  }

  /** Hands every readable message to `onMessage`. */
  listen(onMessage: (message: Message) => void): void {
    void this.#receive(onMessage);
  }

  send(message: Message): void {
    this.#outbox.send(encode(message, this.#signer));
  }

  async close(): Promise<void> {
    await this.#outbox.flushed();
    this.#socket.close();
  }

  async #receive(onMessage: (message: Message) => void): Promise<void> {
    for await (const frames of this.#socket) {
      let message: Message;
      try {
        message = decode(frames, this.#signer);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        this.#refusals.add(`${this.#channel}: dropped a message: ${error.message}`);
        continue;
      }
      try {
        onMessage(message);
      } catch (error) {
        // Whatever one message does, the next ones are heard.
        this.#log(`${this.#channel}: ${message.header.msg_type} failed: ${(error as Error).stack}`);
      }
    }
  }
}
