/** Node: files from the package's build folder, the native addon, zlib. */
import { Buffer, constants } from "node:buffer";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { promisify } from "node:util";
import { isMainThread } from "node:worker_threads";
import { crc32, deflateRaw, deflateSync, inflateRaw, inflateSync } from "node:zlib";

import { loadAddon } from "./addon.js";
import { builtFile } from "./built.js";
import { files } from "./files.js";
import { availableMemory, collectGarbage, collectYoungGarbage, totalMemory } from "./memory.js";
import type { Platform } from "./platform.js";

/** The part of WebAssembly's JavaScript interface used here; TypeScript declares it only together with the whole DOM. */
declare const WebAssembly: { readonly Module: new (bytes: Uint8Array) => object };

/**
 * Compiles with V8's optimizing compiler at once, a quarter of a second. Left alone, V8 would run its quick baseline code first, which is
 * ten times slower on vector code and stays in use for seconds where the machine is busy.
 */
function compileOptimized(bytes: Uint8Array): object {
  setFlagsFromString("--no-liftoff");
  setFlagsFromString("--no-wasm-lazy-compilation");
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    setFlagsFromString("--wasm-lazy-compilation");
    setFlagsFromString("--liftoff");
  }
}

/** A Buffer's slice is no copy. */
function plain({ buffer, byteOffset, byteLength }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

export const platform: Platform = {
  architecture: process.arch,
  isMainThread,
  get output() {
    return process.stdout;
  },
  setting: (name) => process.env[name],
  allocate: (byteLength) => Buffer.allocUnsafeSlow(byteLength).buffer as ArrayBuffer,
  largestBuffer: constants.MAX_LENGTH,
  largestBufferReason: `in Node ${process.versions.node.split(".")[0]}; Node 22 and newer allow more`,
  totalMemory,
  availableMemory,
  bufferMemory: () => process.memoryUsage().arrayBuffers,
  externalMemory: () => getHeapStatistics().external_memory,
  collectGarbage,
  collectYoungGarbage,
  loadAddon,
  wasmModule: () => compileOptimized(readFileSync(builtFile("wasm/cellgrad.wasm"))),
  digits: () => readFileSync(builtFile("digits.bin")),
  figuresPage(plotly) {
    try {
      return readFileSync(builtFile(plotly === "whole" ? "plotly.min.js.gz" : "plotly-plane.min.js.gz"));
    } catch {
      return undefined;
    }
  },
  files,
  deflate: (bytes) => deflateSync(bytes),
  inflate(bytes) {
    try {
      return inflateSync(bytes);
    } catch {
      return undefined;
    }
  },
  deflateRaw: async (bytes) => plain(await promisify(deflateRaw)(bytes)),
  inflateRaw: async (bytes, size) =>
    plain(await promisify(inflateRaw)(bytes, { maxOutputLength: Math.max(1, size) })),
  crc32,
  base64: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
  uniqueId: randomUUID,
  nextTurn: () => new Promise((resolve) => setImmediate(resolve)),
};
