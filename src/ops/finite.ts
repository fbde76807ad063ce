/**
 * Which elements are numbers: bool tensors, which nothing is differentiated through.
 */
import { binary, scalar, unary } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import { operation } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";
import { floating } from "./operand.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Whether each element is NaN. */
    isnan(): Tensor<S>;
    /** Whether each element is finite. */
    isfinite(): Tensor<S>;
    /** Whether each element is +∞ or −∞. */
    isinf(): Tensor<S>;
    /** Whether each element is +∞. */
    isposinf(): Tensor<S>;
    /** Whether each element is −∞. */
    isneginf(): Tensor<S>;
  }
}

export const isnan = operation("isnan", "", (x) => new Tensor(unary("isnan", floating(x).node)));

export const isfinite = operation("isfinite", "", (x) => new Tensor(unary("isfinite", floating(x).node)));

export const isinf = operation("isinf", "", (x) => {
  const node = floating(x).node;
  return new Tensor(binary("eq", unary("abs", node), scalar(Infinity, node.dtype)));
});

export const isposinf = operation("isposinf", "", (x) => equals(x, Infinity));

export const isneginf = operation("isneginf", "", (x) => equals(x, -Infinity));

function equals(x: Tensor, value: number): Tensor {
  const { node } = floating(x);
  return new Tensor(binary("eq", node, scalar(value, node.dtype)));
}
