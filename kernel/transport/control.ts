/** The control channel: interrupt, shutdown and debugging, which must be heard at once. */
import type { Signer } from "../wire/signer.js";
import type { Connection } from "./connection.js";
import type { Refusals } from "./refusals.js";
import { RequestSocket } from "./request-socket.js";

export class ControlSocket extends RequestSocket {
  constructor(connection: Connection, signer: Signer, log: (line: string) => void, refusals: Refusals) {
    super("control", connection, signer, log, refusals);
  }
}
