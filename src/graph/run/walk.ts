/**
 * The canonical walk: writes the structure of what is to be computed as a row of integers, and collects what differs from run
 * to run (storages of leaves, values of scalars).
 *
 * Two graphs with equal rows can share a plan. The walk runs once a training step, so it allocates little: most of its arrays are
 * reused, and a node remembers by an epoch whether this walk has seen it. It is one long function on purpose: cut into several it takes up to
 * 7 % longer.
 */
import type { Storage } from "../../engine/engine.js";
import { dtypeMask, firstKeyBit, Flag, Kind, kindMask, type Node } from "../record/node.js";
import { openWindow } from "../plan/window.js";

const variableBit = firstKeyBit;
const resultBit = firstKeyBit << 1;
const windowBit = firstKeyBit << 2;
/** A word that is not a node's code: `seenBefore - index` stands for a node that the row has shown already. */
const seenBefore = -1;

/** The last walk. Counts say how much of each array belongs to it. */
export const walked = {
  key: new Int32Array(4096),
  keyLength: 0,
  /** Without the words that `appendWord` has added. */
  rowLength: 0,
  /** In order of first visit; `node.index` is the position here. Made anew for each walk, see pending.ts. */
  nodes: [] as Node[],
  /** Epochs that the nodes had before, so that the walk can be undone. */
  epochs: new Int32Array(256),
  nodeCount: 0,
  /** Storages of the leaves in order of first visit. */
  leaves: [] as (Storage | undefined)[],
  leafCount: 0,
  scalars: new Float64Array(256),
  scalarCount: 0,
  /** Nodes on the way that become results too. */
  extra: [] as (Node | undefined)[],
  extraCount: 0,
  epoch: 0,
  /** The last walk of a step. */
  stepEpoch: 0,
};

const noNodes: Node[] = [];

/** A value of so many elements is computed again where that is simple: it may be too large to be stored at all. */
const hugeSize = 2 ** 28;

/**
 * Walks from `roots`, of which the first `updates` are new values of variables. Also collects as results
 * - when reading: matrix products and reductions that are marked as saved;
 * - what an earlier step, or when reading any earlier walk, has computed on the way, such as data that was prepared before a
 *   training loop: from now on it has its value, or it would be computed again every time.
 * @throws Error when a value is needed that a step has overwritten.
 */
export function walk(roots: readonly Node[], updates: number, reading: boolean): void {
  const epoch = ++walked.epoch;
  const { stepEpoch } = walked;
  if (!reading) walked.stepEpoch = epoch;
  const nodes = new Array<Node>(walked.nodeCount + 8);
  const stack = new Array<Node>(64);
  const leaves = walked.leaves;
  let epochs = walked.epochs;
  let key = walked.key;
  let scalars = walked.scalars;
  let limit = key.length - 64;
  let k = 0;
  let nodeCount = 0;
  let leafCount = 0;
  let scalarCount = 0;
  let extraCount = 0;
  key[k++] = reading ? 1 : 0;
  key[k++] = updates;
  key[k++] = roots.length;
  for (let r = 0; r < roots.length; r++) {
    let depth = 0;
    stack[depth++] = roots[r]!;
    while (depth > 0) {
      const node = stack[--depth]!;
      if (k >= limit) {
        key = walked.key = grown(key);
        limit = key.length - 64;
      }
      if (node.epoch === epoch) {
        key[k++] = seenBefore - node.index;
        continue;
      }
      const { flags, epoch: lastSeen } = node;
      node.epoch = epoch;
      node.index = nodeCount;
      if (nodeCount === epochs.length) epochs = walked.epochs = grown(epochs);
      epochs[nodeCount] = lastSeen;
      nodes[nodeCount++] = node;
      const code = node.code;
      if (node.storage !== null) {
        const bits =
          ((flags & Flag.variable) !== 0 ? variableBit : 0) | ((flags & Flag.window) !== 0 ? windowBit : 0);
        key[k++] = Kind.leaf | (code & dtypeMask) | bits;
        const shape = node.shape;
        key[k++] = shape.length;
        k = writeNumbers(key, k, shape);
        leaves[leafCount++] = node.storage;
        continue;
      }
      const kind = code & kindMask;
      if (kind === Kind.scalar) {
        key[k++] = code;
        if (scalarCount + 2 > scalars.length) scalars = walked.scalars = grown(scalars);
        scalars[scalarCount++] = node.value!;
        continue;
      }
      if (kind === Kind.leaf) {
        walked.nodes = nodes;
        walked.nodeCount = nodeCount;
        walked.leafCount = leafCount;
        walked.extraCount = extraCount;
        throw new Error((flags & Flag.example) !== 0 ? noValue : overwritten);
      }
      if (kind === Kind.slice && node.a!.storage !== null) openWindow(node);
      const free = (kind >= Kind.reshape && kind <= Kind.flip) || kind === Kind.iota;
      const light =
        free || kind === Kind.tuple || kind === Kind.subgraph || (kind <= Kind.copy && node.size >= hugeSize);
      const again = !light && lastSeen !== 0 && (reading || lastSeen <= stepEpoch);
      const saved = reading && (flags & Flag.saved) !== 0 && (kind === Kind.matmul || kind === Kind.reduce);
      // Who reads one result of a tuple is likely to read the others, for which it would have to run again. A step needs most of them for its
      // gradients alone.
      const picked =
        kind === Kind.pick && (reading || (flags & (Flag.consumed | Flag.kept)) !== Flag.consumed);
      if (saved || picked || (again && (flags & Flag.readAfresh) !== 0)) {
        key[k++] = code | resultBit;
        walked.extra[extraCount++] = node;
      } else {
        key[k++] = code;
      }
      node.flags = flags & ~Flag.readAfresh;
      if (kind === Kind.random) {
        const shape = node.shape;
        key[k++] = shape.length;
        k = writeNumbers(key, k, shape);
        if (scalarCount + 2 > scalars.length) scalars = walked.scalars = grown(scalars);
        scalars[scalarCount++] = node.value!;
        scalars[scalarCount++] = node.attributes![0]!;
        continue;
      }
      if (kind === Kind.tuple || (kind === Kind.subgraph && reading)) {
        // None where a stop came between the recording of a tuple and that of its results.
        const { picks } = node;
        if (picks !== null) for (const result of picks) if (result.storage === null) stack[depth++] = result;
      }
      const attributes = node.attributes;
      if (attributes !== null) {
        const length = attributes.length;
        while (k + mostWords * length >= limit) {
          key = walked.key = grown(key);
          limit = key.length - 64;
        }
        key[k++] = length;
        k = writeNumbers(key, k, attributes);
      }
      // What only repeated nodes read needs no storage of its own: theirs will do.
      const mark = again ? 0 : Flag.readAfresh;
      const { a, b, c, list } = node;
      if (c !== null) {
        c.flags |= mark;
        stack[depth++] = c;
      }
      if (b !== null) {
        b.flags |= mark;
        stack[depth++] = b;
      }
      if (a !== null) {
        a.flags |= mark;
        stack[depth++] = a;
      } else if (list !== null) {
        for (let i = list.length - 1; i >= 0; i--) {
          const part = list[i]!;
          part.flags |= mark;
          stack[depth++] = part;
        }
      }
    }
  }
  walked.keyLength = walked.rowLength = k;
  walked.nodes = nodes;
  walked.nodeCount = nodeCount;
  walked.leafCount = leafCount;
  walked.scalarCount = scalarCount;
  walked.extraCount = extraCount;
}

