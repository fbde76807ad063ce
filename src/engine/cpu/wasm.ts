/**
 * The WebAssembly engine. Its kernels see linear memory alone, so what a run reads has to be there: large values stay there between runs
 * (residents.ts), the others are copied in before a run and out after it. The ArrayBuffers of JavaScript own all values.
 */
import { platform } from "../../platform/node.js";
import type { Engine, Executable, Storage } from "../engine.js";
import { OutOfMemory, RunError, RunStopped, wholeTable } from "../engine.js";
import type { External, Program } from "../program.js";
import { encodeProgram } from "./encode.js";
import { checkExternals } from "../externals.js";
import { largest, Machine, tooLarge } from "./machine.js";
import { measuredPeak } from "./peak.js";
import { cpuMemory, type CpuStorage, firstBytes } from "./storage.js";

/** Words of the frame before the scalars: failed kernel, index, rows. */
const header = 3;
const round = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** What is left of an executable that was collected. */
interface Compiled {
  readonly machine: Machine;
  plan: number;
  generation: number;
}

const none: readonly CpuStorage[] = [];

class WasmExecutable implements Executable {
  readonly scalars: Float64Array;
  /** The scratch of a run: the frame and the bases, the arena, and for each external a slot where it lies if it is copied. */
  private readonly frameBytes: number;
  private readonly slots: readonly number[];
  private readonly scratchBytes: number;
  private disposed = false;
  private done = false;
  /** Of the run: where the scratch begins, and for each external its address in a place, 0 for one that is copied. */
  private start = 0;
  private externals = none;
  private readonly places: number[];

  constructor(
    private readonly engine: Engine,
    private readonly machine: Machine,
    private readonly program: Program,
    private readonly compiled: Compiled,
  ) {
    const { externals, scalars, arenaBytes } = program;
    this.scalars = new Float64Array(scalars);
    this.frameBytes = round(8 * (header + scalars) + 4 * (externals.length + 1));
    let end = this.frameBytes + round(arenaBytes);
    this.slots = externals.map(({ bytes }) => {
      const slot = end;
      end += round(bytes) + 64;
      return slot;
    });
    this.scratchBytes = end;
    this.places = externals.map(() => 0);
  }

  /**
   * V8 may terminate a run anywhere. Nothing that could be read has changed before the commit, and that is what is completed here where it
   * was cut off.
   */
  get finished(): boolean {
    if (this.machine.committing === this) this.commit();
    return this.done;
  }

  set finished(value: boolean) {
    this.done = value;
  }

  run(externals: readonly Storage[]): void {
    const { machine } = this;
    this.done = false;
    if (this.disposed) throw new Error("run: this program was disposed");
    checkExternals(this.engine, this.program, externals);
    this.stopIfAsked();
    if (this.scratchBytes > largest) throw tooLarge(this.scratchBytes);
    machine.enter();
    this.externals = externals as readonly CpuStorage[];
    try {
      this.compute();
    } catch (error) {
      this.externals = none;
      // After any other error the instance is in the midst of something, and whoever enters next gets a fresh one.
      if (error instanceof RunError || error instanceof RunStopped || error instanceof OutOfMemory) {
        machine.residents.abandon();
        machine.leave();
      }
      throw error;
    }
    machine.leave();
  }

  private compute(): void {
    const { machine, program, compiled } = this;
    const { residents, generation } = machine;
    this.findPlaces(true);
    this.start = machine.reserve(this.scratchBytes);
    if (machine.generation !== generation) {
      // Memory is short, and the places are those of an instance that has gone.
      machine.renew();
      this.findPlaces(false);
      this.start = machine.reserve(this.scratchBytes);
    }
    const { start } = this;
    if (start === 0) throw machine.budget.shortage(this.scratchBytes);
    machine.budget.spent();
    if (compiled.generation !== machine.generation) {
      const plan = machine.compile(encodeProgram(program));
      if (typeof plan !== "number") throw plan;
      compiled.plan = plan;
      compiled.generation = machine.generation;
    }
    const basesAt = start + 8 * (header + program.scalars);
    this.copyIn(basesAt);
    machine.run(compiled.plan, start, basesAt, program.kernels.length);
    const { doubles } = machine.views();
    const failed = doubles[start / 8]!;
    if (failed >= 0) throw new RunError(failed, doubles[start / 8 + 1]!, doubles[start / 8 + 2]!);
    this.copyOut("out");
    this.stopIfAsked();
    residents.prepare();
    machine.committing = this;
    this.commit();
    residents.finish();
  }

