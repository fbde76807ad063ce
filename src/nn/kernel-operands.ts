/** Which tensors the kernels of layers take. */
import { isComputed } from "../primitives/dtypes.js";
import type { Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";

/** Whether the kernels take these: all of one dtype that they compute in, and the first not empty. */
export function areTaken(x: Tensor, ...others: readonly (Tensor | null)[]): boolean {
  const { dtype } = x;
  return (
    isFloating(dtype) &&
    isComputed(dtype) &&
    x.numel() > 0 &&
    others.every((other) => other === null || other.dtype === dtype)
  );
}
