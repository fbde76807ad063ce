/** Comms: channels between a widget in a client and an object in the session. The kernel process forwards, and knows which are open. */
import type { CommMessage } from "../session/messages.js";
import type { Session } from "../session/session.js";
import type { Json, Message } from "../wire/message.js";
import { objectField, textField } from "./handlers/fields.js";
import type { Parent, Publisher } from "./output/publisher.js";

export class Comms {
  readonly #publisher: Publisher;
  /** Id → target of each open comm. */
  readonly #open = new Map<string, string>();

  constructor(publisher: Publisher) {
    this.#publisher = publisher;
  }

  /** Open comms by id, all or those of one target. */
  list(target?: string): Record<string, { target_name: string }> {
    const listed = [...this.#open].filter(([, name]) => target === undefined || target === name);
    return Object.fromEntries(listed.map(([id, target_name]) => [id, { target_name }]));
  }

  fromClient(
    kind: CommMessage["kind"],
    { header, content, metadata, buffers }: Message,
    session: Session,
  ): void {
    const type = `comm_${kind}`;
    const message: CommMessage = {
      kind,
      commId: textField(type, content, "comm_id"),
      ...(kind === "open" && { targetName: textField(type, content, "target_name") }),
      data: objectField(type, content, "data"),
      metadata,
      buffers,
      cause: header,
    };
    session.comm(message);
    this.#note(message);
  }

  /** Publishes; the parent is the client's message that it answers, or else that of the cell. */
  fromSession(message: CommMessage, cell: Parent): void {
    const { kind, commId, targetName, data, metadata, buffers, cause } = message;
    this.#note(message);
    const content: Json = { comm_id: commId, data, ...(kind === "open" && { target_name: targetName }) };
    this.#publisher.publish(`comm_${kind}`, content, (cause as Parent | undefined) ?? cell, {
      ...(metadata && { metadata }),
      ...(buffers && { buffers }),
    });
  }

  /** The session's objects are gone: clients are told that nobody is at the other end. */
  closeAll(): void {
    for (const commId of [...this.#open.keys()]) {
      this.fromSession({ kind: "close", commId, data: {} }, {});
    }
  }

  #note({ kind, commId, targetName }: CommMessage): void {
    if (kind === "open") this.#open.set(commId, targetName ?? "");
    if (kind === "close") this.#open.delete(commId);
  }
}
