/**
 * Elementwise functions of one operand. Integers become float32 first where the result is not whole.
 */
import { record } from "../autograd/record.js";
import { binary, scalar, select, unary } from "../graph/build.js";
import { defineMethods, type Op, Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
import type { Shape } from "../tensor/shape-types.js";
import { add, div, mul, neg, rsub } from "./arithmetic.js";
import { clone } from "./copy.js";
import { floating, zeroLike } from "./operand.js";
import type { UnaryOp } from "../primitives/elementwise.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** −x. */
    neg(): Tensor<S>;
    /** |x|; its gradient at 0 is 0. */
    abs(): Tensor<S>;
    /** −1, 0 or 1. */
    sign(): Tensor<S>;
    /** eˣ. */
    exp(): Tensor<S>;
    /** 2ˣ. */
    exp2(): Tensor<S>;
    /** eˣ − 1, exact near 0. */
    expm1(): Tensor<S>;
    /** ln x. */
    log(): Tensor<S>;
    /** log₂ x. */
    log2(): Tensor<S>;
    /** log₁₀ x. */
    log10(): Tensor<S>;
    /** ln(1 + x), exact near 0. */
    log1p(): Tensor<S>;
    /** √x. */
    sqrt(): Tensor<S>;
    /** 1/√x. */
    rsqrt(): Tensor<S>;
    /** 1/x. */
    reciprocal(): Tensor<S>;
    /** sin x, x in radians. */
    sin(): Tensor<S>;
    /** cos x, x in radians. */
    cos(): Tensor<S>;
    /** tan x, x in radians. */
    tan(): Tensor<S>;
    /** The angle in [−π/2, π/2] whose sine is x; NaN outside of [−1, 1]. */
    asin(): Tensor<S>;
    /** The angle in [0, π] whose cosine is x; NaN outside of [−1, 1]. */
    acos(): Tensor<S>;
    /** The angle in (−π/2, π/2) whose tangent is x. */
    atan(): Tensor<S>;
    /** (eˣ − e⁻ˣ) / 2. */
    sinh(): Tensor<S>;
    /** (eˣ + e⁻ˣ) / 2. */
    cosh(): Tensor<S>;
    /** The error function 2/√π ∫₀ˣ e^(−t²) dt. */
    erf(): Tensor<S>;
    /** The greatest whole number ≤ x. */
    floor(): Tensor<S>;
    /** The least whole number ≥ x. */
    ceil(): Tensor<S>;
    /** The nearest whole number; halves go to the even one. */
    round(): Tensor<S>;
    /** The whole part. */
    trunc(): Tensor<S>;
    /** x − trunc(x). */
    frac(): Tensor<S>;
    /** Whether each element is NaN. */
    isnan(): Tensor<S>;
    /** Whether each element is finite. */
    isfinite(): Tensor<S>;
    /** Whether each element is +∞ or −∞. */
    isinf(): Tensor<S>;
  }
}

/** An operation whose gradient is g times a slope. */
function op(name: string, slope: (y: Tensor, x: Tensor) => Tensor): Op {
  return {
    name,
    saves: true,
    gradient(y, g) {
      return [mul(g, slope(y, y._a!))];
    },
  };
}

/** An operation whose result moves in jumps: its gradient is 0, whatever g is. */
function steps(name: string): Op {
  return {
    name,
    saves: false,
    gradient(y) {
      return [zeroLike(y)];
    },
  };
}

const ABS = op("AbsBackward0", (_y, x) => sign(x));
const SIGN = steps("SignBackward0");
const EXP = op("ExpBackward0", (y) => y);
const EXP2 = op("Exp2Backward0", (y) => mul(y, Math.LN2));
const EXPM1 = op("Expm1Backward0", (y) => add(y, 1));
const SIN = op("SinBackward0", (_y, x) => cos(x));
const COS = op("CosBackward0", (_y, x) => neg(sin(x)));
const TAN = op("TanBackward0", (y) => add(mul(y, y), 1));
const ASIN = op("AsinBackward0", (_y, x) => rsqrt(rsub(mul(x, x), 1)));
const ACOS = op("AcosBackward0", (_y, x) => neg(rsqrt(rsub(mul(x, x), 1))));
const ATAN = op("AtanBackward0", (_y, x) => reciprocal(add(mul(x, x), 1)));
const SINH = op("SinhBackward0", (_y, x) => cosh(x));
const COSH = op("CoshBackward0", (_y, x) => sinh(x));
const ERF = op("ErfBackward0", (_y, x) => mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)));
const RECIPROCAL = op("ReciprocalBackward0", (y) => neg(mul(y, y)));
const RSQRT = op("RsqrtBackward0", (y) => mul(mul(mul(y, y), y), -0.5));
const FLOOR = steps("FloorBackward0");
const CEIL = steps("CeilBackward0");
const ROUND = steps("RoundBackward0");
const TRUNC = steps("TruncBackward0");

const FRAC: Op = {
  name: "FracBackward0",
  saves: false,
  gradient(_y, g) {
    return [g];
  },
};

