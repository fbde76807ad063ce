/** The heartbeat: sends back what it hears. User code runs in another process, so a busy cell cannot delay it. */
import { Reply } from "zeromq";
import { bind, serverOptions } from "./bind.js";
import type { Connection } from "./connection.js";

export class HeartbeatSocket {
  readonly #socket: Reply;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#socket = new Reply(serverOptions(connection));
  }

  /** Answers the port. Throws ConnectionError. */
  async bind(): Promise<number> {
    return bind(this.#socket, this.#connection, "hb");
  }

  listen(): void {
    void this.#echo();
  }

  close(): void {
    this.#socket.close();
  }

  async #echo(): Promise<void> {
    for await (const frames of this.#socket) {
      try {
        await this.#socket.send(frames);
      } catch {
        if (this.#socket.closed) return;
      }
    }
  }
}
