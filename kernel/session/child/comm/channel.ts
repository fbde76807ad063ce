/**
 * Comms as they travel: which are open, what is sent, and who takes what comes. Taking happens in two steps. A listener is the kernel's own
 * code and is called as soon as a message is read, perhaps in the midst of a user's loop; what it returns calls user code, and runs when the
 * event loop turns. What users see of comms is in comm.ts; widgets have listeners of their own.
 */
import { randomUUID } from "node:crypto";
import type { CommMessage } from "../../messages.js";
import { currentTask } from "../run/attribution.js";
import { emit } from "../output/event-pipe.js";
import { critical } from "../interrupt/critical-sections.js";
import type { Work } from "../run/work.js";
import { currentRun } from "../output/streams.js";

/** What goes along with the data of a message. */
export interface Attachments {
  readonly buffers?: readonly (ArrayBufferLike | ArrayBufferView)[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A message from the client. */
export interface Received {
  readonly data: unknown;
  readonly buffers: readonly Uint8Array[];
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Header of the client's message, for what answers it. */
  readonly cause: unknown;
}

export interface Listener {
  message(message: Received): Work | undefined;
  /** The client has closed the comm; the channel is closed already. */
  closed(message: Received): Work | undefined;
}

/** Called when a client opens a comm of a target; it may set the channel's listener. */
export type Target = (channel: Channel, message: Received) => Work | undefined;

const channels = new Map<string, Channel>();
const targets = new Map<string, Target>();

export class Channel {
  listener: Listener = { message: () => undefined, closed: () => undefined };

  constructor(
    readonly id: string,
    readonly target: string,
  ) {}

  get isOpen(): boolean {
    return channels.get(this.id) === this;
  }

  /** Sends data to all clients. `cause` is that of the message which this answers. */
  send(data: unknown, attachments: Attachments = {}, cause: unknown = currentTask()?.cause): void {
    if (!this.isOpen) {
      throw new Error(
        `The comm ${this.id} of "${this.target}" is closed; nothing can be sent. comm.closed tells beforehand`,
      );
    }
    post("msg", this, data, attachments, cause);
  }

  /** Closes it here and at all clients; once is enough. */
  close(data: unknown = {}, attachments: Attachments = {}): void {
    if (!this.isOpen) return;
    critical(() => {
      post("close", this, data, attachments, currentTask()?.cause);
      channels.delete(this.id);
    });
  }
}

/** Opens a comm toward the clients. */
export function openChannel(target: string, data: unknown, attachments: Attachments = {}): Channel {
  const channel = new Channel(randomUUID(), target);
  critical(() => {
    post("open", channel, data, attachments, currentTask()?.cause);
    channels.set(channel.id, channel);
  });
  return channel;
}

export function setTarget(name: string, target: Target): void {
  targets.set(name, target);
}

export function removeTarget(name: string, target: Target): void {
  if (targets.get(name) === target) targets.delete(name);
}

/** Takes a message of the client. */
export function acceptComm(message: CommMessage): Work | undefined {
  const { kind, commId, targetName = "", data, metadata = {}, buffers = [], cause } = message;
  const received: Received = { data, buffers, metadata, cause };
  const channel = channels.get(commId);
  switch (kind) {
    case "open": {
      const opened = new Channel(commId, targetName);
      const target = targets.get(targetName);
      // A comm whose target nobody has registered is closed, as the protocol asks.
      if (!target) return void post("close", opened, {}, {}, cause);
      channels.set(commId, opened);
      return target(opened, received);
    }
    case "msg":
      return channel?.listener.message(received);
    case "close":
      channels.delete(commId);
      return channel?.listener.closed(received);
    default:
      return kind satisfies never;
  }
}

function post(
  kind: CommMessage["kind"],
  { id, target }: Channel,
  data: unknown,
  { buffers, metadata }: Attachments,
  cause: unknown,
): void {
  const message: CommMessage = {
    kind,
    commId: id,
    ...(kind === "open" && { targetName: target }),
    data: data ?? {},
    ...(metadata && { metadata }),
    ...(buffers && { buffers: buffers.map(bytesOf) }),
    cause,
  };
  try {
    emit({ type: "comm", run: currentRun(), message });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new TypeError(
      `The data for the comm of "${target}" cannot be sent as JSON: ${error.message}. Binary data goes into { buffers: [...] }`,
      { cause: error },
    );
  }
}

function bytesOf(buffer: ArrayBufferLike | ArrayBufferView, at: number): Uint8Array {
  if (ArrayBuffer.isView(buffer)) return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  if (buffer instanceof ArrayBuffer || buffer instanceof SharedArrayBuffer) return new Uint8Array(buffer);
  throw new TypeError(
    `buffers[${String(at)}]: expected an ArrayBuffer or a typed array, got ${buffer === null ? "null" : typeof buffer}`,
  );
}
