/** Types of `comm` in cells; the session's child/comm/comm.ts is what they describe. */
export const COMM = `
/** Binary data: an ArrayBuffer, a typed array, a DataView or a Buffer. */
export type CommBuffer = ArrayBufferLike | ArrayBufferView;
/** What goes along with the data of a comm message. */
export interface CommAttachments {
  /** Sent as bytes, beside the JSON. */
  buffers?: readonly CommBuffer[];
  metadata?: Record<string, unknown>;
}
/** A message that came over a comm. */
export interface CommMessage {
  readonly data: any;
  /** Each has memory of its own, so that \`new Float32Array(buffers[0].buffer)\` reads numbers. */
  readonly buffers: readonly Uint8Array[];
  readonly metadata: Readonly<Record<string, unknown>>;
}
/** Called with what a comm message carries. */
export type CommHandler = (
  data: any,
  buffers: readonly Uint8Array[],
  metadata: Readonly<Record<string, unknown>>,
) => unknown;
/**
 * A channel between this notebook's session and an object in the page. What handlers print goes to the cell that has set them. They are called
 * between cells and whenever a cell awaits; \`for await (const { data } of comm)\` reads the messages in a cell.
 */
export interface Comm extends AsyncIterable<CommMessage> {
  readonly id: string;
  /** The name by which the page knows what to do with it. */
  readonly target: string;
  /** True once either side has closed it. */
  readonly closed: boolean;
  /** Sends JSON data, and binary buffers beside it. */
  send(data?: unknown, attachments?: CommAttachments): void;
  /** Ends the comm on both sides. */
  close(data?: unknown, attachments?: CommAttachments): void;
  /** Calls \`handler\` with each message from the page; the function that comes back takes it away again. */
  onMessage(handler: CommHandler): () => void;
  /** Calls \`handler\` when the page closes the comm; the function that comes back takes it away again. */
  onClose(handler: CommHandler): () => void;
}
/** Opens channels to objects in the page, and takes those that the page opens. */
export declare const comm: {
  /** Opens a comm: the page's side is made by whatever has registered \`target\` there. */
  open(target: string, data?: unknown, attachments?: CommAttachments): Comm;
  /**
   * Calls \`opened\` whenever the page opens a comm of this name; set its \`onMessage\` there. The name's last registration counts.
   * The function that comes back ends it.
   */
  registerTarget(
    name: string,
    opened: (
      comm: Comm,
      data: any,
      buffers: readonly Uint8Array[],
      metadata: Readonly<Record<string, unknown>>,
    ) => unknown,
  ): () => void;
};
`;
