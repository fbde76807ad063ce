/**
 * The instance of the WebAssembly module that computes, and its memory: plans, the scratch of the run, and places of residents.
 *
 * A call that V8 terminated or that trapped leaves the instance's stack and allocator as they were in its midst, so what comes next
 * gets a fresh instance, for which every program is compiled again when it is run. Values are saved out of the old memory first.
 */
import { platform } from "../../platform/node.js";
import { formatBytes, OutOfMemory } from "../engine.js";
import { Budget } from "./budget.js";
import { type LinearMemory, Residents, usualLimits } from "./residents.js";

/** The part of WebAssembly's JavaScript interface used here; TypeScript declares it only together with the whole DOM. */
declare const WebAssembly: {
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Functions that the module calls by their places. */
  readonly __indirect_function_table: { grow(by: number): number; set(at: number, run: unknown): void };
  allocate(bytes: number): number;
  release(address: number): void;
  compile(words: number, count: number): number;
  /** Why there is no plan: so many bytes could not be had, or else a text. */
  missingBytes(): number;
  errorText(): number;
  /** @param nanoseconds where the time of each kernel goes, or 0 */
  run(plan: number, frame: number, bases: number, nanoseconds: number): void;
  dispose(plan: number): void;
  multiplyAdds(rounds: number): number;
}

/** So many modules of programs are kept; what comes later does without. */
const mostModules = 256;

/** The module's allocator gives no larger piece. */
export const largest = 0x7fff_0000;

interface Views {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
}

function viewsOf(buffer: ArrayBuffer): Views {
  return { bytes: new Uint8Array(buffer), words: new Uint32Array(buffer), doubles: new Float64Array(buffer) };
}

export class Machine implements LinearMemory {
  private instance: Exports;
  private readonly linked = new LinkedCode();
  private current: Views;
  private scratch = 0;
  private scratchBytes = 0;
  /** Between `enter` and `leave`; also when V8 ended the execution there. */
  private busy = false;
  /** Counts instances: plans and addresses of an earlier one are gone. */
  generation = 0;
  stopFlag: Int32Array | null = null;
  /** Where runs write what their kernels took, see Engine.kernelTimes. */
  kernelTimes: Float64Array | null = null;
  /** Whose commit has begun and not ended. */
  committing: { commit(): void } | null = null;
  readonly budget = new Budget(() => this.renew());
  readonly residents: Residents;

  constructor(
    private readonly module: object,
    limits = usualLimits,
  ) {
    this.instance = this.instantiate();
    this.current = viewsOf(this.instance.memory.buffer);
    this.residents = new Residents(this, (bytes) => this.budget.take(bytes), limits);
  }

  private instantiate(): Exports {
    // The clock of native/clock.h, and the linker of native/step_fuser_wasm.h.
    const host = {
      nanoseconds: () => 1e6 * performance.now(),
      link: (address: number, count: number) => this.linked.place(this.instance, address, count),
    };
    return new WebAssembly.Instance(this.module, { host }).exports as Exports;
  }

  /** Everything in the instance's memory is given up, once the values in it are saved. Between `enter` and `leave` as outside of them. */
  renew(): void {
    const { busy } = this;
    this.busy = true;
    this.committing?.commit();
    this.residents.leave();
    this.instance = this.instantiate();
    this.current = viewsOf(this.instance.memory.buffer);
    this.scratch = this.scratchBytes = 0;
    this.generation++;
    this.busy = busy;
  }

  /** Begins what uses the instance, and ends what a terminated use has left. */
  enter(): void {
    if (this.busy) this.renew();
    this.busy = true;
  }

  leave(): void {
    this.busy = false;
  }

  /** Views of the memory as it is now: growing it makes the old ones useless. */
  views(): Views {
    const { buffer } = this.instance.memory;
    if (this.current.bytes.buffer !== buffer) this.current = viewsOf(buffer);
    return this.current;
  }

  // From here on all is called between `enter` and `leave`, except for reading bytes.

  allocate(bytes: number): number {
    return this.instance.allocate(bytes) >>> 0;
  }

  release(address: number): void {
    this.instance.release(address);
  }

