/**
 * Framing of the two pipes between kernel and session: a length, a kind, then either JSON with binary buffers or the text of a
 * stream. Streams have a form of their own because a printing loop sends tens of thousands of them.
 *
 *     frame   := u32 length of the rest · u8 kind · body                            (little endian)
 *     message := u32 length of JSON · JSON · { u32 length · bytes }                  kind 0; behind the JSON the buffers of a comm message,
 *                                                                                    or data and metadata of a bundle
 *     stream  := u32 run · UTF-8 text                                                kind 1 (stdout), 2 (stderr)
 */
import { EncodedBundle } from "./encoded-bundle.js";
import type { Event, Request } from "./messages.js";

const MESSAGE = 0;
const STDOUT = 1;
const STDERR = 2;
/** Bytes before the body: length and kind. */
const HEAD = 5;
/** Bytes before a stream's text. */
export const STREAM_HEAD = HEAD + 4;

/** Writes the head of a stream frame into `target`, whose text of `bytes` bytes follows STREAM_HEAD bytes later. */
export function writeStreamHead(
  target: Buffer,
  run: number,
  name: "stdout" | "stderr",
  bytes: number,
  at = 0,
): void {
  target.writeUInt32LE(bytes + STREAM_HEAD - 4, at);
  target[at + 4] = name === "stdout" ? STDOUT : STDERR;
  target.writeUInt32LE(run, at + HEAD);
}

/** One message as a frame; what is bytes already travels behind the JSON. */
export function encodeMessage(message: Request | Event): Buffer {
  const { head, buffers } = partsOf(message);
  const json = Buffer.from(JSON.stringify(head));
  let size = HEAD + 4 + json.length;
  for (const buffer of buffers) size += 4 + buffer.byteLength;
  const frame = Buffer.allocUnsafe(size);
  frame.writeUInt32LE(size - 4, 0);
  frame[4] = MESSAGE;
  frame.writeUInt32LE(json.length, HEAD);
  let at = HEAD + 4 + json.copy(frame, HEAD + 4);
  for (const buffer of buffers) {
    frame.writeUInt32LE(buffer.byteLength, at);
    frame.set(buffer, at + 4);
    at += 4 + buffer.byteLength;
  }
  return frame;
}

/** What is written as JSON, and what is not. */
function partsOf(message: Request | Event): { head: unknown; buffers: readonly Uint8Array[] } {
  if (message.type === "comm") {
    const { buffers = [], ...rest } = message.message;
    return { head: { ...message, message: rest }, buffers };
  }
  if (!("bundle" in message) || !message.bundle) return { head: message, buffers: [] };
  const { bundle, ...head } = message;
  return { head, buffers: [bundle.data, bundle.metadata] };
}

function decodeMessage(body: Buffer): Request | Event {
  let at = 4 + body.readUInt32LE(0);
  const message = JSON.parse(body.toString("utf8", 4, at)) as Request | Event;
  const buffers: Buffer[] = [];
  while (at < body.length) {
    const size = body.readUInt32LE(at);
    buffers.push(body.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  if (message.type === "comm") {
    // Copies with buffers of their own: the chunk that they came in is shared, and views of other types need alignment.
    return {
      ...message,
      message: { ...message.message, buffers: buffers.map((each) => new Uint8Array(each)) },
    };
  }
  const [data, metadata] = buffers;
  if (!data || !metadata) return message;
  return { ...message, bundle: new EncodedBundle(data, metadata) } as Event;
}

/**
 * Turns the chunks of a pipe into messages. Adjacent stream frames of one run and name arrive as one event, so that a flood
 * of lines costs the reader one event a chunk.
 */
export class FrameReader<M extends Request | Event> {
  private parts: Buffer[] = [];
  private held = 0;
  private wanted = HEAD;

  constructor(private readonly deliver: (message: M) => void) {}

  push(chunk: Buffer): void {
    this.parts.push(chunk);
    this.held += chunk.length;
    if (this.held < this.wanted) return;
    const bytes = this.parts.length === 1 ? chunk : Buffer.concat(this.parts, this.held);
    this.parts = [];
    this.held = 0;
    const rest = this.readFrames(bytes);
    if (rest.length > 0) {
      this.parts.push(rest);
      this.held = rest.length;
    }
    this.wanted = rest.length >= 4 ? Math.max(HEAD, 4 + rest.readUInt32LE(0)) : HEAD;
  }

  private readFrames(bytes: Buffer): Buffer {
    let at = 0;
    let streamKind = 0;
    let streamRun = 0;
    let text = "";
    const flush = () => {
      if (streamKind === 0) return;
      const name = streamKind === STDOUT ? "stdout" : "stderr";
      this.deliver({ type: "stream", run: streamRun, name, text } as M);
      streamKind = 0;
    };
    while (bytes.length - at >= HEAD) {
      const end = at + 4 + bytes.readUInt32LE(at);
      if (end > bytes.length) break;
      const kind = bytes[at + 4]!;
      if (kind === MESSAGE) {
        flush();
        this.deliver(decodeMessage(bytes.subarray(at + HEAD, end)) as M);
      } else {
        const run = bytes.readUInt32LE(at + HEAD);
        const piece = bytes.toString("utf8", at + STREAM_HEAD, end);
        if (streamKind === kind && streamRun === run) text += piece;
        else {
          flush();
          streamKind = kind;
          streamRun = run;
          text = piece;
        }
      }
      at = end;
    }
    flush();
    return bytes.subarray(at);
  }
}
