/**
 * The handshake (JEP 66): the launcher gave no ports but the address of a registration socket. The kernel has bound free ports, tells
 * them there and waits for the acknowledgement. The messages are no Jupyter messages: one signed frame each.
 */
import { Dealer } from "zeromq";
import { DELIMITER, WireError } from "../wire/raw-message.js";
import type { Signer } from "../wire/signer.js";
import { LINGER } from "./bind.js";
import { ConnectionError, type Ports, type Registration } from "./connection.js";

/** How long the launcher may take, in milliseconds. */
const PATIENCE = 10_000;

/** Registers the kernel with its launcher. Throws {@link ConnectionError} when the launcher does not acknowledge. */
export async function register(
  { address, kernelId }: Registration,
  ports: Ports,
  signer: Signer,
  patience = PATIENCE,
): Promise<void> {
  const socket = new Dealer({ linger: LINGER, ipv6: address.includes("["), receiveTimeout: patience });
  try {
    socket.connect(address);
    const text = Object.entries(ports).map(([channel, port]) => [`${channel}_port`, String(port)]);
    const content = Buffer.from(JSON.stringify({ kernel_id: kernelId, ...Object.fromEntries(text) }));
    await socket.send([DELIMITER, signer.sign([content]), content]);
    const frames = await socket.receive();
    const at = frames.findIndex((frame) => frame.equals(DELIMITER));
    const [signature, acknowledgement] = frames.slice(at + 1);
    if (at < 0 || !signature || !acknowledgement) {
      throw new WireError(`expected <IDS|MSG>, a signature and one frame, got ${frames.length} frame(s)`);
    }
    signer.check(signature, [acknowledgement]);
  } catch (error) {
    const why =
      error instanceof WireError
        ? `its answer cannot be taken: ${error.message}`
        : (error as NodeJS.ErrnoException).code === "EAGAIN"
          ? `no answer within ${patience / 1_000} s; the launcher that wrote the registration file should listen there until the kernel has registered`
          : (error as Error).message;
    throw new ConnectionError(`cannot register the kernel at ${address}: ${why}`);
  } finally {
    socket.close();
  }
}
