/**
 * Special functions: the logarithm of the gamma function and its derivatives.
 */
import { record } from "../autograd/record.js";
import { binary, scalar, unary } from "../graph/build.js";
import { defineMethods, type Op, type Tensor } from "../tensor/core.js";
import type { Shape } from "../tensor/shape-types.js";
import { mul } from "./arithmetic.js";
import { floating } from "./operand.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** ln |Γ(x)|; integers give float32 (`torch.lgamma`). */
    lgamma(): Tensor<S>;
    /** ψ(x), the derivative of ln Γ; −∞ at 0, NaN at negative whole numbers (`torch.digamma`). */
    digamma(): Tensor<S>;
    /** The n-th derivative of ψ, n ≥ 0 (`torch.polygamma`). @throws RangeError for another n. */
    polygamma(n: number): Tensor<S>;
  }
}

const LGAMMA: Op = {
  name: "LgammaBackward0",
  saves: true,
  gradient(y, g) {
    return [mul(g, polygamma(y._a!, 0))];
  },
};

/** The attribute is n. */
const POLYGAMMA: Op = {
  name: "PolygammaBackward0",
  saves: true,
  gradient(y, g) {
    return [mul(g, polygamma(y._a!, (y._attributes as number) + 1))];
  },
};

/** ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! ζ(n + 1, x) for n ≥ 1. */
function polygamma(a: Tensor, n: number): Tensor {
  const x = floating(a);
  return record(POLYGAMMA, polygammaNode(x, n), x, null, null, n);
}

function polygammaNode(x: Tensor, n: number) {
  if (n === 0) return unary("digamma", x.node);
  if (n === 1) return unary("trigamma", x.node);
  const { dtype } = x._node;
  let factor = n % 2 === 0 ? -1 : 1;
  for (let k = 2; k <= n; k++) factor *= k;
  return binary("mul", binary("zeta", scalar(n + 1, dtype), x.node), scalar(factor, dtype));
}

defineMethods({
  lgamma() {
    const x = floating(this);
    return record(LGAMMA, unary("lgamma", x.node), x);
  },
  digamma() {
    return polygamma(this, 0);
  },
  polygamma(n: number) {
    if (!Number.isInteger(n) || n < 0) throw new RangeError(`polygamma: expected a whole n ≥ 0, got ${n}`);
    return polygamma(this, n);
  },
});
