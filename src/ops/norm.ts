/**
 * Vector norms.
 */
import { spread } from "./spread.js";
import { record } from "../autograd/record.js";
import { binary, reduce, scalar, unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { type DType, isFloating } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import { allDims, formatShape, keptShape, normalizeDims } from "../tensor/shape.js";
import type { Reduce } from "../tensor/reduction-types.js";
import type { Shape } from "../tensor/shape-types.js";
import { mul, sub } from "./arithmetic.js";
import { div } from "./division.js";
import { cast } from "./cast.js";
import { eq, ne } from "./compare.js";
import { checkNotEmpty } from "./extreme.js";
import { logicalAnd, logicalOr } from "./logical.js";
import { checkTensor, zeroLike } from "./operand.js";
import { type Dims, type Reduced, type ReduceOptions, sum, sumDims } from "./reduce.js";
import { pow } from "./power.js";
import { where } from "./select.js";
import { isnan } from "./finite.js";
import { permute, reshape } from "./movement.js";
import { abs, sign } from "./rounding.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * (Σ |x|ᵖ)^(1/p) (`torch.norm`): p is 2 unless given; Infinity gives the greatest magnitude, −Infinity the least, 0 the
     * number of elements other than 0; "nuc" the sum of the singular values of matrices in two dims.
     */
    norm<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      p?: number | "fro" | "nuc" | null,
      dim?: D,
      options?: ReduceOptions<K> & { dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
    norm<A extends Shape, const D extends Dims, const K extends boolean>(
      this: Tensor<A>,
      p: number | "fro" | "nuc" | null | undefined,
      dim: D,
      keepdim: K,
      dtype?: DType,
    ): Tensor<Reduce<A, D, K>>;
    norm<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      options: ReduceOptions<K> & { p?: number | "fro" | "nuc"; dim?: D; dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
  }
}

export const norm = operation(
  "norm",
  "p, dim | keepdim, dtype",
  (
    given: Tensor,
    power?: number | "fro" | "nuc" | null,
    dim?: Dims,
    options: ReduceOptions & { dtype?: DType } = {},
  ) => {
    const { keepdim = false, dtype } = options;
    const p = power === "fro" || power === null || power === undefined ? 2 : power;
    const x = dtype === undefined ? given : cast(given, dtype);
    if (!isFloating(x.dtype))
      throw new TypeError(`norm: expected a floating tensor, got ${x.dtype}; use x.float()`);
    if (p === "nuc") return nuclear(x, dim, keepdim);
    if (typeof p !== "number" || Number.isNaN(p))
      throw new TypeError(`norm: expected p as a number, "fro" or "nuc", got ${String(p)}`);
    switch (p) {
      case 2:
        return norm2(x, dim, keepdim);
      case 1:
        return sum(abs(x), dim, { keepdim });
      case Infinity:
      case -Infinity:
        return normExtreme(x, p, dim, keepdim);
      case 0:
        return countOf(x, dim, keepdim);
      default:
        return normP(x, p, dim, keepdim);
    }
  },
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The p-norm of this − other, p being 2 unless given (`torch.dist`). */
    dist(other: Tensor, p?: number | { p?: number }): Tensor<[]>;
  }
}

export const dist = operation("dist", "other, p |", (x: Tensor, other: Tensor, p?: number): Tensor<[]> => {
  checkTensor("dist", other);
  return norm(sub(x, other), p);
});

/** x / ‖x‖, and 0 at 0, where PyTorch too takes the gradient as 0. */
const NORM2: Op<Reduced> = {
  name: "LinalgVectorNormBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const { kept } = y._attributes;
    const shape = a._node.shape;
    const length = spread(y, kept, shape);
    return [where(eq(length, 0), 0, mul(spread(g, kept, shape), div(a, length)))];
  },
};

function norm2(x: Tensor, dim: Dims, keepdim: boolean): Tensor {
  const node = x.node;
  const dims = normalizeDims("norm", dim, node.shape.length);
  const attributes: Reduced = { kept: keptShape(node.shape, dims), dims };
  const y = unary("sqrt", reduce("sum", binary("mul", node, node), dims, keepdim));
  return record(NORM2, y, x, null, null, attributes);
}

/** How many elements differ from 0, which does not change with them. */
const NORM_0: Op = {
  name: "LinalgVectorNormBackward0",
  saves: false,
  gradient(y) {
    return [zeroLike(y._a)];
  },
};

function countOf(x: Tensor, dim: Dims, keepdim: boolean): Tensor {
  return record(NORM_0, sum(cast(ne(x, 0), x.dtype), dim, { keepdim }).node, x);
}

interface NormAttributes extends Reduced {
  readonly p: number;
}

/** sign(x) (|x| / ‖x‖)^(p − 1), and 0 where ‖x‖ is 0 or, for p < 1, x is. */
const NORM_P: Op<NormAttributes> = {
  name: "LinalgVectorNormBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const { kept, p } = y._attributes;
    const shape = a._node.shape;
    const magnitude = abs(a);
    let slope = mul(sign(a), pow(magnitude, p - 1));
    let scale = div(g, pow(y, p - 1));
    if (p < 1) slope = where(eq(a, 0), 0, slope);
    else scale = where(eq(y, 0), 0, scale);
    return [mul(slope, spread(scale, kept, shape))];
  },
};

function normP(x: Tensor, p: number, dim: Dims, keepdim: boolean): Tensor {
  const dims = normalizeDims("norm", dim, x.ndim);
  if (p < 0) checkNotEmpty("norm", x, dims);
  const { dtype } = x._node;
  const powers = binary("pow", unary("abs", x.node), scalar(p, dtype));
  const y = binary("pow", reduce("sum", powers, dims, keepdim), scalar(1 / p, dtype));
  const attributes: NormAttributes = { kept: keptShape(x._node.shape, dims), dims, p };
  return record(NORM_P, y, x, null, null, attributes);
}

/** The gradient goes to the elements of the greatest (or least) magnitude, which share it. */
const NORM_EXTREME: Op<Reduced> = {
  name: "LinalgVectorNormBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const { kept, dims } = y._attributes;
    const length = spread(y, kept, a._node.shape);
    const magnitude = abs(a);
    const chosen = cast(
      logicalOr(eq(magnitude, length), logicalAnd(isnan(magnitude), isnan(length))),
      y._node.dtype,
    );
    const share = div(spread(g, kept, kept), sumDims(chosen, dims, true));
    return [mul(mul(sign(a), chosen), share)];
  },
};

function normExtreme(x: Tensor, p: number, dim: Dims, keepdim: boolean): Tensor {
  const dims = normalizeDims("norm", dim, x.ndim);
  const attributes: Reduced = { kept: keptShape(x._node.shape, dims), dims };
  checkNotEmpty("norm", x, dims);
  const y = reduce(p > 0 ? "max" : "min", unary("abs", x.node), dims, keepdim);
  return record(NORM_EXTREME, y, x, null, null, attributes);
}

/** The sum of the singular values of matrices in two dims. */
function nuclear(x: Tensor, dim: Dims, keepdim: boolean): Tensor {
  const dims = normalizeDims("norm", dim, x.ndim);
  if (dims.length !== 2)
    throw new Error(
      `norm: "nuc" is a norm of matrices, which take two dims, got ${dims.length} of shape ${formatShape(x.shape)}`,
    );
  const others = allDims(x.ndim).filter((d) => !dims.includes(d));
  const sums = permute(x, [...others, ...dims])
    .svd({ computeUv: false })
    .S.sum(-1);
  return keepdim ? reshape(sums, keptShape(x.shape, dims)) : sums;
}
