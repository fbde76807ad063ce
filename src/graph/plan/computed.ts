/** Which nodes a kernel computes, for profiles: a plan outlives its nodes and knows their positions in the walk. */
import { Kind } from "../record/node.js";
import type { Group } from "./group.js";
import type { Value } from "./values.js";

/** Positions of the nodes that a group computes: first those of its product, folds or call, which cost most, then the others. */
export function computedBy(group: Group): Int32Array {
  const { matmul, special } = group;
  const folds = group.folds.map(({ value }) => value);
  const heavy = [matmul, special].filter((value) => value !== null).concat(folds);
  const positions = new Set<number>();
  const seen = new Set<Value>();
  const visit = (values: readonly Value[]): void => {
    const stack = values.toReversed();
    for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
      const isRead = value.isLeaf || (value.stored && value.host !== group && value !== special);
      if (isRead || value.kind === Kind.scalar || seen.has(value)) continue;
      seen.add(value);
      if (!value.isMovement && value.node >= 0) positions.add(value.node);
      // The operands of a product and of a call are buffers.
      if (value !== matmul && value !== special) for (const input of value.inputs) stack.push(input);
    }
  };
  for (const value of heavy) if (value.node >= 0) positions.add(value.node);
  visit(heavy);
  visit(group.writes.map(({ value }) => value));
  // What only moves a value.
  if (positions.size === 0)
    for (const { value } of group.writes) if (value.node >= 0) positions.add(value.node);
  return Int32Array.from(positions);
}
