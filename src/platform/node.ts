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
import {
  availableMemory,
  collectGarbage,
  collectReferred,
  collectYoungGarbage,
  totalMemory,
} from "./memory.js";
import type { Platform } from "./platform.js";
import { knowsRelaxedSIMD } from "./relaxed-simd.js";

/** The part of WebAssembly's JavaScript interface used here; TypeScript declares it only together with the whole DOM. */
declare const WebAssembly: { readonly Module: new (bytes: Uint8Array) => object };

/**
 * Compiles with V8's optimizing compiler at once, a quarter of a second. Left alone, V8 would run its quick baseline code first, which is
 * ten times slower on vector code and stays in use for seconds where the machine is busy.
 */
function compileOptimized(bytes: Uint8Array): object {
  return withFlags(["liftoff", "wasm-lazy-compilation"], false, () => new WebAssembly.Module(bytes));
}

/** Does something with flags of V8's on or off that are the other way at other times. */
function withFlags<T>(flags: readonly string[], on: boolean, work: () => T): T {
  const set = (value: boolean) =>
    flags.forEach((flag) => setFlagsFromString(`--${value ? "" : "no-"}${flag}`));
  set(on);
  try {
    return work();
  } finally {
    set(!on);
  }
}

/** A Buffer's slice is no copy. */
function plain({ buffer, byteOffset, byteLength }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Node 20 knows relaxed SIMD, but has to be asked for it. */
const flagsOfRelaxed = process.versions.node.startsWith("20.") ? ["experimental-wasm-relaxed-simd"] : [];
const withRelaxed = <T>(work: () => T): T => withFlags(flagsOfRelaxed, true, work);

function wasmModule(
  relaxed = process.env["CELLGRAD_ISA"] !== "base" && withRelaxed(knowsRelaxedSIMD),
): object {
  if (!relaxed) return compileOptimized(readFileSync(builtFile("wasm/cellgrad.wasm")));
  const bytes = readFileSync(builtFile("wasm/cellgrad-relaxed.wasm"));
  return withRelaxed(() => compileOptimized(bytes));
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
  collectReferred,
  collectYoungGarbage,
  loadAddon,
  wasmModule,
  compileModule: compileOptimized,
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
