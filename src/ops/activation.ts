/**
 * Activation functions. Each is one step forward; the gradients are composed of differentiable operations.
 */
import { record } from "../autograd/record.js";
import { binary, scalar, select, unary } from "../graph/build.js";
import type { Node } from "../graph/node.js";
import { defineMethods, type Op, Tensor } from "../tensor/core.js";
import type { Shape } from "../tensor/shape-types.js";
import { add, div, mul, neg, rsub, sub } from "./arithmetic.js";
import { ge, gt, le, lt } from "./compare.js";
import { logicalAnd, logicalOr } from "./logical.js";
import { floating } from "./operand.js";
import { clamp, where } from "./select.js";
import { erf, exp } from "./unary.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** max(x, 0); its slope at 0 is 0. */
    relu(): Tensor<S>;
    /** 1 / (1 + e⁻ˣ). */
    sigmoid(): Tensor<S>;
    /** ln sigmoid(x), exact for very negative x. */
    logSigmoid(): Tensor<S>;
    /** The hyperbolic tangent. */
    tanh(): Tensor<S>;
    /** x where x > 0, else slope · x; the slope is 0.01 unless given (`torch.nn.functional.leaky_relu`). */
    leakyRelu(options?: { negativeSlope?: number }): Tensor<S>;
    /** x where x > 0, else alpha · (eˣ − 1); alpha is 1 unless given. Clevert et al. 2016. */
    elu(options?: { alpha?: number }): Tensor<S>;
    /** elu scaled so that activations normalize themselves. Klambauer et al. 2017. */
    selu(): Tensor<S>;
    /** max(x, 0) + min(alpha · (e^(x/alpha) − 1), 0). Barron 2017. */
    celu(options?: { alpha?: number }): Tensor<S>;
    /** x · Φ(x), with the normal distribution's Φ or its tanh approximation. Hendrycks and Gimpel 2016. */
    gelu(options?: { approximate?: "none" | "tanh" }): Tensor<S>;
    /** x · sigmoid(x), also called swish. */
    silu(): Tensor<S>;
    /** x · tanh(softplus(x)). Misra 2019. */
    mish(): Tensor<S>;
    /** ln(1 + e^(beta x)) / beta, and x itself where beta · x > threshold. */
    softplus(options?: { beta?: number; threshold?: number }): Tensor<S>;
    /** x / (1 + |x|). */
    softsign(): Tensor<S>;
    /** x brought into [min, max], by default [−1, 1]; the slope at the bounds is 0. */
    hardtanh(options?: { minVal?: number; maxVal?: number }): Tensor<S>;
    /** x brought into [0, 6]. */
    relu6(): Tensor<S>;
    /** x/6 + 1/2 brought into [0, 1]. */
    hardsigmoid(): Tensor<S>;
    /** x · hardsigmoid(x). */
    hardswish(): Tensor<S>;
    /** 0 where |x| ≤ lambda, else x. */
    hardshrink(options?: { lambda?: number }): Tensor<S>;
    /** x brought towards 0 by lambda, and 0 where |x| ≤ lambda. */
    softshrink(options?: { lambda?: number }): Tensor<S>;
    /** x − tanh(x). */
    tanhshrink(): Tensor<S>;
    /** value where x ≤ threshold, else x. */
    threshold(threshold: number, value: number): Tensor<S>;
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

const SIGMOID: Op = {
  name: "SigmoidBackward0",
  saves: true,
  gradient(y, g) {
    return [mul(g, mul(y, rsub(y, 1)))];
  },
};

const LOG_SIGMOID: Op = {
  name: "LogSigmoidBackward0",
  saves: true,
  gradient(y, g) {
    return [mul(g, sigmoid(neg(y._a!)))];
  },
};

const TANH: Op = {
  name: "TanhBackward0",
  saves: true,
  gradient(y, g) {
    return [mul(g, rsub(mul(y, y), 1))];
  },
};

/** x where x > 0, else attributes · x. */
const LEAKY_RELU: Op = {
  name: "LeakyReluBackward0",
  saves: true,
  gradient(y, g) {
    const slope = y._attributes as number;
    return [where(gt(y._a!, 0), g, mul(g, slope))];
  },
};

interface EluAttributes {
  readonly alpha: number;
  readonly scale: number;
  readonly inputScale: number;
}

const ELU: Op = {
  name: "EluBackward0",
  saves: true,
  gradient(y, g) {
    const { alpha, scale, inputScale } = y._attributes as EluAttributes;
    const x = y._a!;
    const negative = mul(exp(mul(clamp(x, null, 0), inputScale)), alpha * inputScale * scale);
    return [mul(g, where(le(x, 0), negative, scale))];
  },
};