  copyIn(from: Uint8Array, address: number): void {
    this.views().bytes.set(from, address);
  }

  copyOut(address: number, to: Uint8Array): void {
    to.set(this.views().bytes.subarray(address, address + to.length));
  }

  copyWithin(from: number, to: number, bytes: number): void {
    this.views().bytes.copyWithin(to, from, from + bytes);
  }

  /** Address of this much scratch, or 0. It holds nothing between runs, so the old makes room for the new. May need a new instance. */
  reserve(bytes: number): number {
    if (bytes <= this.scratchBytes) return this.scratch;
    this.budget.take(bytes - this.scratchBytes);
    const old = this.scratch;
    this.scratch = this.scratchBytes = 0;
    if (old !== 0) this.release(old);
    let address = this.allocate(bytes);
    if (address === 0) {
      // An instance's memory only grows, and what is free in it may lie in pieces.
      this.renew();
      address = this.allocate(bytes);
    }
    if (address !== 0) {
      this.scratch = address;
      this.scratchBytes = bytes;
    }
    return address;
  }

  /** Number of the plan for an encoded program, or why there is none. */
  compile(words: Int32Array): number | Error {
    const wasm = this.instance;
    const address = this.allocate(words.byteLength);
    if (address === 0) return this.budget.shortage(words.byteLength);
    new Int32Array(wasm.memory.buffer, address, words.length).set(words);
    const plan = wasm.compile(address, words.length);
    this.release(address);
    if (plan !== 0) return plan;
    const missing = wasm.missingBytes();
    return missing > 0 ? tooLarge(missing) : new Error(textAt(wasm, wasm.errorText()));
  }

  run(plan: number, frame: number, bases: number, kernels: number): void {
    const times = this.kernelTimes;
    const address = times === null || times.length < kernels ? 0 : this.allocate(8 * kernels);
    this.instance.run(plan, frame, bases, address);
    if (times === null || address === 0) return;
    times.set(this.views().doubles.subarray(address / 8, address / 8 + kernels));
    this.release(address);
  }

  multiplyAdds(rounds: number): number {
    return this.instance.multiplyAdds(rounds);
  }

  dispose(plan: number): void {
    this.instance.dispose(plan);
  }
}

/** Functions that programs bring with them, each a module. The same code is one function for all that use it. */
class LinkedCode {
  /** Modules by their bytes as text; null where one cannot be made, as a page's Content-Security-Policy may say. */
  private readonly modules = new Map<string, object | null>();
  private instance: Exports | undefined;
  /** Places in the table of that instance. */
  private readonly places = new Map<object, number>();

  /** The place in the table of a function whose module lies at an address; 0 where there is none. */
  place(instance: Exports, address: number, count: number): number {
    if (this.instance !== instance) {
      this.places.clear();
      this.instance = instance;
    }
    const module = this.moduleOf(new Uint8Array(instance.memory.buffer, address, count).slice());
    if (module === null) return 0;
    let place = this.places.get(module);
    if (place === undefined) {
      const { memory, __indirect_function_table: table } = instance;
      const { run } = new WebAssembly.Instance(module, { host: { memory } }).exports as { run: unknown };
      place = table.grow(1);
      table.set(place, run);
      this.places.set(module, place);
    }
    return place;
  }

  private moduleOf(bytes: Uint8Array): object | null {
    const key = String.fromCharCode(...bytes);
    let module = this.modules.get(key);
    if (module === undefined) {
      if (this.modules.size === mostModules) return null;
      try {
        module = platform.compileModule(bytes);
      } catch {
        module = null;
      }
      this.modules.set(key, module);
    }
    return module;
  }
}

function textAt(wasm: Exports, address: number): string {
  const bytes = new Uint8Array(wasm.memory.buffer);
  return new TextDecoder().decode(bytes.subarray(address, bytes.indexOf(0, address)));
}

export function tooLarge(bytes: number): OutOfMemory {
  return new OutOfMemory(
    bytes,
    `out of memory: ${formatBytes(bytes)} are needed, the WebAssembly engine computes in at most ${formatBytes(largest)}`,
  );
}
