/** The stdin channel: the kernel asks, the client that sent the cell answers. The route is the one of the execute request. */
import type { Signer } from "../wire/signer.js";
import type { Connection } from "./connection.js";
import type { Refusals } from "./refusals.js";
import { RequestSocket } from "./request-socket.js";

export class StdinSocket extends RequestSocket {
  constructor(connection: Connection, signer: Signer, log: (line: string) => void, refusals: Refusals) {
    super("stdin", connection, signer, log, refusals);
  }
}
