/** The other end of scripts/bench-rows.mjs for peers in JavaScript; see bench/rows.ts for what is asked. */
import { createInterface } from "node:readline";

const SAMPLE_MS = 10;
const WARM_MS = 300;

/** How many steps make a sample. */
async function warmUp(step) {
  const from = performance.now();
  let count = 0;
  do {
    await step();
    count++;
  } while (count < 3 || performance.now() - from < WARM_MS);
  return Math.max(1, Math.round((SAMPLE_MS * count) / (performance.now() - from)));
}

/** Microseconds a step of each sample. A step that computes later gives a promise. */
async function measure(step, count, seconds, now) {
  const samples = [];
  const from = performance.now();
  do {
    const start = now();
    for (let i = 0; i < count; i++) {
      const pending = step();
      if (pending instanceof Promise) await pending;
    }
    samples.push(((now() - start) * 1000) / count);
  } while (performance.now() - from < seconds * 1000);
  return samples;
}

/** Milliseconds of the processor for this process. */
function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Answers what is asked: `rows` makes a step by a row's name. A row that the peer cannot compute is as if it were not there. */
export async function serve(rows, description) {
  let step, count;
  let now = () => performance.now();
  for await (const line of createInterface(process.stdin)) {
    const asked = JSON.parse(line);
    let answer = {};
    if (asked.measure !== undefined) {
      const us = await measure(step, count, asked.measure, now);
      answer = { us, peakBytes: process.resourceUsage().maxRSS * 1024 };
    } else if (asked.begin in rows) {
      if (asked.clock === "processor") now = processorTime;
      try {
        step = await rows[asked.begin]();
        count = await warmUp(step);
        answer = { ready: asked.begin, description };
      } catch (error) {
        console.error(`${description} cannot compute ${asked.begin}: ${error.message}`);
      }
    }
    console.log(JSON.stringify(answer));
  }
}
