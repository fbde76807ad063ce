/**
 * The backward pass that goes on now: its number, which marks the tensors that it has reached, and so which gradients it asks for.
 */
import type { Tensor } from "../tensor/core.js";

let last = 0;
let current = 0;

/** Begins a new pass, and gives its number: tensors that it has entered are marked with the number, those that it has ordered with the next one. */
export function beginPass(): number {
  last += 2;
  current = last;
  return current;
}

/** The number of the pass that goes on now. */
export function currentPass(): number {
  return current;
}

/** A pass that a hook began is over: the outer one goes on. */
export function resumePass(outer: number): void {
  current = outer;
}

/** Whether the pass wants a gradient for this input: lets an operation with several compute only those. */
export function wanted(input: Tensor | null): input is Tensor {
  return input !== null && input._mark === current + 1;
}
