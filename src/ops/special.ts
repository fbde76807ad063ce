/**
 * Special functions: the error function, the logarithm of the gamma function and its derivatives.
 */
import { record } from "../autograd/record.js";
import { binary, scalar, unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { operation } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";
import { mul, neg } from "./arithmetic.js";
import { smooth } from "./elementwise.js";
import { exp } from "./exponential.js";
import { floating } from "./operand.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The error function 2/√π ∫₀ˣ e^(−t²) dt. */
    erf(): Tensor<S>;
    /** ln |Γ(x)|; integers give float32 (`torch.lgamma`). */
    lgamma(): Tensor<S>;
    /** ψ(x), the derivative of ln Γ; −∞ at 0, NaN at negative whole numbers (`torch.digamma`). */
    digamma(): Tensor<S>;
  }
}

export const erf = smooth("erf", (_y, x) => mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)));

export const lgamma = smooth("lgamma", (_y, x): Tensor => digamma(x));

export const digamma = operation("digamma", (x) => derivative(x, 0));

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The n-th derivative of ψ, n ≥ 0 (`torch.polygamma`). @throws RangeError for another n. */
    polygamma(n: number): Tensor<S>;
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

export const polygamma = operation("polygamma", (x, n) => {
  if (!Number.isInteger(n) || n < 0) throw new RangeError(`polygamma: expected a whole n ≥ 0, got ${n}`);
  return derivative(x, n);
});

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
  for (let k = 2; k <= n; k++) factor *= k;
  return binary("mul", binary("zeta", scalar(n + 1, dtype), x.node), scalar(factor, dtype));
}
