/**
 * `%timeit`: what one run of a piece of code takes, measured in loops long enough for the clock.
 *
 * The code is a function, asynchronous only where it awaits; the loop around it is compiled anew each time, so that what V8 learns of one
 * piece of code does not slow down the next. Nothing is subtracted for the loop. Each value is stored where others could read it, so that
 * V8 can not leave out the work.
 */
import vm from "node:vm";
import { localized } from "../../../locale/sentences.js";
import type { Measure } from "../../messages.js";
import { atCellEnd } from "../output/display-host.js";
import { muteOutput } from "../output/event-pipe.js";
import { currentRun } from "../output/streams.js";
import { duration } from "./clock.js";
import { evaluated, isLazy } from "./evaluated.js";

type Code = () => unknown;
/** Runs the code so many times and answers how many milliseconds that took. */
type Loop = (code: Code, count: number, kept: { value: unknown }) => number | Promise<number>;

/** A loop should take this long, in ms: the clock and a stray interruption by the system count for little then. */
const ENOUGH_MS = 100;

let loops = 0;

export async function looped(
  code: Code,
  { loops: given, runs }: Extract<Measure, { kind: "timeit" }>,
): Promise<void> {
  const kept = { value: undefined as unknown };
  // Seen by what comes later, for all that V8 knows.
  escaped.last = kept;
  // Once with its output; what prints would else print a million times.
  const first = code();
  const isAsync = isThenable(first);
  const value = isAsync ? await first : first;
  evaluated(value);
  const run = currentRun();
  const unmute = muteOutput(run);
  atCellEnd(unmute);
  const once = isLazy(value) ? lazily(code) : code;
  const loop = newLoop(isAsync);

  let count = given ?? 1;
  if (given === undefined) {
    for (let took = await loop(once, count, kept); took < ENOUGH_MS; took = await loop(once, count, kept))
      count = nextCount(count, took);
  }
  const times: number[] = [];
  for (let i = 0; i < runs; i++) times.push((await loop(once, count, kept)) / count);
  const dropped = unmute();
  process.stdout.write(`${localized(summary(times, count))}\n`);
  if (dropped) process.stdout.write("What the code put out is shown once; the other times were left out.\n");
}

const escaped: { last: unknown } = { last: undefined };

function lazily(code: Code): Code {
  return () => {
    const value = code();
    evaluated(value);
    return value;
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

/** The next of 1, 2, 5, 10, 20 … that promises to be enough. */
function nextCount(count: number, took: number): number {
  const wanted = took > 0 ? Math.min(count * 100, (count * ENOUGH_MS) / took) : count * 100;
  const power = 10 ** Math.floor(Math.log10(Math.max(wanted, count + 1)));
  const next = [1, 2, 5, 10].map((step) => step * power).find((step) => step >= wanted && step > count);
  return next ?? power * 10;
}

function newLoop(isAsync: boolean): Loop {
  const text = isAsync
    ? "(async (code, count, kept) => { const begin = performance.now(); for (let i = 0; i < count; i++) kept.value = await code(); return performance.now() - begin; })"
    : "((code, count, kept) => { const begin = performance.now(); for (let i = 0; i < count; i++) kept.value = code(); return performance.now() - begin; })";
  // Under a name of its own it is no function that V8 has seen before.
  return vm.runInThisContext(text, { filename: `%timeit ${String(++loops)}` }) as Loop;
}

function summary(times: readonly number[], count: number): string {
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const deviation = Math.sqrt(times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / times.length);
  const each = `${count.toLocaleString("en-US")} loop${count === 1 ? "" : "s"} each`;
  const of =
    times.length === 1 ? `1 run of ${each.replace(" each", "")}` : `${String(times.length)} runs, ${each}`;
  return `${duration(mean)} ± ${duration(deviation)} per loop (mean ± std. dev. of ${of}), best ${duration(Math.min(...times))}`;
}
