/** The five sockets of a kernel, bound and closed together. */
import { v4 as uuid } from "uuid";
import type { Message, OutgoingMessage } from "../wire/message.js";
import { Signer } from "../wire/signer.js";
import { ConnectionError, type Channel, type Connection, type Ports } from "./connection.js";
import { ControlSocket } from "./control.js";
import { HeartbeatSocket } from "./heartbeat.js";
import { IopubSocket } from "./iopub.js";
import { Refusals } from "./refusals.js";
import { register } from "./registration.js";
import { ShellSocket } from "./shell.js";
import { StdinSocket } from "./stdin.js";

export type Listeners = Readonly<Record<"shell" | "control" | "stdin", (message: Message) => void>>;

export class Sockets {
  /** Id of the kernel in its messages' headers. */
  readonly id = uuid();
  readonly #connection: Connection;
  readonly #signer: Signer;
  readonly #log: (line: string) => void;
  readonly #refusals: Refusals;
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
    if (connection.key === "" && isPublic(connection)) {
      throw new ConnectionError(
        `the connection has no key, and ${connection.ip} can be reached from other machines: whoever does would run code as you. ` +
          "Put a key into the connection file, or bind to 127.0.0.1",
      );
    }
    this.#log = log;
    this.#connection = connection;
    this.#signer = signer;
    this.#refusals = new Refusals(log);
    this.#shell = new ShellSocket(connection, signer, log, this.#refusals);
    this.#control = new ControlSocket(connection, signer, log, this.#refusals);
    this.#stdin = new StdinSocket(connection, signer, log, this.#refusals);
    this.#iopub = new IopubSocket(connection, signer, this.id);
    this.#heartbeat = new HeartbeatSocket(connection);
  }

  /**
   * Binds all five, tells the launcher where it has asked for that, and answers the ports. Throws ConnectionError when one cannot be
   * bound or the launcher does not answer; then none stays open.
   */
  async bind(): Promise<Ports> {
    const sockets: Record<Channel, { bind(): Promise<number> }> = {
      hb: this.#heartbeat,
      iopub: this.#iopub,
      stdin: this.#stdin,
      control: this.#control,
      shell: this.#shell,
    };
    // Sockets of IPC are files, made with all rights that the umask leaves: nobody else's here.
    const umask = this.#connection.transport === "ipc" ? process.umask(0o177) : undefined;
    const bound = Object.entries(sockets).map(async ([channel, socket]) => [channel, await socket.bind()]);
    try {
      // All are waited for: one that is still being bound cannot be closed.
      await Promise.allSettled(bound);
      if (umask !== undefined) process.umask(umask);
      const failed = (await Promise.allSettled(bound)).find((result) => result.status === "rejected");
      if (failed) throw failed.reason;
      const ports = Object.fromEntries(await Promise.all(bound)) as Ports;
      const { registration } = this.#connection;
      if (registration) await register(registration, ports, this.#signer);
      return ports;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Begins to read. */
  listen(listeners: Listeners): void {
    const { key, transport } = this.#connection;
    if (key === "" && transport === "tcp")
      this.#log(
        "WARNING: the connection has no key: every user of this machine can run code as you; put one into the file",
      );
    this.#heartbeat.listen();
    this.#iopub.listen();
    this.#shell.listen(listeners.shell);
    this.#control.listen(listeners.control);
    this.#stdin.listen(listeners.stdin);
  }

  send(channel: "shell" | "control" | "stdin", message: Message): void {
    switch (channel) {
      case "shell":
        return this.#shell.send(message);
      case "control":
        return this.#control.send(message);
      case "stdin":
        return this.#stdin.send(message);
    }
  }

  /** On iopub, to all subscribers. */
  publish(message: OutgoingMessage): void {
    this.#iopub.send(message);
  }

  async close(): Promise<void> {
    this.#heartbeat.close();
    this.#refusals.flush();
    await Promise.all([this.#shell, this.#control, this.#stdin, this.#iopub].map((socket) => socket.close()));
  }
}

/**
 * Whether other machines reach the sockets. There, a connection without a key is never meant, and refused; on one machine the protocol allows
 * it.
 */
function isPublic({ transport, ip }: Connection): boolean {
  if (transport === "ipc") return false;
  return !/^127\.\d+\.\d+\.\d+$/.test(ip) && !["localhost", "::1", "lo"].includes(ip.toLowerCase());
}
