/**
 * The same value in another tensor.
 */
import { record } from "../autograd/record.js";
import { copy } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** A copy that later changes of a parameter by an optimizer do not reach; gradients flow through it. */
    clone(): Tensor<S>;
  }
}

const CLONE: Op = {
  name: "CloneBackward0",
  saves: false,
  gradient(_y, g) {
    return [g];
  },
};

/** A copy with the gradient passed on: what an operation gives that has nothing to do. */
export const clone = operation("clone", (x) => record(CLONE, copy(x.node), x));

const ALIAS: Op = { ...CLONE, name: "AliasBackward0" };

/** Another handle on the same value, with the gradient passed on. */
export function alias(x: Tensor): Tensor {
  return record(ALIAS, x.node, x);
}
