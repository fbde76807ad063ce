/**
 * Assigning to parts of a tensor as with Python's brackets: `x[1:3, :, -1] = y` is `x.set([1, 3], null, -1, y)`.
 */
import { stateOf } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import { checkNumber, isInteger } from "../tensor/dtype.js";
import { addMethod } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";
import { cast } from "./cast.js";
import { checkChange, replace } from "./change.js";
import { copy_ } from "./fill.js";
import { flip, reshape } from "./movement.js";
import { constant } from "./operand.js";
import { type Part, partOf, type SliceIndex, viewOf } from "./part.js";
import { pick, type Picks, place, withoutPick } from "./pick.js";
import { where } from "./select.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * Gives the part that `slice` picks with these indices new values, in place: the last argument, a number or a tensor that is broadcast and
     * converted to this dtype. `x.set(0, y)` the first row, `x.set(mask, 0)`, `x.set("...", index, y)`, `x.set(y)` everything. Of several values
     * for one place the last one stays.
     * @throws RangeError for positions out of range, Error where the value cannot be broadcast
     */
    set(...indicesAndValue: readonly [...indices: SliceIndex[], value: Tensor | number | boolean]): this;
  }
}

function assignBy(x: Tensor, args: readonly SliceIndex[]): Tensor {
  const value = args[args.length - 1];
  if (!(value instanceof Tensor) && typeof value !== "number" && typeof value !== "boolean") {
    throw new TypeError(
      `set: expected a tensor or a number as the new value, the last argument, got ${Array.isArray(value) ? "an array; wrap it: tensor([...])" : typeof value}`,
    );
  }
  checkChange(x, "set");
  const part = partOf("set", x, args.slice(0, -1));
  const view = viewOf(x, part);
  const source = value instanceof Tensor ? cast(value, x.dtype) : numberAs(value, x);
  const { flipped, picks } = part;
  if (picks.length === 0) {
    const values = withoutLeadingOnes(source, view.ndim);
    // Backwards, dims of size 1 and those that are not there are as they are.
    const isAlong = (d: number): boolean => (values._node.shape.at(d - view.ndim) ?? 1) > 1;
    const dims = flipped.filter((d) => d - view.ndim >= -values.ndim && isAlong(d));
    copy_(
      view,
      dims.length > 0
        ? flip(
            values,
            dims.map((d) => d - view.ndim + values.ndim),
          )
        : values,
    );
    return x;
  }
  const old = stateOf(view);
  const changed = assigned(flipped.length > 0 ? flip(old, flipped) : old, part, source);
  replace(view, "set", flipped.length > 0 ? flip(changed, flipped) : changed);
  return x;
}

addMethod("set", function (...args) {
  return assignBy(this, args);
});

/** @throws RangeError for a number that the dtype does not hold */
function numberAs(value: number | boolean, x: Tensor): Tensor {
  checkNumber("set", Number(value), x.dtype);
  return constant(value, x.dtype);
}

/** What the box of a part becomes when `source` is assigned to what is picked from it. */
function assigned(box: Tensor, { picks, mask }: Part, source: Tensor): Tensor {
  if (mask !== null && source.ndim === 0) {
    // A number needs no positions: the mask is not read.
    const behind = new Array<number>(box.ndim - mask.dim - mask.index.ndim).fill(1);
    return where(reshape(mask.index, [...mask.index._node.shape, ...behind]), source, box);
  }
  const single = picks.find(({ index }) => index.ndim === 0 && isInteger(index.dtype));
  if (single === undefined || picks.length === 1) {
    const rank = pickedRank(box, picks);
    return place("set", box, picks, withoutLeadingOnes(source, rank), false);
  }
  // One position picks like a number: its dim is given up, and is no longer one that makes the others stand apart.
  return placeApart(box, picks, source);
}

/** Dims of what is picked. */
function pickedRank(box: Tensor, picks: readonly Picks[]): number {
  return box.ndim - picks.length + Math.max(...picks.map(({ index }) => index.ndim));
}

/** As `place`, for picks of which some have no dims: these come last, with dims of size 1 in the value where they are. */
function placeApart(box: Tensor, picks: readonly Picks[], source: Tensor): Tensor {
  const single = picks.find(({ index }) => index.ndim === 0)!;
  const others = withoutPick(picks, single);
  const row = pick("set", box, [single]);
  const isLast = others.every(({ index }) => index.ndim > 0) || others.length === 1;
  const changed = isLast
    ? place("set", row, others, withoutLeadingOnes(source, pickedRank(row, others)), false)
    : placeApart(row, others, source);
  return place("set", box, [single], changed, false);
}

/** PyTorch lets a value have dims of size 1 more at its front. */
function withoutLeadingOnes(source: Tensor, rank: number): Tensor {
  const { shape } = source._node;
  let from = 0;
  while (shape.length - from > rank && shape[from] === 1) from++;
  return from === 0 ? source : reshape(source, shape.slice(from));
}
