/**
 * Cuts a long graph into pieces that are planned and run one after another.
 *
 * A loop that reads nothing leaves one long graph behind. Planning all of it at once costs as much as the loop is long; but what its
 * body records repeats, so pieces of a whole number of repetitions have one structure, and one plan in the cache serves them all.
 * Between two pieces the values that later ones read are stored, so cuts are made where these are smallest: between two
 * repetitions of a loop's body. What does not repeat is cut into pieces of bounded size, so that planning is linear in any case.
 */
import { Kind, kindOf, type Node } from "../record/node.js";
import { dtypeBytes } from "../../primitives/dtypes.js";

/** A piece has about so many nodes, unless one repetition has more. What joins many parts counts for as many. */
const pieceNodes = 96;
/** Where nothing repeats: the least and largest size of a piece. */
const leastNodes = 96;
const mostNodes = 256;
/** Repetitions are looked for among so many nodes. */
const windowNodes = 8192;
/** A stored value costs as much as moving so many bytes, however small it is. */
const perValue = 256;

/** Nodes in the order in which they were made, cut into pieces. */
export interface Pieces {
  /** For each piece the nodes that need a storage: given as roots, or read by a later node. */
  readonly roots: readonly Node[][];
  /** Where each piece ends in the sequence. What is after the last one belongs to no piece: nothing, unless `open`. */
  readonly ends: readonly number[];
}

/**
 * @param sequence nodes without a value, operands before their users
 * @param isRoot whether a node needs a storage whoever reads it
 * @param open the sequence goes on later: its end, up to a good place for a cut, is left over
 */
export function cutIntoPieces(
  sequence: readonly Node[],
  isRoot: (node: Node) => boolean,
  open: boolean,
): Pieces {
  const free = freeNodes(sequence);
  const lastUse = lastUses(sequence, free);
  const costs = cutCosts(sequence, lastUse, free);
  const ends = findCuts(signatures(sequence), weights(sequence), costs, open);
  const roots: Node[][] = [];
  let start = 0;
  for (const end of ends) {
    const own: Node[] = [];
    for (let i = start; i < end; i++) {
      const node = sequence[i]!;
      if (isRoot(node) || (lastUse[i]! >= end && free[i] === 0)) own.push(node);
    }
    roots.push(own);
    start = end;
  }
  return { roots, ends };
}

/** Movements one after another that a later piece goes through again; longer chains are stored on the way. */
const mostMovements = 8;

/**
 * Marks the nodes that cost nothing to compute again and are never stored for a later piece: it reads what they move, as one plan for
 * all would. A tuple has no value that could be stored, only its results have. Numbers the sequence.
 */
function freeNodes(sequence: readonly Node[]): Uint8Array {
  // How many movements follow one another up to each node.
  const chain = new Uint8Array(sequence.length);
  sequence.forEach((node, i) => {
    node.index = i;
    const kind = kindOf(node);
    if (kind === Kind.iota || kind === Kind.tuple || kind === Kind.subgraph) chain[i] = 1;
    if (kind < Kind.reshape || kind > Kind.flip) return;
    const { index } = node.a!;
    const below = index < i && sequence[index] === node.a ? chain[index]! : 0;
    chain[i] = below < mostMovements ? below + 1 : 0;
  });
  return chain;
}

/** For each node the position of the last one that reads it, directly or through a free node; -1 where there is none. */
function lastUses(sequence: readonly Node[], free: Uint8Array): Int32Array {
  const n = sequence.length;
  const lastUse = new Int32Array(n).fill(-1);
  for (let i = n - 1; i >= 0; i--) {
    const node = sequence[i]!;
    const use = free[i] !== 0 ? Math.max(i, lastUse[i]!) : i;
    const note = (operand: Node | null): void => {
      if (operand === null) return;
      const at = operand.index;
      if (at < i && sequence[at] === operand && lastUse[at]! < use) lastUse[at] = use;
    };
    note(node.a);
    note(node.b);
    note(node.c);
    node.list?.forEach(note);
  }
  return lastUse;
}

/** `costs[i]`: bytes that a cut before node i makes the pieces store, apart from values that nothing in the sequence reads. */
function cutCosts(sequence: readonly Node[], lastUse: Int32Array, free: Uint8Array): Float64Array {
  const n = sequence.length;
  const costs = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) {
    const node = sequence[i]!;
    if (lastUse[i]! < 0 || free[i] !== 0) continue;
    const cost = node.size * dtypeBytes[node.dtype] + perValue;
    // A cut before i + 1 … lastUse[i] lies between the node and a reader.
    costs[i + 1]! += cost;
    if (lastUse[i]! + 1 <= n) costs[lastUse[i]! + 1]! -= cost;
  }
  for (let i = 1; i <= n; i++) costs[i]! += costs[i - 1]!;
  return costs;
}

