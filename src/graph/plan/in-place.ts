/**
 * Decides whether the new value of a variable may overwrite the old one.
 */
import { bijection, flat } from "./coordinates.js";
import type { Value } from "./values.js";

/**
 * True when the kernel that stores `value` reads `leaf` only at the element it is about to write, and every other reader of
 * `leaf` can run before it; these readers are then made to.
 */
export function overwriteInPlace(value: Value, leaf: Value): boolean {
  const writer = value.host;
  if (writer === null || value.size !== leaf.size || value.dtype !== leaf.dtype) return false;
  const write = writer.writes.find((each) => each.target === value && each.root === -1);
  if (write === undefined || bijection(write.to, value.shape, writer.dims) === null) return false;
  const rank = writer.dims.length;
  const written = flat(write.to, value.shape, rank);
  for (const { group, body, at } of leaf.demands) {
    if (group.current !== writer) continue;
    if (body || at === null) return false;
    const read = flat(at, leaf.shape, rank);
    const same =
      read.offset === written.offset &&
      read.strides.every((stride, i) => writer.dims[i] === 1 || stride === written.strides[i]);
    if (!same) return false;
  }
  const others = new Set(leaf.demands.map(({ group }) => group.current));
  others.delete(writer);
  for (const group of others) if (group.reaches(writer)) return false;
  for (const group of others) writer.waitsFor.add(group);
  return true;
}
