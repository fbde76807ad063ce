/**
 * Smooth activation functions; rectifiers.ts has those made of straight pieces. Each is one recorded operation; the gradients are composed of
 * differentiable operations.
 */
import { isGradEnabled } from "../autograd/mode.js";
import { record } from "../autograd/record.js";
import { binary, scalar, select, unary } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import { isComputed } from "../primitives/dtypes.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";
import { add, mul, neg, rsub, sub } from "./arithmetic.js";
import { inPlace } from "./change.js";
import { gt, le, lt } from "./compare.js";
import { div } from "./division.js";
import { sloped, smooth } from "./elementwise.js";
import { exp } from "./exponential.js";
import { fused } from "./fused.js";
import { floating } from "./operand.js";
import { abs } from "./rounding.js";
import { clamp } from "./clamp.js";
import { where } from "./select.js";
import { erf } from "./special.js";
import { tanh } from "./trigonometry.js";

function constant(value: number, like: Node): Node {
  return scalar(value, like.dtype);
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** 1 / (1 + e⁻ˣ). */
    sigmoid(): Tensor<S>;
    /** 1 / (1 + e⁻ˣ) in place. */
    sigmoid_(): this;
    /** ln sigmoid(x), exact for very negative x. */
    logSigmoid(): Tensor<S>;
  }
}

export const sigmoid = smooth("sigmoid", (y) => mul(y, rsub(y, 1)));
inPlace("sigmoid_", sigmoid);

const LOG_SIGMOID = sloped("logSigmoid", (_y, x) => sigmoid(neg(x)));

/** min(x, 0) − ln(1 + e^(−|x|)). */
export const logSigmoid = operation("logSigmoid", (input) => {
  const x = floating(input);
  const node = x.node;
  const tail = unary("log1p", unary("exp", unary("neg", unary("abs", node))));
  return record(LOG_SIGMOID, binary("sub", binary("min", node, constant(0, node)), tail), x);
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** x where x > 0, else alpha · (eˣ − 1); alpha is 1 unless given. Clevert et al. 2016. */
    elu(options?: { alpha?: number }): Tensor<S>;
    /** elu scaled so that activations normalize themselves. Klambauer et al. 2017. */
    selu(): Tensor<S>;
    /** max(x, 0) + min(alpha · (e^(x/alpha) − 1), 0). Barron 2017. */
    celu(options?: { alpha?: number }): Tensor<S>;
  }
}

interface EluAttributes {
  readonly alpha: number;
  readonly scale: number;
  readonly inputScale: number;
}

const ELU: Op<EluAttributes> = {
  name: "EluBackward0",
  saves: true,
  gradient(y, g) {
    const { alpha, scale, inputScale } = y._attributes;
    const negative = mul(exp(mul(clamp(y._a, null, 0), inputScale)), alpha * inputScale * scale);
    return [mul(g, where(le(y._a, 0), negative, scale))];
  },
};

function scaledElu(input: Tensor, alpha: number, scale: number, inputScale: number): Tensor {
  const x = floating(input);
  const node = x.node;
  const negative = unary("expm1", binary("mul", node, constant(inputScale, node)));
  const positive = binary("gt", node, constant(0, node));
  const y = select(
    positive,
    scale === 1 ? node : binary("mul", node, constant(scale, node)),
    binary("mul", negative, constant(alpha * scale, node)),
  );
  return record(ELU, y, x, null, null, { alpha, scale, inputScale });
}

export const elu = operation("elu", (x, { alpha = 1 } = {}) => scaledElu(x, alpha, 1, 1));

export const selu = operation("selu", (x) => scaledElu(x, 1.6732632423543772, 1.0507009873554805, 1));

export const celu = operation("celu", (x, { alpha = 1 } = {}) => {
  if (alpha === 0) throw new RangeError("celu: alpha must not be 0");
  return scaledElu(x, alpha, 1, 1 / alpha);
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** x · Φ(x), with the normal distribution's Φ or its tanh approximation. Hendrycks and Gimpel 2016. */
    gelu(options?: { approximate?: "none" | "tanh" }): Tensor<S>;
  }
}

const TWO_OVER_PI = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/**
 * Φ(x) of x and y = x · Φ(x). The quotient is cheaper than erf, and y is in memory where a product takes it; but near 0 its own gradient loses all
 * digits, and y of the short dtypes has lost them already.
 */
function normalCdf(x: Tensor, y: Tensor): Tensor {
  if (isGradEnabled() || !isComputed(x.dtype)) return mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
  return where(lt(abs(x), 1e-30), 0.5, div(y, x));
}

const GELU: Op<"none" | "tanh"> = {
  name: "GeluBackward0",
  saves: true,
  gradient(y, g) {
    const x = y._a;
    if (y._attributes === "tanh") {
      const inner = mul(add(x, mul(mul(mul(x, x), x), CUBIC)), TWO_OVER_PI);
      const t = tanh(inner);
      const slope = mul(add(mul(mul(x, x), 3 * CUBIC), 1), TWO_OVER_PI);
      const left = mul(add(t, 1), 0.5);
      const right = mul(mul(mul(x, 0.5), rsub(mul(t, t), 1)), slope);
      return [mul(g, add(left, right))];
    }
    const density = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return [mul(g, add(normalCdf(x, y), mul(x, density)))];
  },
};

export const gelu = operation("gelu", (input, { approximate = "none" } = {}) => {
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
});

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** x · sigmoid(x), also called swish. */
    silu(): Tensor<S>;
    /** x · tanh(softplus(x)). Misra 2019. */
    mish(): Tensor<S>;
    /** x / (1 + |x|). */
    softsign(): Tensor<S>;
    /** x − tanh(x). */
    tanhshrink(): Tensor<S>;
  }
}

const SILU = sloped("silu", (_y, x) => {
  const s = sigmoid(x);
  return mul(s, add(mul(x, rsub(s, 1)), 1));
});

export const silu = operation("silu", (input) => {
  const x = floating(input);
  const node = x.node;
  return record(SILU, binary("mul", node, unary("sigmoid", node)), x);
});

export const mish = operation("mish", (x) => fused([x], (a) => mul(a, tanh(softplus(a)))));
export const softsign = operation("softsign", (x) => fused([x], (a) => div(a, add(abs(a), 1))));
export const tanhshrink = operation("tanhshrink", (x) => fused([x], (a) => sub(a, tanh(a))));

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** ln(1 + e^(beta x)) / beta, and x itself where beta · x > threshold. */
    softplus(options?: { beta?: number; threshold?: number }): Tensor<S>;
  }
}

const SOFTPLUS: Op<{ readonly beta: number; readonly threshold: number }> = {
  name: "SoftplusBackward0",
  saves: true,
  gradient(y, g) {
    const { beta, threshold } = y._attributes;
    const z = mul(y._a, beta);
    return [where(gt(z, threshold), g, mul(g, sigmoid(z)))];
  },
};

/** Where beta · x is positive, ln(1 + eᶻ) = z + ln(1 + e⁻ᶻ), which does not overflow. */
export const softplus = operation("softplus", (input, { beta = 1, threshold = 20 } = {}) => {
  const x = floating(input);
  const node = x.node;
  const z = binary("mul", node, constant(beta, node));
  const tail = unary("log1p", unary("exp", unary("neg", unary("abs", z))));
  const soft = binary("div", binary("add", binary("max", z, constant(0, node)), tail), constant(beta, node));
  const y = select(binary("gt", z, constant(threshold, node)), node, soft);
  return record(SOFTPLUS, y, x, null, null, { beta, threshold });
});
