/** Messages on IOPub: who caused them, and busy and idle. */
import { newHeader, type Header, type Json, type OutgoingMessage } from "../../wire/message.js";

export type Parent = Header | Record<string, never>;

export interface PublishOptions {
  readonly metadata?: Json;
  readonly buffers?: readonly Uint8Array[];
}

export class Publisher {
  readonly #send: (message: OutgoingMessage) => void;
  readonly #session: string;

  /** @param session id of this kernel, in every header */
  constructor(session: string, send: (message: OutgoingMessage) => void) {
    this.#session = session;
    this.#send = send;
  }

  /** @param content may be JSON that is written already */
  publish(type: string, content: Json | Buffer, parent: Parent, options: PublishOptions = {}): void {
    this.#send({
      identities: [Buffer.from(`kernel.${this.#session}.${type}`)],
      header: newHeader(type, this.#session),
      parentHeader: parent,
      metadata: options.metadata ?? {},
      content,
      buffers: options.buffers ?? [],
    });
  }

  status(state: "starting" | "busy" | "idle", parent: Parent): void {
    this.publish("status", { execution_state: state }, parent);
  }
}
