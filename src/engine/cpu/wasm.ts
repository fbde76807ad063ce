/**
 * The WebAssembly engine. Linear memory is only a workplace: external buffers are copied in before a run and out after it, so the
 * ArrayBuffers of JavaScript stay the truth and nothing in linear memory outlives its program.
 */
import { readFileSync } from "node:fs";

import type { Engine, Executable, Storage } from "../engine.js";
import { RunError } from "../engine.js";
import type { Program } from "../program.js";
import { builtFile } from "./built.js";
import { encodeProgram } from "./encode.js";
import { checkExternals } from "./externals.js";
import { storageAllocator } from "./storage.js";

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

/** Scratch that all programs share: the arena and the copies of the externals; grows to what the largest needs. */
class Workplace {
  private address = 0;
  private bytes = 0;

  constructor(private readonly wasm: Exports) {}

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
    const { wasm, program } = this;
    if (this.plan === 0) throw new Error("run: this program was disposed");
    checkExternals(program, externals);
    const start = this.place.reserve(this.workBytes);
    const memory = wasm.memory.buffer;
    const frame = new Float64Array(memory, start, header + program.scalars);
    frame.set(this.scalars, header);
    const basesAt = start + 8 * frame.length;
    const bases = new Uint32Array(memory, basesAt, program.externals.length + 1);
    const bytes = new Uint8Array(memory);
    let at = start + this.frameBytes;
    bases[0] = at;
    at += round(program.arenaBytes);
    for (let i = 0; i < externals.length; i++) {
      const storage = externals[i]!;
      const wanted = program.externals[i]!;
      bases[i + 1] = at;
      if (wanted.access !== "out")
        bytes.set(new Uint8Array(storage.buffer, storage.byteOffset, wanted.bytes), at);
      at += round(wanted.bytes) + 64;
    }
    wasm.run(this.plan, start, basesAt);
    if (frame[0]! >= 0) throw new RunError(frame[0]!, frame[1]!, frame[2]!);
    for (let i = 0; i < externals.length; i++) {
      const storage = externals[i]!;
      const wanted = program.externals[i]!;
      if (wanted.access === "in") continue;
      const from = bases[i + 1]!;
      new Uint8Array(storage.buffer, storage.byteOffset, wanted.bytes).set(
        bytes.subarray(from, from + wanted.bytes),
      );
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

/** The WebAssembly engine, one thread. @throws Error when the module is not built. */
export function loadWasm(): Engine {
  const module = new WebAssembly.Module(readFileSync(builtFile("wasm/cellgrad.wasm")));
  const wasm = new WebAssembly.Instance(module).exports as Exports;
  const place = new Workplace(wasm);
  return {
    name: "wasm",
    description: "WebAssembly SIMD, 1 thread",
    allocate: storageAllocator(() => 0),
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
