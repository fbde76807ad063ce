/**
 * The nodes that were made since the last evaluation, so that a step can compute those the user may still hold (sinks).
 *
 * The list holds nodes strongly, hence it is emptied by every step, thinned by every evaluation, and worked off when
 * it has grown long or pins many bytes: a loop that never reads anything still runs in bounded memory.
 */
import type { Storage } from "../../engine/engine.js";
import { Flag, type Node } from "./node.js";

const maxNodes = 8192;
/** How many nodes of a loop that reads nothing may wait: few enough to lie in the processor's cache. */
const loopNodes = 1024;
const maxPinnedBytes = 256 * 2 ** 20;

/**
 * Made anew for each step: storing a young node in an old array costs the collector's write barrier, three times the store, and a
 * new array needs no clearing.
 */
let pending = new Array<Node>(64);
let count = 0;
let pinnedBytes = 0;
let relieve: (() => void) | null = null;

/** With so many nodes waiting it is checked whether they come from a loop that reads nothing. */
let limit = loopNodes;
/** Nodes worked off since a value was read or a step ended. */
let workedOff = 0;

let kept: Node[] = [];

export function track(node: Node): void {
  pending[count++] = node;
}

/** The nodes that were made since so many waited; empty where they have been worked off. */
export function pendingSince(first: number): Node[] {
  return pending.slice(first, count);
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
  if (isFull() && relieve !== null) relieve();
}

/** Whether so much is pending that it has to be worked off. */
export function isFull(): boolean {
  return (count >= limit || pinnedBytes >= maxPinnedBytes) && asideDepth === 0;
}

/** What waits while the nodes of a mapped function are recorded, which must not be computed themselves (mapping.ts). */
export interface Aside {
  readonly pending: Node[];
  readonly count: number;
  readonly pinnedBytes: number;
  readonly kept: Node[];
}

let asideDepth = 0;

/** Whether nodes are recorded that must not be computed. */
export function isAside(): boolean {
  return asideDepth > 0;
}

/** From now on nodes wait in a list of their own. */
export function setAside(): Aside {
  const aside = { pending, count, pinnedBytes, kept };
  pending = new Array<Node>(64);
  count = 0;
  kept = [];
  asideDepth++;
  return aside;
}

/** Ends `setAside`: of what was recorded since, the nodes that may be computed wait with the others. */
export function bringBack(aside: Aside, mayBeComputed: (node: Node) => boolean): void {
  const made = pending.slice(0, count).filter((node) => node.storage === null && mayBeComputed(node));
  const keptNow = kept.filter((node) => mayBeComputed(node));
  for (const node of kept) if (!mayBeComputed(node)) node.flags &= ~Flag.kept;
  asideDepth = Math.max(0, asideDepth - 1);
  pending = aside.pending;
  count = aside.count;
  pinnedBytes = aside.pinnedBytes;
  kept = [...aside.kept, ...keptNow];
  for (const node of made) track(node);
}

/**
 * Whether more nodes may wait if they do not come from a loop that reads nothing. Where some were worked off since the last reading they do come
 * from one.
 */
export function mayWait(): boolean {
  return workedOff === 0 && count < maxNodes && pinnedBytes < maxPinnedBytes;
}

export function waitLonger(): void {
  limit = Math.min(2 * limit, maxNodes);
}

/**
 * A value is read or a step ends. Until that happens again there are probably as many nodes as this time: the limit becomes such that they can
 * wait for it as a whole, if that is not too many.
 */
function intervalEnds(): void {
  const made = workedOff + count;
  limit = made > maxNodes ? loopNodes : Math.max(loopNodes, Math.min(2 * made, maxNodes));
  workedOff = 0;
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
  intervalEnds();
  for (let i = 0; i < count; i++) {
    const node = pending[i]!;
    if ((node.flags & Flag.consumed) === 0 && node.storage === null) roots.push(node);
  }
  pending = new Array<Node>(Math.max(64, count));
  count = 0;
  pinnedBytes = 0;
}

