/**
 * The nodes that were made since the last evaluation, so that a step can compute those the user may still hold (sinks).
 *
 * The list holds nodes strongly, hence it is emptied by every step, thinned by every evaluation, and worked off when
 * it has grown long or pins many bytes: a loop that never reads anything still runs in bounded memory.
 */
import { Flag, type Node } from "./node.js";

const maxNodes = 8192;
const maxPinnedBytes = 256 * 2 ** 20;

/**
 * Made anew for each step: storing a young node in an old array costs the collector's write barrier, three times the store, and a
 * new array needs no clearing.
 */
let pending = new Array<Node>(64);
let count = 0;
let pinnedBytes = 0;
let relieve: (() => void) | null = null;

let kept: Node[] = [];

export function track(node: Node): void {
  pending[count++] = node;
}

/** Bytes that a leaf or a result holds: they stay alive as long as a pending node reads it. */
export function pinned(bytes: number): void {
  pinnedBytes += bytes;
}

/** What to do when too much is pending. */
export function whenFull(action: () => void): void {
  relieve = action;
}

/** Called before a node is made, when no half-made node can be among the pending ones. */
export function makeRoom(): void {
  if ((count >= maxNodes || pinnedBytes >= maxPinnedBytes) && relieve !== null) relieve();
}

/** The next evaluation of anything gives this node its storage too. */
export function keep(node: Node): void {
  if (node.storage !== null || (node.flags & Flag.kept) !== 0) return;
  node.flags |= Flag.kept;
  kept.push(node);
}

/** Moves the kept nodes into `roots`. */
export function takeKept(roots: Node[]): void {
  for (let i = 0; i < kept.length; i++) {
    const node = kept[i]!;
    node.flags &= ~Flag.kept;
    if (node.storage === null) roots.push(node);
  }
  if (kept.length > 0) kept = [];
}

/** Moves all sinks into `roots` and forgets the other pending nodes. */
export function takeSinks(roots: Node[]): void {
  for (let i = 0; i < count; i++) {
    const node = pending[i]!;
    if ((node.flags & Flag.consumed) === 0 && node.storage === null) roots.push(node);
  }
  pending = new Array<Node>(Math.max(64, count));
  count = 0;
  pinnedBytes = 0;
}

/** After an evaluation: only nodes that may yet be sinks stay. */
export function thinPending(): void {
  const rest = new Array<Node>(Math.max(64, count));
  let survivors = 0;
  for (let i = 0; i < count; i++) {
    const node = pending[i]!;
    if ((node.flags & Flag.consumed) === 0 && node.storage === null) rest[survivors++] = node;
  }
  // Only now: an interrupt may unwind the loop above without running anything else.
  pending = rest;
  count = survivors;
  if (survivors === 0) pinnedBytes = 0;
}

export function pendingCount(): number {
  return count;
}
