/**
 * The native engine: loads the addon and runs programs with one call each.
 */
import { platform } from "../../platform/node.js";
import type { Engine, Executable, Storage } from "../engine.js";
import { RunError, RunStopped, wholeTable } from "../engine.js";
import type { Program } from "../program.js";
import { Budget } from "./budget.js";
import { encodeProgram } from "./encode.js";
import { checkExternals } from "../externals.js";
import { measuredPeak } from "./peak.js";
import { cpuMemory, type CpuStorage } from "./storage.js";

interface Addon {
  readonly isa: string;
  compile(words: Int32Array, frame: Float64Array): number;
  /** 0, or how many bytes a run needs that are not there or that `grow` has to allow. */
  run(plan: number, grow: boolean): number;
  dispose(plan: number): void;
  address(buffer: ArrayBuffer): number;
  threads(count?: number): number;
  interruptFlag(flag: Int32Array | null): void;
  releaseMemory(): void;
  takeBuffer(byteLength: number, lease: object): ArrayBuffer | null;
  keepBuffer(buffer: ArrayBuffer, lease: object): void;
  kernelTimes(nanoseconds: Float64Array | null): void;
  multiplyAdds(rounds: number): number;
  spareBytes(): number;
  scratchBytes(): number;
}

/** Words of the frame before the scalars: outcome, failed kernel, index, rows. */
const header = 4;
const notRun = 0;
const ended = 1;
const stopped = 2;

class NativeExecutable implements Executable {
  readonly scalars: Float64Array;

  constructor(
    private readonly engine: Engine,
    private readonly addon: Addon,
    private readonly budget: Budget,
    private readonly program: Program,
    private plan: number,
    private readonly frame: Float64Array,
  ) {
    this.scalars = frame.subarray(header, header + program.scalars);
  }

  /** The addon writes the outcome as its last act, so that it is known even if V8 ends the execution right behind the call. */
  get finished(): boolean {
    return this.frame[0] === ended;
  }

  set finished(value: boolean) {
    this.frame[0] = value ? ended : notRun;
  }

  run(externals: readonly Storage[]): void {
    const { program, frame } = this;
    frame[0] = notRun;
    checkExternals(this.engine, program, externals);
    let at = header + program.scalars;
    for (let i = 0; i < externals.length; i++) frame[at++] = (externals[i] as CpuStorage).address;
    if (this.addon.run(this.plan, false) > 0) this.runGrowing();
    this.budget.spent();
    if (frame[0] === ended) return;
    if (frame[0] === stopped) throw new RunStopped();
    throw new RunError(frame[1]!, frame[2]!, frame[3]!);
  }

  /** A run for which the memory that all programs share has to grow a lot. */
  private runGrowing(): void {
    const { addon, budget, plan } = this;
    for (let attempt = 0; attempt < 2; attempt++) {
      const missing = addon.run(plan, false);
      if (missing === 0) return;
      budget.take(missing);
      if (addon.run(plan, true) === 0) return;
      budget.makeRoom();
    }
    throw budget.shortage(addon.run(plan, false));
  }

  dispose(): void {
    if (this.plan < 0) return;
    abandoned.unregister(this);
    this.addon.dispose(this.plan);
    this.plan = -1;
  }
}

const abandoned = new FinalizationRegistry<{ addon: Addon; plan: number }>(({ addon, plan }) =>
  addon.dispose(plan),
);

const isaNames: Readonly<Record<string, string>> = { avx512: "AVX-512", avx2: "AVX2" };

function isaName(isa: string): string {
  const { architecture } = platform;
  return isaNames[isa] ?? (architecture === "arm64" ? "NEON" : architecture === "x64" ? "SSE2" : isa);
}

/** The native engine. @throws Error when the addon is not built or does not load here. */
export function loadNative(): Engine {
  const { addon: loaded, origin } = platform.loadAddon();
  const addon = loaded as Addon;
  // Several workers compute at the same time, so that one takes a single processor unless it asks for more.
  if (!platform.isMainThread) addon.threads(1);
  const budget = new Budget(() => addon.releaseMemory());
  const engine: Engine = {
    name: "native",
    origin,
    capabilities: wholeTable,
    get description() {
      const threads = addon.threads();
      return `native, ${isaName(addon.isa)}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
    },
    ...cpuMemory(() => engine, budget, addon),
    compile(program) {
      const frame = new Float64Array(
        new ArrayBuffer(8 * (header + program.scalars + program.externals.length)),
      );
      const plan = addon.compile(encodeProgram(program), frame);
      const executable = new NativeExecutable(engine, addon, budget, program, plan, frame);
      abandoned.register(executable, { addon, plan }, executable);
      return executable;
    },
    kernelTimes(nanoseconds) {
      addon.kernelTimes(nanoseconds);
    },
    measurePeak: () => measuredPeak((rounds) => addon.multiplyAdds(rounds)),
    overhead: () => ({ scratch: addon.scratchBytes(), spare: addon.spareBytes(), values: 0 }),
    get numThreads() {
      return addon.threads();
    },
    set numThreads(count) {
      addon.threads(count);
    },
    interruptFlag(flag) {
      addon.interruptFlag(flag);
    },
  };
  return engine;
}
