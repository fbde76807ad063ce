/**
 * A plan: the program for one structure of graph, and where its inputs come from and its results go.
 */
import type { Executable, Storage } from "../engine/engine.js";
import type { External, Kernel, Place, Program } from "../engine/program.js";
import { commitOf } from "../engine/program.js";
import { identity } from "./coordinates.js";
import { emit } from "./emit.js";
import { type Extra, fuse } from "./fuse.js";
import type { Group } from "./group.js";
import { overwriteInPlace } from "./in-place.js";
import { aligned, layOut, type Lifetime } from "./memory.js";
import { viewOf, withoutReshapes } from "./movement.js";
import type { Node } from "./node.js";
import { rowMajor } from "./coordinates.js";
import { schedule } from "./schedule.js";
import { mergeSiblings } from "./siblings.js";
import { type Value, valuesOf } from "./values.js";
import { dtypeBytes } from "../primitives/dtypes.js";

/** Where a result of a run is. */
export const Way = {
  /** The storage of leaf `index`. */
  leaf: 0,
  /** At byte `index` of the block that small results share. */
  block: 1,
  /** A storage of its own: external `index`. */
  own: 2,
} as const;

export interface Result {
  readonly way: number;
  readonly index: number;
  readonly bytes: number;
}

/** What a plan is made from: a walk. */
export interface Request {
  readonly nodes: readonly Node[];
  readonly roots: readonly Node[];
  /** The first so many roots are new values of variables. */
  readonly updates: number;
  /** For each update the position in `nodes` of the leaf that it may overwrite, or -1. */
  readonly overwritable: readonly number[];
  readonly scalars: number;
  readonly fusing: boolean;
}

/** Results up to this size share one storage. */
const smallBytes = 4096;

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
    /** For each kernel that can fail the position in the walk of the node that it computes. */
    readonly failing: ReadonlyMap<number, number>,
  ) {}
}

export function makePlan(request: Request): Plan {
  const { nodes, roots, updates } = request;
  const { values, of } = valuesOf(nodes);
  const leaves = values.filter((value) => value.isLeaf);
  // A reshape has the same dense buffer as what it reshapes.
  const rootValues = roots.map((root) => withoutReshapes(of[root.index]!));
  const targets = new Map<Value, number>();
  const extras: Extra[] = [];
  const ways = new Array<Result | null>(roots.length).fill(null);
  const sharing = new Array<number>(roots.length).fill(-1);
  // Ordinary results first: those may share storage, the storages of variables must be their own.
  for (const root of [...roots.keys()].sort((i, j) => Number(i < updates) - Number(j < updates) || i - j)) {
    const value = rootValues[root]!;
    const leaf = root < updates ? null : sharedLeaf(value);
    if (leaf !== null) {
      ways[root] = { way: Way.leaf, index: leaf.slot, bytes: 0 };
    } else if (value.isLeaf || (root < updates && targets.has(value))) {
      extras.push({ value, root });
    } else if (targets.has(value)) {
      sharing[root] = targets.get(value)!;
    } else {
      value.required = true;
      targets.set(value, root);
    }
  }

  const groups = fuse(values, extras, request.fusing);
  if (request.fusing) mergeSiblings(groups);
  const inPlace = new Array<boolean>(updates).fill(false);
  for (let update = 0; update < updates; update++) {
    const position = request.overwritable[update]!;
    const value = rootValues[update]!;
    if (position < 0 || targets.get(value) !== update) continue;
    inPlace[update] = overwriteInPlace(value, of[position]!);
  }
  const order = orderOf(groups, rootValues, inPlace);

  const externals: External[] = leaves.map((leaf) => ({
    bytes: leaf.extent * dtypeBytes[leaf.dtype],
    access: "in",
  }));
  const places = new Map<Value, Place>();
  for (const leaf of leaves) places.set(leaf, { external: leaf.slot, offset: 0 });
  const rootPlaces = new Array<Place | null>(roots.length).fill(null);
  const small: number[] = [];
  roots.forEach((_, root) => {
    if (ways[root] !== null || sharing[root] !== -1) return;
    const value = rootValues[root]!;
    const bytes = value.size * dtypeBytes[value.dtype];
    if (root < updates && inPlace[root]!) {
      const leaf = of[request.overwritable[root]!]!.slot;
      externals[leaf] = { bytes, access: "inout" };
      ways[root] = { way: Way.leaf, index: leaf, bytes };
      rootPlaces[root] = { external: leaf, offset: 0 };
    } else if (root < updates || bytes > smallBytes) {
      rootPlaces[root] = { external: externals.length, offset: 0 };
      ways[root] = { way: Way.own, index: externals.length, bytes };
      externals.push({ bytes, access: "out" });
    } else {
      small.push(root);
    }
  });
  let blockBytes = 0;
  for (const root of small) {
    const value = rootValues[root]!;
    const bytes = value.size * dtypeBytes[value.dtype];
    rootPlaces[root] = { external: externals.length, offset: blockBytes };
    ways[root] = { way: Way.block, index: blockBytes, bytes };
    blockBytes += Math.max(aligned(bytes), aligned(1));
  }
  const block = small.length > 0 ? externals.push({ bytes: blockBytes, access: "out" }) - 1 : -1;
  for (const [value, root] of targets) places.set(value, rootPlaces[root]!);

  const arenaBytes = placeIntermediates(values, order, places);
  const constants: number[] = [];
  const kernels: Kernel[] = [];
  const failing = new Map<number, number>();
  const position = new Map<Value, number>();
  for (const node of nodes) if (of[node.index]!.canFail) position.set(of[node.index]!, node.index);
  for (const group of order) {
    const kernel = emit(group, {
      of: (value, root) => (root >= 0 ? rootPlaces[root]! : places.get(value)!),
      constant: (value) => {
        const known = constants.indexOf(value);
        return request.scalars + (known >= 0 ? known : constants.push(value) - 1);
      },
    });
    if (kernel === null) continue;
    if (group.canFail) failing.set(kernels.length, position.get(group.special!)!);
    kernels.push(kernel);
  }
  const program: Program = {
    externals,
    scalars: request.scalars + constants.length,
    arenaBytes,
    kernels,
    commit: commitOf(externals, kernels),
  };
  const results = ways.map((way, root) => way ?? ways[sharing[root]!]!);
  return new Plan(
    program,
    leaves.length,
    block,
    blockBytes,
    results,
    inPlace,
    request.scalars,
    constants,
    failing,
  );
}

/** The order of the kernels. Nothing is overwritten where a kernel that can fail would have to come after it. */
function orderOf(groups: readonly Group[], rootValues: readonly Value[], inPlace: boolean[]): Group[] {
  const overwriting = new Set(rootValues.filter((_, root) => inPlace[root]).map((value) => value.host!));
  const order = schedule(groups, overwriting);
  if (!order.slice(order.length - overwriting.size).some((group) => group.canFail)) return order;
  inPlace.fill(false);
  return schedule(groups, new Set());
}

/** The leaf whose storage holds exactly this value, if a result may share it. */
function sharedLeaf(value: Value): Value | null {
  const seen = viewOf(value, identity(value.shape.length), value.shape);
  if (seen === null || !seen.base.isLeaf || seen.base.variable) return null;
  const { base, view } = seen;
  if (base.size !== value.size || view.offset !== 0) return null;
  const dense = rowMajor(value.shape);
  return value.shape.every((size, i) => size === 1 || view.strides[i] === dense[i]) ? base : null;
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
