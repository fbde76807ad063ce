/**
 * What every socket of the kernel shares: binding with a clear error, CURVE, and sending one message after another (zeromq.js allows
 * one send at a time on a socket).
 */
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import type { MessageLike, Socket, Writable } from "zeromq";
import { ConnectionError, endpoint, type Channel, type Connection } from "./connection.js";

/** How long a socket that is closed goes on delivering what it holds, in milliseconds. */
export const LINGER = 1_000;

/** Options for a socket that serves `connection`. */
export function serverOptions(connection: Connection): object {
  return {
    linger: LINGER,
    ipv6: connection.ip.includes(":") && connection.transport === "tcp",
    // Losing a message hangs a client, so nothing is dropped at a high-water mark.
    sendHighWaterMark: 0,
    receiveHighWaterMark: 0,
    ...(connection.curve && {
      curveServer: true,
      curvePublicKey: connection.curve.publicKey,
      curveSecretKey: connection.curve.secretKey,
    }),
  };
}

/** Binds a socket to its channel's address and answers its port. Throws {@link ConnectionError}. */
export async function bind(socket: Socket, connection: Connection, channel: Channel): Promise<number> {
  const { transport, ip, ports } = connection;
  const port = ports[channel] === 0 && transport === "ipc" ? freeIpcPort(ip) : ports[channel];
  const address = endpoint(transport, ip, port);
  try {
    await socket.bind(address);
    // For port 0 of TCP the system has found a free one.
    return port === 0 ? Number(/\d+$/.exec(socket.lastEndpoint ?? "")?.[0]) : port;
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === "EADDRINUSE"
        ? "another program uses this address"
        : (error as Error).message;
    throw new ConnectionError(`cannot bind the ${channel} socket to ${address}: ${why}`);
  }
}

/** With IPC a port is but the end of a file's name; ZeroMQ would take over a file that is there. */
function freeIpcPort(path: string): number {
  for (;;) {
    const port = randomInt(1, 65_536);
    if (!existsSync(`${path}-${port}`)) return port;
  }
}

/** Sends in the order of the calls. */
export class Outbox {
  readonly #socket: Writable<MessageLike[]>;
  readonly #waiting: MessageLike[][] = [];
  #draining: Promise<void> | undefined;

  constructor(socket: Writable<MessageLike[]>) {
    this.#socket = socket;
  }

  send(frames: MessageLike[]): void {
    this.#waiting.push(frames);
    this.#draining ??= this.#drain();
  }

  /** Resolves when everything so far has been handed to ZeroMQ. */
  async flushed(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    try {
      for (let frames; (frames = this.#waiting.shift());) await this.#socket.send(frames);
    } catch {
      // The socket was closed: nobody is left to hear the rest.
      this.#waiting.length = 0;
    } finally {
      this.#draining = undefined;
    }
  }
}