/** A number for each node that says what it does and how large it is, but not what with: equal where a loop's body repeats. */
function signatures(sequence: readonly Node[]): Int32Array {
  return Int32Array.from(sequence, (node) => {
    let hash = node.code;
    for (const size of node.shape) hash = Math.imul(hash ^ size, 0x01000193);
    hash = Math.imul(hash ^ 0x55, 0x01000193);
    const { attributes } = node;
    const kind = kindOf(node);
    // The attribute of a random node is its position in the stream, which differs each time.
    if (attributes !== null && kind !== Kind.random) {
      // So do the first third of a slice's, its starts, where a loop walks through a tensor.
      const first = kind === Kind.slice ? attributes.length / 3 : 0;
      for (let i = first; i < attributes.length; i++) hash = Math.imul(hash ^ attributes[i]!, 0x01000193);
    }
    return hash;
  });
}

/** `weights[i]`: how many nodes, parts of joins and steps of subgraphs come before node i. */
function weights(sequence: readonly Node[]): Float64Array {
  const weight = new Float64Array(sequence.length + 1);
  sequence.forEach(({ list, subgraph }, i) => {
    weight[i + 1] =
      weight[i]! + (subgraph !== null ? subgraph.steps.length : list === null ? 1 : list.length);
  });
  return weight;
}

/** Ends of the pieces, ascending. */
function findCuts(signature: Int32Array, weight: Float64Array, costs: Float64Array, open: boolean): number[] {
  const n = signature.length;
  /** From last to first. */
  const ends: number[] = [];
  let end = n;
  if (open) {
    // What will read the last nodes is not known yet: they are left over.
    const loop = findLoop(signature, end);
    end = loop === null ? n - Math.min(mostNodes, n >> 2) : cutsOfLoop(loop, costs).at(-2)!;
  }
  while (end > 0) {
    const loop = end > leastNodes ? findLoop(signature, end) : null;
    if (loop === null) {
      ends.push(end);
      if (weight[end]! <= mostNodes) break;
      const high = reachingBack(weight, end, leastNodes);
      end = cheapest(costs, Math.min(reachingBack(weight, end, mostNodes), high), high);
      continue;
    }
    // Whole bodies; what is left over before the first and after the last are pieces of their own.
    const cuts = cutsOfLoop(loop, costs);
    if (cuts.at(-1) !== end) ends.push(end);
    let at = cuts.length - 1;
    const body = weight[loop.end]! - weight[loop.end - loop.period]!;
    const size = Math.max(1, Math.floor(pieceNodes / body));
    // The rest of a division in halves: few structures, whatever the number of repetitions is.
    let rest = at % size;
    for (let part = 1; rest > 0; part *= 2) {
      if ((rest & part) === 0) continue;
      ends.push(cuts[at]!);
      at -= part;
      rest -= part;
    }
    for (; at > 0; at -= size) ends.push(cuts[at]!);
    end = cuts[0]!;
  }
  return ends.reverse();
}

/** The latest place before `end` from which nodes of this weight lie before it. */
function reachingBack(weight: Float64Array, end: number, least: number): number {
  let start = end - 1;
  while (start > 0 && weight[end]! - weight[start]! < least) start--;
  return start;
}

/** Whether a sequence is little else than many repetitions of one body. */
export function isLoop(sequence: readonly Node[]): boolean {
  const n = sequence.length;
  const loop = findLoop(signatures(sequence), n);
  return loop !== null && n - loop.start >= 0.9 * n && n - loop.start >= 16 * loop.period;
}

/** The nodes from `start` up to `end` repeat with a period. */
interface Loop {
  readonly start: number;
  readonly end: number;
  readonly period: number;
}

/** What repeats just before `end`, at least three times: the period that reaches back furthest. */
function findLoop(signature: Int32Array, end: number): Loop | null {
  const length = Math.min(end, windowNodes);
  const at = (i: number): number => signature[end - 1 - i]!;
  // z[i]: how far the sequence from its end backwards, taken from i on, equals itself from 0 on (Gusfield's Z algorithm).
  const z = new Int32Array(length);
  let left = 0;
  let right = 0;
  let period = 0;
  let reach = 0;
  for (let i = 1; i < length; i++) {
    let same = i < right ? Math.min(right - i, z[i - left]!) : 0;
    while (i + same < length && at(same) === at(i + same)) same++;
    z[i] = same;
    if (i + same > right) {
      left = i;
      right = i + same;
    }
    // A multiple of a period reaches about as far: it must be clearly better.
    if (same >= 2 * i && (period === 0 || i + same > 1.25 * reach)) {
      period = i;
      reach = i + same;
    }
  }
  if (reach < leastNodes) return null;
  let start = end - reach;
  while (start > 0 && reach === length && signature[start - 1] === signature[start - 1 + period]) start--;
  return { start, end, period };
}

/** Where a loop can be cut between two repetitions, ascending, all at the same place of the body. */
function cutsOfLoop({ start, end, period }: Loop, costs: Float64Array): number[] {
  // The last repetition but one shows what a cut costs: of the last one the readers may not be known.
  const best = cheapest(costs, end - 2 * period + 1, end - period);
  const first = start + ((best - start) % period);
  const cuts: number[] = [];
  for (let cut = first; cut <= end; cut += period) cuts.push(cut);
  return cuts;
}

/** The cheapest cut from `low` to `high`, the last of several. */
function cheapest(costs: Float64Array, low: number, high: number): number {
  let best = high;
  for (let cut = high - 1; cut >= low; cut--) if (costs[cut]! < costs[best]!) best = cut;
  return best;
}
