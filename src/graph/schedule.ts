/**
 * The order of the kernels of a plan: each after what it waits for. Kernels that can fail (an index out of range) come as early
 * as possible, so that a failing run has not yet overwritten the state of an optimizer.
 */
import type { Group } from "./group.js";

export function schedule(groups: readonly Group[]): Group[] {
  const order: Group[] = [];
  const done = new Set<Group>();
  const visit = (first: Group): void => {
    const stack = [first];
    while (stack.length > 0) {
      const group = stack[stack.length - 1]!;
      const waiting = done.has(group) ? [] : [...group.waitsFor].filter((other) => !done.has(other));
      if (waiting.length > 0) {
        stack.push(...waiting);
        continue;
      }
      stack.pop();
      if (!done.has(group)) {
        done.add(group);
        order.push(group);
      }
    }
  };
  // Groups were made from the results back to the leaves.
  for (let i = groups.length - 1; i >= 0; i--) if (groups[i]!.special !== null) visit(groups[i]!);
  for (let i = groups.length - 1; i >= 0; i--) visit(groups[i]!);
  return order;
}
