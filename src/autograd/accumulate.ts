/**
 * What an operation's gradient function calls: hand a gradient to an input, and undo broadcasting.
 */
import type { Tensor } from "../tensor/core.js";
import { add } from "../ops/arithmetic.js";
import { expand, reshape } from "../ops/movement.js";
import { sumDims } from "../ops/reduce.js";
import { allDims, sameShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";

let walks = 0;
let walk = 0;

/** Begins a new walk: gradients handed to tensors that are not marked with its number go nowhere. Gives its number. */
export function beginWalk(): number {
  // Two marks a walk: entered, and finished.
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

/** Adds `g` to what the walk has gathered for `input`; `g` has the shape and dtype of `input`. */
export function accumulate(input: Tensor, g: Tensor): void {
  if (input._mark !== walk + 1) return;
  const pending = input._pending;
  input._pending = pending === null ? g : add(pending, g);
}

/** As `accumulate`, but first sums over the dims along which `input` was broadcast. */
export function accumulateBroadcast(input: Tensor, g: Tensor): void {
  if (input._mark !== walk + 1) return;
  accumulate(input, sumTo(g, input._node.shape));
}

/** Whether the walk wants a gradient for this input: lets an operation with two inputs compute only one. */
export function wanted(input: Tensor | null): input is Tensor {
  return input !== null && input._mark === walk + 1;
}

/** Sums over the dims along which a tensor of `shape` was broadcast to the shape of `g`. */
export function sumTo(g: Tensor, shape: Shape): Tensor {
  const from = g._node.shape;
  if (sameShape(from, shape)) return g;
  const lead = from.length - shape.length;
  let inner = false;
  for (let i = lead; i < from.length; i++) if (from[i] !== shape[i - lead]) inner = true;
  // A bias: only leading dims were added.
  if (!inner) return sumDims(g, allDims(lead), false);
  const dims: number[] = [];
  for (let i = 0; i < from.length; i++) if (i < lead || from[i] !== shape[i - lead]) dims.push(i);
  const summed = sumDims(g, dims, true);
  return lead === 0 ? summed : reshape(summed, shape);
}

/** `g`, whose reduced dims are gone or 1, spread over `shape` again; `kept` is the shape with those dims as 1. */
export function spread(g: Tensor, kept: Shape, shape: Shape): Tensor {
  const x = sameShape(g._node.shape, kept) ? g : reshape(g, kept);
  return expand(x, shape);
}
