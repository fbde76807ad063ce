/** What the processor's arithmetic can do at most, to compare kernels with. */

/** A run that takes as long is told from the clock's own steps and from the start of the threads. */
const longEnough = 1;
const runs = 10;

/**
 * Floating-point operations a second: the best of a few runs, some milliseconds in all.
 * @param multiplyAdds does so many rounds of arithmetic and gives the number of operations
 */
export function measuredPeak(multiplyAdds: (rounds: number) => number): number {
  let rounds = 1 << 12;
  let best = 0;
  for (let run = 0; run < runs;) {
    const begin = performance.now();
    const operations = multiplyAdds(rounds);
    const milliseconds = performance.now() - begin;
    if (milliseconds < longEnough) {
      rounds *= 4;
      continue;
    }
    best = Math.max(best, (1000 * operations) / milliseconds);
    run++;
  }
  return best;
}
