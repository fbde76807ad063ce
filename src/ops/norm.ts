/**
 * Vector norms.
 */
import { accumulate, spread } from "../autograd/accumulate.js";
import { record } from "../autograd/record.js";
import { binary, reduce, unary } from "../graph/build.js";
import { defineMethods, type Op, type Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
import { keptShape, normalizeDims } from "../tensor/shape.js";
import type { Reduce, Shape } from "../tensor/shape-types.js";
import { div, mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { eq, ne } from "./compare.js";
import { type Dims, type Reduced, type ReduceOptions, sum } from "./reduce.js";
import { amax } from "./extreme.js";
import { pow } from "./power.js";
import { where } from "./select.js";
import { abs } from "./unary.js";

declare module "../tensor/core.js" {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- merging needs the class's parameters
  interface Tensor<S extends Shape = Shape> {
    /**
     * (Σ |x|ᵖ)^(1/p) (`torch.norm`): p is 2 unless given; Infinity gives the greatest magnitude, −Infinity the least, 0 the
     * number of elements other than 0.
     */
    norm<A extends Shape, const D extends Dims = undefined, const K extends boolean = false>(
      this: Tensor<A>,
      p?: number,
      dim?: D,
      options?: ReduceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
  }
}

/** x / ‖x‖, and 0 at 0, where PyTorch too takes the gradient as 0. */
const NORM2: Op = {
  name: "LinalgVectorNormBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a!;
    const { kept } = y._attributes as Reduced;
    const shape = a._node.shape;
    const length = spread(y, kept, shape);
    accumulate(a, where(eq(length, 0), 0, mul(spread(g, kept, shape), div(a, length))));
  },
};

function norm2(x: Tensor, dim: Dims, keepdim: boolean): Tensor {
  const node = x.node;
  const dims = normalizeDims("norm", dim, node.shape.length);
  const attributes: Reduced = { kept: keptShape(node.shape, dims), dims };
  const y = unary("sqrt", reduce("sum", binary("mul", node, node), dims, keepdim));
  return record(NORM2, y, x, null, null, attributes);
}

function norm(x: Tensor, p: number, dim: Dims, keepdim: boolean): Tensor {
  if (!isFloating(x.dtype))
    throw new TypeError(`norm: expected a floating tensor, got ${x.dtype}; use x.float()`);
  if (typeof p !== "number" || Number.isNaN(p))
    throw new TypeError(`norm: expected p as a number, got ${String(p)}`);
  switch (p) {
    case 2:
      return norm2(x, dim, keepdim);
    case 1:
      return sum(abs(x), dim, keepdim);
    case Infinity:
      return amax(abs(x), dim, keepdim);
    case -Infinity:
      return abs(x).amin(dim, { keepdim });
    case 0:
      return sum(cast(ne(x, 0), x.dtype), dim, keepdim);
    default:
      return pow(sum(pow(abs(x), p), dim, keepdim), 1 / p);
  }
}

defineMethods({
  norm(p = 2, dim?: Dims, options?: ReduceOptions) {
    return norm(this, p, dim, options?.keepdim ?? false);
  },
});
