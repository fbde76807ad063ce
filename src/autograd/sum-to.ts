/**
 * Undoing what broadcasting has done to a shape.
 */
import { reshape } from "../ops/movement.js";
import { sumDims } from "../ops/reduce.js";
import type { Tensor } from "../tensor/core.js";
import { allDims, sameShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";

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
