/** `profile`: where the time of a step goes, by layer, line and kernel. */
import { engine } from "../../engine/current.js";
import type { Engine } from "../../engine/engine.js";
import { recordProvenance } from "../../graph/record/provenance.js";
import { evaluate, planCacheStats } from "../../graph/run/evaluate.js";
import { watchRuns } from "../../graph/run/watch.js";
import { interruptible, onInterrupt } from "../../interrupts.js";
import type { Module } from "../../nn/module.js";
import { Tensor } from "../../tensor/core.js";
import { layerName } from "../layer-name.js";
import { Measurement } from "./measurement.js";
import { Profile } from "./result.js";
import { OUTSIDE, type ProfileRow } from "./rows.js";

/** Options of `profile`. */
export interface ProfileOptions {
  /** How many calls of the work are measured; 10 if not given. */
  steps?: number;
  /**
   * How many calls go before: in them plans are made, V8 compiles the JavaScript, and it is noted which line and layer recorded what. More are
   * needed where batches of other sizes come later. If not given, at least 3, and more until a fifth of a second has passed or 100 were made.
   */
  warmup?: number;
  /** Its layers are told by path and class, such as "encoder.0: Linear". */
  model?: Module;
}

/** What begins with each step of the work: its result, awaited, comes back. */
type Running = Generator<unknown, Profile>;

/**
 * Runs `work`, such as one step of a training, some times, and tells where the time of one goes: by kernel, with the operations that it computes,
 * the user's line and the layer that recorded them, how close it comes to the peak of the processor's arithmetic, which is measured too, and what
 * is outside of kernels: recording, planning and JavaScript of the work's own (`torch.profiler.profile`). Tensors that `work` returns are
 * computed within the step. Work that is asynchronous is awaited, and the profile is a promise then.
 * @throws what `work` throws; RangeError for `steps` or `warmup` below 1; Error on an engine that does not tell how long its kernels take, and
 * within another profile
 */
