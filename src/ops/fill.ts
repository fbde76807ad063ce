/**
 * New values in the place of old ones, whatever these were: zero_, fill_, copy_, and random numbers.
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import {
  binary,
  cast as castNode,
  copy,
  expand as expandNode,
  random,
  scalar,
} from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import { computingDType } from "../primitives/dtypes.js";
import { stateOf } from "../tensor/alias.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { checkNumber, isFloating } from "../tensor/dtype.js";
import { draw, drawingFrom, type Generator, randomSeed } from "../tensor/generator.js";
import { operation } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";
import { cast } from "./cast.js";
import { checkChange, replace } from "./change.js";
import { broadcastTo } from "./movement.js";
import { checkTensor } from "./operand.js";
import { zerosOf } from "./region.js";

/** Numbers in the place of a value that requires grad: a gradient of 0 for what the tensor was, as in PyTorch. */
const FILL: Op = {
  name: "FillBackward0",
  saves: false,
  gradient(_y, g) {
    return [zerosOf(g)];
  },
};

/** Inputs: where the values come from, and what the tensor was, if that requires grad. */
const COPY: Op = {
  name: "CopyBackwards",
  saves: false,
  gradient(y, g) {
    return [g, wanted(y._b) ? zerosOf(g) : null];
  },
};

/** Gives `x` values that do not depend on what it was, with the history of `source` where they come from a tensor. */
export function overwrite(
  x: Tensor,
  name: string,
  node: Node,
  source: Tensor | null = null,
  uniform = false,
): Tensor {
  checkChange(x, name, uniform);
  let old = stateOf(x);
  // What was overwritten before gets no other gradient than 0 from here.
  if (old._op === FILL) old = old._a!;
  const result = source?._requiresGrad
    ? record(COPY, node, source, old._requiresGrad ? old : null)
    : record(FILL, node, old);
  replace(x, name, result);
  return x;
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Takes over the values of `source`, broadcast and converted to this dtype. */
    copy_(source: Tensor): this;
  }
}

export const copy_ = operation("copy_", "src, nonBlocking |", (x, source) => {
  checkTensor("copy_", source);
  if (source === x) {
    checkChange(x, "copy_");
    return x;
  }
  const value = cast(broadcastTo("copy_", source, x._node.shape), x._node.dtype);
  return overwrite(x, "copy_", copy(value.node), value);
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Makes every element 0. */
    zero_(): this;
    /** Makes every element `value`, a number or a tensor of 0 dimensions. */
    fill_(value: number | Tensor): this;
    /** A tensor of this shape and dtype with every element `value`, a number or a tensor of 0 dimensions (`torch.fill`). */
    fill(value: number | Tensor): Tensor<S>;
  }
}

function fill(x: Tensor, name: string, value: number | Tensor): Tensor {
  const { dtype, shape } = x._node;
  if (typeof value !== "number") {
    checkTensor(name, value);
    if (value.ndim !== 0)
      throw new Error(`${name}: expected a value of 0 dimensions, got ${value.ndim}; use copy_()`);
    return copy_(x, value);
  }
  checkNumber(name, value, dtype);
  return overwrite(x, name, castNode(expandNode(scalar(value, dtype), shape), dtype), null, true);
}

/** Inputs: what the tensor was, and the value if that is a tensor. */
const FILLED: Op = {
  name: "FillBackward1",
  saves: false,
  gradient(y, g) {
    return [zerosOf(y._a), wanted(y._b) ? g : null];
  },
};

operation("fill", "value |", (x: Tensor, value: number | boolean | Tensor) => {
  const { dtype, shape } = x._node;
  if (typeof value === "number" || typeof value === "boolean") {
    checkNumber("fill", Number(value), dtype);
    return record(FILLED, expandNode(scalar(Number(value), dtype), shape), x);
  }
  checkTensor("fill", value);
  if (value.ndim !== 0) throw new Error(`fill: expected a value of 0 dimensions, got ${value.ndim}`);
  const one = cast(value, dtype);
  return record(FILLED, expandNode(one.node, shape), x, one);
});

export const zero_ = operation("zero_", (x) => fill(x, "zero_", 0));
export const fill_ = operation("fill_", "value |", (x: Tensor, value: number | boolean | Tensor) =>
  fill(x, "fill_", typeof value === "boolean" ? Number(value) : value),
);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Draws every element uniformly from [from, to), by default [0, 1). */
    uniform_(from?: number, to?: number, options?: DrawOptions): this;
    uniform_(options: { from?: number; to?: number } & DrawOptions): this;
    /** Draws every element from the normal distribution, by default the standard one. */
    normal_(mean?: number, std?: number, options?: DrawOptions): this;
    normal_(options: { mean?: number; std?: number } & DrawOptions): this;
  }
}

/** The option of what draws random numbers. */
export interface DrawOptions {
  /** The stream that numbers come from; the common one if not given. */
  generator?: Generator | null;
}

function drawInto(
  x: Tensor,
  name: string,
  distribution: "uniform" | "normal",
  scale: number,
  shift: number,
  { generator }: DrawOptions = {},
): Tensor {
  const { dtype, shape, size } = x._node;
  if (!isFloating(dtype)) throw new TypeError(`${name}: expected a floating tensor, got ${dtype}`);
  const drawn = computingDType(dtype);
  const node = drawingFrom(generator, () => random(distribution, shape, drawn, randomSeed(), draw(size)));
  const spread = scale === 1 ? node : binary("mul", node, scalar(scale, drawn));
  const moved = shift === 0 ? spread : binary("add", spread, scalar(shift, drawn));
  return overwrite(x, name, castNode(moved, dtype));
}

operation(
  "uniform_",
  "from, to | *, generator",
  (x: Tensor, from: number = 0, to: number = 1, options: DrawOptions = {}) => {
    if (!(from <= to)) throw new RangeError(`uniform_: expected from ≤ to, got ${from} and ${to}`);
    return drawInto(x, "uniform_", "uniform", to - from, from, options);
  },
);
operation(
  "normal_",
  "mean, std | *, generator",
  (x: Tensor, mean: number = 0, std: number = 1, options: DrawOptions = {}) => {
    if (!(std >= 0)) throw new RangeError(`normal_: expected std ≥ 0, got ${std}`);
    return drawInto(x, "normal_", "normal", std, mean, options);
  },
);
