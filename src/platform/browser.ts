/** A browser: the engine is WebAssembly, which stands in the bundle itself, so that it needs no file beside it and nothing to wait for. */
import wasm from "../../build/wasm/cellgrad.wasm";
import relaxedWasm from "../../build/wasm/cellgrad-relaxed.wasm";

import type { Platform } from "./platform.js";
import { knowsRelaxedSIMD } from "./relaxed-simd.js";

/** A stream that changes what goes through it. */
interface Through {
  readonly writable: { getWriter(): { write(bytes: Uint8Array): Promise<void>; close(): Promise<void> } };
  readonly readable: {
    getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array }>; cancel(): Promise<void> };
  };
}

/** What a page has and this package's types do not declare. */
interface Page {
  readonly WebAssembly: { readonly Module: new (bytes: Uint8Array) => object };
  readonly MessageChannel: new () => {
    readonly port1: { postMessage(value: null): void };
    readonly port2: { onmessage: (() => void) | null; close(): void };
  };
  /** Workers of other kinds may lack it. */
  readonly navigator?: { readonly language?: string };
  readonly CompressionStream: new (format: string) => Through;
  readonly DecompressionStream: new (format: string) => Through;
  btoa(text: string): string;
  readonly crypto: { getRandomValues(bytes: Uint8Array): Uint8Array };
}
const page = globalThis as unknown as Page;

/** Where the module "cellgrad/digits" leaves its bytes (digits.ts). */
const digitsKey = Symbol.for("cellgrad.digits");

/** The largest block that zlib's format can hold as it is. */
const storedBlock = 0xffff;

/** zlib's format without compression: deflating without waiting is not among what browsers offer. */
function stored(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.length / storedBlock));
  const out = new Uint8Array(2 + 5 * blocks + bytes.length + 4);
  const view = new DataView(out.buffer);
  out.set([0x78, 0x01]);
  let at = 2;
  for (let block = 0; block < blocks; block++) {
    const part = bytes.subarray(block * storedBlock, (block + 1) * storedBlock);
    out[at] = block === blocks - 1 ? 1 : 0;
    view.setUint16(at + 1, part.length, true);
    view.setUint16(at + 3, ~part.length & 0xffff, true);
    out.set(part, at + 5);
    at += 5 + part.length;
  }
  view.setUint32(at, adler32(bytes));
  return out;
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 0x10000 + a;
}

/** @throws Error where more than `most` bytes come out */
async function through(stream: Through, bytes: Uint8Array, most: number): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  // What damaged bytes do to the writer, the reader tells too.
  const ignore = (): void => undefined;
  writer.write(bytes).catch(ignore);
  writer.close().catch(ignore);
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value!);
    size += next.value!.length;
    if (size > most) {
      await reader.cancel();
      throw new RangeError(`more than ${most} bytes`);
    }
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** CRC-32 of each byte, by the polynomial of zip archives. */
const crcOf = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

export const platform: Platform = {
  architecture: undefined,
  // The only engine there has one thread, wherever it runs.
  isMainThread: true,
  output: null,
  // The page's language stands for that of an environment.
  setting: (name) => (name === "LANG" ? page.navigator?.language : undefined),
  allocate: (byteLength) => new ArrayBuffer(byteLength),
  // What is too much a page learns only by asking.
  largestBuffer: Number.MAX_SAFE_INTEGER,
  largestBufferReason: "in a browser",
  totalMemory: () => Infinity,
  availableMemory: () => Infinity,
  bufferMemory: () => NaN,
  externalMemory: () => NaN,
  collectGarbage() {},
  collectReferred: () => false,
  collectYoungGarbage() {},
  loadAddon() {
    throw new Error("browsers load none");
  },
  compileModule: (bytes) => new page.WebAssembly.Module(bytes),
  wasmModule: (relaxed = knowsRelaxedSIMD()) => new page.WebAssembly.Module(relaxed ? relaxedWasm : wasm),
  digits() {
    const bytes = (globalThis as { [digitsKey]?: Uint8Array })[digitsKey];
    if (bytes) return bytes;
    throw new Error('in a browser they are a module of their own, add: import "cellgrad/digits"');
  },
  figuresPage: () => undefined,
  files: undefined,
  deflate: stored,
  inflate: () => undefined,
  deflateRaw: (bytes) => through(new page.CompressionStream("deflate-raw"), bytes, Infinity),
  inflateRaw: (bytes, size) => through(new page.DecompressionStream("deflate-raw"), bytes, size),
  crc32(bytes, before) {
    let crc = ~before;
    for (const byte of bytes) crc = (crc >>> 8) ^ crcOf[(crc ^ byte) & 0xff]!;
    return ~crc >>> 0;
  },
  base64(bytes) {
    const parts: string[] = [];
    // As many characters as a call may have arguments everywhere.
    for (let at = 0; at < bytes.length; at += 0x8000) {
      parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
    }
    return page.btoa(parts.join(""));
  },
  uniqueId: () =>
    Array.from(page.crypto.getRandomValues(new Uint8Array(16)), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join(""),
  // Timers wait for at least 4 ms when they follow each other; messages do not.
  nextTurn: () =>
    new Promise((resolve) => {
      const { port1, port2 } = new page.MessageChannel();
      port2.onmessage = () => {
        port2.close();
        resolve();
      };
      port1.postMessage(null);
    }),
};
