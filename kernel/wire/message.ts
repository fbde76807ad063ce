/**
 * A message as the protocol means it, and the codec between it and bytes. jmp's `Message` does the encoding; this file adds
 * what jmp leaves out: the date, checks of the header's form, and errors in place of exceptions of any kind.
 */
import jmp from "jmp";
import { v4 as uuid } from "uuid";
import { nestsDeeper } from "./nesting.js";
import { joinFrames, splitFrames, WireError, DELIMITER, type SignedFrames } from "./raw-message.js";
import type { Signer } from "./signer.js";

/** Version of the messaging protocol that headers name. */
export const PROTOCOL_VERSION = "5.5";

export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  /** ISO 8601. */
  readonly date: string;
  readonly version: string;
  readonly [more: string]: unknown;
}

export type Json = Record<string, unknown>;

export interface Message {
  /** Routing ids of the peer, or the topic on IOPub. */
  readonly identities: readonly Buffer[];
  readonly header: Header;
  /** Header of the request that caused this message; empty when nothing did. */
  readonly parentHeader: Header | Record<string, never>;
  readonly metadata: Json;
  readonly content: Json;
  readonly buffers: readonly Uint8Array[];
}

/** A message to send, whose content may be JSON that is written already. */
export type OutgoingMessage = Omit<Message, "content"> & { readonly content: Json | Buffer };

/** A new header for a message that this side sends; `username` as it came from a client, whatever it is. */
export function newHeader(type: string, session: string, username?: unknown): Header {
  return {
    msg_id: uuid(),
    msg_type: type,
    session,
    username: typeof username === "string" ? username : "kernel",
    date: new Date().toISOString(),
    version: PROTOCOL_VERSION,
  };
}

/** Verifies and reads received frames. Throws {@link WireError} for whatever is wrong with them. */
export function decode(frames: readonly Buffer[], signer: Signer): Message {
  const raw = splitFrames(frames);
  signer.verify(raw);
  let parsed: ReturnType<typeof jmp.Message._decode>;
  try {
    parsed = jmp.Message._decode([DELIMITER, raw.signature, ...raw.signed]);
  } catch (error) {
    throw new WireError(`a frame is not JSON: ${(error as Error).message}`);
  }
  if (parsed === null) throw new WireError("a frame cannot be read as text");
  const { header, parent_header: parentHeader, metadata, content } = parsed;
  for (const [name, value] of Object.entries({ header, parentHeader, metadata, content })) {
    if (!isObject(value)) throw new WireError(`${name} is not a JSON object`);
  }
  for (const field of ["msg_id", "msg_type"]) {
    if (typeof header[field] !== "string") throw new WireError(`header has no ${field}`);
  }
  // It is sent back with every answer, and what is nested too deep can be read but not written.
  if (nestsDeeper(header)) throw new WireError("header is nested too deep");
  return {
    identities: raw.identities,
    header: header as Header,
    parentHeader: parentHeader as Header,
    metadata,
    content,
    buffers: raw.buffers,
  };
}

/** Signed frames of a message, ready to send. */
export function encode(message: OutgoingMessage, signer: Signer): Buffer[] {
  const { header, parentHeader, metadata, content } = message;
  const written = Buffer.isBuffer(content) ? content : undefined;
  const json = { header, parent_header: parentHeader, metadata, ...(!written && { content }) };
  const frames = new jmp.Message(json)._encode().slice(2);
  if (written) frames[CONTENT] = written;
  const signed = frames.map((frame) =>
    Buffer.isBuffer(frame) ? frame : Buffer.from(frame),
  ) as unknown as SignedFrames;
  return joinFrames({
    identities: message.identities,
    signature: signer.sign(signed),
    signed,
    buffers: message.buffers.map((buffer) =>
      Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength),
    ),
  });
}

/** Place of the content among the JSON frames. */
const CONTENT = 3;

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
