/**
 * The order of the kernels of a plan: each after what it waits for. Kernels that can fail (an index out of range) come as early
 * as possible. Kernels that overwrite what outlives the run come last, with those that wait for them: a run that fails or is stopped
 * before the first of them has changed nothing.
 */
import type { Group } from "./group.js";

/** @param overwriting kernels that overwrite the value of a variable */
export function kernelOrder(groups: readonly Group[], overwriting: ReadonlySet<Group>): Group[] {
  const order: Group[] = [];
  const done = new Set<Group>();
  const visit = (first: Group): void => {
    // Each group with what it still has to wait for.
    const stack = [{ group: first, waitsFor: first.waitsFor.values() }];
    while (stack.length > 0) {
      const { group, waitsFor } = stack[stack.length - 1]!;
      const next = done.has(group) ? undefined : waitsFor.next().value?.current;
      if (next === undefined) {
        stack.pop();
        if (!done.has(group)) order.push(group);
        done.add(group);
      } else if (next !== group && !done.has(next)) {
        stack.push({ group: next, waitsFor: next.waitsFor.values() });
      }
    }
  };
  // Groups were made from the results back to the leaves.
  for (let i = groups.length - 1; i >= 0; i--) if (groups[i]!.canFail) visit(groups[i]!);
  for (let i = groups.length - 1; i >= 0; i--) visit(groups[i]!);
  const late = lateGroups(order, overwriting);
  return [...order.filter((group) => !late.has(group)), ...order.filter((group) => late.has(group))];
}

/** The overwriting groups, and those that wait for one of them. */
export function lateGroups(order: readonly Group[], overwriting: ReadonlySet<Group>): Set<Group> {
  const late = new Set(overwriting);
  if (late.size === 0) return late;
  for (const group of order) {
    if (late.has(group)) continue;
    for (const { current } of group.waitsFor) {
      if (!late.has(current)) continue;
      late.add(group);
      break;
    }
  }
  return late;
}
