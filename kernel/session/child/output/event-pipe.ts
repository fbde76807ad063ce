/**
 * Events up to the kernel process, by blocking writes: what a busy loop prints is seen while it runs, and nothing piles up. Only of a
 * flood of lines a few are written at once, after a moment at the latest (text-buffer.ts).
 *
 * An interrupt may stop JavaScript at any call or loop. A frame that was cut in half would garble everything after it, so
 * writing is a critical section: an interrupt that comes meanwhile is carried out at its end.
 */
import { encodeMessage, STREAM_HEAD, writeStreamHead } from "../../channel.js";
import type { Event } from "../../messages.js";
import { critical } from "../interrupt/critical-sections.js";
import { TextBuffer } from "./text-buffer.js";

/** File descriptors that the kernel process opened for this one. */
export const REQUESTS_FD = 3;
export const EVENTS_FD = 4;
export const INTERRUPTS_FD = 5;
export const DEBUGGER_FD = 6;

/** Shared with the watchdog's thread. */
export const textBuffer = new TextBuffer(EVENTS_FD);

/** UTF-8 needs at most three bytes a UTF-16 unit. */
const SHORT = Math.floor((textBuffer.bytes.length / 2 - STREAM_HEAD) / 3);
/** A stream frame carries at most this many UTF-16 units. */
const PIECE = 1 << 20;

/** Frames of JavaScript that a write may need, with room to spare. */
const FRAMES = 16;

/**
 * Throws a RangeError where the stack is nearly used up, before anything is written or read: inside of `writeSync` the same error
 * would leave it unknown whether the bytes have gone out.
 */
export function requireStack(frames: number): number {
  return frames === 0 ? 0 : 1 + requireStack(frames - 1);
}

/** The run whose output is dropped, and whether there was any. */
let muted: { readonly run: number; dropped: boolean } | undefined;

/** Drops what a run puts out, until the function that comes back is called, which answers whether there was anything. */
export function muteOutput(run: number): () => boolean {
  const mine = (muted = { run, dropped: false });
  return () => {
    if (muted === mine) muted = undefined;
    return mine.dropped;
  };
}

function isMuted(run: number): boolean {
  if (muted?.run !== run) return false;
  return (muted.dropped = true);
}

/** Text of a run's stdout or stderr. */
export function emitStream(run: number, name: "stdout" | "stderr", text: string): void {
  if (isMuted(run)) return;
  if (text.length > SHORT) {
    for (let at = 0; at < text.length;) {
      let end = Math.min(text.length, at + PIECE);
      // Not between the halves of a surrogate pair.
      if (end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end--;
      emitLongStream(run, name, text.slice(at, end));
      at = end;
    }
    return;
  }
  requireStack(FRAMES);
  critical(() => textBuffer.add(run, name, text));
}

function emitLongStream(run: number, name: "stdout" | "stderr", text: string): void {
  requireStack(FRAMES);
  critical(() => {
    const bytes = Buffer.byteLength(text);
    const frame = Buffer.allocUnsafe(STREAM_HEAD + bytes);
    writeStreamHead(frame, run, name, bytes);
    frame.write(text, STREAM_HEAD);
    textBuffer.write(frame);
  });
}

/** Events that belong together reach the kernel in one piece. */
export function emit(...events: Event[]): void {
  const wanted = events.filter(
    (event) => !(event.type === "display" || event.type === "clear_output") || !isMuted(event.run),
  );
  if (wanted.length === 0) return;
  const frames = wanted.map(encodeMessage);
  const bytes = frames.length === 1 ? frames[0]! : Buffer.concat(frames);
  requireStack(FRAMES);
  critical(() => textBuffer.write(bytes));
}
