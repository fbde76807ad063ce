/** Classes as vectors. */
import * as indexing from "../ops/indexing.js";
import type { DType } from "../tensor/dtype.js";
import type { Tensor } from "../tensor/tensor.js";
import { takesTensors } from "./function-form.js";

/** How `oneHot` is called. */
export interface OneHot {
  (input: Tensor, numClasses?: number, options?: { dtype?: DType }): Tensor;
  (input: Tensor, options: { numClasses?: number; dtype?: DType }): Tensor;
}

/**
 * Rows of 0 with a 1 at the class: [N] → [N, numClasses], with as many classes as there are where -1 or nothing is given; int64 of int64,
 * else int32, unless another dtype is given. PyTorch's nn.functional.one_hot.
 */
export const oneHot: OneHot = takesTensors<OneHot>(
  "oneHot",
  "input, numClasses | *, dtype",
  (input: Tensor, numClasses: number | undefined, options: { dtype?: DType }) =>
    indexing.oneHot(input, numClasses, options),
);
