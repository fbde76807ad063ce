/**
 * What the planner works on: what nodes stand for, see merge.ts.
 *
 * A value knows nothing of nodes: leaves and scalars are numbered in the order of the walk, so a plan outlives the graph
 * that it was made from.
 */
import type { Coordinates } from "./coordinates.js";
import type { Group } from "./group.js";
import { distributions, Kind } from "../record/node.js";
import { type DTypeName, holds } from "../../primitives/dtypes.js";
import type { BinaryOp, UnaryOp } from "../../primitives/elementwise.js";
import { type KernelOp, kernels } from "../../primitives/kernels.js";
import type { ReduceOp } from "../../primitives/reductions.js";
import { binaryOps, kernelOps, reduceOps, unaryOps } from "../../primitives/table.js";

/** A kernel reads the value, in its main space or (`body`) in the space that it reduces. `at` is null where it has to be read from a buffer. */
export interface Demand {
  readonly group: Group;
  readonly body: boolean;
  readonly at: Coordinates | null;
}

export class Value {
  /** Number of the leaf, or of the first scalar, in the walk. */
  slot = -1;
  /** Of a scalar that no node stands for. */
  constant = 0;
  /** Position in the walk of the node that it was first made for. */
  node = -1;
  /** A leaf whose storage a step may overwrite. */
  variable = false;
  /** A leaf that one slice reads, from its own first element on. */
  window = false;
  /** Elements of a leaf that are there: of a window fewer than its shape has. */
  extent: number;
  readonly demands: Demand[] = [];
  /** Has a buffer, filled by these kernels (none for a leaf). */
  stored = false;
  readonly writers: Group[] = [];
  /** The kernel that computes it and can read it without its buffer. */
  host: Group | null = null;
  /** Of a reduction: reduced dims stay, with size 1. */
  keepdim = false;
  /** Of a tuple: its results that are wanted, by their number. */
  picks: (Value | undefined)[] | null = null;
  /** Must have a buffer, whoever else reads it. */
  required = false;
  /** How many values read this one. */
  uses = 0;
  /** Operations since the last buffer, for the choice between storing and computing again. */
  cost = 0;
  /** How many full-size buffers these operations read. */
  reads = 0;
  /** Whether a product or reduction of the same size is among them, which cannot be computed again. */
  fromResult = false;

  constructor(
    readonly id: number,
    readonly kind: number,
    readonly op: number,
    readonly dtype: DTypeName,
    readonly shape: readonly number[],
    readonly size: number,
    readonly inputs: readonly Value[],
    readonly attributes: readonly number[],
  ) {
    this.extent = size;
  }

  get kernelOp(): KernelOp {
    return kernelOps[this.op]!;
  }

  get unaryOp(): UnaryOp {
    return unaryOps[this.op]!;
  }

  get binaryOp(): BinaryOp {
    return binaryOps[this.op]!;
  }

  get reduceOp(): ReduceOp {
    return reduceOps[this.op]!;
  }

  get distribution(): "uniform" | "normal" {
    return distributions[this.op]!;
  }

  get isElementwise(): boolean {
    const kind = this.kind;
    return (
      (kind >= Kind.unary && kind <= Kind.copy) ||
      kind === Kind.scalar ||
      kind === Kind.iota ||
      kind === Kind.random
    );
  }

  get isMovement(): boolean {
    return this.kind >= Kind.reshape && this.kind <= Kind.flip;
  }

  get isCall(): boolean {
    return this.kind === Kind.call || this.kind === Kind.tuple;
  }

  /** Meets an index out of range when it is computed. */
  get canFail(): boolean {
    return this.isCall && kernels[this.kernelOp].canFail === true;
  }

  /** What the kernel of a call gives, as far as it is wanted. */
  get results(): readonly (Value | undefined)[] {
    return this.kind === Kind.call ? [this] : (this.picks ?? []);
  }

  get isLeaf(): boolean {
    return this.kind === Kind.leaf;
  }
}

/** A cast to a type that holds every value of the source can be skipped. */
export function withoutCasts(value: Value): Value {
  while (value.kind === Kind.cast) {
    const source = value.inputs[0]!;
    if (!holds(value.dtype, source.dtype)) break;
    value = source;
  }
  return value;
}
