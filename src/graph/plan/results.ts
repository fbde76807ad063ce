/**
 * Where the results of a run are: which root of a request each value is stored for, and in which buffer.
 */
import type { External, Place } from "../../engine/program.js";
import { dtypeBytes } from "../../primitives/dtypes.js";
import { identity, rowMajor } from "./coordinates.js";
import type { Extra } from "./fuse.js";
import { aligned } from "./arena.js";
import { viewOf, withoutReshapes } from "./movement.js";
import type { Request } from "./request.js";
import type { Value } from "./values.js";

/** Where a result is found after a run. */
export const Placement = {
  /** The storage of leaf `index`. */
  leaf: 0,
  /** At byte `index` of the block that small results share. */
  block: 1,
  /** A storage of its own: external `index`. */
  own: 2,
} as const;

export interface Result {
  readonly placement: number;
  readonly index: number;
  readonly bytes: number;
}

/** Results up to this size share one storage. */
const smallBytes = 4096;

/** What is to be stored for the roots of a request. */
export interface Targets {
  /** The value of each root. A reshape has the same dense buffer as what it reshapes. */
  readonly values: readonly Value[];
  /** Each value that gets a buffer for a root, and that root. */
  readonly rootOf: ReadonlyMap<Value, number>;
  /** What another root's value, or a leaf, is copied to. */
  readonly extras: readonly Extra[];
  /** For each root the leaf that holds its value already, or null. */
  readonly leaves: readonly (Value | null)[];
  /** For each root the root whose buffer holds its value too, or -1. */
  readonly sharing: readonly number[];
}

export function targetsOf({ roots, updates }: Request, of: readonly Value[]): Targets {
  const values = roots.map((root) => withoutReshapes(of[root.index]!));
  const rootOf = new Map<Value, number>();
  const extras: Extra[] = [];
  const leaves = new Array<Value | null>(roots.length).fill(null);
  const sharing = new Array<number>(roots.length).fill(-1);
  // Ordinary results first: those may share storage, the storages of variables must be their own.
  for (const root of [...roots.keys()].sort((i, j) => Number(i < updates) - Number(j < updates) || i - j)) {
    const value = values[root]!;
    const leaf = root < updates ? null : sharedLeaf(value);
    if (leaf !== null) {
      leaves[root] = leaf;
    } else if (value.isLeaf || (root < updates && rootOf.has(value))) {
      extras.push({ value, root });
    } else if (rootOf.has(value)) {
      sharing[root] = rootOf.get(value)!;
    } else {
      value.required = true;
      rootOf.set(value, root);
    }
  }
  return { values, rootOf, extras, leaves, sharing };
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

/** The buffers of a run, and what lies in them. */
export interface Buffers {
  readonly externals: External[];
  /** Of each root where its value is written; null where that is done for another root, or was done before the run. */
  readonly rootPlaces: readonly (Place | null)[];
  readonly results: readonly Result[];
  /** External of the block for small results, or -1, and its size. */
  readonly block: number;
  readonly blockBytes: number;
}

/** Gives every root a place. The leaves are the first externals. */
export function placeResults(
  { roots, updates, overwritable }: Request,
  targets: Targets,
  leaves: readonly Value[],
  inPlace: readonly boolean[],
  of: readonly Value[],
): Buffers {
  const externals: External[] = leaves.map((leaf) => ({
    bytes: leaf.extent * dtypeBytes[leaf.dtype],
    access: "in",
  }));
  const rootPlaces = new Array<Place | null>(roots.length).fill(null);
  const results = new Array<Result | undefined>(roots.length);
  const small: { root: number; bytes: number }[] = [];
  roots.forEach((_, root) => {
    const leaf = targets.leaves[root]!;
    if (leaf !== null) results[root] = { placement: Placement.leaf, index: leaf.slot, bytes: 0 };
    if (leaf !== null || targets.sharing[root] !== -1) return;
    const value = targets.values[root]!;
    const bytes = value.size * dtypeBytes[value.dtype];
    if (root < updates && inPlace[root]!) {
      const index = of[overwritable[root]!]!.slot;
      externals[index] = { bytes, access: "inout" };
      results[root] = { placement: Placement.leaf, index, bytes };
      rootPlaces[root] = { external: index, offset: 0 };
    } else if (root < updates || bytes > smallBytes) {
      results[root] = { placement: Placement.own, index: externals.length, bytes };
      rootPlaces[root] = { external: externals.length, offset: 0 };
      externals.push({ bytes, access: "out" });
    } else {
      small.push({ root, bytes });
    }
  });
  let blockBytes = 0;
  for (const { root, bytes } of small) {
    rootPlaces[root] = { external: externals.length, offset: blockBytes };
    results[root] = { placement: Placement.block, index: blockBytes, bytes };
    blockBytes += Math.max(aligned(bytes), aligned(1));
  }
  const block = small.length > 0 ? externals.push({ bytes: blockBytes, access: "out" }) - 1 : -1;
  return {
    externals,
    rootPlaces,
    results: roots.map((_, root) => results[root] ?? results[targets.sharing[root]!]!),
    block,
    blockBytes,
  };
}
