/**
 * Products of elements.
 */
import { spread } from "./spread.js";
import { record } from "../autograd/record.js";
import { binary, iota, reduce, reshape as reshapeNode } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import type { DType } from "../tensor/dtype.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import { allDims, keptShape, normalizeDim } from "../tensor/shape.js";
import type { Reduce } from "../tensor/reduction-types.js";
import type { Shape } from "../tensor/shape-types.js";
import { mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { div } from "./division.js";
import { eq } from "./compare.js";
import { expand, permute, reshape, unsqueeze } from "./movement.js";
import { type Reduced, type ReduceOptions, summable, sumDims } from "./reduce.js";
import { where } from "./select.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The product (`torch.prod`): int64 of integers, unless a dtype is given. */
    prod<
      A extends Shape,
      const D extends number | null | undefined = undefined,
      const K extends boolean = false,
    >(
      this: Tensor<A>,
      dim?: D,
      options?: ReduceOptions<K> & { dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
    prod<A extends Shape, const D extends number | null | undefined, const K extends boolean>(
      this: Tensor<A>,
      dim: D,
      keepdim: K,
      options?: { dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
    prod<
      A extends Shape,
      const D extends number | null | undefined = undefined,
      const K extends boolean = false,
    >(
      this: Tensor<A>,
      options: ReduceOptions<K> & { dim?: D; dtype?: DType },
    ): Tensor<Reduce<A, D, K>>;
  }
}

/**
 * The product of the others for each element, which is right where elements are 0 too, and can be differentiated there: n × n products
 * in one fused reduction, never an n × n tensor in memory.
 */
const PROD: Op<Reduced> = {
  name: "ProdBackward1",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const { kept, dims } = y._attributes;
    const shape = a._node.shape;
    return [mul(spread(g, kept, shape), productOfOthers(a, dims[0]!))];
  },
};

const PROD_ALL: Op = {
  name: "ProdBackward0",
  saves: true,
  gradient(y, g) {
    const a = y._a;
    const others = productOfOthers(reshape(a, [a._node.size]), 0);
    return [reshape(mul(others, g), a._node.shape)];
  },
};

export const prod = operation(
  "prod",
  "dim | keepdim, *, dtype",
  (x: Tensor, dim?: number | null, options: ReduceOptions & { dtype?: DType } = {}) => {
    const { keepdim = false, dtype } = options;
    const a = dtype === undefined || dtype === "bool" ? summable(x) : cast(x, dtype);
    const y = product(a, dim, keepdim);
    return dtype === "bool" ? cast(y, dtype) : y;
  },
);

function product(a: Tensor, dim: number | null | undefined, keepdim: boolean): Tensor {
  if (dim !== undefined && dim !== null && a.ndim > 0)
    return prodDim(a, normalizeDim("prod", dim, a.ndim), keepdim);
  if (dim !== undefined && dim !== null) normalizeDim("prod", dim, 0);
  const y = record(PROD_ALL, reduce("prod", a.node, allDims(a.ndim), false), a);
  return keepdim ? reshape(y, keptShape(a.shape, allDims(a.ndim))) : y;
}

function prodDim(x: Tensor, dim: number, keepdim: boolean): Tensor {
  const dims = [dim];
  const attributes: Reduced = { kept: keptShape(x._node.shape, dims), dims };
  return record(PROD, reduce("prod", x.node, dims, keepdim), x, null, null, attributes);
}

/** Up to this length the products of the others are multiplied out. */
const MULTIPLIED_OUT = 512;

function productOfOthers(x: Tensor, dim: number): Tensor {
  const shape = x._node.shape;
  const n = shape[dim]!;
  if (n > MULTIPLIED_OUT) return quotients(x, dim);
  const rank = shape.length;
  const order = allDims(rank).filter((d) => d !== dim);
  order.push(dim);
  const last = permute(x, order);
  const rows = unsqueeze(last, -2);
  const wide = expand(rows, [...last._node.shape.slice(0, -1), n, n]);
  const number = iota([n], "int32");
  const diagonal = new Tensor(binary("eq", reshapeNode(number, [n, 1]), number));
  const others = prodDim(where(diagonal, 1, wide), rank, false);
  const inverse = new Array<number>(rank);
  for (let i = 0; i < rank; i++) inverse[order[i]!] = i;
  return permute(others, inverse);
}

/** The product of the others as the product divided by each element. With a single 0 only its own is not 0, with several all are 0. */
function quotients(x: Tensor, dim: number): Tensor {
  const zero = eq(x, 0);
  const zeros = sumDims(summable(zero), [dim], true);
  const product = prodDim(where(zero, 1, x), dim, true);
  const ofZeros = where(eq(zeros, 1), product, 0);
  const ofOthers = where(eq(zeros, 0), div(product, where(zero, 1, x)), 0);
  return where(zero, ofZeros, ofOthers);
}
