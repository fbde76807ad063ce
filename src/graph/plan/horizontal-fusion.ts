/**
 * Merges kernels that run over the same points and read a buffer in common, so that it is read once; tiny kernels merge even if they read none
 * in common.
 */
import { type Group, maxInstructions, maxLoads } from "./group.js";
import { kernelOrder } from "./kernel-order.js";

/** Up to so many points starting a kernel costs more than running it, so kernels merge even if they have nothing in common. */
const smallSpace = 1024;

/** In a plan of more groups than this a group is compared only with so many that come after it: planning stays linear. */
const fewGroups = 256;
const reach = 64;

/** Merges groups in place; merged ones are removed from the list. */
export function fuseHorizontally(groups: Group[]): void {
  const alike = new Map<string, Group[]>();
  for (const group of groups) {
    if (group.special !== null || group.matmul !== null || group.writes.length === 0) continue;
    const name = `${group.dims.join()}/${group.reduced.join()}/${group.inner}/${group.folds.length > 0}`;
    const list = alike.get(name);
    if (list === undefined) alike.set(name, [group]);
    else list.push(group);
  }
  const many = groups.length > fewGroups;
  const levels = many ? levelsOf(groups) : null;
  // Groups of one level do not wait for each other, and what they become is of that level again.
  const apart = (a: Group, b: Group): boolean =>
    levels === null ? !a.reaches(b) && !b.reaches(a) : levels.get(a) === levels.get(b);
  for (const list of alike.values()) {
    for (let i = 0; i < list.length; i++) {
      const into = list[i]!;
      if (into.absorbedBy !== null) continue;
      for (let j = Math.min(list.length - 1, many ? i + reach : Infinity); j > i; j--) {
        const from = list[j]!;
        if (from.absorbedBy === null && mergeable(into, from) && apart(into, from)) into.absorb(from);
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
  if (a.points(true) <= smallSpace) return true;
  for (const value of a.reads) if (value.size > 1 && b.reads.has(value)) return true;
  return false;
}

/** How many groups must run one after another before each. */
function levelsOf(groups: readonly Group[]): Map<Group, number> {
  const levels = new Map<Group, number>();
  for (const group of kernelOrder(groups, new Set())) {
    let level = 0;
    for (const { current } of group.waitsFor) level = Math.max(level, levels.get(current)! + 1);
    levels.set(group, level);
  }
  return levels;
}
