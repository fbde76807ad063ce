/**
 * Which gradients the walk of backward() that goes on now asks for.
 */
import type { Tensor } from "../tensor/core.js";

let walks = 0;
let walk = 0;

/** Begins a new walk, and gives its number: what it has entered is marked with the number, what it has finished with the next one. */
export function beginWalk(): number {
  walks += 2;
  walk = walks;
  return walk;
}

/** The walk that goes on now. */
export function currentWalk(): number {
  return walk;
}

/** A walk that a hook began is over: the outer one goes on. */
export function resumeWalk(outer: number): void {
  walk = outer;
}

/** Whether the walk wants a gradient for this input: lets an operation with several compute only those. */
export function wanted(input: Tensor | null): input is Tensor {
  return input !== null && input._mark === walk + 1;
}
