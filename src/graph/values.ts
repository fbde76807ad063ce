/**
 * What the planner works on: the nodes of one walk in topological order, equal ones merged, redundant casts gone.
 *
 * A value knows nothing of nodes: leaves and scalars are numbered in the order of the walk, so a plan outlives the graph
 * that it was made from.
 */
import { asConcat, type Assembly, padAsAssembly, sumOfAssemblies } from "./assembly.js";
import type { Coordinates } from "./coordinates.js";
import type { Group } from "./group.js";
import { distributions, Flag, keepsDims, Kind, kindOf, type Node, opOf } from "./node.js";
import { windowSize } from "./window.js";
import type { DTypeName } from "../primitives/dtypes.js";
import type { BinaryOp, UnaryOp } from "../primitives/elementwise.js";
import { type KernelOp, kernels } from "../primitives/kernels.js";
import type { ReduceOp } from "../primitives/reductions.js";
import { binaryOps, kernelOps, reduceOps, unaryOps } from "../primitives/table.js";

/** Somebody reads the value: a kernel, in its main space or (`body`) while it folds. `at` is null where only a buffer will do. */
export interface Demand {
  readonly group: Group;
  readonly body: boolean;
  readonly at: Coordinates | null;
}

export class Value {
  /** Number of the leaf, or of the first scalar, in the walk. */
  slot = -1;
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

const noAttributes: readonly number[] = [];
const add = binaryOps.indexOf("add");

/** The values of `nodes` (in the order of the walk), operands before their users; and the value of each node. */
export function valuesOf(nodes: readonly Node[]): { values: Value[]; of: Value[] } {
  const values: Value[] = [];
  const of = new Array<Value>(nodes.length);
  const known = new Map<string, Value>();
  const slots = numberSlots(nodes);
  /** Scalars that are known to be 0. */
  const zeros = new Set<Value>();

  function make(node: Node, inputs: readonly Value[]): Value {
    const leaf = node.storage !== null;
    const kind = leaf ? Kind.leaf : kindOf(node);
    const attributes = leaf || kind === Kind.random ? noAttributes : (node.attributes ?? noAttributes);
    if (kind === Kind.copy) return inputs[0]!;
    if (kind === Kind.cast) {
      const source = withoutCasts(inputs[0]!);
      if (source.dtype === node.dtype) return source;
      if (source !== inputs[0]) return merged(node, kind, [source], attributes, -1);
    }
    if (kind === Kind.pad) {
      const [input, fill] = inputs as [Value, Value];
      if (opOf(node) === 1) zeros.add(fill);
      const assembly = padAsAssembly(node.shape, input, fill, attributes);
      if (assembly !== null) return assembled(node, assembly);
    }
    if (kind === Kind.slice && inputs[0]!.window)
      inputs[0]!.extent = windowSize(inputs[0]!.shape, attributes);
    if (kind === Kind.concat) {
      const dim = attributes[1]!;
      const stretches = inputs.map((input) => ({ size: input.shape[dim]!, input }));
      return assembled(node, { dim, stretches });
    }
    if (kind === Kind.binary && opOf(node) === add) {
      const sum = sumOfAssemblies(inputs[0]!, inputs[1]!, zeros);
      if (sum !== null) return assembled(node, sum);
    }
    return merged(node, kind, inputs, attributes, slots[node.index]!);
  }

  function assembled(node: Node, assembly: Assembly): Value {
    const { inputs, attributes } = asConcat(assembly);
    return merged(node, Kind.concat, inputs, attributes, -1);
  }

  function merged(
    node: Node,
    kind: number,
    inputs: readonly Value[],
    attributes: readonly number[],
    slot: number,
  ): Value {
    const name =
      slot >= 0
        ? `slot ${kind} ${slot}`
        : `${kind} ${node.code}|${inputs.map((input) => input.id).join()}|${attributes.join()}`;
    let value = known.get(name);
    if (value === undefined) {
      value = new Value(
        values.length,
        kind,
        opOf(node),
        node.dtype,
        node.shape,
        node.size,
        inputs,
        attributes,
      );
      value.keepdim = keepsDims(node);
      value.slot = slot;
      value.variable = slot >= 0 && (node.flags & Flag.variable) !== 0;
      value.window = slot >= 0 && (node.flags & Flag.window) !== 0;
      values.push(value);
      known.set(name, value);
    }
    return value;
  }

  // Depth first with a stack of its own: a chain of nodes may be longer than the call stack is deep.
  const stack: Node[] = [];
  for (const root of nodes) {
    stack.push(root);
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      if (of[node.index] !== undefined) {
        stack.pop();
        continue;
      }
      const operands = operandsOf(node);
      const waiting = operands.filter((operand) => of[operand.index] === undefined);
      if (waiting.length > 0) {
        for (let i = waiting.length - 1; i >= 0; i--) stack.push(waiting[i]!);
        continue;
      }
      stack.pop();
      of[node.index] = make(
        node,
        operands.map((operand) => of[operand.index]!),
      );
    }
  }
  return { values, of };
}

function operandsOf(node: Node): Node[] {
  if (node.storage !== null) return [];
  if (node.list !== null) return [...node.list];
  return [node.a, node.b, node.c].filter((operand) => operand !== null);
}

/** Leaves and scalars are numbered in the order in which the walk collected them. */
function numberSlots(nodes: readonly Node[]): number[] {
  let leaves = 0;
  let scalars = 0;
  return nodes.map((node) => {
    if (node.storage !== null) return leaves++;
    const kind = kindOf(node);
    if (kind === Kind.scalar) return scalars++;
    if (kind !== Kind.random) return -1;
    scalars += 2;
    return scalars - 2;
  });
}

/** A cast to a type that holds every value of the source can be skipped. */
function withoutCasts(value: Value): Value {
  while (value.kind === Kind.cast) {
    const source = value.inputs[0]!;
    const exact =
      source.dtype === "bool" ||
      (source.dtype === "float32" && value.dtype === "float64") ||
      (source.dtype === "int32" && value.dtype === "float64");
    if (!exact) break;
    value = source;
  }
  return value;
}
