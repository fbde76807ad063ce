/**
 * Backward passes that come again. What a training loop has recorded when it calls `backward()` has the same structure in each step, and so has
 * what the pass records. When a structure comes for the second time, what the pass records is made a subgraph (graph/record/subgraph.ts); from
 * then on the recorded operations are compared with those of that time, and an instance of the subgraph gives the gradients.
 *
 * The same structure: the same operations with the same attributes, on tensors of the same shapes and dtypes, connected in the same way, and of
 * numbers the same values, since gradients may be made of them.
 */
import { Flag, Kind, kindOf, type Node } from "../graph/record/node.js";
import { sameNumbers } from "../graph/record/shapes.js";
import { recordedBetween, Subgraph } from "../graph/record/subgraph.js";
import { stateMeant } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";

/** What is compared of one tensor. */
interface Entry {
  readonly code: number;
  readonly shape: readonly number[];
  /** Of a number its value. */
  readonly value: number | null;
  readonly requiresGrad: boolean;
  /** Of a tensor that gradients go through: how it was made. */
  readonly op: Op | null;
  readonly attributes: unknown;
  /** The entries of its inputs; -1: there is none. */
  readonly inputs: readonly number[];
  readonly isList: boolean;
  /** The first entry with the same node. */
  readonly same: number;
}

/** Gradients that a pass has for leaves, in the order in which they are added to them. */
export interface Gradients {
  readonly leaves: readonly Tensor[];
  readonly gradients: readonly Tensor[];
  /** The tensors that the pass went through. */
  readonly passed: readonly Tensor[];
}

const none: readonly number[] = [];

/** An input as the operation met it, whatever was changed in place since. */
function meant(t: Tensor): Tensor {
  return t._alias === null ? t : stateMeant(t);
}

/** A pass as it was met, and what it recorded. */
class Passage {
  private constructor(
    private readonly entries: readonly Entry[],
    /** Entries whose nodes the subgraph reads. */
    private readonly operands: readonly number[],
    /** Entries of the leaves that get its results. */
    private readonly leaves: readonly number[],
    private readonly subgraph: Subgraph,
  ) {}

  /** @returns null where what was recorded does not follow from `tensors` alone. */
  static of(
    tensors: readonly Tensor[],
    entries: readonly Entry[],
    leaves: readonly Tensor[],
    results: readonly Node[],
    isNew: (node: Node) => boolean,
  ): Passage | null {
    const nodes = tensors.map((t) => t._node);
    const known = nodes.filter((_, i) => entries[i]!.same === i);
    const recorded = recordedBetween(known, results, (node) => isNew(node) || kindOf(node) === Kind.scalar);
    if (recorded === null) return null;
    const read = new Set<Node>(results);
    for (const { a, b, c, list } of recorded.inside)
      for (const node of list ?? [a, b, c]) if (node !== null) read.add(node);
    const operands = [...entries.keys()].filter((i) => entries[i]!.same === i && read.has(nodes[i]!));
    const subgraph = Subgraph.of({ ...recorded, operands: operands.map((i) => nodes[i]!) });
    const places = leaves.map((leaf) => tensors.indexOf(leaf));
    return new Passage(entries, operands, places, subgraph);
  }

  /** The tensors of a pass from these roots, one for each entry; null where it is another one. */
  match(roots: readonly Tensor[], seeds: readonly Tensor[]): Tensor[] | null {
    const { entries } = this;
    const tensors: Tensor[] = [];
    for (let i = 0; i < roots.length; i++) tensors.push(roots[i]!);
    for (let i = 0; i < seeds.length; i++) tensors.push(meant(seeds[i]!));
    for (let i = 0; i < entries.length; i++) {
      const t = tensors[i];
      const entry = entries[i]!;
      if (t === undefined || !isLike(t, entry)) return null;
      if (entry.same !== i && tensors[entry.same]!._node !== t._node) return null;
      const { inputs } = entry;
      if (inputs.length === 0) continue;
      const list = t._extras === null ? null : t._extras.list;
      if ((list !== null) !== entry.isList || (list !== null && list.length !== inputs.length)) return null;
      for (let k = 0; k < inputs.length; k++) {
        const given = list !== null ? list[k]! : k === 0 ? t._a : k === 1 ? t._b : t._c;
        const number = inputs[k]!;
        if (given === null || number < 0) {
          if (given !== null || number >= 0) return null;
          continue;
        }
        const input = meant(given);
        if (number === tensors.length) tensors.push(input);
        else if (number > tensors.length || tensors[number] !== input) return null;
      }
    }
    return tensors.length === entries.length ? tensors : null;
  }

  gradientsOf(tensors: readonly Tensor[]): Gradients {
    const { operands, leaves, subgraph } = this;
    const nodes = new Array<Node>(operands.length);
    for (let i = 0; i < operands.length; i++) nodes[i] = tensors[operands[i]!]!._node;
    const results = subgraph.instance(nodes, tensors[0]!._node);
    const gradients = new Array<Tensor>(results.length);
    for (let i = 0; i < results.length; i++) gradients[i] = new Tensor(results[i]!);
    const of = new Array<Tensor>(leaves.length);
    for (let i = 0; i < leaves.length; i++) of[i] = tensors[leaves[i]!]!;
    return { leaves: of, gradients, passed: tensors };
  }
}

