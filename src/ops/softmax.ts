/**
 * Softmax, its logarithm, and the logarithm of summed exponentials. All subtract the greatest element first, so that nothing overflows.
 */
import { spread } from "./spread.js";
import { isGradEnabled } from "../autograd/mode.js";
import { record } from "../autograd/record.js";
import {
  binary,
  call,
  reduce,
  reshape as reshapeNode,
  scalar,
  select,
  unary,
} from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import { Tensor } from "../tensor/core.js";
import type { DType } from "../tensor/dtype.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import { keptShape, normalizeDims } from "../tensor/shape.js";
import type { Reduce } from "../tensor/reduction-types.js";
import type { Shape } from "../tensor/shape-types.js";
import { mul, sub } from "./arithmetic.js";
import { cast } from "./cast.js";
import { floating } from "./operand.js";
import { type Dims, type Reduced, type ReduceOptions, sumDims } from "./reduce.js";
import { exp } from "./exponential.js";

/** `dim`, then perhaps `dtype`. */
type AlongDim = [options: { dim: number; dtype?: DType }] | [dim: number, dtype?: DType | { dtype?: DType }];

/** @throws TypeError without a dim. */
function oneDim(name: string, x: Tensor, dim: number): readonly number[] {
  if (typeof dim !== "number")
    throw new TypeError(
      `${name}: expected the dim along which to sum, got ${String(dim)}; use x.${name}(-1)`,
    );
  return normalizeDims(name, dim, x.ndim);
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** eˣ / Σ eˣ along `dim`; x is brought to a dtype first where one is given (`torch.softmax`). */
    softmax(...args: AlongDim): Tensor<S>;
  }
}

/** The attribute is the dim, of a number none. */
const SOFTMAX: Op<readonly number[]> = {
  name: "SoftmaxBackward0",
  saves: true,
  gradient(y, g) {
    const dims = y._attributes;
    if (!isGradEnabled()) return [new Tensor(call("softmaxBackward", [g.node, y.node], [dims[0] ?? 0]))];
    return [mul(sub(g, sumDims(mul(g, y), dims, true)), y)];
  },
};

export const softmax = operation(
  "softmax",
  "dim | dtype",
  (input: Tensor, dim: number, { dtype }: { dtype?: DType } = {}) => {
    const x = floating(dtype === undefined ? input : cast(input, dtype));
    const dims = oneDim("softmax", x, dim);
    return record(SOFTMAX, call("softmax", [x.node], [dims[0] ?? 0]), x, null, null, dims);
  },
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** ln softmax(x) along `dim`; x is brought to a dtype first where one is given (`torch.log_softmax`). */
    logSoftmax(...args: AlongDim): Tensor<S>;
  }
}

const LOG_SOFTMAX: Op<readonly number[]> = {
  name: "LogSoftmaxBackward0",
  saves: true,
  gradient(y, g) {
    const dims = y._attributes;
    if (!isGradEnabled()) return [new Tensor(call("logSoftmaxBackward", [g.node, y.node], [dims[0] ?? 0]))];
    return [sub(g, mul(exp(y), sumDims(g, dims, true)))];
  },
};

export const logSoftmax = operation(
  "logSoftmax",
  "dim | dtype",
  (input: Tensor, dim: number, { dtype }: { dtype?: DType } = {}) => {
    const x = floating(dtype === undefined ? input : cast(input, dtype));
    const dims = oneDim("logSoftmax", x, dim);
    return record(LOG_SOFTMAX, call("logSoftmax", [x.node], [dims[0] ?? 0]), x, null, null, dims);
  },
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** ln Σ eˣ (`torch.logsumexp`). */
    logsumexp<A extends Shape, const D extends Dims, const K extends boolean = false>(
      this: Tensor<A>,
      dim: D,
      options?: ReduceOptions<K>,
    ): Tensor<Reduce<A, D, K>>;
    logsumexp<A extends Shape, const D extends Dims, const K extends boolean>(
      this: Tensor<A>,
      dim: D,
      keepdim: K,
    ): Tensor<Reduce<A, D, K>>;
    logsumexp<A extends Shape, const D extends Dims, const K extends boolean = false>(
      this: Tensor<A>,
      options: ReduceOptions<K> & { dim: D },
    ): Tensor<Reduce<A, D, K>>;
  }
}

const LOGSUMEXP: Op<Reduced> = {
  name: "LogsumexpBackward0",
  saves: true,
  gradient(y, g) {
    const { kept } = y._attributes;
    const a = y._a;
    const shape = a._node.shape;
    return [mul(spread(g, kept, shape), exp(sub(a, spread(y, kept, shape))))];
  },
};

export const logsumexp = operation(
  "logsumexp",
  "dim | keepdim",
  (input: Tensor, dim: Dims, options: ReduceOptions = {}) => {
    const x = floating(input);
    const dims = normalizeDims("logsumexp", dim, x.ndim);
    const node = x.node;
    const max = finiteOrZero(reduce("max", node, dims, true));
    const total = unary("log", reduce("sum", unary("exp", binary("sub", node, max)), dims, true));
    const y = binary("add", total, max);
    const kept = keptShape(node.shape, dims);
    const shape = node.shape.filter((_, i) => !dims.includes(i));
    const attributes: Reduced = { kept, dims };
    return record(LOGSUMEXP, options.keepdim === true ? y : reshapeNode(y, shape), x, null, null, attributes);
  },
);

/** An infinite maximum must not be subtracted from itself. */
function finiteOrZero(node: Node): Node {
  return select(unary("isfinite", node), node, scalar(0, node.dtype));
}
