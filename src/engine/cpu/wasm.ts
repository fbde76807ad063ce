/**
 * The WebAssembly engine. Linear memory is only a workplace: external buffers are copied in before a run and out after it, so the
 * ArrayBuffers of JavaScript stay the truth and nothing in linear memory outlives its program.
 */
import { platform } from "../../platform/node.js";
import type { Engine, Executable, Storage } from "../engine.js";
import { formatBytes, OutOfMemory, RunError, RunStopped, wholeTable } from "../engine.js";
import type { External, Program } from "../program.js";
import { Budget } from "./budget.js";
import { encodeProgram } from "./encode.js";
import { checkExternals } from "../externals.js";
import { cpuMemory, type CpuStorage } from "./storage.js";

/** The part of WebAssembly's JavaScript interface used here; TypeScript declares it only together with the whole DOM. */
declare const WebAssembly: { readonly Instance: new (module: object) => { readonly exports: unknown } };

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  allocate(bytes: number): number;
  release(address: number): void;
  compile(words: number, count: number): number;
  /** Why there is no plan: so many bytes could not be had, or else a text. */
  missingBytes(): number;
  errorText(): number;
  run(plan: number, frame: number, bases: number): void;
  dispose(plan: number): void;
}

/** Words of the frame before the scalars: failed kernel, index, rows. */
const header = 3;
const round = (bytes: number): number => Math.ceil(bytes / 64) * 64;
/** The module's allocator gives no larger piece. */
const largest = 0x7fff_0000;

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
  const bytes = (storage as CpuStorage).bytes();
  return bytes.length === length ? bytes : bytes.subarray(0, length);
}

/**
 * The instance of the module that computes, and the scratch that all programs share in its memory: the arena and the copies of the
 * externals. A call that V8 terminated or that trapped leaves the instance's stack and allocator as they were in its midst, so the next
 * call gets a fresh instance, for which every program is compiled again when it is run.
 */
class Machine {
  private instance: Exports;
  private current: Views;
  private scratch = 0;
  private scratchBytes = 0;
  private calling = false;
  /** Counts instances: plans of an earlier one are gone. */
  generation = 0;
  stopFlag: Int32Array | null = null;
  /** Whose results are being copied out; what it has not copied yet lies in the scratch. */
  committing: WasmExecutable | null = null;
  readonly budget = new Budget(() => this.renew());

  constructor(private readonly instantiate: () => Exports) {
    this.instance = instantiate();
    this.current = viewsOf(this.instance.memory.buffer);
  }

  /** Everything in the instance's memory is given up. */
  renew(): void {
    this.instance = this.instantiate();
    this.current = viewsOf(this.instance.memory.buffer);
    this.scratch = this.scratchBytes = 0;
    this.calling = false;
    this.generation++;
  }

  /** Ends what a terminated run has left. */
  settle(): void {
    this.committing?.commit();
    if (this.calling) this.renew();
  }

  /** The instance, for calls that `leave` ends. */
  enter(): Exports {
    this.settle();
    this.calling = true;
    return this.instance;
  }

  leave(): void {
    this.calling = false;
  }

  /** Views of the memory as it is now: growing it makes the old ones useless. */
  views(): Views {
    const { buffer } = this.instance.memory;
    if (this.current.bytes.buffer !== buffer) this.current = viewsOf(buffer);
    return this.current;
  }

  /** Address of this much scratch, or 0. It holds nothing between runs, so the old makes room for the new. */
  reserve(bytes: number): number {
    if (bytes <= this.scratchBytes) return this.scratch;
    if (bytes <= largest) this.budget.take(bytes - this.scratchBytes);
    const wasm = this.enter();
    const old = this.scratch;
    this.scratch = this.scratchBytes = 0;
    if (old !== 0) wasm.release(old);
    let address = bytes <= largest ? wasm.allocate(bytes) >>> 0 : 0;
    this.leave();
    if (address === 0 && bytes <= largest) {
      // An instance's memory only grows, and what is free in it may lie in pieces.
      this.renew();
      address = this.enter().allocate(bytes) >>> 0;
      this.leave();
    }
    if (address !== 0) {
      this.scratch = address;
      this.scratchBytes = bytes;
    }
    return address;
  }

  /** Number of the plan. @throws Error for a program that is not well formed. */
  compile(program: Program): number {
    const words = encodeProgram(program);
    const wasm = this.enter();
    const address = wasm.allocate(words.byteLength) >>> 0;
    if (address === 0) {
      this.leave();
      throw this.budget.shortage(words.byteLength);
    }
    new Int32Array(wasm.memory.buffer, address, words.length).set(words);
    const plan = wasm.compile(address, words.length);
    wasm.release(address);
    const text = plan === 0 ? textAt(wasm, wasm.errorText()) : "";
    const missing = plan === 0 ? wasm.missingBytes() : 0;
    this.leave();
    if (missing > 0) throw tooLarge(missing);
    if (plan === 0) throw new Error(text);
    return plan;
  }

  dispose(plan: number, generation: number): void {
    if (generation !== this.generation) return;
    const wasm = this.enter();
    if (generation === this.generation) wasm.dispose(plan);
    this.leave();
  }
}

function textAt(wasm: Exports, address: number): string {
  const bytes = new Uint8Array(wasm.memory.buffer);
  return new TextDecoder().decode(bytes.subarray(address, bytes.indexOf(0, address)));
}

