/** The layer that flattens dimensions into one. */
import type { Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

/** Joins the dimensions `startDim` to `endDim` into one: [B, C, H, W] → [B, C · H · W]. PyTorch's nn.Flatten. */
export class Flatten extends Module {
  constructor(
    readonly startDim = 1,
    readonly endDim = -1,
  ) {
    super();
  }

  forward(input: Tensor): Tensor {
    return input.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `startDim=${this.startDim}, endDim=${this.endDim}`;
  }
}
