/** How a loss over many elements becomes one number, and the check that input and target belong together. */
import { formatShape, sameShape } from "../../tensor/shape.js";
import type { Shape } from "../../tensor/shape-types.js";
import type { Tensor } from "../../tensor/tensor.js";
import { BuiltIn } from "../module.js";

/** "mean" (the default) divides the sum by the number of elements; "none" keeps every element's loss. */
export type Reduction = "mean" | "sum" | "none";

/** Options of all losses: how the losses of the elements become one, "mean" if not given. */
export interface LossOptions<R extends string = Reduction> {
  reduction?: R;
}

/** The shape of a loss: it is one number, unless every element's loss is kept. */
export type ReducedShape<R extends string> = "none" extends R ? Shape : [];

/** The mean, the sum, or each element's loss. */
export function reduced<R extends Reduction = "mean">(loss: Tensor, reduction?: R): Tensor<ReducedShape<R>>;
export function reduced(loss: Tensor, reduction: Reduction = "mean"): Tensor {
  switch (reduction) {
    case "mean":
      return loss.mean();
    case "sum":
      return loss.sum();
    case "none":
      return loss;
    default:
      throw new Error(
        `reduction must be "mean", "sum" or "none", not ${JSON.stringify(reduction satisfies never)}`,
      );
  }
}

/** @throws Error unless the shapes are equal: [N, 1] and [N] would broadcast to [N, N], which nobody means */
export function sameShapes(name: string, input: Tensor, target: Tensor): void {
  if (sameShape(input.shape, target.shape)) return;
  const advice =
    input.numel() === target.numel()
      ? `; reshape the target: target.reshape([${input.shape.join(", ")}])`
      : "";
  throw new Error(
    `${name}: input ${formatShape(input.shape)} and target ${formatShape(target.shape)} must have the same shape${advice}`,
  );
}

/** A loss as a layer: `forward(input, target)`. */
export abstract class Loss<R extends Reduction = Reduction> extends BuiltIn {
  readonly reduction: Reduction;

  constructor(reduction?: R) {
    super();
    this.reduction = reduction ?? "mean";
  }

  abstract override forward(input: Tensor, target: Tensor): Tensor<ReducedShape<R>>;
}