function isLike(t: Tensor, entry: Entry): boolean {
  const node = t._node;
  if (
    node.code !== entry.code ||
    t._requiresGrad !== entry.requiresGrad ||
    (node.flags & Flag.revoked) !== 0 ||
    !sameNumbers(node.shape, entry.shape) ||
    (entry.value !== null && !Object.is(node.value, entry.value))
  )
    return false;
  if (!entry.requiresGrad) return true;
  return t._op === entry.op && isUnwatched(t) && sameAttributes(t._attributes, entry.attributes);
}

/** Whether the pass does with this tensor nothing but go through it. */
function isUnwatched({ _extras: extras }: Tensor): boolean {
  if (extras === null) return true;
  const { hooks, retainGrad, freed, accumulated } = extras;
  return (hooks === null || hooks.length === 0) && !retainGrad && !freed && accumulated === undefined;
}

function sameAttributes(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => sameAttributes(a[key as keyof typeof a], b[key as keyof typeof b]))
  );
}

/** Whether these are plain data, which say all that a gradient can make of them. */
function arePlain(attributes: unknown): boolean {
  if (typeof attributes === "function") return false;
  if (typeof attributes !== "object" || attributes === null) return true;
  const prototype: unknown = Object.getPrototypeOf(attributes);
  if (prototype !== Object.prototype && prototype !== Array.prototype) return false;
  return Object.values(attributes).every(arePlain);
}

/** What a pass that goes through now meets. */
export class Sighting {
  constructor(
    private readonly tensors: readonly Tensor[],
    private readonly entries: readonly Entry[],
  ) {}

  /**
   * Makes what the pass has recorded a subgraph, and the gradients the results of its first instance; gives them as they are where that cannot be.
   * @param isNew whether the pass has made a node
   */
  learn(
    leaves: readonly Tensor[],
    gradients: readonly Tensor[],
    isNew: (node: Node) => boolean,
  ): readonly Tensor[] {
    const { tensors, entries } = this;
    const results = gradients.map(({ node }) => node);
    const passage = Passage.of(tensors, entries, leaves, results, isNew);
    if (passage === null) return gradients;
    if (passages.length === mostPassages) passages.pop();
    passages.unshift(passage);
    // Nobody reads what the pass itself has recorded any more.
    for (const node of results) node.flags |= Flag.consumed;
    return passage.gradientsOf(tensors).gradients;
  }
}

/** The last used first. */
const passages: Passage[] = [];
const mostPassages = 16;

/** The gradients of a pass that has been learned. */
export function replay(roots: readonly Tensor[], seeds: readonly Tensor[]): Gradients | null {
  for (let i = 0; i < passages.length; i++) {
    const passage = passages[i]!;
    const tensors = passage.match(roots, seeds);
    if (tensors === null) continue;
    if (i > 0) {
      passages.splice(i, 1);
      passages.unshift(passage);
    }
    return passage.gradientsOf(tensors);
  }
  return null;
}

/** How often passes have come, by a hash of their structure, which knows operations by their numbers. */
const times = new Map<number, number>();
const mostTimes = 256;
/** One that comes again but is never the same, as where a number changes each time, is not learned for ever. */
const mostTries = 32;
const operations = new WeakMap<Op, number>();
let operationCount = 0;

function numberOf(op: Op): number {
  let number = operations.get(op);
  if (number === undefined) operations.set(op, (number = ++operationCount));
  return number;
}

/** Takes note of a pass through `order`; gives what is to be learned of it if it has come before. */
export function sighted(
  order: readonly Tensor[],
  roots: readonly Tensor[],
  seeds: readonly Tensor[],
): Sighting | null {
  let hash = order.length;
  for (const { _op: op, _node: node } of order) {
    if (op !== null) hash = Math.imul(hash ^ numberOf(op), 0x01000193) ^ node.code;
    for (const size of node.shape) hash = Math.imul(hash ^ size, 0x01000193);
  }
  const before = times.get(hash) ?? 0;
  times.delete(hash);
  times.set(hash, before + 1);
  if (times.size > mostTimes) times.delete(times.keys().next().value!);
  return before > 0 && before <= mostTries ? look(roots, seeds) : null;
}

function look(roots: readonly Tensor[], seeds: readonly Tensor[]): Sighting | null {
  const tensors: Tensor[] = [...roots, ...seeds.map(meant)];
  const numbers = new Map<Tensor, number>(tensors.map((t, i) => [t, i]));
  // A tensor that is there twice would be met as one.
  if (numbers.size !== tensors.length) return null;
  const nodes = new Map<Node, number>();
  const entries: Entry[] = [];
  const numberOfInput = (given: Tensor | null): number => {
    if (given === null) return -1;
    const input = meant(given);
    let number = numbers.get(input);
    if (number === undefined) {
      numbers.set(input, (number = tensors.length));
      tensors.push(input);
    }
    return number;
  };
  // What is found on the way is looked at in its turn.
  for (let i = 0; i < tensors.length; i++) {
    const t = tensors[i]!;
    const { _node: node, _requiresGrad: requiresGrad } = t;
    const op = requiresGrad ? t._op : null;
    if (requiresGrad && !(isUnwatched(t) && arePlain(t._attributes))) return null;
    const list = t._extras?.list ?? null;
    const same = nodes.get(node) ?? i;
    nodes.set(node, same);
    entries.push({
      code: node.code,
      shape: node.shape,
      value: node.value,
      requiresGrad,
      op,
      attributes: t._attributes,
      inputs: op === null ? none : (list ?? [t._a, t._b, t._c]).map(numberOfInput),
      isList: list !== null,
      same,
    });
  }
  return new Sighting(tensors, entries);
}
