/**
 * What computes, and with how many threads.
 */
import { engine, engineReport, useEngine } from "../engine/current.js";

/** The engine in use. */
export interface Device {
  readonly type: "cpu";
  /** "native" is compiled for this machine, "wasm" runs everywhere. */
  readonly engine: "native" | "wasm";
  /** Such as "native, AVX-512, 2 threads". */
  readonly description: string;
  readonly threads: number;
  /** Why this engine: where it comes from, or what kept the faster one from loading. */
  readonly reason: string;
}

/**
 * What tensors are computed on. With a name, switches to that engine first; tensors made before can still be used.
 * @throws Error when the engine cannot be loaded.
 */
export function device(name?: "native" | "wasm"): Device {
  if (name !== undefined) {
    if (name !== "native" && name !== "wasm") {
      throw new TypeError(`device: expected "native" or "wasm", got ${JSON.stringify(name)}`);
    }
    useEngine(name);
  }
  const { name: engineName, ...report } = engineReport();
  return { type: "cpu", engine: engineName, ...report };
}

/**
 * How many threads the engine computes with (`torch.set_num_threads`): one for each processor unless this says otherwise, in a worker one.
 * Results do not depend on it.
 */
export function setNumThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`setNumThreads: expected a whole number ≥ 1, got ${count}`);
  }
  engine().numThreads = count;
}
