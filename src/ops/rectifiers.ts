/**
 * Activation functions made of straight pieces; activation.ts has the smooth ones.
 */
import { record } from "../autograd/record.js";
import { binary, scalar, select } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import { formatShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { add, mul, sub } from "./arithmetic.js";
import { inPlace } from "./change.js";
import { clamp } from "./clamp.js";
import { ge, gt, le, lt } from "./compare.js";
import { div } from "./division.js";
import { logicalAnd, logicalOr } from "./logical.js";
import { reshape } from "./movement.js";
import { checkTensor, floating } from "./operand.js";
import { where } from "./select.js";

function constant(value: number, like: Node): Node {
  return scalar(value, like.dtype);
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** max(x, 0); its slope at 0 is 0. */
    relu(): Tensor<S>;
    /** max(0, x) in place. */
    relu_(): this;
  }
}

const RELU: Op = {
  name: "ReluBackward0",
  saves: true,
  gradient(y, g) {
    // NaN lets the gradient pass, as in PyTorch: nobody else would see that something is wrong there.
    return [where(le(y, 0), 0, g)];
  },
};

export const relu = operation("relu", (x) => {
  const node = x.node;
  return record(RELU, binary("max", constant(0, node), node), x);
});
inPlace("relu_", relu);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** x where x > 0, else slope · x; the slope is 0.01 unless given (`torch.nn.functional.leaky_relu`). */
    leakyRelu(options?: { negativeSlope?: number }): Tensor<S>;
    /** value where x ≤ threshold, else x. */
    threshold(threshold: number, value: number): Tensor<S>;
  }
}

/** The attribute is the slope where x is not positive. */
const LEAKY_RELU: Op<number> = {
  name: "LeakyReluBackward0",
  saves: true,
  gradient(y, g) {
    return [where(gt(y._a, 0), g, mul(g, y._attributes))];
  },
};

export const leakyRelu = operation("leakyRelu", (x, { negativeSlope = 0.01 } = {}) => {
  const node = x.node;
  const positive = binary("gt", node, constant(0, node));
  const y = select(positive, node, binary("mul", node, constant(negativeSlope, node)));
  return record(LEAKY_RELU, y, x, null, null, negativeSlope);
});

export const threshold = operation("threshold", (x, threshold, value) => where(le(x, threshold), value, x));

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * x where it is positive, else weight · x, with one weight for all or, for x [N, C, ...], one for each channel [C] (`torch.prelu`; He et al. 2015).
     * @throws Error when the weight is neither
     */
    prelu(weight: Tensor): Tensor<S>;
  }
}

export const prelu = operation("prelu", "weight |", (x: Tensor, weight: Tensor): Tensor => {
  checkTensor("prelu", weight);
  const { shape } = x._node;
  const count = weight.numel();
  const channels = shape.length > 1 ? shape[1]! : 1;
  if (weight.ndim > 1 || (count !== 1 && (shape.length === 0 || count !== channels)))
    throw new Error(
      `prelu: expected a weight of [1] or of one number for each of ${channels} channels of ${formatShape(shape)}, got ${formatShape(weight.shape)}`,
    );
  if (weight.dtype !== x.dtype)
    throw new TypeError(`prelu: input is ${x.dtype} and weight ${weight.dtype}; they must be the same`);
  const slope = reshape(
    weight,
    shape.map((_, dim) => (dim === 1 ? count : 1)),
  );
  // Brought to 0 where it is positive, so that an infinity there does not reach the weight's gradient as 0 · ∞.
  return where(gt(x, 0), x, mul(slope, clamp(x, null, 0)));
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** x brought into [min, max], by default [−1, 1]; the slope at the bounds is 0. */
    hardtanh(options?: { minVal?: number; maxVal?: number }): Tensor<S>;
    /** x brought into [0, 6]. */
    relu6(): Tensor<S>;
  }
}

/** The gradient passes inside the bounds only. */
const HARDTANH: Op<{ readonly min: number; readonly max: number }> = {
  name: "HardtanhBackward0",
  saves: true,
  gradient(y, g) {
    const { min, max } = y._attributes;
    return [where(logicalOr(le(y._a, min), ge(y._a, max)), 0, g)];
  },
};

export const hardtanh = operation("hardtanh", (x, { minVal: min = -1, maxVal: max = 1 } = {}) => {
  if (!(min <= max)) throw new RangeError(`hardtanh: expected minVal ≤ maxVal, got ${min} and ${max}`);
  const node = x.node;
  const y = binary("min", constant(max, node), binary("max", constant(min, node), node));
  return record(HARDTANH, y, x, null, null, { min, max });
});

export const relu6 = operation("relu6", (x) => hardtanh(x, { minVal: 0, maxVal: 6 }));

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** x/6 + 1/2 brought into [0, 1]. */
    hardsigmoid(): Tensor<S>;
    /** x · hardsigmoid(x). */
    hardswish(): Tensor<S>;
  }
}

const HARDSIGMOID: Op = {
  name: "HardsigmoidBackward0",
  saves: true,
  gradient(y, g) {
    return [where(logicalAnd(gt(y._a, -3), lt(y._a, 3)), mul(g, 1 / 6), 0)];
  },
};

export const hardsigmoid = operation("hardsigmoid", (input) => {
  const x = floating(input);
  const node = x.node;
  const line = binary("div", binary("add", node, constant(3, node)), constant(6, node));
  return record(HARDSIGMOID, binary("min", binary("max", line, constant(0, node)), constant(1, node)), x);
});

/** The slope is x/3 + 1/2 between −3 and 3. */
const HARDSWISH: Op = {
  name: "HardswishBackward0",
  saves: true,
  gradient(y, g) {
    const x = y._a;
    const slope = add(div(x, 3), 0.5);
    return [where(le(x, -3), 0, where(lt(x, 3), mul(g, slope), g))];
  },
};

export const hardswish = operation("hardswish", (input) => {
  const x = floating(input);
  const node = x.node;
  const gate = binary(
    "min",
    constant(6, node),
    binary("max", constant(0, node), binary("add", node, constant(3, node))),
  );
  return record(HARDSWISH, binary("div", binary("mul", node, gate), constant(6, node)), x);
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** 0 where |x| ≤ lambda, else x. */
    hardshrink(options?: Lambda): Tensor<S>;
    hardshrink(lambd: number): Tensor<S>;
    /** x brought towards 0 by lambda, and 0 where |x| ≤ lambda. */
    softshrink(options?: Lambda): Tensor<S>;
    softshrink(lambd: number): Tensor<S>;
  }
}

/** Half the width of the band: PyTorch's name, and the word itself. */
export interface Lambda {
  readonly lambd?: number;
  readonly lambda?: number;
}

/** Whether |x| ≤ lambda, which NaN is not: a shrunk NaN stays one. */
function withinBand(x: Tensor, lambda: number): Tensor {
  return logicalAnd(ge(x, -lambda), le(x, lambda));
}

export const hardshrink = operation(
  "hardshrink",
  "| lambd, *, lambda",
  (x, { lambda = 0.5, lambd = lambda }: Lambda = {}) => where(withinBand(x, lambd), 0, x),
);

export const softshrink = operation(
  "softshrink",
  "| lambd, *, lambda",
  (x, { lambda = 0.5, lambd = lambda }: Lambda = {}) => {
    if (!(lambd >= 0)) throw new RangeError(`softshrink: expected lambd ≥ 0, got ${lambd}`);
    const shrunk = where(gt(x, 0), sub(x, lambd), add(x, lambd));
    return where(withinBand(x, lambd), mul(new Tensor(x.node), 0), shrunk);
  },
);
