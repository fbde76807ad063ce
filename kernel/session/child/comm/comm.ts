/** Comms as cells see them: `comm.open`, `comm.registerTarget` and the `Comm` that both deal in. Types for cells are in language/prelude/comm.ts. */
import type { Work } from "../run/work.js";
import { Callback, Callbacks } from "./callback.js";
import {
  openChannel,
  removeTarget,
  setTarget,
  type Attachments,
  type Channel,
  type Received,
  type Target,
} from "./channel.js";

type Metadata = Readonly<Record<string, unknown>>;
type Buffers = readonly Uint8Array[];

export interface CommMessage {
  readonly data: unknown;
  readonly buffers: Buffers;
  readonly metadata: Metadata;
}

/** Targets that widgets are built on. */
const RESERVED = /^jupyter\.widget(\.|$)/;

export class Comm implements AsyncIterable<CommMessage> {
  readonly id: string;
  readonly target: string;
  readonly #channel: Channel;
  readonly #messages: Callbacks<[data: unknown, buffers: Buffers, metadata: Metadata]>;
  readonly #closes: Callbacks<[data: unknown, buffers: Buffers, metadata: Metadata]>;
  readonly #readers = new Set<Reader>();

  constructor(channel: Channel) {
    this.#channel = channel;
    this.id = channel.id;
    this.target = channel.target;
    this.#messages = new Callbacks(`onMessage of the comm "${channel.target}"`);
    this.#closes = new Callbacks(`onClose of the comm "${channel.target}"`);
    channel.listener = {
      message: (received) => () => this.#take(received),
      closed: (received) => () => this.#end(received),
    };
  }

  get closed(): boolean {
    return !this.#channel.isOpen;
  }

  send(data?: unknown, attachments?: Attachments): void {
    this.#channel.send(data, attachments);
  }

  close(data?: unknown, attachments?: Attachments): void {
    this.#channel.close(data, attachments);
    for (const reader of this.#readers) reader.end();
  }

  onMessage(callback: (data: unknown, buffers: Buffers, metadata: Metadata) => unknown): () => void {
    return this.#messages.add(callback);
  }

  onClose(callback: (data: unknown, buffers: Buffers, metadata: Metadata) => unknown): () => void {
    return this.#closes.add(callback);
  }

  [Symbol.asyncIterator](): AsyncIterator<CommMessage> {
    const reader = new Reader(() => this.#readers.delete(reader));
    if (this.closed) reader.end();
    else this.#readers.add(reader);
    return reader;
  }

  #take({ data, buffers, metadata, cause }: Received): void {
    for (const reader of this.#readers) reader.push({ data, buffers, metadata });
    this.#messages.run(cause, data, buffers, metadata);
  }

  #end({ data, buffers, metadata, cause }: Received): void {
    for (const reader of this.#readers) reader.end();
    this.#closes.run(cause, data, buffers, metadata);
  }
}

/** One `for await` over a comm: every message from its beginning on, also those that come while the loop's body runs. */
class Reader implements AsyncIterator<CommMessage> {
  readonly #messages: CommMessage[] = [];
  readonly #waiting: ((result: IteratorResult<CommMessage>) => void)[] = [];
  readonly #left: () => void;
  #ended = false;

  constructor(left: () => void) {
    this.#left = left;
  }

  push(message: CommMessage): void {
    const resolve = this.#waiting.shift();
    if (resolve) resolve({ done: false, value: message });
    else this.#messages.push(message);
  }

  end(): void {
    this.#ended = true;
    this.#left();
    for (const resolve of this.#waiting.splice(0)) resolve({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<CommMessage>> {
    const value = this.#messages.shift();
    if (value) return Promise.resolve({ done: false, value });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<CommMessage>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }
}

function open(target: string, data?: unknown, attachments?: Attachments): Comm {
  requireName("comm.open(target, data)", target);
  return new Comm(openChannel(target, data, attachments));
}

function registerTarget(
  name: string,
  opened: (comm: Comm, data: unknown, buffers: Buffers, metadata: Metadata) => unknown,
): () => void {
  requireName("comm.registerTarget(name, opened)", name);
  const callback = new Callback(`the target "${name}"`, opened);
  const target: Target = (channel, { data, buffers, metadata, cause }): Work => {
    const comm = new Comm(channel);
    return () => {
      // A comm that its target refuses is closed, so that the client does not wait.
      if (!callback.run(cause, comm, data, buffers, metadata)) comm.close();
    };
  };
  setTarget(name, target);
  return () => removeTarget(name, target);
}

function requireName(call: string, name: unknown): void {
  if (typeof name !== "string" || name === "") {
    throw new TypeError(
      `${call}: expected the target's name as a string, got ${name === "" ? '""' : typeof name}`,
    );
  }
  if (RESERVED.test(name)) {
    throw new TypeError(
      `${call}: "${name}" belongs to widgets; use widgets.any({ esm, state }) or another name`,
    );
  }
}

/** `comm` in cells. */
export const comm = { open, registerTarget };
