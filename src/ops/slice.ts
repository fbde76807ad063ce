/**
 * Picking parts of a tensor as with Python's brackets: `x[1:3, :, -1]` is `x.slice([1, 3], null, -1)`.
 */
import type { Tensor } from "../tensor/core.js";
import { variadic } from "../tensor/operation.js";
import type { Slice } from "../tensor/movement-types.js";
import type { Shape } from "../tensor/shape-types.js";
import { flip } from "./movement.js";
import { boxOf, partOf, type SliceIndex, viewOf } from "./part.js";
import { pick } from "./pick.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * The part that one index a dim picks, as Python's `x[...]`: `x.slice([1, 3])` rows 1 and 2, `x.slice(null, -1)` the last column,
     * `x.slice("::2", ":", 0)`, `x.slice("...", 0)`. Ranges are clipped; see `SliceIndex`.
     * @throws RangeError when a number is out of range or there are more indices than dims.
     */
    slice<A extends Shape, const I extends readonly SliceIndex[]>(
      this: Tensor<A>,
      ...indices: I
    ): Tensor<Slice<A, I>>;
    /** The entry at a position along the first dims: `x.at(2)` is row 2, `x.at(-1, 0)` an element of a matrix. */
    at<A extends Shape, const I extends readonly number[]>(
      this: Tensor<A>,
      ...indices: I
    ): Tensor<Slice<A, I>>;
  }
}

function sliceBy(x: Tensor, given: readonly SliceIndex[]): Tensor {
  const part = partOf("slice", x, given);
  const { flipped, picks } = part;
  if (flipped.length === 0 && picks.length === 0) return viewOf(x, part);
  const box = boxOf(x, part);
  const y = flipped.length > 0 ? flip(box, flipped) : box;
  return picks.length > 0 ? pick("slice", y, picks) : y;
}

variadic("slice", sliceBy);
variadic("at", sliceBy);