const GELU: Op = {
  name: "GeluBackward0",
  saves: true,
  gradient(y, g) {
    const x = y._a!;
    if (y._attributes === "tanh") {
      const inner = mul(add(x, mul(mul(mul(x, x), x), CUBIC)), TWO_OVER_PI);
      const t = tanh(inner);
      const slope = mul(add(mul(mul(x, x), 3 * CUBIC), 1), TWO_OVER_PI);
      const left = mul(add(t, 1), 0.5);
      const right = mul(mul(mul(x, 0.5), rsub(mul(t, t), 1)), slope);
      return [mul(g, add(left, right))];
    }
    const cdf = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
    const density = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return [mul(g, add(cdf, mul(x, density)))];
  },
};

const SILU: Op = {
  name: "SiluBackward0",
  saves: true,
  gradient(y, g) {
    const x = y._a!;
    const s = sigmoid(x);
    return [mul(g, mul(s, add(mul(x, rsub(s, 1)), 1)))];
  },
};

interface SoftplusAttributes {
  readonly beta: number;
  readonly threshold: number;
}

const SOFTPLUS: Op = {
  name: "SoftplusBackward0",
  saves: true,
  gradient(y, g) {
    const { beta, threshold } = y._attributes as SoftplusAttributes;
    const z = mul(y._a!, beta);
    return [where(gt(z, threshold), g, mul(g, sigmoid(z)))];
  },
};

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** The gradient passes inside the bounds only. */
const HARDTANH: Op = {
  name: "HardtanhBackward0",
  saves: true,
  gradient(y, g) {
    const { min, max } = y._attributes as Bounds;
    const x = y._a!;
    return [where(logicalOr(le(x, min), ge(x, max)), 0, g)];
  },
};

const HARDSIGMOID: Op = {
  name: "HardsigmoidBackward0",
  saves: true,
  gradient(y, g) {
    const x = y._a!;
    return [where(logicalAnd(gt(x, -3), lt(x, 3)), mul(g, 1 / 6), 0)];
  },
};

/** The slope is x/3 + 1/2 between −3 and 3. */
const HARDSWISH: Op = {
  name: "HardswishBackward0",
  saves: true,
  gradient(y, g) {
    const x = y._a!;
    const slope = add(div(x, 3), 0.5);
    return [where(le(x, -3), 0, where(lt(x, 3), mul(g, slope), g))];
  },
};

const TWO_OVER_PI = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

function constant(value: number, like: Node): Node {
  return scalar(value, like.dtype);
}

export function relu(x: Tensor): Tensor {
  const node = x.node;
  return record(RELU, binary("max", constant(0, node), node), x);
}

export function sigmoid(input: Tensor): Tensor {
  const x = floating(input);
  return record(SIGMOID, unary("sigmoid", x.node), x);
}

export function tanh(input: Tensor): Tensor {
  const x = floating(input);
  return record(TANH, unary("tanh", x.node), x);
}

/** min(x, 0) − ln(1 + e^(−|x|)). */
function logSigmoid(input: Tensor): Tensor {
  const x = floating(input);
  const node = x.node;
  const tail = unary("log1p", unary("exp", unary("neg", unary("abs", node))));
  return record(LOG_SIGMOID, binary("sub", binary("min", node, constant(0, node)), tail), x);
}

function leakyRelu(x: Tensor, slope: number): Tensor {
  const node = x.node;
  const positive = binary("gt", node, constant(0, node));
  const y = select(positive, node, binary("mul", node, constant(slope, node)));
  return record(LEAKY_RELU, y, x, null, null, slope);
}

function elu(input: Tensor, alpha: number, scale: number, inputScale: number): Tensor {
  const x = floating(input);
  const node = x.node;
  const negative = unary("expm1", binary("mul", node, constant(inputScale, node)));
  const positive = binary("gt", node, constant(0, node));
  const y = select(
    positive,
    scale === 1 ? node : binary("mul", node, constant(scale, node)),
    binary("mul", negative, constant(alpha * scale, node)),
  );
  return record(ELU, y, x, null, null, { alpha, scale, inputScale } satisfies EluAttributes);
}

function gelu(input: Tensor, approximate: "none" | "tanh"): Tensor {
  if (approximate !== "none" && approximate !== "tanh") {
    throw new TypeError(`gelu: approximate is "none" or "tanh", got ${JSON.stringify(approximate)}`);
  }
  const x = floating(input);
  const node = x.node;
  let s: Node;
  if (approximate === "tanh") {
    const cube = binary("mul", binary("mul", node, node), node);
    const inner = binary("add", node, binary("mul", cube, constant(CUBIC, node)));
    s = unary("tanh", binary("mul", inner, constant(TWO_OVER_PI, node)));
  } else s = unary("erf", binary("mul", node, constant(Math.SQRT1_2, node)));
  const half = binary("mul", node, constant(0.5, node));
  const y = binary("mul", half, binary("add", s, constant(1, node)));
  return record(GELU, y, x, null, null, approximate);
}

