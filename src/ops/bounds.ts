/** The greater and the lesser of two that ignore NaN, and clamping on one side. */
import type { Tensor } from "../tensor/core.js";
import { operation } from "../tensor/operation.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { ge, le } from "./compare.js";
import { isnan } from "./finite.js";
import { logicalOr } from "./logical.js";
import { checkTensor } from "./operand.js";
import { clamp } from "./clamp.js";
import { where } from "./select.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The greater of both, the other where one is NaN; of equal ones this has the gradient (`torch.fmax`). */
    fmax<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Broadcast<"fmax", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** The lesser of both, the other where one is NaN; of equal ones this has the gradient (`torch.fmin`). */
    fmin<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Broadcast<"fmin", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** No element below the bound (`torch.clamp_min`). */
    clampMin(min: number | Tensor | { min: number | Tensor }): Tensor<S>;
    /** No element above the bound (`torch.clamp_max`). */
    clampMax(max: number | Tensor | { max: number | Tensor }): Tensor<S>;
  }
}

function butNaN(name: "fmax" | "fmin", wins: (a: Tensor, b: Tensor) => Tensor) {
  return operation(name, "other |", (a, b): Tensor => {
    checkTensor(name, b);
    return where(logicalOr(wins(a, b), isnan(b)), a, b);
  });
}

export const fmax = butNaN("fmax", ge);
export const fmin = butNaN("fmin", le);

export const clampMin = operation("clampMin", "min |", (x: Tensor, bound: Tensor | number) =>
  clamp(x, bound, null),
);
export const clampMax = operation("clampMax", "max |", (x: Tensor, bound: Tensor | number) =>
  clamp(x, null, bound),
);
