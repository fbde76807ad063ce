/**
 * The lesser and the greater of two values, and bringing values into bounds: minimum, maximum, clamp.
 */
import { record } from "../autograd/record.js";
import { wanted } from "../autograd/wanted.js";
import { binary } from "../graph/record/build.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import { Tensor } from "../tensor/core.js";
import { promote, promoteWithNumber } from "../tensor/dtype.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import { checkBroadcast } from "../tensor/shape.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { inPlace } from "./change.js";
import { eq, ge, gt, le, lt } from "./compare.js";
import { logicalAnd, logicalOr } from "./logical.js";
import { isOptions } from "../tensor/signature.js";
import { checkTensor, commonDType, constant, numberTensor } from "./operand.js";
import { where } from "./select.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The lesser of both, element by element; NaN wins, and equal elements share the gradient (`torch.minimum`). */
    minimum<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: Checked<Broadcast<"minimum", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** The greater of both, element by element; NaN wins, and equal elements share the gradient (`torch.maximum`). */
    maximum<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: Checked<Broadcast<"maximum", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
  }
}

/** Equal elements get half of the gradient each; where one is NaN, `loses` is true of neither. */
function extremum(name: string, loses: (a: Tensor, b: Tensor) => Tensor): Op {
  return {
    name,
    saves: true,
    gradient(y, g) {
      const a = y._a;
      const b = y._b;
      const equal = eq(a, b);
      const half = mul(g, 0.5);
      return [
        wanted(a) ? where(equal, half, where(loses(a, b), 0, g)) : null,
        wanted(b) ? where(equal, half, where(loses(b, a), 0, g)) : null,
      ];
    },
  };
}

const MINIMUM = extremum("MinimumBackward0", gt);

export const minimum = operation("minimum", "other |", (a, b) => {
  checkTensor("minimum", b);
  const dtype = commonDType("minimum", a, b);
  const x = cast(a, dtype);
  const y = cast(b, dtype);
  return record(MINIMUM, binary("min", x.node, y.node), x, y);
});

const MAXIMUM = extremum("MaximumBackward0", lt);

export const maximum = operation("maximum", "other |", (a, b) => {
  checkTensor("maximum", b);
  const dtype = commonDType("maximum", a, b);
  const x = cast(a, dtype);
  const y = cast(b, dtype);
  return record(MAXIMUM, binary("max", x.node, y.node), x, y);
});

/** A bound of `clamp`, for all elements or for each; null does not bind. */
export type Bound = number | Tensor | null;

/** The upper bound of `clamp` by its name. */
export interface MaxBound {
  max?: Bound;
}

/** The bounds of `clamp` by their names. */
export interface ClampBounds extends MaxBound {
  min?: Bound;
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Each element brought into [min, max]; a bound that is left out does not bind (`torch.clamp`): `x.clamp(0)`, `x.clamp({ max: 1 })`. */
    clamp(min?: Bound, max?: Bound | MaxBound): Tensor<S>;
    clamp(bounds: ClampBounds): Tensor<S>;
    /** Brings every element into [min, max]. */
    clamp_(min?: Bound, max?: Bound | MaxBound): this;
    clamp_(bounds: ClampBounds): this;
  }
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** The gradient passes within the bounds, themselves included. */
const CLAMP: Op<Bounds> = {
  name: "ClampBackward1",
  saves: true,
  gradient(y, g) {
    const { min, max } = y._attributes;
    const x = y._a;
    return [where(logicalAnd(ge(x, min), le(x, max)), g, 0)];
  },
};

/** Inputs: x, and the bounds that are there. Within them the gradient is x's, outside it is the bound's that binds. */
const CLAMP_TENSORS: Op = {
  name: "ClampBackward0",
  saves: true,
  gradient(y, g) {
    const x = y._a;
    const low = y._b as Tensor | null;
    const high = y._c as Tensor | null;
    let [ofX, ofLow, ofHigh]: (Tensor | null)[] = [null, null, null];
    if (wanted(x)) {
      let inside = low === null ? le(x, high!) : ge(x, low);
      if (low !== null && high !== null) inside = logicalAnd(inside, le(x, high));
      ofX = where(inside, g, 0);
    }
    if (wanted(low)) {
      const below = lt(x, low);
      ofLow = where(high === null ? below : logicalAnd(below, lt(low, high)), g, 0);
    }
    if (wanted(high)) {
      const above = gt(x, high);
      ofHigh = where(low === null ? above : logicalOr(above, lt(high, low)), g, 0);
    }
    return [ofX, ofLow, ofHigh];
  },
};

/** What is neither a number nor a tensor would bind nothing, in silence. */
function checkBound(what: string, bound: unknown): void {
  if (bound === null || typeof bound === "number" || bound instanceof Tensor) return;
  const got = Array.isArray(bound) ? "an array; wrap it: tensor([...])" : typeof bound;
  throw new TypeError(`clamp: expected ${what} as a number or a tensor, got ${got}`);
}

function clampTo(x: Tensor, min: Bound = null, max: Bound = null): Tensor {
  if (min === null && max === null) throw new TypeError("clamp: expected min, max or both");
  checkBound("min", min);
  checkBound("max", max);
  if (min instanceof Object || max instanceof Object) return clampTensors(x, min, max);
  let dtype = x._node.dtype;
  if (typeof min === "number") dtype = promoteWithNumber(dtype, min);
  if (typeof max === "number") dtype = promoteWithNumber(dtype, max);
  const a = cast(x, dtype);
  let node = a.node;
  // The bound first: of two zeros the operand's is kept.
  if (typeof min === "number") node = binary("max", constant(min, dtype).node, node);
  if (typeof max === "number") node = binary("min", constant(max, dtype).node, node);
  return record(CLAMP, node, a, null, null, { min: min ?? -Infinity, max: max ?? Infinity });
}

function clampTensors(x: Tensor, min: Bound, max: Bound): Tensor {
  let dtype = x._node.dtype;
  let rank = x.ndim;
  for (const bound of [min, max]) {
    if (bound === null) continue;
    const b = numberTensor(x, bound);
    checkTensor("clamp", b);
    checkBroadcast("clamp", x._node.shape, b._node.shape);
    dtype = promote(dtype, rank, b.dtype, b.ndim);
    rank = Math.max(rank, b.ndim);
  }
  const a = cast(x, dtype);
  const low = min === null ? null : cast(numberTensor(x, min), dtype);
  const high = max === null ? null : cast(numberTensor(x, max), dtype);
  if (low !== null && high !== null) checkBroadcast("clamp", low._node.shape, high._node.shape);
  let node = a.node;
  if (low !== null) node = binary("max", low.node, node);
  if (high !== null) node = binary("min", high.node, node);
  return record(CLAMP_TENSORS, node, a, low, high);
}

operation("clamp", "min, max |", clampTo);

/** `clamp` as the library calls it: bounds by position or by name. */
export function clamp(x: Tensor, min: Bound | ClampBounds = null, max: Bound = null): Tensor {
  return isOptions(min)
    ? clampTo(x, min["min"] as Bound, min["max"] as Bound)
    : clampTo(x, min as Bound, max);
}

inPlace("clamp_", "min, max |", clampTo);
