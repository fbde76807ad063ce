/**
 * When pending nodes are computed: when one is read, and when a step ends. Everything that is computed at one time is one plan.
 */
import type { Storage } from "../engine/engine.js";
import { Flag, type Node } from "./node.js";
import { takeKept, takeSinks, thinPending, whenFull } from "./pending.js";
import type { Plan } from "./plan.js";
import { planFor, release, run, settle } from "./run.js";
import { walk } from "./walk.js";

export { planCacheStats, type PlanCacheStats } from "./cache.js";
export { keep } from "./pending.js";
export { describePlan } from "./run.js";
export { step, Variable } from "./variable.js";

const noUpdates: readonly number[] = [];

function noVariable(): Storage {
  throw new Error("a plan without updates has no variables");
}

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
  takeKept(roots);
  compute(roots);
  thinPending();
}

function compute(roots: readonly Node[]): void {
  let plan: Plan | null = null;
  try {
    walk(roots, 0, true);
    plan = planFor(roots, 0, noUpdates);
    run(plan, noVariable);
    settle(plan, roots, 0);
  } catch (error) {
    // A value that cannot be computed is reported to whoever reads it, not again to an unrelated step.
    for (const root of roots) root.flags |= Flag.consumed;
    throw error;
  } finally {
    release(plan);
  }
}

/** The node takes part in differentiation: once it has been computed, the backward pass will want it again. */
export function markSaved(node: Node): void {
  node.flags |= Flag.saved;
}

/** Too much is pending: compute what somebody may still hold. */
function relieve(): void {
  const roots: Node[] = [];
  takeKept(roots);
  takeSinks(roots);
  if (roots.length > 0) compute(roots);
}

whenFull(relieve);
