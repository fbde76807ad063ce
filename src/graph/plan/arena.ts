/**
 * Where the intermediates of a plan lie in the arena: two that are alive at the same time never overlap.
 */

/** A buffer that is written at kernel `first` and read last at kernel `last`. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

const alignment = 64;

/** Offsets of the buffers and the arena's size. Best fit: large buffers first, each into the smallest gap between those that are alive with it. */
export function layOut(lifetimes: readonly Lifetime[]): { offsets: number[]; bytes: number } {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const order = lifetimes.map((_, i) => i).filter((i) => lifetimes[i]!.bytes > 0);
  order.sort(
    (i, j) => lifetimes[j]!.bytes - lifetimes[i]!.bytes || lifetimes[i]!.first - lifetimes[j]!.first,
  );
  // Sorted by offset, so that gaps can be read off.
  const placed: number[] = [];
  let total = 0;
  for (const i of order) {
    const { bytes, first, last } = lifetimes[i]!;
    let best = -1;
    let bestGap = Infinity;
    let end = 0;
    for (const other of placed) {
      const theirs = lifetimes[other]!;
      if (theirs.last < first || theirs.first > last) continue;
      const gap = offsets[other]! - end;
      if (gap >= bytes && gap < bestGap) {
        best = end;
        bestGap = gap;
      }
      end = Math.max(end, aligned(offsets[other]! + theirs.bytes));
    }
    const offset = best >= 0 ? best : end;
    offsets[i] = offset;
    total = Math.max(total, offset + bytes);
    let at = placed.length;
    while (at > 0 && offsets[placed[at - 1]!]! > offset) at--;
    placed.splice(at, 0, i);
  }
  return { offsets, bytes: aligned(total) };
}

export function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
