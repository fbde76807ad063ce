/**
 * What the runtime asks of where it runs, be it Node (node.ts) or a browser (browser.ts). Everything else in src/ is plain JavaScript.
 * Modules import node.ts; the bundle for browsers takes browser.ts in its place (scripts/build.mjs).
 */
export interface Platform {
  /** Processor as Node names it, such as "x64" or "arm64"; undefined where it cannot be known. */
  readonly architecture: string | undefined;
  /** Whether this is the thread that the program began in; others, such as Node's workers, share the processors with it. */
  readonly isMainThread: boolean;
  /** The program's standard output; null where there is none. */
  readonly output: { write(text: string): unknown; readonly isTTY?: boolean } | null;

  /** A setting from the environment, undefined where it is not set. */
  setting(name: string): string | undefined;
  /** Memory whose content is arbitrary where that is faster than zeros. @throws RangeError where there is none. */
  allocate(byteLength: number): ArrayBuffer;
  /** Bytes that one ArrayBuffer may have, and for people, whose limit that is. */
  readonly largestBuffer: number;
  readonly largestBufferReason: string;
  /** Bytes of memory that there are in all, and that may still be taken; Infinity where that cannot be known. */
  totalMemory(): number;
  availableMemory(): number;
  /** Bytes outside of the heap that ArrayBuffers hold, also those that no program can reach any more; NaN where that cannot be known. */
  bufferMemory(): number;
  /** As `bufferMemory`, ten times as fast, with a few megabytes of V8's own and what WebAssembly has. */
  externalMemory(): number;
  /** Frees what no program can reach, where that can be asked for. */
  collectGarbage(): void;
  /** As `collectGarbage`, of what was made a short while ago only, which takes a tenth of a millisecond. */
  collectYoungGarbage(): void;
  /** The native engine and, for people, where it comes from. @throws Error when there is none for this machine. */
  loadAddon(): { readonly addon: unknown; readonly origin: string };
  /** The WebAssembly engine's module, compiled. @throws Error when it is not built. */
  wasmModule(): object;
  /** The handwritten digits, as scripts/build-digits.mjs packs them. @throws Error when they are not there. */
  digits(): Uint8Array;
  /** The figures' page with plotly.js in it, the whole or for traces in the plane, gzipped; undefined where there is none. */
  figuresPage(plotly: "whole" | "plane"): Uint8Array | undefined;

  /** The bytes in zlib's format, as small as is possible without waiting. */
  deflate(bytes: Uint8Array): Uint8Array;
  /** What zlib's format holds; undefined where it cannot be read at once. */
  inflate(bytes: Uint8Array): Uint8Array | undefined;
  base64(bytes: Uint8Array): string;
  /** A text that nobody else has. */
  uniqueId(): string;
  /** Lets everything else that is ready run first: timers, sockets, events. */
  nextTurn(): Promise<void>;
}