/** All that has no value yet and may be wanted: what is pending, and what is kept. */
export function pendingNodes(): Node[] {
  const nodes = kept.filter((node) => node.storage === null);
  for (let i = 0; i < count; i++) {
    const node = pending[i]!;
    // What is kept is there already.
    if (node.storage === null && (node.flags & Flag.kept) === 0) nodes.push(node);
  }
  return nodes;
}

/** Whether a node needs a storage, since no other node reads it or somebody asked for it. */
export function isWanted(node: Node): boolean {
  return (node.flags & (Flag.consumed | Flag.kept)) !== Flag.consumed;
}

/** The nodes that wait, in the order in which they were made, also those that have their value by now. */
export function pendingNodesInOrder(): readonly Node[] {
  return pending.slice(0, count);
}

/** From now on only these nodes wait. */
export function leavePending(rest: readonly Node[]): void {
  const stored = new Set<Storage>();
  const note = (operand: Node | null): void => {
    if (operand !== null && operand.storage !== null) stored.add(operand.storage);
  };
  const left = new Array<Node>(Math.max(64, rest.length));
  const leftKept = kept.filter((node) => node.storage === null && (node.flags & Flag.kept) !== 0);
  let leftBytes = 0;
  rest.forEach((node, i) => {
    left[i] = node;
    note(node.a);
    note(node.b);
    note(node.c);
    node.list?.forEach(note);
  });
  for (const { byteLength } of stored) leftBytes += byteLength;
  for (const node of kept) if (node.storage !== null) node.flags &= ~Flag.kept;
  // Only now, and without a call between: an interrupt may unwind what is above.
  workedOff += count - rest.length;
  pending = left;
  count = rest.length;
  kept = leftKept;
  pinnedBytes = leftBytes;
}

/**
 * Of `sequence`, all the nodes that wait, those before `start` have their values, and those from there up to `end` could not be computed. That
 * error is thrown once: these nodes and all that read them stop waiting, or a later, unrelated evaluation would meet it again. The rest goes on
 * waiting.
 */
export function abandonPending(sequence: readonly Node[], start: number, end: number): void {
  const lost = new Set(sequence.slice(start, end));
  const isLost = (operand: Node | null): boolean => operand !== null && lost.has(operand);
  const rest: Node[] = [];
  for (const node of sequence.slice(end)) {
    const reads = isLost(node.a) || isLost(node.b) || isLost(node.c) || (node.list?.some(isLost) ?? false);
    if (reads) lost.add(node);
    else rest.push(node);
  }
  for (const node of lost) stopWaiting(node);
  leavePending(rest);
}

/** The same where it is known what is wrong: other values that are made of it must not bring the error to an unrelated step either. */
export function abandonReadersOf(cause: Node): void {
  const seen = new Map<Node, boolean>([[cause, true]]);
  // What waits need not have its operands in the list: they left it when a value was read.
  const reads = (first: Node): boolean => {
    const path: Node[] = [first];
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      if (seen.has(node)) {
        path.pop();
        continue;
      }
      const operands = [node.a, node.b, node.c, ...(node.list ?? [])].filter(
        (operand): operand is Node => operand !== null && (operand.storage === null || operand === cause),
      );
      const open = operands.find((operand) => !seen.has(operand));
      if (open) path.push(open);
      else
        seen.set(
          node,
          operands.some((operand) => seen.get(operand) === true),
        );
    }
    return seen.get(first) === true;
  };
  const rest: Node[] = [];
  for (let i = 0; i < count; i++) {
    const node = pending[i]!;
    if (node.storage === null && reads(node)) stopWaiting(node);
    else rest.push(node);
  }
  leavePending(rest);
}

function stopWaiting(node: Node): void {
  node.flags = (node.flags | Flag.consumed) & ~Flag.kept;
}

/** After an evaluation: only nodes that may yet be sinks stay. Gives their number. */
export function thinPending(): number {
  intervalEnds();
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
  return survivors;
}

export function pendingCount(): number {
  return count;
}