function silu(input: Tensor): Tensor {
  const x = floating(input);
  const node = x.node;
  return record(SILU, binary("mul", node, unary("sigmoid", node)), x);
}

/** Where beta · x is positive, ln(1 + eᶻ) = z + ln(1 + e⁻ᶻ), which does not overflow. */
function softplus(input: Tensor, beta: number, threshold: number): Tensor {
  const x = floating(input);
  const node = x.node;
  const z = binary("mul", node, constant(beta, node));
  const tail = unary("log1p", unary("exp", unary("neg", unary("abs", z))));
  const soft = binary("div", binary("add", binary("max", z, constant(0, node)), tail), constant(beta, node));
  const y = select(binary("gt", z, constant(threshold, node)), node, soft);
  return record(SOFTPLUS, y, x, null, null, { beta, threshold } satisfies SoftplusAttributes);
}

function hardtanh(x: Tensor, min: number, max: number): Tensor {
  if (!(min < max)) throw new RangeError(`hardtanh: expected minVal < maxVal, got ${min} and ${max}`);
  const node = x.node;
  const y = binary("min", constant(max, node), binary("max", constant(min, node), node));
  return record(HARDTANH, y, x, null, null, { min, max } satisfies Bounds);
}

function hardsigmoid(input: Tensor): Tensor {
  const x = floating(input);
  const node = x.node;
  const line = binary("div", binary("add", node, constant(3, node)), constant(6, node));
  return record(HARDSIGMOID, binary("min", binary("max", line, constant(0, node)), constant(1, node)), x);
}

function hardswish(input: Tensor): Tensor {
  const x = floating(input);
  const node = x.node;
  const gate = binary(
    "min",
    constant(6, node),
    binary("max", constant(0, node), binary("add", node, constant(3, node))),
  );
  return record(HARDSWISH, binary("div", binary("mul", node, gate), constant(6, node)), x);
}

/** Whether |x| ≤ lambda, which NaN is not: a shrunk NaN stays one. */
function withinBand(x: Tensor, lambda: number): Tensor {
  return logicalAnd(ge(x, -lambda), le(x, lambda));
}

function softshrink(x: Tensor, lambda: number): Tensor {
  const shrunk = where(gt(x, 0), sub(x, lambda), add(x, lambda));
  return where(withinBand(x, lambda), mul(new Tensor(x.node), 0), shrunk);
}

function hardshrink(x: Tensor, lambda: number): Tensor {
  return where(withinBand(x, lambda), 0, x);
}

defineMethods({
  relu() {
    return relu(this);
  },
  sigmoid() {
    return sigmoid(this);
  },
  logSigmoid() {
    return logSigmoid(this);
  },
  tanh() {
    return tanh(this);
  },
  leakyRelu(options: { negativeSlope?: number } = {}) {
    return leakyRelu(this, options.negativeSlope ?? 0.01);
  },
  elu(options: { alpha?: number } = {}) {
    return elu(this, options.alpha ?? 1, 1, 1);
  },
  selu() {
    return elu(this, 1.6732632423543772, 1.0507009873554805, 1);
  },
  celu(options: { alpha?: number } = {}) {
    const alpha = options.alpha ?? 1;
    if (alpha === 0) throw new RangeError("celu: alpha must not be 0");
    return elu(this, alpha, 1, 1 / alpha);
  },
  gelu(options: { approximate?: "none" | "tanh" } = {}) {
    return gelu(this, options.approximate ?? "none");
  },
  silu() {
    return silu(this);
  },
  mish() {
    return mul(this, tanh(softplus(this, 1, 20)));
  },
  softplus(options: { beta?: number; threshold?: number } = {}) {
    return softplus(this, options.beta ?? 1, options.threshold ?? 20);
  },
  softsign() {
    return this.div(this.abs().add(1));
  },
  hardtanh(options: { minVal?: number; maxVal?: number } = {}) {
    return hardtanh(this, options.minVal ?? -1, options.maxVal ?? 1);
  },
  relu6() {
    return hardtanh(this, 0, 6);
  },
  hardsigmoid() {
    return hardsigmoid(this);
  },
  hardswish() {
    return hardswish(this);
  },
  hardshrink(options: { lambda?: number } = {}) {
    return hardshrink(this, options.lambda ?? 0.5);
  },
  softshrink(options: { lambda?: number } = {}) {
    const lambda = options.lambda ?? 0.5;
    if (!(lambda >= 0)) throw new RangeError(`softshrink: expected lambda ≥ 0, got ${lambda}`);
    return softshrink(this, lambda);
  },
  tanhshrink() {
    return sub(this, tanh(this));
  },
  threshold(threshold: number, value: number) {
    return where(le(this, threshold), value, this);
  },
});
