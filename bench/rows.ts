/**
 * cellgrad's side of `npm run bench -- rows`: waits on standard input for lines of JSON, does what they ask for and answers each with a line.
 * `{ "list": true }` asks for the names of the table's rows and of those of growth, `{ "begin": ROW }` makes a row ready and warms it up, `{ "measure": SECONDS }` times it. bench/peers has the same for each peer.
 */
import { createInterface } from "node:readline";
import { engine } from "../src/engine/current.js";
import { setNumThreads } from "../src/index.js";
import { growth } from "./rows/growth.js";
import { rows as table } from "./rows/rows.js";

const rows: Readonly<Record<string, () => () => void>> = { ...table, ...growth };

/** Samples last about this long, so that a fast row's clock is not what is measured. */
const SAMPLE_MS = 10;
const WARM_MS = 300;
/** V8 compiles the code under a step for some dozens of runs; what takes seconds does not have to be run as often. */
const WARM_STEPS = 60;
const MOST_WARM_MS = 3000;

let step: () => void = () => undefined;
let stepsInSample = 1;

/** Milliseconds: of the clock, or of the processor for this process, which other programs do not lengthen. */
let now = (): number => performance.now();
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function begin(name: string, threads: number | undefined): void {
  const make = rows[name];
  if (make === undefined)
    throw new Error(`there is no row ${name}; rows are ${Object.keys(rows).join("; ")}`);
  if (threads !== undefined) setNumThreads(threads);
  step = make();
  const from = performance.now();
  let count = 0;
  do {
    step();
    count++;
  } while (count < 3 || performance.now() - from < (count < WARM_STEPS ? MOST_WARM_MS : WARM_MS));
  const last = performance.now();
  step();
  stepsInSample = Math.max(1, Math.round(SAMPLE_MS / (performance.now() - last)));
}

/** Microseconds a step of each sample. */
function measure(seconds: number): number[] {
  const samples: number[] = [];
  const from = performance.now();
  do {
    const start = now();
    for (let i = 0; i < stepsInSample; i++) step();
    samples.push(((now() - start) * 1000) / stepsInSample);
  } while (performance.now() - from < seconds * 1000);
  return samples;
}

interface Asked {
  readonly list?: true;
  readonly begin?: string;
  readonly threads?: number;
  readonly clock?: "processor";
  readonly measure?: number;
}

for await (const line of createInterface(process.stdin)) {
  const { list, begin: name, threads, clock, measure: seconds } = JSON.parse(line) as Asked;
  if (clock === "processor") now = processorTime;
  if (list) {
    console.log(JSON.stringify({ names: Object.keys(table), growth: Object.keys(growth) }));
  } else if (name !== undefined) {
    begin(name, threads);
    console.log(JSON.stringify({ ready: name, description: engine().description }));
  } else if (seconds !== undefined) {
    const us = measure(seconds);
    console.log(JSON.stringify({ us, peakBytes: process.resourceUsage().maxRSS * 1024 }));
  }
}
