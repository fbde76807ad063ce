/**
 * Programs whose numbers were changed: NaN, fractions, sizes and attributes out of range, and numbers that merely do not fit. An engine must
 * refuse each with an error, or run it inside its buffers; a crash of the process is what this looks for, and `npm run test:sanitize` finds
 * what only happens to go well. `npm run fuzz:programs [runs] [seed]`; the number of the last case stands in the line before a crash.
 */
import { writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { encodeProgram } from "../../src/engine/cpu/encode.js";
import { engine } from "../../src/engine/current.js";
import type { Engine } from "../../src/engine/engine.js";
import { RunError } from "../../src/engine/engine.js";
import type { Kernel, Program } from "../../src/engine/program.js";
import { evaluate } from "../../src/graph/run/evaluate.js";
import { platform } from "../../src/platform/node.js";
import { kernelOps } from "../../src/primitives/table.js";
import { callCases, dtypesOf } from "../engine/call-cases.js";
import { programOf } from "../engine/call-programs.js";
import { asProgram, engines } from "../engine/programs.js";
import { randomGraph, randomLeaves } from "../graph/random-graphs.js";
import { Chance } from "./chance.js";

/** Programs that take longer are not run: a changed size is often large. */
const mostPoints = 1e6;

/** What the planner makes of random graphs: maps, reductions and products. */
function plannedPrograms(seed: number): Program[] {
  const programs: Program[] = [];
  const own = engine();
  const compile = own.compile.bind(own);
  Object.defineProperty(own, "compile", {
    configurable: true,
    value: (program: Program) => {
      programs.push(program);
      return compile(program);
    },
  });
  const leaves = randomLeaves(seed);
  for (let i = 0; i < 40; i++) evaluate(randomGraph(seed + i, leaves, 12));
  Object.defineProperty(own, "compile", { configurable: true, value: compile });
  return programs;
}

/** A call of each kernel on each dtype, as small as there are. */
function calledPrograms(): Program[] {
  return kernelOps.flatMap((op) =>
    dtypesOf(op).flatMap((dtype) =>
      [...callCases(op, dtype)]
        .map(programOf)
        .filter(({ externals }) => externals.every(({ length }) => length < 2000))
        .slice(0, 12)
        .map(({ kernel, externals, scalars }) => asProgram([kernel], externals, scalars)),
    ),
  );
}

interface Place {
  readonly owner: Record<string, unknown>;
  readonly key: string;
}

function numbersIn(value: unknown, places: Place[]): Place[] {
  if (typeof value !== "object" || value === null) return places;
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry === "number") places.push({ owner: value as Record<string, unknown>, key });
    else numbersIn(entry, places);
  }
  return places;
}

const strange = [
  ...[NaN, Infinity, -Infinity, 0.5, -1.5, 1e300, -0],
  ...[-2, -1, 0, 1, 2, 3, 7, 16, 17, 63, 255, 4096],
  ...[
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    2 ** 40,
    2 ** 47,
    2 ** 48 + 1,
    2 ** 53 - 1,
    -(2 ** 53) + 1,
    2 ** 53,
  ],
];

/** The program with one to three of its numbers changed. */
function changed(program: Program, chance: Chance): Program {
  const copy = structuredClone(program);
  const places = numbersIn(copy, []);
  for (let i = 0; i <= chance.below(3); i++) {
    const { owner, key } = chance.of(places);
    const old = owner[key] as number;
    const near = [old + 1, old - 1, -old, 2 * old, Math.floor(old / 2)];
    owner[key] = chance.oneIn(2)
      ? chance.of(strange)
      : chance.oneIn(2)
        ? chance.of(near)
        : numberOf(chance.of(places));
  }
  return copy;
}

function numberOf({ owner, key }: Place): number {
  return owner[key] as number;
}

const product = (sizes: readonly number[]): number => sizes.reduce((n, size) => n * Math.abs(size), 1);

/** About how many steps a kernel has. */
function pointsOf(kernel: Kernel): number {
  switch (kernel.kind) {
    case "map":
      return product(kernel.dims);
    case "reduce":
      return product(kernel.kept) * product(kernel.reduced);
    case "matmul":
      return product(kernel.batch) * product([kernel.m, kernel.n, kernel.k]);
    case "call": {
      const views = [...kernel.operands, ...kernel.results.filter((view) => view !== null)];
      return Math.max(...views.map(({ dims }) => product(dims)));
    }
  }
}

/** Compiles and runs it. @returns why it was refused, or null */
function attempt(on: Engine, program: Program, buffers: readonly number[], chance: Chance): string | null {
  try {
    // Scalars are memory of JavaScript's, which is there to be had.
    if (program.scalars > mostPoints) return encodeProgram(program) && null;
    const executable = on.compile(program);
    try {
      if (!program.kernels.every((kernel) => pointsOf(kernel) <= mostPoints) || program.arenaBytes > 2 ** 24)
        return null;
      executable.scalars.fill(chance.of([0, 1, 3, -1, NaN, 1e300]));
      executable.run(buffers.map((bytes) => on.allocate(bytes)));
    } finally {
      executable.dispose();
    }
  } catch (error) {
    if (error instanceof RunError || error instanceof RangeError || (error as Error).constructor === Error)
      return (error as Error).message;
    throw error;
  }
  return null;
}

interface Addon {
  compile(words: Int32Array, frame: Float64Array): number;
  dispose(plan: number): void;
}

/** Compiles the words of a program of which one is another; such a program is not run, since its buffers may be others. */
function attemptWords(addon: Addon, program: Program, chance: Chance): void {
  const words = encodeProgram(program);
  const at = 1 + chance.below(words.length - 1);
  words[at] = chance.oneIn(2) ? chance.below(2 ** 32) : chance.of([-1, 0, 1, 2, 9, 2 ** 31 - 1, -(2 ** 31)]);
  try {
    addon.dispose(addon.compile(words, new Float64Array(64)));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

/** Tries so many programs on every engine. @returns how many were refused */
export function fuzzPrograms(
  runs: number,
  seed: number,
  begin: (run: number) => void = () => undefined,
): number {
  const programs = [...plannedPrograms(seed), ...calledPrograms()];
  const addon = engines.some(({ name }) => name === "native") ? (platform.loadAddon().addon as Addon) : null;
  let refused = 0;
  for (let run = 0; run < runs; run++) {
    const chance = new Chance(Math.imul(seed + run, 0x9e3779b1));
    const program = chance.of(programs);
    const bytes = program.externals.map((external) => external.bytes);
    const strangeProgram = changed(program, chance);
    begin(run);
    for (const on of engines) if (attempt(on, strangeProgram, bytes, chance) !== null) refused++;
    if (addon !== null) attemptWords(addon, program, chance);
  }
  return refused;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const runs = Number(process.argv[2] ?? 20_000);
  const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`${runs} programs with changed numbers, seed ${seed}`);
  const refused = fuzzPrograms(runs, seed, (run) => {
    if (run % 1000 === 0 || process.env["CELLGRAD_FUZZ_VERBOSE"]) writeSync(1, `run ${run}\n`);
  });
  console.log(`no crash; ${refused} of ${runs * engines.length} were refused`);
}
