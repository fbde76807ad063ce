/** The five sockets of a kernel, bound and closed together. */
import { v4 as uuid } from "uuid";
import type { Message } from "../wire/message.js";
import { Signer } from "../wire/signer.js";
import { ConnectionError, type Connection } from "./connection.js";
import { ControlSocket } from "./control.js";
import { HeartbeatSocket } from "./heartbeat.js";
import { IopubSocket } from "./iopub.js";
import { ShellSocket } from "./shell.js";
import { StdinSocket } from "./stdin.js";

export type Listeners = Readonly<Record<"shell" | "control" | "stdin", (message: Message) => void>>;

export class Sockets {
  /** Id of the kernel in its messages' headers. */
  readonly id = uuid();
  readonly #shell: ShellSocket;
  readonly #control: ControlSocket;
  readonly #stdin: StdinSocket;
  readonly #iopub: IopubSocket;
  readonly #heartbeat: HeartbeatSocket;

  constructor(connection: Connection, log: (line: string) => void) {
    let signer: Signer;
    try {
      signer = new Signer(connection.key, connection.signatureScheme);
    } catch (error) {
      throw new ConnectionError((error as Error).message);
    }
    this.#shell = new ShellSocket(connection, signer, log);
    this.#control = new ControlSocket(connection, signer, log);
    this.#stdin = new StdinSocket(connection, signer, log);
    this.#iopub = new IopubSocket(connection, signer, this.id);
    this.#heartbeat = new HeartbeatSocket(connection);
  }

  /** Binds all five. Throws ConnectionError when one cannot be bound; then none stays open. */
  async bind(): Promise<void> {
    const bound = [this.#heartbeat, this.#iopub, this.#stdin, this.#control, this.#shell];
    const results = await Promise.allSettled(bound.map((socket) => socket.bind()));
    const failed = results.find((result) => result.status === "rejected");
    if (!failed) return;
    await this.close();
    throw failed.reason;
  }

  /** Begins to read. */
  listen(listeners: Listeners): void {
    this.#heartbeat.listen();
    this.#iopub.listen();
    this.#shell.listen(listeners.shell);
    this.#control.listen(listeners.control);
    this.#stdin.listen(listeners.stdin);
  }

  send(channel: "shell" | "control" | "stdin" | "iopub", message: Message): void {
    switch (channel) {
      case "shell":
        return this.#shell.send(message);
      case "control":
        return this.#control.send(message);
      case "stdin":
        return this.#stdin.send(message);
      case "iopub":
        return this.#iopub.send(message);
    }
  }

  async close(): Promise<void> {
    this.#heartbeat.close();
    await Promise.all([this.#shell, this.#control, this.#stdin, this.#iopub].map((socket) => socket.close()));
  }
}
