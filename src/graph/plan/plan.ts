/**
 * A plan: the program for one structure of graph, and where its inputs come from and its results go.
 */
import type { Executable, Storage } from "../../engine/engine.js";
import type { Kernel, Place, Program } from "../../engine/program.js";
import { commitOf } from "../../engine/program.js";
import { computedBy } from "./computed.js";
import { emit } from "./emit.js";
import { fuse } from "./fuse.js";
import type { Group } from "./group.js";
import { overwriteInPlace } from "./in-place.js";
import { layOut, type Lifetime } from "./arena.js";
import { valuesOf } from "./merge.js";
import type { Request } from "./request.js";
import { Placement, placeResults, type Result, type Targets, targetsOf } from "./results.js";
import { kernelOrder } from "./kernel-order.js";
import { fuseHorizontally } from "./horizontal-fusion.js";
import type { Value } from "./values.js";
import { dtypeBytes } from "../../primitives/dtypes.js";
import { type KernelOp, kernels as rows } from "../../primitives/kernels.js";
import { kernelOps } from "../../primitives/table.js";
import { type Node, opOf } from "../record/node.js";

export class Plan {
  executable: Executable | null = null;
  /** Reused for each run. */
  readonly externals: Storage[] = [];
  /** Structure that the plan is for, and the next plan with the same hash. */
  key = new Int32Array(0);
  hash = 0;
  next: Plan | null = null;
  /** The plan that was asked for after this one last time. */
  follower: Plan | null = null;
  lastUsed = 0;
  /** The roots whose results take a storage of their own. Two roots may be one value, which takes one. */
  readonly storing: readonly number[];

  constructor(
    readonly program: Program,
    readonly leaves: number,
    /** External of the block for small results, or -1, and its size. */
    readonly block: number,
    readonly blockBytes: number,
    /** One for each root. */
    readonly results: readonly Result[],
    /** For each update whether it overwrites its variable's storage. */
    readonly inPlace: readonly boolean[],
    /** Values of the scalars from `firstConstant` on. */
    readonly firstConstant: number,
    readonly constants: readonly number[],
    /** For each kernel that can fail the position in the walk of the node of its index, or -1. */
    readonly failing: ReadonlyMap<number, number>,
    /** For each kernel the positions in the walk of the nodes that it computes, see computed.ts; null where nobody looked on. */
    readonly computed: readonly Int32Array[] | null,
  ) {
    const seen = new Set<Result>();
    this.storing = [...results.keys()].filter((root) => {
      const result = results[root]!;
      if (result.placement !== Placement.own || seen.has(result)) return false;
      seen.add(result);
      return true;
    });
  }
}

export function makePlan(request: Request): Plan {
  const { values, of } = valuesOf(request.nodes, request.kernels);
  const leaves = values.filter((value) => value.isLeaf);
  const targets = targetsOf(request, of);
  const groups = fuse(values, targets.extras, request.fusing);
  if (request.fusing) fuseHorizontally(groups);
  const inPlace = overwrites(request, targets, of);
  const order = orderOf(groups, targets.values, inPlace);
  const buffers = placeResults(request, targets, leaves, inPlace, of);
  const { externals, rootPlaces } = buffers;

  const places = new Map<Value, Place>();
  for (const leaf of leaves) places.set(leaf, { external: leaf.slot, offset: 0 });
  for (const [value, root] of targets.rootOf) places.set(value, rootPlaces[root]!);
  const arenaBytes = placeIntermediates(values, order, places);

  const constants: number[] = [];
  const kernels: Kernel[] = [];
  const failing = new Map<number, number>();
  const computed: Int32Array[] | null = request.watched ? [] : null;
  const constant = (value: number): number => {
    const known = constants.findIndex((each) => Object.is(each, value));
    return request.scalars + (known >= 0 ? known : constants.push(value) - 1);
  };
  for (const group of order) {
    const kernel = emit(group, {
      of: (value, root) => (root >= 0 ? rootPlaces[root]! : places.get(value)!),
      scalar: (value) => (value.slot >= 0 ? value.slot : constant(value.constant)),
      constant,
    });
    if (kernel === null) continue;
    if (group.canFail) failing.set(kernels.length, indexOf(group.special!, request.nodes));
    kernels.push(kernel);
    computed?.push(computedBy(group));
  }
  const program: Program = {
    externals,
    scalars: request.scalars + constants.length,
    arenaBytes,
    kernels,
    commit: commitOf(externals, kernels),
  };
  return new Plan(
    program,
    leaves.length,
    buffers.block,
    buffers.blockBytes,
    buffers.results,
    inPlace,
    request.scalars,
    constants,
    failing,
    computed,
  );
}

/** Position in the walk of the node that holds the positions of a call; -1 where there is none. */
function indexOf(call: Value, nodes: readonly Node[]): number {
  const node = nodes[call.node]!;
  const operandOf = (op: KernelOp): number => rows[op].operands.indexOf("index");
  // What the call was composed of may have another number of operands.
  if (node.subgraph === null) return node.list?.[operandOf(kernelOps[opOf(node)]!)]?.index ?? -1;
  // Inside of a subgraph there are no nodes: the index comes from outside of it.
  let index = call.inputs[operandOf(call.kernelOp)];
  while (index !== undefined && index.node === call.node) index = index.inputs[0];
  return index?.node ?? -1;
}

/** For each update whether its value is written over that of its variable. */
function overwrites({ updates, overwritable }: Request, targets: Targets, of: readonly Value[]): boolean[] {
  return Array.from({ length: updates }, (_, update) => {
    const position = overwritable[update]!;
    const value = targets.values[update]!;
    return position >= 0 && targets.rootOf.get(value) === update && overwriteInPlace(value, of[position]!);
  });
}

/** The order of the kernels. Nothing is overwritten where a kernel that can fail would have to come after it. */
function orderOf(groups: readonly Group[], rootValues: readonly Value[], inPlace: boolean[]): Group[] {
  const overwriting = new Set(rootValues.filter((_, root) => inPlace[root]).map((value) => value.host!));
  const order = kernelOrder(groups, overwriting);
  if (!order.slice(order.length - overwriting.size).some((group) => group.canFail)) return order;
  inPlace.fill(false);
  return kernelOrder(groups, new Set());
}

/** Gives every stored value that is no leaf and no result a place in the arena. */
function placeIntermediates(
  values: readonly Value[],
  order: readonly Group[],
  places: Map<Value, Place>,
): number {
  const position = new Map(order.map((group, i) => [group, i]));
  const stored = values.filter((value) => value.stored && !places.has(value));
  const last = new Map<Value, number>();
  order.forEach((group, i) => {
    for (const value of group.reads) last.set(value, i);
  });
  const lifetimes = stored.map((value): Lifetime => {
    const writers = value.writers.map((group) => position.get(group)!);
    return {
      bytes: value.size * dtypeBytes[value.dtype],
      first: Math.min(...writers),
      last: Math.max(...writers, last.get(value) ?? 0),
    };
  });
  const { offsets, bytes } = layOut(lifetimes);
  stored.forEach((value, i) => places.set(value, { external: -1, offset: offsets[i]! }));
  return bytes;
}
