/**
 * Undoing what reducing has done to a shape.
 */
import type { Tensor } from "../tensor/core.js";
import { sameShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { expand, reshape } from "./movement.js";

/** `g`, whose reduced dims are gone or 1, spread over `shape` again; `kept` is the shape with those dims as 1. */
export function spread(g: Tensor, kept: Shape, shape: Shape): Tensor {
  const x = sameShape(g._node.shape, kept) ? g : reshape(g, kept);
  return expand(x, shape);
}