  /** Which externals lie in places. @param placing whether there may be new places */
  private findPlaces(placing: boolean): void {
    const { machine, program, externals, places } = this;
    const { residents } = machine;
    residents.begin(placing);
    let homes = 0;
    for (let i = 0; i < externals.length; i++) {
      places[i] = 0;
      const { home } = externals[i]!;
      if (home === undefined) continue;
      homes++;
      const { bytes, access } = program.externals[i]!;
      residents.need(home, bytes, access);
    }
    if (homes === 0) return;
    for (let i = 0; i < externals.length; i++) {
      const { home, byteOffset } = externals[i]!;
      if (home === undefined) continue;
      const address =
        program.externals[i]!.access === "in" ? residents.toRead(home) : residents.toWrite(home);
      if (address !== 0) places[i] = address + byteOffset;
    }
  }

  /** Writes the frame, the bases, and what is copied. */
  private copyIn(basesAt: number): void {
    const { machine, program, externals, places, slots, start } = this;
    const { bytes, words, doubles } = machine.views();
    doubles.set(this.scalars, start / 8 + header);
    let base = basesAt / 4;
    words[base++] = start + this.frameBytes;
    for (let i = 0; i < externals.length; i++) {
      let at = places[i]!;
      if (at === 0) {
        at = start + slots[i]!;
        const wanted = program.externals[i]!;
        const external = externals[i]!;
        if (wanted.access === "out") {
          // Written as a whole.
        } else if (external.home === undefined) {
          bytes.set(firstBytes(external, wanted.bytes), at);
        } else {
          machine.residents.copyIn(external, wanted.bytes, at);
        }
      }
      words[base++] = at;
    }
  }

  private copyOut(access: External["access"]): void {
    const { machine, program, externals, places, slots, start } = this;
    const { bytes } = machine.views();
    for (let i = 0; i < externals.length; i++) {
      const wanted = program.externals[i]!;
      if (wanted.access !== access || places[i] !== 0) continue;
      const at = start + slots[i]!;
      const external = externals[i]!;
      if (external.home === undefined) {
        firstBytes(external, wanted.bytes).set(bytes.subarray(at, at + wanted.bytes));
      } else {
        machine.residents.copyOut(at, external, wanted.bytes);
      }
    }
  }

  /** The end of a run: what could be read before gets its new value. Doing it twice is doing it once. */
  commit(): void {
    this.copyOut("inout");
    this.machine.residents.commit();
    this.done = true;
    this.externals = none;
    this.machine.committing = null;
  }

  private stopIfAsked(): void {
    const flag = this.machine.stopFlag;
    if (flag !== null && Atomics.load(flag, 0) !== 0) throw new RunStopped();
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    abandoned.unregister(this);
    disposeOf(this.compiled);
  }
}

function disposeOf({ machine, plan, generation }: Compiled): void {
  if (generation !== machine.generation) return;
  machine.enter();
  if (generation === machine.generation) machine.dispose(plan);
  machine.leave();
}

const abandoned = new FinalizationRegistry<Compiled>(disposeOf);

/** The WebAssembly engine, one thread. @throws Error when the module is not built. */
export function loadWasm(machine = new Machine(platform.wasmModule())): Engine {
  const { residents } = machine;
  const memory = cpuMemory(() => engine, machine.budget);
  const engine: Engine = {
    name: "wasm",
    origin: "compiled for every machine",
    description: "WebAssembly SIMD, 1 thread",
    capabilities: wholeTable,
    ...memory,
    write(storage, fill) {
      const { home } = storage as CpuStorage;
      if (home !== undefined && home.address !== 0) {
        machine.enter();
        residents.drop(home);
        machine.leave();
      }
      memory.write(storage, fill);
    },
    read(storage) {
      const { home } = storage as CpuStorage;
      if (home !== undefined) residents.bringHome(home);
      return memory.read(storage);
    },
    readSync(storage) {
      const { home } = storage as CpuStorage;
      if (home !== undefined) residents.bringHome(home);
      return memory.readSync(storage);
    },
    discard(storage) {
      const { home, byteLength } = storage as CpuStorage;
      if (home !== undefined && home.byteLength === byteLength) home.discarded = true;
    },
    compile(program) {
      const words = encodeProgram(program);
      machine.enter();
      const plan = machine.compile(words);
      machine.leave();
      if (typeof plan !== "number") throw plan;
      const compiled: Compiled = { machine, plan, generation: machine.generation };
      const executable = new WasmExecutable(engine, machine, program, compiled);
      abandoned.register(executable, compiled, executable);
      return executable;
    },
    kernelTimes(nanoseconds) {
      machine.kernelTimes = nanoseconds;
    },
    measurePeak() {
      machine.enter();
      const peak = measuredPeak((rounds) => machine.multiplyAdds(rounds));
      machine.leave();
      return peak;
    },
    overhead() {
      const values = residents.outsideBuffers;
      return { scratch: machine.views().bytes.length - values, spare: 0, values };
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
