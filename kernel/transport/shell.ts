/** The shell channel: requests to execute, complete, inspect, look up history, and comm traffic from clients. */
import type { Signer } from "../wire/signer.js";
import type { Connection } from "./connection.js";
import type { Refusals } from "./refusals.js";
import { RequestSocket } from "./request-socket.js";

export class ShellSocket extends RequestSocket {
  constructor(connection: Connection, signer: Signer, log: (line: string) => void, refusals: Refusals) {
    super("shell", connection, signer, log, refusals);
  }
}
