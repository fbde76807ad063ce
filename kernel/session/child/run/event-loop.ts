/**
 * Calls from the event loop, with no code below them on the stack. Node's own setImmediate is not for what may run user code, nor for what must
 * happen: an interrupt ends user code without the `finally` blocks below it, and Node's list of immediates does not survive that.
 */
import { MessageChannel } from "node:worker_threads";

const { port1, port2 } = new MessageChannel();
const waiting: (() => void)[] = [];
port2.on("message", () => waiting.shift()?.());
port2.unref();

export function onNextTurn(callback: () => void): void {
  waiting.push(callback);
  port1.postMessage(null);
}
