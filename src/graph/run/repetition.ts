/**
 * The body of a loop that reads nothing, as it was computed last: the next repetitions are computed with the same plan, without looking
 * again for what repeats. So they cost little more than a loop that reads a value in each repetition.
 */
import { computeAsBefore } from "./compute.js";
import type { Node } from "../record/node.js";
import { abandonPending, isWanted, leavePending, pendingNodesInOrder } from "../record/pending.js";
import type { Plan } from "../plan/plan.js";

/** A piece of a loop: a number of nodes made one after another, of which some have to be stored. */
interface Piece {
  readonly length: number;
  /** Places of the stored nodes in the piece, ascending. */
  readonly places: readonly number[];
  readonly plan: Plan;
}

/** The piece that came twice in succession last. */
let repeated: Piece | null = null;
let latest: Piece | null = null;

/** These nodes were computed by a plan, which stored `roots`. */
export function notePiece(nodes: readonly Node[], roots: readonly Node[], plan: Plan | null): void {
  if (plan === null) return forgetPieces();
  const places: number[] = [];
  nodes.forEach((node, i) => {
    if (node === roots[places.length]) places.push(i);
  });
  const piece = { length: nodes.length, places, plan };
  if (latest !== null && latest.plan === plan && latest.length === piece.length) repeated = piece;
  latest = piece;
}

export function forgetPieces(): void {
  repeated = latest = null;
}

/**
 * Computes the pending nodes as far as they are repetitions of the latest piece. The last ones are left, since it is not known yet what
 * will read them.
 * @returns whether there were any
 * @throws RangeError for an index out of range.
 */
export function repeatPieces(): boolean {
  if (repeated === null) return false;
  const { length, places, plan } = repeated;
  const nodes = pendingNodesInOrder();
  let done = 0;
  try {
    while (done + 2 * length <= nodes.length && othersAreUnwanted(nodes, done, length, places)) {
      const first = done;
      const roots = places.map((place) => nodes[first + place]!);
      if (!computeAsBefore(roots, plan)) break;
      done += length;
    }
  } catch (error) {
    abandonPending(nodes, done, done + length);
    throw error;
  }
  if (done > 0) leavePending(nodes.slice(done));
  // Where something else begins, the graph is looked at anew.
  if (done + 2 * length <= nodes.length) forgetPieces();
  return done > 0;
}

/** Whether only the nodes at `places` have to be stored, and none is yet. */
function othersAreUnwanted(
  nodes: readonly Node[],
  start: number,
  length: number,
  places: readonly number[],
): boolean {
  let next = 0;
  for (let i = 0; i < length; i++) {
    const node = nodes[start + i]!;
    if (node.storage !== null) return false;
    if (places[next] === i) next++;
    else if (isWanted(node)) return false;
  }
  return true;
}
