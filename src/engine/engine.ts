/**
 * What the graph asks of an engine. An engine owns memory and executes programs; it knows nothing of graphs.
 */
import type { Program } from "./program.js";

/**
 * Bytes that hold a value between runs. They lie in an ordinary ArrayBuffer, so that V8 accounts for them and frees them even
 * inside a synchronous loop, where finalizers never run.
 */
export interface Storage {
  readonly buffer: ArrayBuffer;
  /** Fits every typed array; it is the address that is a multiple of 64. */
  readonly byteOffset: number;
  readonly byteLength: number;
  /** The same place as the engine addresses it (native: the pointer as a number; wasm: unused, 0). */
  readonly address: number;
}

/** A program that the engine has decoded. */
export interface Executable {
  /** Values of this run's scalars: written by the caller before `run`. */
  readonly scalars: Float64Array;
  /**
   * Executes synchronously. `externals[i]` is the buffer that external i means in this run.
   * @throws RunError when a kernel met an index out of range; OutOfMemory; RunStopped when the interrupt flag was set before the program's commit.
   */
  run(externals: readonly Storage[]): void;
  /**
   * Whether the last run came to its end, so that all its results are in the externals. `run` sets it to false first and to true
   * last; whoever has to know it after V8 terminated the execution sets it to false before the call as well.
   */
  finished: boolean;
  /** Gives the engine's copy of the program back; also happens when the object is collected. */
  dispose(): void;
}

export interface Engine {
  readonly name: "native" | "wasm";
  /** For people: where it comes from, such as "the addon built on this machine". */
  readonly origin: string;
  /** For people, such as "native, AVX-512, 2 threads". */
  readonly description: string;
  /**
   * Uninitialized memory whose address is a multiple of 64; small requests share an ArrayBuffer.
   * @param filled the caller writes all of it before it asks for more; otherwise the next run does
   * @throws OutOfMemory
   */
  allocate(byteLength: number, filled?: boolean): Storage;
  compile(program: Program): Executable;
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
