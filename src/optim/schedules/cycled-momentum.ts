/** What schedules that cycle the momentum against the rate share: SGD's momentum, or β₁ of Adam and its like. */
import type { Scheduled, ScheduledGroup } from "./schedule.js";

interface CycledGroup extends ScheduledGroup {
  momentum?: number;
  betas?: readonly [number, number];
}

/** @throws TypeError when a group has neither momentum nor betas */
export function requireMomentum(schedule: string, optimizer: Scheduled): void {
  for (const group of optimizer.paramGroups as readonly CycledGroup[])
    if (group.momentum === undefined && group.betas === undefined)
      throw new TypeError(
        `${schedule}: this optimizer has neither momentum nor betas to cycle; pass cycleMomentum: false`,
      );
}

/** Sets the momentum of each group, `momentum(i)` of group i. */
export function setMomenta(optimizer: Scheduled, momentum: (group: number) => number): void {
  (optimizer.paramGroups as readonly CycledGroup[]).forEach((group, i) => {
    if (group.betas !== undefined) group.betas = [momentum(i), group.betas[1]];
    else group.momentum = momentum(i);
  });
}