/** g / x rather than g · (1/x): one rounding less. */
const LOG: Op = {
  name: "LogBackward0",
  saves: true,
  gradient(y, g) {
    return [div(g, y._a!)];
  },
};

const LOG1P: Op = {
  name: "Log1PBackward0",
  saves: true,
  gradient(y, g) {
    return [div(g, add(y._a!, 1))];
  },
};

const SQRT: Op = {
  name: "SqrtBackward0",
  saves: true,
  gradient(y, g) {
    return [div(g, mul(y, 2))];
  },
};

function apply(how: Op, graph: UnaryOp, a: Tensor): Tensor {
  const x = floating(a);
  return record(how, unary(graph, x.node), x);
}

/** For odd functions that an engine computes through angles: −0 stays −0. */
function odd(how: Op, graph: UnaryOp, a: Tensor): Tensor {
  const x = floating(a);
  const zero = binary("eq", x.node, scalar(0, x._node.dtype));
  return record(how, select(zero, x.node, unary(graph, x.node)), x);
}

/** For functions whose result is whole: integers stay as they are. */
function whole(how: Op, graph: UnaryOp, x: Tensor): Tensor {
  return isFloating(x._node.dtype) ? record(how, unary(graph, x.node), x) : clone(x);
}

export function abs(x: Tensor): Tensor {
  return x._node.dtype === "bool" ? clone(x) : record(ABS, unary("abs", x.node), x);
}
export function sign(x: Tensor): Tensor {
  return x._node.dtype === "bool" ? clone(x) : record(SIGN, unary("sign", x.node), x);
}
export function exp(x: Tensor): Tensor {
  return apply(EXP, "exp", x);
}
export function expm1(x: Tensor): Tensor {
  return apply(EXPM1, "expm1", x);
}
export function log(x: Tensor): Tensor {
  return apply(LOG, "log", x);
}
export function log1p(x: Tensor): Tensor {
  return apply(LOG1P, "log1p", x);
}
export function sqrt(x: Tensor): Tensor {
  return apply(SQRT, "sqrt", x);
}
export function rsqrt(x: Tensor): Tensor {
  return apply(RSQRT, "rsqrt", x);
}
export function reciprocal(x: Tensor): Tensor {
  return apply(RECIPROCAL, "reciprocal", x);
}
export function sin(x: Tensor): Tensor {
  return odd(SIN, "sin", x);
}
export function cos(x: Tensor): Tensor {
  return apply(COS, "cos", x);
}
export function sinh(x: Tensor): Tensor {
  return apply(SINH, "sinh", x);
}
export function cosh(x: Tensor): Tensor {
  return apply(COSH, "cosh", x);
}
export function erf(x: Tensor): Tensor {
  return apply(ERF, "erf", x);
}
export function floor(x: Tensor): Tensor {
  return whole(FLOOR, "floor", x);
}
export function trunc(x: Tensor): Tensor {
  return whole(TRUNC, "trunc", x);
}

/** x − trunc(x), whose slope is 1 everywhere. */
function frac(x: Tensor): Tensor {
  const node = x.node;
  return record(FRAC, binary("sub", node, unary("trunc", node)), x);
}

export function isnan(x: Tensor): Tensor {
  return new Tensor(unary("isnan", floating(x).node));
}
export function isfinite(x: Tensor): Tensor {
  return new Tensor(unary("isfinite", floating(x).node));
}

export function isinf(x: Tensor): Tensor {
  const node = floating(x).node;
  return new Tensor(binary("eq", unary("abs", node), scalar(Infinity, node.dtype)));
}

defineMethods({
  neg() {
    return neg(this);
  },
  abs() {
    return abs(this);
  },
  sign() {
    return sign(this);
  },
  exp() {
    return exp(this);
  },
  exp2() {
    const x = floating(this);
    return record(EXP2, binary("pow", scalar(2, x._node.dtype), x.node), x);
  },
  expm1() {
    return expm1(this);
  },
  log() {
    return log(this);
  },
  log2() {
    return div(log(this), Math.LN2);
  },
  log10() {
    return div(log(this), Math.LN10);
  },
  log1p() {
    return log1p(this);
  },
  sqrt() {
    return sqrt(this);
  },
  rsqrt() {
    return rsqrt(this);
  },
  reciprocal() {
    return reciprocal(this);
  },
  sin() {
    return sin(this);
  },
  cos() {
    return cos(this);
  },
  tan() {
    return odd(TAN, "tan", this);
  },
  asin() {
    return apply(ASIN, "asin", this);
  },
  acos() {
    return apply(ACOS, "acos", this);
  },
  atan() {
    return apply(ATAN, "atan", this);
  },
  sinh() {
    return sinh(this);
  },
  cosh() {
    return cosh(this);
  },
  erf() {
    return erf(this);
  },
  floor() {
    return floor(this);
  },
  ceil() {
    return whole(CEIL, "ceil", this);
  },
  round() {
    return whole(ROUND, "round", this);
  },
  trunc() {
    return trunc(this);
  },
  frac() {
    return frac(floating(this));
  },
  isnan() {
    return isnan(this);
  },
  isfinite() {
    return isfinite(this);
  },
  isinf() {
    return isinf(this);
  },
});
