/** How long one training step takes, measured as for the peers: the median over batches of steps of about 10 ms, after warming up. */
import { engine } from "../src/engine/current.js";

/** Seconds that one measurement lasts; a third more goes into warming up. */
const seconds = Number(process.argv[2] ?? 1);

/** Prints one line of JSON for `npm run bench`. */
export function report(name: string, step: () => void): void {
  const us = medianStep(step);
  console.log(
    JSON.stringify({ name, peer: "cellgrad", threads: engine().numThreads, variant: engine().name, us }),
  );
}

/** In microseconds. */
function medianStep(step: () => void): number {
  const warmFrom = performance.now();
  let count = 0;
  while (performance.now() - warmFrom < (1000 * seconds) / 3) {
    step();
    count++;
  }
  const batch = Math.max(1, Math.floor((10 * count) / (performance.now() - warmFrom)));
  const samples: number[] = [];
  const from = performance.now();
  while (performance.now() - from < 1000 * seconds) {
    const start = performance.now();
    for (let i = 0; i < batch; i++) step();
    samples.push((performance.now() - start) / batch);
  }
  samples.sort((a, b) => a - b);
  return samples[samples.length >> 1]! * 1000;
}
