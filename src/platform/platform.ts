/** Reads and writes of files. All throw the system's errors, with a `code` such as "ENOENT". */
export interface Files {
  open(path: string): ReadableFile;
  /** A new file that takes the place of what `path` names only once it is complete (see `ReplacingFile`). */
  replace(path: string): ReplacingFile;
}

/** A file that is open for reading. Who opens it closes it. */
export interface ReadableFile {
  readonly size: number;
  /** Fills `into` from the file's byte `position` on; gives how many bytes there were. */
  read(into: Uint8Array, position: number): number;
  close(): void;
}

/** Written beside the file that it is to replace, so that whatever ends the program leaves either the old file or the new one, whole. */
export interface ReplacingFile {
  write(bytes: Uint8Array): void;
  /** Waits until the disk has it, and puts it in the old file's place. */
  commit(): void;
  /** Takes it away again; after `commit` nothing. */
  discard(): void;
}

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
  /**
   * As `collectGarbage`, once, and of what weak references would keep until the program's turn ends as well; false where that cannot be asked
   * for.
   */
  collectReferred(): boolean;
  /** As `collectGarbage`, of what was made a short while ago only, which takes a tenth of a millisecond. */
  collectYoungGarbage(): void;
  /** The native engine and, for people, where it comes from. @throws Error when there is none for this machine. */
  loadAddon(): { readonly addon: unknown; readonly origin: string };
  /**
   * The WebAssembly engine's module, compiled. @throws Error when it is not built.
   * @param relaxed the one with instructions of relaxed SIMD; as a rule where they are known, unless the setting CELLGRAD_ISA is base
   */
  wasmModule(relaxed?: boolean): object;
  /** Another module, compiled. @throws where that is not allowed, or by the page not at once */
  compileModule(bytes: Uint8Array): object;
  /** The handwritten digits, as scripts/build-digits.mjs packs them. @throws Error when they are not there. */
  digits(): Uint8Array;
  /** The figures' page with plotly.js in it, the whole or for traces in the plane, gzipped; undefined where there is none. */
  figuresPage(plotly: "whole" | "plane"): Uint8Array | undefined;

  /** Files of this machine; undefined where a program has none, as in a browser. */
  readonly files: Files | undefined;

  /** The bytes in zlib's format, as small as is possible without waiting. */
  deflate(bytes: Uint8Array): Uint8Array;
  /** What zlib's format holds; undefined where it cannot be read at once. */
  inflate(bytes: Uint8Array): Uint8Array | undefined;
  /** Bytes in the format of zip archives (RFC 1951), as small as the usual effort makes them. */
  deflateRaw(bytes: Uint8Array): Promise<Uint8Array>;
  /** What such bytes hold: `size` bytes. @throws Error where there are more, or the bytes are damaged */
  inflateRaw(bytes: Uint8Array, size: number): Promise<Uint8Array>;
  /** CRC-32 of bytes that go on from those of which `before` is the CRC-32 (0 at the beginning). */
  crc32(bytes: Uint8Array, before: number): number;
  base64(bytes: Uint8Array): string;
  /** A text that nobody else has. */
  uniqueId(): string;
  /** Lets everything else that is ready run first: timers, sockets, events. */
  nextTurn(): Promise<void>;
}
