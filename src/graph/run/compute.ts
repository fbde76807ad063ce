/**
 * Gives nodes their values: in one plan, or a long graph that is met for the first times in pieces that share plans (see pieces.ts).
 */
import type { Storage } from "../../engine/engine.js";
import { comesAgain } from "./cache.js";
import { Kind, kindOf, type Node } from "../record/node.js";
import { cutIntoPieces } from "./pieces.js";
import type { Plan } from "../plan/plan.js";
import { addPlan, knownPlan, release, run, settle } from "./run.js";
import { undoWalk, walk, walked } from "./walk.js";
import { watcher } from "./watch.js";

/** A graph of up to so many nodes is planned as a whole at once; one of more than `mostWhole` never. */
const fewNodes = 256;
const mostWhole = 16_384;

const noUpdates: readonly number[] = [];

function noVariable(): Storage {
  throw new Error("a plan without updates has no variables");
}

/**
 * Gives these nodes a storage.
 * @param reading whether what the backward pass may want is kept too: see `walk`
 * @throws RangeError for an index out of range; Error when a value is needed that two steps have overwritten.
 */
export function compute(roots: readonly Node[], reading: boolean): void {
  const { stepEpoch } = walked;
  let sequence: Node[] | null = null;
  let plan: Plan | null = null;
  try {
    walk(roots, 0, reading);
    plan = knownPlan();
    if (plan === null) {
      sequence = sequenceToCut();
      if (sequence === null) plan = addPlan(roots, 0, noUpdates);
      else undoWalk(stepEpoch);
    }
    if (plan !== null) {
      run(plan, noVariable);
      settle(plan, roots, 0);
    }
  } catch (error) {
    undoWalk(stepEpoch);
    throw error;
  } finally {
    release(plan);
  }
  if (sequence !== null) computeSequence(sequence, new Set(roots), reading);
}

/** The nodes of the last walk that are to be computed, in the order in which they were made; null where one plan is better. */
export function sequenceToCut(): Node[] | null {
  const { nodes, nodeCount } = walked;
  let size = nodeCount;
  let isRepeated = false;
  for (let i = 0; i < nodeCount; i++) {
    const { subgraph } = nodes[i]!;
    if (subgraph === null) continue;
    isRepeated = true;
    size += subgraph.steps.length;
  }
  // Who looks on wants to see the plan that a loop will have, not the pieces of its first steps.
  if (size <= fewNodes || (size <= mostWhole && (isRepeated || watcher !== null || comesAgain())))
    return null;
  const sequence: Node[] = [];
  for (let i = 0; i < nodeCount; i++) {
    const node = nodes[i]!;
    if (node.storage === null && kindOf(node) !== Kind.scalar) sequence.push(node);
  }
  return inOrder(sequence);
}

/** Computes a sequence in pieces, and gives those of `roots` among them a storage. */
export function computeSequence(sequence: readonly Node[], roots: ReadonlySet<Node>, reading: boolean): void {
  for (const piece of cutIntoPieces(sequence, (node) => roots.has(node), false).roots)
    computePiece(piece, reading);
}

/** Gives these nodes a storage, in one plan, which it returns; null where there was nothing to do. */
export function computePiece(roots: readonly Node[], reading: boolean): Plan | null {
  const missing = roots.filter((node) => node.storage === null);
  if (missing.length === 0) return null;
  const { stepEpoch } = walked;
  let plan: Plan | null = null;
  try {
    walk(missing, 0, reading);
    plan = knownPlan() ?? addPlan(missing, 0, noUpdates);
    run(plan, noVariable);
    settle(plan, missing, 0);
    return plan;
  } catch (error) {
    // What could not be computed has not been met before, or its parts would be stored together with what reads them.
    undoWalk(stepEpoch);
    throw error;
  } finally {
    release(plan);
  }
}

/** Gives these nodes a storage if `expected` is the plan that does it; otherwise does nothing and says no. */
export function computeAsBefore(roots: readonly Node[], expected: Plan): boolean {
  const { stepEpoch } = walked;
  let known = false;
  try {
    walk(roots, 0, true);
    known = knownPlan() === expected;
    if (!known) {
      undoWalk(stepEpoch);
      return false;
    }
    run(expected, noVariable);
    settle(expected, roots, 0);
    return true;
  } catch (error) {
    undoWalk(stepEpoch);
    throw error;
  } finally {
    release(known ? expected : null);
  }
}

/** The same nodes in the order in which they were made. */
export function inOrder(nodes: readonly Node[]): Node[] {
  // A serial and a position fit in the 53 bits of one number, and numbers are sorted ten times faster than objects.
  const room = 2 ** 22;
  if (nodes.length > room) return nodes.toSorted((a, b) => a.serial - b.serial);
  const keys = Float64Array.from(nodes, (node, i) => node.serial * room + i).sort();
  return Array.from(keys, (key) => nodes[key % room]!);
}