/** Words that one number may take: sizes from 2³¹ on have three, of which the first says so. */
const mostWords = 3;
const wide = -(2 ** 31);

/** Writes numbers from `key[k]` on, and gives where the next word goes. */
function writeNumbers(key: Int32Array, k: number, numbers: readonly number[]): number {
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!;
    if ((number | 0) !== number) {
      key[k++] = wide;
      key[k++] = Math.floor(number / 2 ** 32);
    }
    key[k++] = number;
  }
  return k;
}

/** Adds a word about the roots, such as which variable may be overwritten in place. */
export function appendWord(word: number): void {
  if (walked.keyLength >= walked.key.length - 64) walked.key = grown(walked.key);
  walked.key[walked.keyLength++] = word;
}

/** Hash of the last walk's row without what may be overwritten: the same for the first steps of a loop and for later ones. */
export function hashOfStructure(): number {
  const { key, rowLength } = walked;
  let hash = rowLength;
  for (let i = 0; i < rowLength; i++) hash = (Math.imul(hash, 0x01000193) ^ (key[i]! & ~variableBit)) | 0;
  return hash;
}

/** Hash of the last walk's row. */
export function hashOfWalk(): number {
  const { key, keyLength } = walked;
  let hash = keyLength;
  for (let i = 0; i < keyLength; i++) hash = (Math.imul(hash, 0x01000193) ^ key[i]!) | 0;
  return hash ^ (hash >>> 15);
}

/** Undoes the marks of the last walk on its nodes; `stepEpoch` is the epoch of the last step before that walk. */
export function undoWalk(stepEpoch: number): void {
  const { nodes, nodeCount, epochs } = walked;
  // The walk is forgotten already where something else was computed since, such as values for an error's message.
  if (nodes === noNodes) return;
  for (let i = 0; i < nodeCount; i++) {
    const node = nodes[i]!;
    node.epoch = epochs[i]!;
    node.flags &= ~Flag.readAfresh;
  }
  walked.stepEpoch = stepEpoch;
}

/** Lets go of everything the walk has seen. */
export function forgetWalk(): void {
  walked.nodes = noNodes;
  for (let i = 0; i < walked.leafCount; i++) walked.leaves[i] = undefined;
  for (let i = 0; i < walked.extraCount; i++) walked.extra[i] = undefined;
  walked.leafCount = walked.extraCount = 0;
}

function grown<Numbers extends Int32Array | Float64Array>(numbers: Numbers): Numbers {
  const larger = (
    numbers instanceof Int32Array ? new Int32Array(numbers.length * 2) : new Float64Array(numbers.length * 2)
  ) as Numbers;
  larger.set(numbers);
  return larger;
}

const noValue =
  "this value is that of one sample of a function that vmap maps: it is there only as a part of the function's results, for all samples at once; " +
  "compute with tensors, such as where(x.gt(0), a, b), rather than with values that are read, and return what you need";

const overwritten =
  "this value was computed from weights that have been replaced twice since; read it, or call .detach().clone(), before the step";
