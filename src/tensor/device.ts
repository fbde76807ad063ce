/**
 * What computes, and with how many threads.
 */
import { engine, engineList, engineReport, isEngineName, useEngine } from "../engine/current.js";
import type { EngineName } from "../engine/engine.js";

/** The engine in use. */
export interface Device {
  readonly type: "cpu";
  /** "native" is compiled for this machine, "wasm" runs everywhere, "reference" is slow, exact and asynchronous. */
  readonly engine: EngineName;
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
export function device(name?: EngineName): Device {
  if (name !== undefined) {
    if (!isEngineName(name))
      throw new TypeError(`device: expected ${engineList}, got ${JSON.stringify(name)}`);
    useEngine(name);
  }
  const { name: engineName, ...report } = engineReport();
  return { type: "cpu", engine: engineName, ...report };
}

/** How many threads the engine computes with (`torch.get_num_threads`). */
export function getNumThreads(): number {
  return engineReport().threads;
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
