/**
 * Special functions: the error function, the logarithm of the gamma function and its derivatives.
 */
import { record } from "../autograd/record.js";
import { binary, scalar, select, unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";
import { mul, neg, rsub, sub } from "./arithmetic.js";
import { inPlace } from "./change.js";
import { eq, gt, lt } from "./compare.js";
import { div } from "./division.js";
import { sloped, smooth } from "./elementwise.js";
import { exp } from "./exponential.js";
import { logicalOr } from "./logical.js";
import { floating } from "./operand.js";
import { where } from "./select.js";
import { cos, sin } from "./trigonometry.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The error function 2/√π ∫₀ˣ e^(−t²) dt. */
    erf(): Tensor<S>;
    /** ln |Γ(x)|; integers give float32 (`torch.lgamma`). */
    lgamma(): Tensor<S>;
    /** `erf` in place. */
    erf_(): this;
    /** `lgamma` in place. */
    lgamma_(): this;
    /** `digamma` in place. */
    digamma_(): this;
    /** ψ(x), the derivative of ln Γ; −∞ at 0, NaN at negative whole numbers (`torch.digamma`). */
    digamma(): Tensor<S>;
  }
}

export const erf = smooth("erf", (_y, x) => mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)));

export const lgamma = smooth("lgamma", (_y, x): Tensor => digamma(x));
inPlace("lgamma_", lgamma);
inPlace("erf_", erf);

export const digamma = operation("digamma", (x) => derivative(x, 0));
inPlace("digamma_", digamma);

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The n-th derivative of ψ, n ≥ 0 (`torch.polygamma`). @throws RangeError for another n. */
    polygamma(n: number | { n: number }): Tensor<S>;
    /** `polygamma` in place. */
    polygamma_(n: number | { n: number }): this;
  }
}

/** The attribute is n. */
const POLYGAMMA: Op<number> = {
  name: "PolygammaBackward0",
  saves: true,
  gradient(y, g) {
    return [mul(g, derivative(y._a, y._attributes + 1))];
  },
};

export const polygamma = operation("polygamma", "n |", (x: Tensor, n: number) => {
  if (!Number.isInteger(n) || n < 0) throw new RangeError(`polygamma: expected a whole n ≥ 0, got ${n}`);
  return derivative(x, n);
});
inPlace("polygamma_", "n |", polygamma);

function derivative(a: Tensor, n: number): Tensor {
  const x = floating(a);
  return record(POLYGAMMA, polygammaNode(x, n), x, null, null, n);
}

/** ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! ζ(n + 1, x) for n ≥ 1. */
function polygammaNode(x: Tensor, n: number) {
  if (n === 0) return unary("digamma", x.node);
  if (n === 1) return unary("trigamma", x.node);
  const { dtype } = x._node;
  let factor = n % 2 === 0 ? -1 : 1;
  // From 171 on n! is infinite.
  for (let k = 2; k <= n && Number.isFinite(factor); k++) factor *= k;
  return binary("mul", binary("zeta", scalar(n + 1, dtype), x.node), scalar(factor, dtype));
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** sin(πx) / (πx), and 1 at 0 (`torch.sinc`). */
    sinc(): Tensor<S>;
    /** ln(x / (1 − x)), the inverse of the sigmoid; x is first brought into [eps, 1 − eps] where eps is given (`torch.logit`). */
    logit(eps?: number | { eps?: number }): Tensor<S>;
    /** `sinc` in place. */
    sinc_(): this;
    /** `logit` in place. */
    logit_(eps?: number | { eps?: number }): this;
  }
}

const SINC = sloped("sinc", (_y, x) => {
  const angle = mul(x, Math.PI);
  const area = mul(angle, x);
  // So near to 0 that its square is 0 the slope is too.
  return where(eq(area, 0), 0, div(sub(mul(angle, cos(angle)), sin(angle)), area));
});

export const sinc = operation("sinc", (input) => {
  const x = floating(input);
  const { dtype } = x._node;
  const angle = binary("mul", x.node, scalar(Math.PI, dtype));
  const y = binary("div", unary("sin", angle), angle);
  return record(SINC, select(binary("eq", x.node, scalar(0, dtype)), scalar(1, y.dtype), y), x);
});

/** The attribute is eps; without it what lies outside [0, 1] has no slope. */
const LOGIT: Op<number | null> = {
  name: "LogitBackward0",
  saves: true,
  gradient(y, g) {
    const x = y._a;
    const eps = y._attributes;
    const slope = div(g, mul(x, rsub(x, 1)));
    const outside = logicalOr(lt(x, eps ?? 0), gt(x, 1 - (eps ?? 0)));
    return [where(outside, eps === null ? NaN : 0, slope)];
  },
};

export const logit = operation("logit", "eps |", (input: Tensor, eps?: number) => {
  const x = floating(input);
  const { dtype } = x._node;
  const number = (value: number) => scalar(value, dtype);
  const { node } = x;
  const within = eps === undefined ? node : binary("min", binary("max", node, number(eps)), number(1 - eps));
  const y = unary("log", binary("div", within, binary("sub", number(1), within)));
  return record(LOGIT, y, x, null, null, eps ?? null);
});
inPlace("logit_", "eps |", logit);
inPlace("sinc_", sinc);
