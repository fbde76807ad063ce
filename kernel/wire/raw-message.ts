/**
 * A message as bytes: the frames of one ZeroMQ multipart message, cut at the delimiter. What the bytes mean is `message.ts`,
 * whether they may be trusted is `signer.ts`.
 */

/** Why a message was dropped. Never leaves the kernel: it becomes a line in the log. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** The four JSON frames, in the order in which they are sent and signed. */
export type SignedFrames = readonly [header: Buffer, parentHeader: Buffer, metadata: Buffer, content: Buffer];

export interface RawMessage {
  /** Routing ids in front of the delimiter; on IOPub, the topic. */
  readonly identities: readonly Buffer[];
  /** Hexadecimal digest as ASCII bytes; empty when the sender does not sign. */
  readonly signature: Buffer;
  readonly signed: SignedFrames;
  /** Binary frames after the content; not covered by the signature. */
  readonly buffers: readonly Buffer[];
}

export const DELIMITER = Buffer.from("<IDS|MSG>");

/** Cuts received frames into a message. Throws {@link WireError} when the delimiter or one of the five frames after it is missing. */
export function splitFrames(frames: readonly Buffer[]): RawMessage {
  const at = frames.findIndex((frame) => frame.equals(DELIMITER));
  if (at < 0) throw new WireError(`no <IDS|MSG> delimiter among ${frames.length} frame(s)`);
  const [signature, header, parentHeader, metadata, content, ...buffers] = frames.slice(at + 1);
  if (!signature || !header || !parentHeader || !metadata || !content) {
    throw new WireError(`expected 5 frames or more after the delimiter, got ${frames.length - at - 1}`);
  }
  return {
    identities: frames.slice(0, at),
    signature,
    signed: [header, parentHeader, metadata, content],
    buffers,
  };
}

/** The frames to send, in order. */
export function joinFrames(raw: RawMessage): Buffer[] {
  return [...raw.identities, DELIMITER, raw.signature, ...raw.signed, ...raw.buffers];
}
