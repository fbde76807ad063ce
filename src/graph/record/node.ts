/**
 * The nodes of the lazily built graph: what a value is computed from, not yet the value.
 *
 * A node is small, of one hidden class and free of closures, because a training step makes a few hundred of them.
 * How nodes are made is in build.ts, when they are computed in evaluate.ts, how in plan.ts.
 */
import type { Storage } from "../../engine/engine.js";
import type { DTypeName } from "../../primitives/dtypes.js";
import type { Steps } from "./steps.js";

/** What a node does with its operands. A node that has a storage is a leaf, whatever its kind says. */
export const Kind = {
  leaf: 0,
  scalar: 1,
  unary: 2,
  binary: 3,
  select: 4,
  cast: 5,
  copy: 6,
  reduce: 7,
  matmul: 8,
  reshape: 9,
  permute: 10,
  expand: 11,
  slice: 12,
  flip: 13,
  pad: 14,
  concat: 15,
  iota: 16,
  random: 17,
  /** The result of a kernel of primitives/kernels.ts that has one. */
  call: 18,
  /** A kernel of several results. It has no value itself, its results have: each is a `pick` of it. */
  tuple: 19,
  pick: 20,
  /** An instance of a recorded part of a graph (subgraph.ts). Its results are picks of it, as those of a tuple. */
  subgraph: 21,
} as const;

/** Bits of `Node.flags`. */
export const Flag = {
  /** Another node reads it, so it is no sink. */
  consumed: 1,
  /** Takes part in differentiation, see `markSaved`. */
  saved: 2,
  /** A leaf whose storage has been given a newer value. */
  revoked: 4,
  /** The leaf of a variable: its storage will be overwritten, so no other node may share it. */
  variable: 8,
  /** In a walk: a node that is computed for the first time reads it. */
  readAfresh: 16,
  /** Marked with `keep`. */
  kept: 32,
  /** A leaf that begins where a slice of another leaf begins, see window.ts. */
  window: 64,
  /** Stands for one entry of a batch and has no value: see mapping.ts. Its `a` is the batch. */
  example: 128,
} as const;

export const distributions: readonly ("uniform" | "normal")[] = ["uniform", "normal"];

/**
 * `Node.code` packs kind, operation, dtype and what is to be rounded in one integer, which is also the node's word in a plan's key. Each has
 * room to grow (a test counts), and all of it stays below 2³⁰, the integers that V8 keeps without boxing them.
 */
export const kindBits = 6;
export const opBits = 10;
export const dtypeBits = 5;
export const opShift = kindBits;
export const kindMask = (1 << kindBits) - 1;
const opMask = (1 << opBits) - 1;
/** Of a reduction: reduced dims stay, with size 1. */
export const keepdimBit = 1 << (opShift + opBits);
/** The first of three bits that only a plan's key uses, see walk.ts. */
export const firstKeyBit = keepdimBit << 1;
export const dtypeShift = opShift + opBits + 4;
export const dtypeMask = ((1 << dtypeBits) - 1) << dtypeShift;
/**
 * The dtype that the node will be rounded to, counted from 1 among those that are only stored; 0: none. It stands on top, with the dtype
 * below it, so that one comparison of codes tells a node that has to do with such a dtype (see rounding.ts).
 */
export const roundingBits = 3;
export const roundingShift = dtypeShift + dtypeBits;
export const roundingMask = ((1 << roundingBits) - 1) << roundingShift;

/** As large as V8 keeps integers without boxing them. */
const maxSerial = 2 ** 30 - 1;
/** Serial of the latest node. */
let nodes = 0;

export function latestSerial(): number {
  return nodes;
}

/** Fields are declared and assigned once, in the constructor: a field definition would write each of them twice. */
export class Node {
  declare code: number;
  declare readonly dtype: DTypeName;
  declare readonly shape: readonly number[];
  declare readonly size: number;
  declare a: Node | null;
  declare b: Node | null;
  declare c: Node | null;
  /** All operands of a concat; of a call or tuple the operands and then the scalars. */
  declare list: readonly Node[] | null;
  /**
   * Of a tuple the results that were taken so far: they are computed together, or the kernel would run again for each. In a WeakMap they would
   * outlive the tuple: to a collection of young objects what an old map holds is alive, and so would be all that they were computed from.
   */
  declare picks: Node[] | null;
  /** Dims, order, sizes: see build.ts for each kind. Of a random node the position in the stream, not part of a key. */
  declare attributes: readonly number[] | null;
  /** What a subgraph is an instance of. */
  declare subgraph: Steps | null;
  /** Value of a scalar, seed of a random node. Null elsewhere, which keeps V8 from boxing a double in every node. */
  declare value: number | null;
  /** The dense row-major value, once the engine has been asked to compute it. */
  declare storage: Storage | null;
  declare flags: number;
  /** Number of the walk that saw this node last, and the node's number in it. */
  declare epoch: number;
  declare index: number;
  /** Counts up from node to node, so operands come before their users (but for the rare graph that lives through an overflow). */
  declare readonly serial: number;

  constructor(
    code: number,
    dtype: DTypeName,
    shape: readonly number[],
    size: number,
    a: Node | null,
    b: Node | null,
    c: Node | null,
  ) {
    this.code = code;
    this.dtype = dtype;
    this.shape = shape;
    this.size = size;
    this.a = a;
    this.b = b;
    this.c = c;
    this.list = null;
    this.picks = null;
    this.attributes = null;
    this.subgraph = null;
    this.value = null;
    this.storage = null;
    this.flags = 0;
    this.epoch = 0;
    this.index = 0;
    this.serial = nodes = (nodes + 1) & maxSerial;
  }
}

/** A node, or what says the same of a value. */
type Coded = Pick<Node, "code">;

export function kindOf(node: Coded): number {
  return node.code & kindMask;
}

export function opOf(node: Coded): number {
  return (node.code >> opShift) & opMask;
}

/** Of a reduction: whether reduced dims stay. */
export function keepsDims(node: Coded): boolean {
  return (node.code & keepdimBit) !== 0;
}
