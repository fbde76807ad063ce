/**
 * The iopub channel: what all clients see. An XPUB socket, so that a new subscriber is greeted with `iopub_welcome` (JEP 65) and knows
 * that from then on it misses nothing. Whoever reaches the socket may subscribe, without a key: what that can cost is bounded
 * (published.ts).
 */
import { XPublisher } from "zeromq";
import { encode, newHeader, type OutgoingMessage } from "../wire/message.js";
import type { Signer } from "../wire/signer.js";
import { bind, serverOptions } from "./bind.js";
import type { Connection } from "./connection.js";
import { giveBackMemory } from "./give-back.js";
import { KEPT, PublishedOutbox } from "./published.js";

const UNSUBSCRIBE = 0;
const SUBSCRIBE = 1;

export class IopubSocket {
  readonly #socket: XPublisher;
  readonly #outbox: PublishedOutbox;
  readonly #signer: Signer;
  readonly #session: string;
  readonly #connection: Connection;

  /** @param session id of this kernel, for the header of the greeting */
  constructor(connection: Connection, signer: Signer, session: string) {
    this.#signer = signer;
    this.#session = session;
    this.#connection = connection;
    const bounds = { sendHighWaterMark: KEPT, noDrop: true, sendTimeout: 0 };
    this.#socket = new XPublisher({ ...serverOptions(connection), ...bounds });
    this.#socket.verbosity = "allSubsUnsubs";
    this.#outbox = new PublishedOutbox(this.#socket);
  }

  /** Answers the port. Throws ConnectionError. */
  async bind(): Promise<number> {
    return bind(this.#socket, this.#connection, "iopub");
  }

  /** Greets subscribers from now on. */
  listen(): void {
    void this.#greet();
  }

  send(message: OutgoingMessage): void {
    this.#outbox.send(encode(message, this.#signer));
  }

  async close(): Promise<void> {
    await this.#outbox.flushed();
    this.#socket.close();
  }

  async #greet(): Promise<void> {
    for await (const [frame] of this.#socket) {
      // Also of one whose connection has ended.
      if (frame?.[0] === UNSUBSCRIBE) giveBackMemory();
      if (frame?.[0] !== SUBSCRIBE) continue;
      const topic = frame.subarray(1);
      this.send({
        // A subscriber of all topics takes any.
        identities: [topic.length > 0 ? topic : Buffer.from(`kernel.${this.#session}.iopub_welcome`)],
        header: newHeader("iopub_welcome", this.#session),
        parentHeader: {},
        metadata: {},
        content: { subscription: topic.toString() },
        buffers: [],
      });
    }
  }
}
