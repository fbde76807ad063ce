/**
 * When pending nodes are computed: when one is read, and when a step ends. What is computed at one time is one plan, or pieces of it
 * where the graph is long.
 */
import { whenEngineChanges } from "../../engine/current.js";
import { compute, computePiece, inOrder } from "./compute.js";
import { refuseSamples } from "../record/mapping.js";
import { Flag, type Node } from "../record/node.js";
import { causeOf } from "../record/origin.js";
import {
  abandonPending,
  abandonReadersOf,
  isAside,
  isFull,
  isWanted,
  leavePending,
  mayWait,
  pendingNodes,
  takeKept,
  thinPending,
  waitLonger,
  whenFull,
} from "../record/pending.js";
import { cutIntoPieces, isLoop } from "./pieces.js";
import { forgetPieces, notePiece, repeatPieces } from "./repetition.js";

export { planCacheStats, type PlanCacheStats } from "./cache.js";
export { keep } from "../record/pending.js";
export { describePlan } from "./run.js";
export { step, Variable } from "./variable.js";

/** What is pending and never read is computed after so many readings of other values, before it becomes a long chain. */
const readingsToWait = 64;
let readings = 0;

/**
 * Computes these nodes, what was marked with `keep`, and the products and reductions on the way that are marked as saved.
 * Afterwards each node's storage holds its dense row-major value.
 * @throws RangeError for an index out of range; Error when a value is needed that two steps have overwritten.
 */
export function evaluate(nodes: readonly Node[]): void {
  const roots: Node[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!;
    if (node.storage === null) roots.push(node);
  }
  if (roots.length === 0) return;
  if (isAside()) return evaluateAside(roots);
  takeKept(roots);
  try {
    compute(roots, true);
  } catch (error) {
    giveUp(roots);
    const cause = causeOf(error);
    if (cause) abandonReadersOf(cause);
    throw error;
  }
  if (thinPending() === 0) readings = 0;
  else if (++readings >= readingsToWait) workOff(false);
}

/**
 * While a mapped function is recorded what it reads must not depend on the sample, and nothing else is computed with it.
 * @throws Error for what depends on the sample
 */
function evaluateAside(roots: readonly Node[]): void {
  refuseSamples(roots);
  compute(roots, true);
}

/** A value that cannot be computed is reported to whoever reads it, not again to an unrelated step. */
function giveUp(roots: readonly Node[]): void {
  for (const root of roots) root.flags |= Flag.consumed;
}

/** The node takes part in differentiation: once it has been computed, the backward pass will want it again. */
export function markSaved(node: Node): void {
  node.flags |= Flag.saved;
}

/**
 * Computes the pending nodes that somebody may still hold.
 * @param open only up to the latest good place for a cut: what is behind it stays pending, since what reads it may still be recorded
 */
function workOff(open: boolean): void {
  readings = 0;
  const sequence = inOrder(pendingNodes());
  const { roots, ends } = cutIntoPieces(sequence, isWanted, open);
  forgetPieces();
  let start = 0;
  roots.forEach((piece, i) => {
    const end = ends[i]!;
    try {
      notePiece(sequence.slice(start, end), piece, computePiece(piece, true));
    } catch (error) {
      abandonPending(sequence, start, end);
      throw error;
    }
    start = end;
  });
  leavePending(sequence.slice(ends.at(-1) ?? 0));
}

whenEngineChanges(() => workOff(false));

whenFull(() => {
  if (repeatPieces()) return;
  if (mayWait() && !isLoop(inOrder(pendingNodes()))) return waitLonger();
  workOff(true);
  // Few nodes may hold much memory.
  if (isFull()) workOff(false);
});
