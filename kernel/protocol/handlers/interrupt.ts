/**
 * interrupt_request: stops the running cells, of the main shell and of subshells, and keeps the state; each cell's own reply says that it
 * was interrupted. Between cells it stops what a comm message or a timer has set going.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { KernelContext, Reply } from "../context.js";

/** The reply does not wait longer than this for a cell that takes its time to stop, in milliseconds. */
const PATIENCE = 1_000;

export async function interrupt(_request: unknown, kernel: KernelContext): Promise<Reply> {
  const patience = new AbortController();
  const stopped = kernel.interruptions.interrupt();
  await Promise.race([stopped, delay(PATIENCE, undefined, { signal: patience.signal, ref: false })]);
  patience.abort();
  return { content: { status: "ok" } };
}
