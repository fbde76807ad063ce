/**
 * What every socket of the kernel shares: binding with a clear error, CURVE, and sending one message after another (zeromq.js allows
 * one send at a time on a socket).
 */
import type { MessageLike, Socket, Writable } from "zeromq";
import { addressOf, ConnectionError, type Channel, type Connection } from "./connection.js";

/** How long a socket that is closed goes on delivering what it holds, in milliseconds. */
export const LINGER = 1_000;

/** Options for a socket that serves `connection`. */
export function serverOptions(connection: Connection): object {
  return {
    linger: LINGER,
    ipv6: connection.ip.includes(":") && connection.transport === "tcp",
    // Messages are small and rare next to memory: losing one hangs a client, so nothing is dropped at a high-water mark.
    sendHighWaterMark: 0,
    receiveHighWaterMark: 0,
    ...(connection.curve && {
      curveServer: true,
      curvePublicKey: connection.curve.publicKey,
      curveSecretKey: connection.curve.secretKey,
    }),
  };
}

/** Binds a socket to its channel's address. Throws {@link ConnectionError}. */
export async function bind(socket: Socket, connection: Connection, channel: Channel): Promise<void> {
  const address = addressOf(connection, channel);
  try {
    await socket.bind(address);
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === "EADDRINUSE"
        ? "another program uses this address"
        : (error as Error).message;
    throw new ConnectionError(`cannot bind the ${channel} socket to ${address}: ${why}`);
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
