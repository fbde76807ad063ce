/**
 * The WebAssembly engine. Linear memory is only a workplace: external buffers are copied in before a run and out after it, so the
 * ArrayBuffers of JavaScript stay the truth and nothing in linear memory outlives its program.
 */
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

import type { Engine, Executable, Storage } from "../engine.js";
import { RunError } from "../engine.js";
import type { Program } from "../program.js";
import { builtFile } from "./built.js";
import { encodeProgram } from "./encode.js";
import { checkExternals } from "./externals.js";
import { bytesOf, storageAllocator } from "./storage.js";

/** The part of WebAssembly's JavaScript interface used here; TypeScript declares it only together with the whole DOM. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  allocate(bytes: number): number;
  release(address: number): void;
  compile(words: number, count: number): number;
  errorText(): number;
  run(plan: number, frame: number, bases: number): void;
  dispose(plan: number): void;
}

const header = 3;
const round = (bytes: number): number => (bytes + 63) & -64;

interface Views {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
}

function viewsOf(buffer: ArrayBuffer): Views {
  return { bytes: new Uint8Array(buffer), words: new Uint32Array(buffer), doubles: new Float64Array(buffer) };
}

/** The first bytes of a storage. */
function part(storage: Storage, length: number): Uint8Array {
  const bytes = bytesOf(storage);
  return bytes.length === length ? bytes : bytes.subarray(0, length);
}

/** Scratch that all programs share: the arena and the copies of the externals; grows to what the largest needs. */
class Workplace {
  private address = 0;
  private bytes = 0;

  private current: Views;

  constructor(private readonly wasm: Exports) {
    this.current = viewsOf(wasm.memory.buffer);
  }

  /** Views of the memory as it is now: growing it makes the old ones useless. */
  views(): Views {
    const { buffer } = this.wasm.memory;
    if (this.current.bytes.buffer !== buffer) this.current = viewsOf(buffer);
    return this.current;
  }

  reserve(bytes: number): number {
    if (bytes > this.bytes || this.address === 0) {
      if (this.address) this.wasm.release(this.address);
      this.bytes = Math.max(bytes, 64);
      this.address = allocate(this.wasm, this.bytes);
    }
    return this.address;
  }
}

function allocate(wasm: Exports, bytes: number): number {
  const address = bytes < 0x8000_0000 ? wasm.allocate(bytes) >>> 0 : 0;
  if (address === 0)
    throw new RangeError(`the WebAssembly engine is out of memory (${bytes} more bytes wanted)`);
  return address;
}

class WasmExecutable implements Executable {
  readonly scalars: Float64Array;
  private readonly frameBytes: number;
  private readonly workBytes: number;

  constructor(
    private readonly wasm: Exports,
    private readonly place: Workplace,
    private readonly program: Program,
    private plan: number,
  ) {
    this.scalars = new Float64Array(program.scalars);
    this.frameBytes = round(8 * (header + program.scalars) + 4 * (program.externals.length + 1));
    let bytes = this.frameBytes + round(program.arenaBytes);
    for (const external of program.externals) bytes += round(external.bytes) + 64;
    this.workBytes = bytes;
  }

  run(externals: readonly Storage[]): void {
    const { wasm, place, program } = this;
    if (this.plan === 0) throw new Error("run: this program was disposed");
    checkExternals(program, externals);
    const start = place.reserve(this.workBytes);
    const { bytes, words, doubles } = place.views();
    doubles.set(this.scalars, start / 8 + header);
    const basesAt = start + 8 * (header + program.scalars);
    let base = basesAt / 4;
    let at = start + this.frameBytes;
    words[base++] = at;
    const first = (at += round(program.arenaBytes));
    for (let i = 0; i < externals.length; i++) {
      const wanted = program.externals[i]!;
      words[base++] = at;
      if (wanted.access !== "out") bytes.set(part(externals[i]!, wanted.bytes), at);
      at += round(wanted.bytes) + 64;
    }
    wasm.run(this.plan, start, basesAt);
    const failed = doubles[start / 8]!;
    if (failed >= 0) throw new RunError(failed, doubles[start / 8 + 1]!, doubles[start / 8 + 2]!);
    at = first;
    for (let i = 0; i < externals.length; i++) {
      const wanted = program.externals[i]!;
      if (wanted.access !== "in") bytesOf(externals[i]!).set(bytes.subarray(at, at + wanted.bytes));
      at += round(wanted.bytes) + 64;
    }
  }

  dispose(): void {
    if (this.plan === 0) return;
    abandoned.unregister(this);
    this.wasm.dispose(this.plan);
    this.plan = 0;
  }
}

const abandoned = new FinalizationRegistry<{ wasm: Exports; plan: number }>(({ wasm, plan }) =>
  wasm.dispose(plan),
);

function textAt(wasm: Exports, address: number): string {
  const bytes = new Uint8Array(wasm.memory.buffer);
  return new TextDecoder().decode(bytes.subarray(address, bytes.indexOf(0, address)));
}

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

/** The WebAssembly engine, one thread. @throws Error when the module is not built. */
export function loadWasm(): Engine {
  const wasm = new WebAssembly.Instance(compileOptimized(readFileSync(builtFile("wasm/cellgrad.wasm"))))
    .exports as Exports;
  const place = new Workplace(wasm);
  return {
    name: "wasm",
    description: "WebAssembly SIMD, 1 thread",
    allocate: storageAllocator(),
    compile(program) {
      const words = encodeProgram(program);
      const address = allocate(wasm, words.byteLength);
      let plan: number;
      try {
        new Int32Array(wasm.memory.buffer, address, words.length).set(words);
        plan = wasm.compile(address, words.length);
      } finally {
        wasm.release(address);
      }
      if (plan === 0) throw new Error(textAt(wasm, wasm.errorText()));
      const executable = new WasmExecutable(wasm, place, program, plan);
      abandoned.register(executable, { wasm, plan }, executable);
      return executable;
    },
    get numThreads() {
      return 1;
    },
    set numThreads(_count) {
      // One thread is all there is; asking for more is not an error, so that programs run on either engine.
    },
  };
}