export function profile(work: () => PromiseLike<unknown>, options?: ProfileOptions): Promise<Profile>;
export function profile(work: () => unknown, options?: ProfileOptions): Profile;
export function profile(work: () => unknown, options: ProfileOptions = {}): Profile | Promise<Profile> {
  const { steps = 10, warmup } = options;
  if (typeof work !== "function")
    throw new TypeError(`profile: expected a function that does one step, got ${typeof work}: () => step()`);
  for (const [name, count] of Object.entries({ steps, ...(warmup !== undefined && { warmup }) }))
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError(`profile: ${name} must be a whole number of at least 1, not ${count}`);
  const running = run(work, steps, warmup, options.model);
  let next = running.next();
  while (next.done !== true) {
    if (isPromise(next.value)) return awaiting(running, next.value);
    next = running.next(next.value);
  }
  return next.value;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

async function awaiting(running: Running, first: PromiseLike<unknown>): Promise<Profile> {
  let result: unknown = first;
  for (;;) {
    let value: unknown;
    try {
      value = await interruptible(Promise.resolve(result));
    } catch (error) {
      // Puts back what was changed for the profile, and throws the error again.
      running.throw(error);
    }
    const next = running.next(value);
    if (next.done === true) return next.value;
    result = next.value;
  }
}

/** Of a warm-up whose length is not given. */
const leastWarmup = 3;
const mostWarmup = 100;
const warmupMilliseconds = 200;

let isRunning = false;

function* run(
  work: () => unknown,
  steps: number,
  warmup: number | undefined,
  model: Module | undefined,
): Running {
  const here = engine();
  if (here.kernelTimes === undefined || here.measurePeak === undefined)
    throw new Error(
      `profile: the ${here.name} engine does not tell how long its kernels take; use device("native") or device("wasm")`,
    );
  if (isRunning) throw new Error("profile: another profile is being made; make one after the other");
  const measurement = new Measurement(steps);
  const removeHooks = model === undefined ? () => undefined : followLayers(model, measurement);
  const putBack = (): void => {
    isRunning = false;
    recordProvenance(null);
    watchRuns(null);
    here.kernelTimes!(null);
    removeHooks();
  };
  const forget = onInterrupt(putBack);
  try {
    isRunning = true;
    peakOf(here);
    watchRuns((plan, nodes) => measurement.ran(plan, nodes));
    recordProvenance(measurement.recorder);
    const start = performance.now();
    const isWarm = (calls: number): boolean =>
      warmup === undefined
        ? calls >= mostWarmup || (calls >= leastWarmup && performance.now() - start > warmupMilliseconds)
        : calls >= warmup;
    for (let calls = 0; !isWarm(calls); calls++) {
      measurement.begin(-1);
      computeAll(yield work());
    }
    recordProvenance(null);
    removeHooks();
    here.kernelTimes(measurement.nanoseconds);
    const { misses } = planCacheStats();
    const milliseconds: number[] = [];
    for (let step = 0; step < steps; step++) {
      measurement.begin(step);
      const begin = performance.now();
      computeAll(yield work());
      milliseconds.push(performance.now() - begin);
    }
    const plansMade = planCacheStats().misses - misses;
    return profileOf(measurement, milliseconds, plansMade, peakOf(here), here.description);
  } finally {
    putBack();
    forget();
  }
}

/** Says for each operation in which layer of the model it is recorded, until the function that comes back is called. */
function followLayers(model: Module, { recorder }: Measurement): () => void {
  const handles = model.namedModules().flatMap(([path, module]) => {
    const name = layerName(path, module);
    return [
      module.registerForwardPreHook(() => recorder.enterLayer(name), { prepend: true }),
      module.registerForwardHook(() => recorder.leaveLayer(name)),
    ];
  });
  return () => {
    for (const handle of handles) handle.remove();
  };
}

/** What the work returns would be computed only by who reads it. */
function computeAll(result: unknown): void {
  const values: readonly unknown[] = Array.isArray(result) ? result : [result];
  const nodes = values.filter((value) => value instanceof Tensor).map((tensor) => tensor.node);
  if (nodes.length > 0) evaluate(nodes);
}

/** Of each engine and number of threads the best that was measured: what else the machine does makes it less, and nothing makes it more. */
const peaks = new Map<string, number>();

function peakOf(here: Engine): number {
  const { description } = here;
  const peak = Math.max(peaks.get(description) ?? 0, here.measurePeak!());
  peaks.set(description, peak);
  return peak;
}

function profileOf(
  { rows, saved }: Measurement,
  times: readonly number[],
  plansMade: number,
  peak: number,
  device: string,
): Profile {
  const steps = usualSteps(times);
  const mean = (values: readonly number[]): number =>
    steps.reduce((sum, step) => sum + values[step]!, 0) / steps.length;
  const milliseconds = mean(times);
  const kernels = rows.map(({ operation, layer, line, pass, kernel, ...of }): ProfileRow => {
    const own = mean(of.nanoseconds) / 1e6;
    const isCounted = of.operations.every((count) => count !== null);
    const operations = isCounted ? mean(of.operations as number[]) : null;
    const gigaflops = operations === null || own === 0 ? null : operations / own / 1e6;
    const bytes = mean(of.bytes);
    return {
      ...{ operation, layer, line, pass, kernel },
      calls: mean(of.calls),
      milliseconds: own,
      share: own / milliseconds,
      operations,
      gigaflops,
      peakShare: gigaflops === null ? null : (1e9 * gigaflops) / peak,
      bytes,
      gigabytesPerSecond: own === 0 ? null : bytes / own / 1e6,
    };
  });
  const outside = milliseconds - kernels.reduce((sum, row) => sum + row.milliseconds, 0);
  const rest: ProfileRow = {
    ...{ operation: OUTSIDE, layer: "", line: "", pass: "", kernel: "", calls: 0 },
    milliseconds: outside,
    share: outside / milliseconds,
    ...{ operations: null, gigaflops: null, peakShare: null, bytes: 0, gigabytesPerSecond: null },
  };
  return new Profile({
    ...{ milliseconds, steps: times.length, rows: [...kernels, rest], plansMade },
    ...{ peakGigaflops: peak / 1e9, device, memory: saved.memory },
  });
}

/** The steps that are left without the fastest and the slowest quarter, in which something else ran or V8 collected garbage. */
function usualSteps(times: readonly number[]): number[] {
  const order = [...times.keys()].sort((a, b) => times[a]! - times[b]!);
  const quarter = Math.floor(times.length / 4);
  return order.slice(quarter, times.length - quarter);
}
