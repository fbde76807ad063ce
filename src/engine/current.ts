/**
 * Which engine computes: native where its addon loads, WebAssembly otherwise. CELLGRAD_ENGINE=native|wasm|reference insists on one.
 */
import { loadNative } from "./cpu/native.js";
import { loadWasm } from "./cpu/wasm.js";
import { loadReference } from "./reference/reference.js";
import { platform } from "../platform/node.js";
import { type Engine, type EngineName, engineNames } from "./engine.js";
import { stopFlag as sessionsFlag } from "../interrupts.js";

const loaders: Readonly<Record<EngineName, () => Engine>> = {
  native: loadNative,
  wasm: loadWasm,
  reference: loadReference,
};
const loaded = new Map<EngineName, Engine>();
let current: Engine | undefined;
let reason = "";
let stopFlag = sessionsFlag;
let leave: (() => void) | null = null;

function load(name: EngineName): Engine {
  let engine = loaded.get(name);
  if (!engine) {
    engine = loaders[name]();
    engine.interruptFlag(stopFlag);
    loaded.set(name, engine);
  }
  return engine;
}

/** The word that stops runs (see Engine.interruptFlag), for the engine in use and every other that may be used. */
export function interruptFlag(flag: Int32Array | null): void {
  stopFlag = flag;
  for (const engine of loaded.values()) engine.interruptFlag(flag);
}

/** The engine in use; the first call chooses it. @throws Error when none can be loaded. */
export function engine(): Engine {
  return (current ??= choose());
}

function choose(): Engine {
  const wanted = platform.setting("CELLGRAD_ENGINE");
  if (wanted !== undefined && wanted !== "") {
    if (!isEngineName(wanted)) throw new Error(`CELLGRAD_ENGINE: expected ${engineList}, got "${wanted}"`);
    reason = `CELLGRAD_ENGINE=${wanted}`;
    return load(wanted);
  }
  try {
    const native = load("native");
    reason = native.origin;
    return native;
  } catch (error) {
    reason = `no native addon: ${(error as Error).message.split("\n")[0]}`;
    return load("wasm");
  }
}

/** For messages. */
export const engineList = engineNames
  .map((name) => `"${name}"`)
  .join(", ")
  .replace(/,(?!.*,)/, " or");

export function isEngineName(name: unknown): name is EngineName {
  return engineNames.some((each) => each === name);
}

/** What to do before another engine is used: what waits is computed by the one for which it was recorded. */
export function whenEngineChanges(action: () => void): void {
  leave = action;
}

/** Changes the engine from here on; what was compiled before stays with its own. @throws Error when it cannot be loaded. */
export function useEngine(name: EngineName): Engine {
  const next = load(name);
  if (current !== undefined && current !== next) leave?.();
  current = next;
  reason = `useEngine("${name}")`;
  return current;
}

/** For `cellgrad doctor`: which engine is in use, how it computes, and why this one. */
export interface EngineReport {
  readonly name: EngineName;
  readonly description: string;
  readonly threads: number;
  readonly reason: string;
}

/** Says which engine is in use and why. @throws Error when none can be loaded. */
export function engineReport(): EngineReport {
  const { name, description, numThreads } = engine();
  return { name, description, threads: numThreads, reason };
}