function tooLarge(bytes: number): OutOfMemory {
  return new OutOfMemory(
    bytes,
    `out of memory: ${formatBytes(bytes)} are needed, the WebAssembly engine computes in at most ${formatBytes(largest)}`,
  );
}

/** What is left of an executable that was collected. */
interface Compiled {
  readonly machine: Machine;
  plan: number;
  generation: number;
}

class WasmExecutable implements Executable {
  readonly scalars: Float64Array;
  private readonly frameBytes: number;
  private readonly workBytes: number;
  private disposed = false;
  private done = false;
  /** Externals of the run whose results are being copied out. */
  private results: readonly Storage[] = [];

  constructor(
    private readonly engine: Engine,
    private readonly machine: Machine,
    private readonly program: Program,
    private readonly compiled: Compiled,
  ) {
    this.scalars = new Float64Array(program.scalars);
    this.frameBytes = round(8 * (header + program.scalars) + 4 * (program.externals.length + 1));
    let bytes = this.frameBytes + round(program.arenaBytes);
    for (const external of program.externals) bytes += round(external.bytes) + 64;
    this.workBytes = bytes;
  }

  /**
   * V8 may terminate a run anywhere. Everything is computed in the instance's memory, so nothing has changed before the "inout" externals
   * are copied out, and that is what is completed here where it was cut off.
   */
  get finished(): boolean {
    if (this.machine.committing === this) this.commit();
    return this.done;
  }

  set finished(value: boolean) {
    this.done = value;
  }

  run(externals: readonly Storage[]): void {
    const { machine, program, compiled } = this;
    this.done = false;
    if (this.disposed) throw new Error("run: this program was disposed");
    checkExternals(this.engine, program, externals);
    this.stopIfAsked();
    machine.settle();
    const start = machine.reserve(this.workBytes);
    if (start === 0) {
      throw this.workBytes > largest ? tooLarge(this.workBytes) : machine.budget.shortage(this.workBytes);
    }
    machine.budget.spent();
    if (compiled.generation !== machine.generation) {
      compiled.plan = machine.compile(program);
      compiled.generation = machine.generation;
    }
    const wasm = machine.enter();
    const { bytes, words, doubles } = machine.views();
    doubles.set(this.scalars, start / 8 + header);
    const basesAt = start + 8 * (header + program.scalars);
    let base = basesAt / 4;
    let at = start + this.frameBytes;
    words[base++] = at;
    at += round(program.arenaBytes);
    for (let i = 0; i < externals.length; i++) {
      const wanted = program.externals[i]!;
      words[base++] = at;
      if (wanted.access !== "out") bytes.set(part(externals[i]!, wanted.bytes), at);
      at += round(wanted.bytes) + 64;
    }
    wasm.run(compiled.plan, start, basesAt);
    machine.leave();
    const failed = doubles[start / 8]!;
    if (failed >= 0) throw new RunError(failed, doubles[start / 8 + 1]!, doubles[start / 8 + 2]!);
    this.results = externals.slice();
    this.copyOut("out");
    this.stopIfAsked();
    machine.committing = this;
    this.commit();
  }

  /** The end of a run: what could be read before gets its new value. Doing it twice is doing it once. */
  commit(): void {
    this.copyOut("inout");
    this.done = true;
    this.results = [];
    this.machine.committing = null;
  }

  private copyOut(access: External["access"]): void {
    const { program, machine, results } = this;
    const { bytes } = machine.views();
    let at = machine.reserve(this.workBytes) + this.frameBytes + round(program.arenaBytes);
    for (let i = 0; i < results.length; i++) {
      const wanted = program.externals[i]!;
      if (wanted.access === access)
        (results[i] as CpuStorage).bytes().set(bytes.subarray(at, at + wanted.bytes));
      at += round(wanted.bytes) + 64;
    }
  }

  private stopIfAsked(): void {
    const flag = this.machine.stopFlag;
    if (flag !== null && Atomics.load(flag, 0) !== 0) throw new RunStopped();
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    abandoned.unregister(this);
    this.machine.dispose(this.compiled.plan, this.compiled.generation);
  }
}

const abandoned = new FinalizationRegistry<Compiled>(({ machine, plan, generation }) =>
  machine.dispose(plan, generation),
);

/** The WebAssembly engine, one thread. @throws Error when the module is not built. */
export function loadWasm(): Engine {
  const module = platform.wasmModule();
  const machine = new Machine(() => new WebAssembly.Instance(module).exports as Exports);
  const engine: Engine = {
    name: "wasm",
    origin: "compiled for every machine",
    description: "WebAssembly SIMD, 1 thread",
    capabilities: wholeTable,
    ...cpuMemory(() => engine, machine.budget),
    compile(program) {
      const plan = machine.compile(program);
      const compiled: Compiled = { machine, plan, generation: machine.generation };
      const executable = new WasmExecutable(engine, machine, program, compiled);
      abandoned.register(executable, compiled, executable);
      return executable;
    },
    get numThreads() {
      return 1;
    },
    set numThreads(_count) {
      // One thread is all there is; asking for more is not an error, so that programs run on either engine.
    },
    interruptFlag(flag) {
      machine.stopFlag = flag;
    },
  };
  return engine;
}
