/**
 * Merges kernels that run over the same points and read a buffer in common, so that it is read once; tiny ones even without.
 */
import { type Group, maxInstructions, maxLoads } from "./group.js";

/** Up to so many points starting a kernel costs more than running it, so kernels merge even if they have nothing in common. */
const smallSpace = 1024;

/** A group is compared with so many that come after it, which keeps planning linear. */
const reach = 64;

/** Merges groups in place; merged ones are removed from the list. */
export function mergeSiblings(groups: Group[]): void {
  const alike = new Map<string, Group[]>();
  for (const group of groups) {
    if (group.special !== null || group.matmul !== null || group.writes.length === 0) continue;
    const name = `${group.dims.join()}/${group.reduced.join()}/${group.folds.length > 0}`;
    const list = alike.get(name);
    if (list === undefined) alike.set(name, [group]);
    else list.push(group);
  }
  for (const list of alike.values()) {
    for (let i = 0; i < list.length; i++) {
      const into = list[i]!;
      if (into.absorbedBy !== null) continue;
      for (let j = Math.min(list.length - 1, i + reach); j > i; j--) {
        const from = list[j]!;
        if (from.absorbedBy === null && mergeable(into, from)) into.absorb(from);
      }
    }
  }
  let kept = 0;
  for (const group of groups) if (group.absorbedBy === null) groups[kept++] = group;
  groups.length = kept;
}

function mergeable(a: Group, b: Group): boolean {
  for (const space of [0, 1] as const) {
    if (a.loads[space] + b.loads[space] > maxLoads) return false;
    const instructions = a.operations[space] + b.operations[space] + a.loads[space] + b.loads[space];
    if (instructions > maxInstructions) return false;
  }
  const common = [...a.reads].some((value) => value.size > 1 && b.reads.has(value));
  if (!common && a.points(true) > smallSpace) return false;
  return !a.reaches(b) && !b.reaches(a);
}
