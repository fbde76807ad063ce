/**
 * The port: what the graph asks of an engine. An engine owns memory and executes programs; it knows nothing of graphs, and only it knows
 * where bytes are.
 */
import { type DTypeName, dtypeNames } from "../primitives/dtypes.js";
import type { KernelOp } from "../primitives/kernels.js";
import { kernelOps } from "../primitives/table.js";
import type { Program } from "./program.js";

export const engineNames = ["native", "wasm", "reference"] as const;
export type EngineName = (typeof engineNames)[number];

/** A buffer that holds a value between runs. Where its bytes are only its engine knows. */
export interface Storage {
  readonly engine: Engine;
  readonly byteLength: number;
  /** Who looks into the bytes longer than holding the storage holds this, if there is one: else the memory is used again. */
  readonly lease?: object | undefined;
}

/** Bytes in JavaScript's memory, from `byteOffset` on, which fits every typed array. */
export interface Bytes {
  readonly buffer: ArrayBuffer;
  readonly byteOffset: number;
}

/** What to tell whoever reads what a run was to write. */
export type Explain = (error: RunError) => Error | Promise<Error>;

/** A program that the engine has decoded. */
export interface Executable {
  /** Values of this run's scalars: written by the caller before `run`. */
  readonly scalars: Float64Array;
  /**
   * Executes; `externals[i]` is the buffer that external i means in this run. An engine with `readSync` has ended when this returns. One
   * without computes later, in the order in which it was asked; whoever reads what a run that failed was to write gets its error.
   * @param explain for errors that come later
   * @throws RunError when a kernel met an index out of range; OutOfMemory; RunStopped when the interrupt flag was set before the program's commit.
   */
  run(externals: readonly Storage[], explain?: Explain): void;
  /**
   * Whether the last run came to its end, so that all its results are in the externals. `run` sets it to false first and to true
   * last; whoever has to know it after V8 terminated the execution sets it to false before the call as well.
   */
  finished: boolean;
  /** Gives the engine's copy of the program back; also happens when the object is collected. */
  dispose(): void;
}

/** Which rows of the table of primitives an engine computes. */
export interface Capabilities {
  readonly dtypes: ReadonlySet<DTypeName>;
  readonly kernels: ReadonlySet<KernelOp>;
}

/** Of an engine that computes all of the table. */
export const wholeTable: Capabilities = { dtypes: new Set(dtypeNames), kernels: new Set(kernelOps) };

export interface Engine {
  readonly name: EngineName;
  /** For people: where it comes from, such as "the addon built on this machine". */
  readonly origin: string;
  /** For people, such as "native, AVX-512, 2 threads". */
  readonly description: string;
  readonly capabilities: Capabilities;
  /**
   * A buffer whose content is arbitrary.
   * @param filled the caller writes all of it before it asks for more; otherwise the next run does
   * @throws OutOfMemory
   */
  allocate(byteLength: number, filled?: boolean): Storage;
  /** Bytes of `storage` from `byteOffset` on, a multiple of an element's size: the same bytes, not a copy. */
  part(storage: Storage, byteOffset: number, byteLength: number): Storage;
  /** Gives a buffer that no run has had yet the bytes that `fill` writes, all of them and before it returns. */
  write(storage: Storage, fill: (to: Bytes) => void): void;
  /** A copy of the bytes as they are after all runs so far. @throws the error of the run that was to write them. */
  read(storage: Storage): Promise<ArrayBuffer>;
  /** The bytes as they are now, where an engine can say so at once. They are not to be written to, nor kept until something else is asked of it. */
  readSync?(storage: Storage): Bytes;
  /** Nobody reads these bytes before a run has written all of them as "out". If that run fails, their content is arbitrary. */
  discard?(storage: Storage): void;
  compile(program: Program): Executable;
  /**
   * From here on each run writes how many nanoseconds its kernels took, in their order, if there is room for all of them; null: no longer.
   * Of engines that can be read at once.
   */
  kernelTimes?(nanoseconds: Float64Array | null): void;
  /** Floating-point operations a second of float32 multiply-adds that touch no memory, on all threads: measured for some milliseconds. */
  measurePeak?(): number;
  /**
   * Bytes beside those of values in ArrayBuffers: what runs share and lies there between them (`scratch`), buffers that nobody uses and that are
   * kept for values to come (`spare`), and values that lie elsewhere (`values`).
   */
  overhead?(): { readonly scratch: number; readonly spare: number; readonly values: number };
  numThreads: number;
  /**
   * A word of shared memory (of a SharedArrayBuffer) that another thread sets to stop runs, or null for none. While `flag[0]` is not 0
   * a run ends with RunStopped as soon as it can before its program's commit; once the commit has begun the run ignores it.
   */
  interruptFlag(flag: Int32Array | null): void;
}

/** A run ended because the interrupt flag was set. It has changed nothing that outlives it. */
export class RunStopped extends Error {
  constructor() {
    super("the computation was interrupted");
    this.name = "RunStopped";
  }
}

/** Bytes for people, such as "40 GB". */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  for (; bytes >= 999.5 && unit < units.length - 1; unit++) bytes /= 1000;
  return `${bytes < 9.95 ? Math.round(bytes * 10) / 10 : Math.round(bytes)} ${units[unit]}`;
}

/** What was asked for is more memory than there is. Everything is as it was before. */
export class OutOfMemory extends RangeError {
  constructor(
    /** What was asked for. */
    readonly bytes: number,
    message: string,
  ) {
    super(message);
    this.name = "OutOfMemory";
  }
}

/** A kernel met an index out of range. */
export class RunError extends Error {
  constructor(
    readonly kernel: number,
    readonly index: number,
    readonly rows: number,
  ) {
    super(`index ${index} is out of range for a dimension of size ${rows} (kernel ${kernel})`);
    this.name = "RunError";
  }
}
