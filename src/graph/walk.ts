/**
 * The canonical walk: writes the structure of what is to be computed as a row of integers, and collects what differs from run
 * to run (storages of leaves, values of scalars).
 *
 * Two graphs with equal rows can share a plan. The walk runs once a training step, so it allocates nothing: its arrays are
 * reused and a node remembers by an epoch whether this walk has seen it.
 */
import type { Storage } from "../engine/engine.js";
import { dtypeShift, Flag, Kind, kindMask, type Node } from "./node.js";

const variableBit = 1 << 12;
const savedBit = 1 << 13;
/** A word that is not a node's code: `seenBefore - index` stands for a node that the row has shown already. */
const seenBefore = -1;

/** The last walk. Counts say how much of each array belongs to it. */
export const walked = {
  key: new Int32Array(4096),
  keyLength: 0,
  hash: 0,
  /** In order of first visit; `node.index` is the position here. */
  nodes: [] as (Node | undefined)[],
  nodeCount: 0,
  /** Storages of the leaves in order of first visit. */
  leaves: [] as (Storage | undefined)[],
  leafCount: 0,
  scalars: new Float64Array(256),
  scalarCount: 0,
  /** Expensive saved nodes on the way, which become results too. */
  saved: [] as (Node | undefined)[],
  savedCount: 0,
  epoch: 0,
  /** The last walk of a step. */
  stepEpoch: 0,
};

const stack: (Node | undefined)[] = [];

/**
 * Walks from `roots`, of which the first `updates` are new values of variables. With `keepSaved`, matrix products and
 * reductions marked as saved are collected as results.
 * @throws Error when a value is needed that a step has overwritten.
 */
export function walk(roots: readonly Node[], updates: number, keepSaved: boolean): void {
  const epoch = ++walked.epoch;
  const { stepEpoch } = walked;
  if (updates > 0) walked.stepEpoch = epoch;
  const nodes = walked.nodes;
  const leaves = walked.leaves;
  let key = walked.key;
  let scalars = walked.scalars;
  let limit = key.length - 64;
  let k = 0;
  let nodeCount = 0;
  let leafCount = 0;
  let scalarCount = 0;
  let savedCount = 0;
  key[k++] = keepSaved ? 1 : 0;
  key[k++] = updates;
  key[k++] = roots.length;
  for (let r = 0; r < roots.length; r++) {
    let depth = 0;
    stack[depth++] = roots[r];
    while (depth > 0) {
      const node = stack[--depth]!;
      stack[depth] = undefined;
      if (k >= limit) {
        key = walked.key = grown(key);
        limit = key.length - 64;
      }
      if (node.epoch === epoch) {
        key[k++] = seenBefore - node.index;
        continue;
      }
      // An earlier step computed it on the way and somebody still builds on it: from now on it has its value, or data that was
      // made before a training loop would be computed again at every step.
      const again = updates > 0 && node.epoch !== 0 && node.epoch <= stepEpoch;
      node.epoch = epoch;
      node.index = nodeCount;
      nodes[nodeCount++] = node;
      const code = node.code;
      if (node.storage !== null) {
        const variable = (node.flags & Flag.variable) !== 0 ? variableBit : 0;
        key[k++] = Kind.leaf | (code & (3 << dtypeShift)) | variable;
        const shape = node.shape;
        key[k++] = shape.length;
        for (let i = 0; i < shape.length; i++) key[k++] = shape[i]!;
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
        walked.nodeCount = nodeCount;
        walked.leafCount = leafCount;
        walked.savedCount = savedCount;
        while (depth > 0) stack[--depth] = undefined;
        throw new Error(overwritten);
      }
      const expensive = kind === Kind.matmul || kind === Kind.reduce;
      if (
        (keepSaved && expensive && (node.flags & Flag.saved) !== 0) ||
        (again && (kind < Kind.reshape || kind > Kind.flip) && kind !== Kind.iota)
      ) {
        key[k++] = code | savedBit;
        walked.saved[savedCount++] = node;
      } else {
        key[k++] = code;
      }
      if (kind === Kind.random) {
        const shape = node.shape;
        key[k++] = shape.length;
        for (let i = 0; i < shape.length; i++) key[k++] = shape[i]!;
        if (scalarCount + 2 > scalars.length) scalars = walked.scalars = grown(scalars);
        scalars[scalarCount++] = node.value!;
        scalars[scalarCount++] = node.attributes![0]!;
        continue;
      }
      const attributes = node.attributes;
      if (attributes !== null) {
        const length = attributes.length;
        while (k + length >= limit) {
          key = walked.key = grown(key);
          limit = key.length - 64;
        }
        key[k++] = length;
        for (let i = 0; i < length; i++) key[k++] = attributes[i]!;
      }
      if (node.c !== null) stack[depth++] = node.c;
      if (node.b !== null) stack[depth++] = node.b;
      if (node.a !== null) {
        stack[depth++] = node.a;
      } else if (node.list !== null) {
        for (let i = node.list.length - 1; i >= 0; i--) stack[depth++] = node.list[i];
      }
    }
  }
  walked.keyLength = k;
  walked.nodeCount = nodeCount;
  walked.leafCount = leafCount;
  walked.scalarCount = scalarCount;
  walked.savedCount = savedCount;
}

/** Adds a word about the roots, such as which variable may be overwritten in place. */
export function appendWord(word: number): void {
  if (walked.keyLength >= walked.key.length - 64) walked.key = grown(walked.key);
  walked.key[walked.keyLength++] = word;
}

/** Call after the last word. */
export function finishHash(): void {
  const { key, keyLength } = walked;
  let hash = keyLength;
  for (let i = 0; i < keyLength; i++) hash = (Math.imul(hash, 0x01000193) ^ key[i]!) | 0;
  walked.hash = hash ^ (hash >>> 15);
}

/** Lets go of everything the walk has seen. */
export function forgetWalk(): void {
  for (let i = 0; i < walked.nodeCount; i++) walked.nodes[i] = undefined;
  for (let i = 0; i < walked.leafCount; i++) walked.leaves[i] = undefined;
  for (let i = 0; i < walked.savedCount; i++) walked.saved[i] = undefined;
  walked.nodeCount = walked.leafCount = walked.savedCount = 0;
}

function grown<Numbers extends Int32Array | Float64Array>(numbers: Numbers): Numbers {
  const larger = (
    numbers instanceof Int32Array ? new Int32Array(numbers.length * 2) : new Float64Array(numbers.length * 2)
  ) as Numbers;
  larger.set(numbers);
  return larger;
}

const overwritten =
  "this value was computed from weights that have been replaced twice since; read it, or call .detach().clone(), before the step";
