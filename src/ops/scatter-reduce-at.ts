/**
 * Combining values at positions with what stands there: sums, products, means and extremes. scatter-reduce.ts has the methods.
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import { call } from "../graph/record/build.js";
import { into } from "../primitives/indexed.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { isFloating } from "../tensor/dtype.js";
import { mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { eq } from "./compare.js";
import { div } from "./division.js";
import { fused } from "./fused.js";
import { addAt, gatherAt } from "./indexing.js";
import { logicalAnd } from "./logical.js";
import { expand } from "./movement.js";
import { constant, zeroLike } from "./operand.js";
import { putElements } from "./put-at.js";
import { where } from "./select.js";

export type ScatterReduction = "sum" | "prod" | "mean" | "amax" | "amin";

function combined(base: Tensor, dim: number, index: Tensor, source: Tensor, how: number) {
  return call("scatterInto", [base.node, index.node, source.node], [dim, how]);
}

/** Inputs: base, index, source. The attribute is the dim. Right where one factor of a product is 0 as well. */
const PRODUCT: Op<number> = {
  name: "ScatterReduceBackward0",
  saves: true,
  gradient(y, g) {
    const dim = y._attributes;
    const [base, index, source] = [y._a, y._b, y._c];
    const one = constant(1, base._node.dtype);
    let ofBase: Tensor | null = null;
    if (wanted(base)) {
      const nonzero = where(eq(base, 0), one, base);
      ofBase = div(mul(g, product(nonzero, dim, index, source)), nonzero);
    }
    if (!wanted(source)) return [ofBase, null, null];
    const isZero = eq(source, 0);
    const zeros = addAt(cast(zeroLike(base), "int32"), dim, index, cast(isZero, "int32"));
    const isOnlyZero = logicalAnd(isZero, eq(gatherAt(zeros, dim, index), 1));
    const others = product(base, dim, index, where(isOnlyZero, one, source));
    const ofSource = where(
      isOnlyZero,
      gatherAt(mul(g, others), dim, index),
      div(gatherAt(mul(g, y), dim, index), where(isZero, one, source)),
    );
    return [ofBase, null, ofSource];
  },
};

function product(base: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  return record(PRODUCT, combined(base, dim, index, source, into.mul), base, index, source, dim);
}

/** Inputs: base, index, source. The attribute is the dim. Elements that are equally extreme share the gradient. */
const EXTREME: Op<number> = {
  name: "ScatterReduceBackward0",
  saves: true,
  gradient(y, g) {
    const dim = y._attributes;
    const [base, index, source] = [y._a, y._b, y._c];
    const { dtype } = base._node;
    const stays = cast(eq(base, y), dtype);
    const comes = cast(eq(source, gatherAt(y, dim, index)), dtype);
    const share = div(g, addAt(stays, dim, index, comes));
    return [
      wanted(base) ? where(eq(stays, 0), zeroLike(g), share) : null,
      null,
      wanted(source) ? mul(comes, gatherAt(share, dim, index)) : null,
    ];
  },
};

function extreme(base: Tensor, dim: number, index: Tensor, source: Tensor, how: number): Tensor {
  return record(EXTREME, combined(base, dim, index, source, how), base, index, source, dim);
}

/** What places to which something comes begin with where they do not count themselves. */
function beginning(reduce: ScatterReduction, source: Tensor): Tensor {
  const { dtype } = source._node;
  if (reduce === "sum" || reduce === "mean") return zeroLike(source);
  // Of whole numbers there is no gradient, and each is as good a beginning as any that is not beyond it.
  if (reduce !== "prod" && !isFloating(dtype)) return source;
  const first = reduce === "prod" ? 1 : reduce === "amax" ? -Infinity : Infinity;
  return expand(constant(first, dtype), source._node.shape);
}

/**
 * The base with what comes to each place combined with what stands there, or without `includeSelf` in its stead; apart from `dim` all shapes are
 * the same, and the positions have been checked.
 */
export function reduceElements(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: ScatterReduction,
  includeSelf: boolean,
): Tensor {
  const { dtype } = x._node;
  const shape = source._node.shape;
  const base = includeSelf ? x : putElements(x, dim, index, beginning(reduce, source));
  if (reduce === "sum") return addAt(base, dim, index, source);
  if (reduce === "prod") return product(base, dim, index, source);
  if (reduce !== "mean") return extreme(base, dim, index, source, reduce === "amax" ? into.max : into.min);
  const ones = expand(constant(1, "int32"), shape);
  const own = expand(constant(1, "int32"), x._node.shape);
  const before = includeSelf ? own : putElements(own, dim, index, cast(zeroLike(source), "int32"));
  const counts = addAt(before, dim, index, ones);
  return fused([base, source], (b, s) => {
    const sum = addAt(b, dim, index, s);
    return isFloating(dtype) ? div(sum, cast(counts, sum.dtype)) : cast(sum.floorDivide(counts), dtype);
  });
}
