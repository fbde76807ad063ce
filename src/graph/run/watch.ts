/** Somebody who looks on while plans run, such as a profile. */
import type { Plan } from "../plan/plan.js";
import type { Node } from "../record/node.js";

/**
 * Called at the end of each run, before the nodes are let go of.
 * @param nodes in the order of the walk
 */
export type Watcher = (plan: Plan, nodes: readonly Node[]) => void;

/** Null: nobody looks on. */
export let watcher: Watcher | null = null;

export function watchRuns(by: Watcher | null): void {
  watcher = by;
}
