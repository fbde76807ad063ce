/**
 * Special functions that are functions alone, in the namespace `special`: error functions, Bessel functions, polynomials. Those that are
 * methods of tensors too are in special.ts and gamma.ts.
 */
import { record } from "../autograd/record.js";
import { wanted } from "../autograd/wanted.js";
import { binary, scalar, select, unary } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import type { BinaryOp, UnaryOp } from "../primitives/elementwise.js";
import type { Tensor } from "../tensor/core.js";
import { type DType, isFloating, getDefaultDtype } from "../tensor/dtype.js";
import type { Op } from "../tensor/op.js";
import { setName } from "../tensor/operation.js";
import { add, mul, neg, sub } from "./arithmetic.js";
import { cast } from "./cast.js";
import { eq, le } from "./compare.js";
import { div } from "./division.js";
import { sloped } from "./elementwise.js";
import { exp, log, log1p } from "./exponential.js";
import { logicalAnd } from "./logical.js";
import { checkTensor, commonDType, floating, numberTensor } from "./operand.js";
import { reciprocal } from "./power.js";
import { sign } from "./rounding.js";
import { where } from "./select.js";
import { cos } from "./trigonometry.js";

/** A tensor as floats. @throws TypeError for what is no tensor */
function operand(name: string, x: Tensor): Tensor {
  checkTensor(name, x);
  return floating(x);
}

/** A function of one element, computed as `node` says. */
function of(name: string, node: (x: Node) => Node, op: Op): (x: Tensor) => Tensor {
  const f = (input: Tensor): Tensor => {
    const x = operand(name, input);
    return record(op, node(x.node), x);
  };
  setName(f, name);
  return f;
}

function row(
  name: string,
  primitive: UnaryOp,
  slope: (y: Tensor, x: Tensor) => Tensor,
): (x: Tensor) => Tensor {
  return of(name, (x) => unary(primitive, x), sloped(name, slope));
}

/** The gradient of a function that has none here, as in PyTorch. */
function without(name: string): Op {
  return {
    name: `${name[0]!.toUpperCase()}${name.slice(1)}Backward0`,
    saves: false,
    gradient() {
      throw new Error(`${name}: its derivative is not there, in PyTorch neither; use x.detach()`);
    },
  };
}

/** 1 where x is 0, so that what is not chosen there has no infinite slope. */
function besideZero(x: Tensor): Tensor {
  return where(eq(x, 0), 1, x);
}

function number(value: number, like: Node): Node {
  return scalar(value, like.dtype);
}

/** e^(x²) erfc(x), which does not vanish as erfc does (`torch.special.erfcx`). */
export const erfcx = row("erfcx", "erfcx", (y, x) => sub(mul(mul(x, y), 2), 2 / Math.sqrt(Math.PI)));

/** The distribution function of the normal distribution, erfc(−x / √2) / 2 (`torch.special.ndtr`). */
export const ndtr = of(
  "ndtr",
  (x) => binary("mul", unary("erfc", binary("mul", x, number(-Math.SQRT1_2, x))), number(0.5, x)),
  sloped("specialNdtr", (_y, x) => mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI))),
);

/** The inverse of `ndtr`: the quantile of the normal distribution (`torch.special.ndtri`). */
export const ndtri = row("ndtri", "ndtri", (y) => mul(exp(mul(mul(y, y), 0.5)), Math.sqrt(2 * Math.PI)));

/** ln ndtr(x), also where ndtr vanishes (`torch.special.log_ndtr`). */
export const logNdtr = of(
  "logNdtr",
  (x) => {
    const t = binary("mul", x, number(-Math.SQRT1_2, x));
    const half = number(0.5, x);
    const far = binary("sub", unary("log", binary("mul", unary("erfcx", t), half)), binary("mul", t, t));
    const near = unary("log1p", binary("mul", unary("erfc", unary("neg", t)), number(-0.5, x)));
    return select(binary("lt", x, number(-1, x)), far, near);
  },
  sloped("specialLogNdtr", (_y, x) => mul(reciprocal(erfcx(mul(x, -Math.SQRT1_2))), Math.sqrt(2 / Math.PI))),
);

/** −x ln x, 0 at 0 and −∞ below (`torch.special.entr`). */
export const entr = of(
  "entr",
  (x) => {
    const zero = number(0, x);
    const y = unary("neg", binary("mul", x, unary("log", x)));
    const below = select(binary("lt", x, zero), number(-Infinity, x), y);
    return select(binary("eq", x, zero), zero, below);
  },
  sloped("specialEntr", (_y, x) => neg(add(log(x), 1))),
);

/** e^(−|x|) I₀(x) (`torch.special.i0e`). */
export const i0e = row("i0e", "i0e", (y, x): Tensor => sub(i1e(x), mul(sign(x), y)));

/** e^(−|x|) I₁(x) (`torch.special.i1e`). */
export const i1e = row("i1e", "i1e", (y, x): Tensor =>
  where(eq(x, 0), 0.5, sub(i0e(x), mul(y, add(sign(x), reciprocal(besideZero(x)))))),
);

function unscaled(node: Node, primitive: UnaryOp): Node {
  return binary("mul", unary("exp", unary("abs", node)), unary(primitive, node));
}

/** I₁, the modified Bessel function of the first kind of order 1 (`torch.special.i1`). */
export const i1 = of(
  "i1",
  (x) => unscaled(x, "i1e"),
  sloped("specialI1", (y, x): Tensor =>
    where(eq(x, 0), 0.5, sub(modifiedBesselI0(x), div(y, besideZero(x)))),
  ),
);

/** I₀ (`torch.special.modified_bessel_i0`). */
export const modifiedBesselI0 = of(
  "modifiedBesselI0",
  (x) => unscaled(x, "i0e"),
  sloped("i0", (_y, x) => i1(x)),
);

/** I₁ (`torch.special.modified_bessel_i1`). */
export const modifiedBesselI1 = i1;

function decaying(x: Node, primitive: UnaryOp): Node {
  return binary("mul", unary("exp", unary("neg", x)), unary(primitive, x));
}

/** K₀, the modified Bessel function of the second kind of order 0 (`torch.special.modified_bessel_k0`). */
export const modifiedBesselK0 = of(
  "modifiedBesselK0",
  (x) => decaying(x, "k0e"),
  sloped("specialModifiedBesselK0", (_y, x): Tensor => neg(modifiedBesselK1(x))),
);

/** K₁ (`torch.special.modified_bessel_k1`). */
export const modifiedBesselK1 = of(
  "modifiedBesselK1",
  (x) => decaying(x, "k1e"),
  sloped("specialModifiedBesselK1", (y, x): Tensor => neg(add(modifiedBesselK0(x), div(y, x)))),
);

/** e^x K₀(x) (`torch.special.scaled_modified_bessel_k0`). */
export const scaledModifiedBesselK0 = row("scaledModifiedBesselK0", "k0e", (y, x): Tensor =>
  sub(y, scaledModifiedBesselK1(x)),
);

/** e^x K₁(x) (`torch.special.scaled_modified_bessel_k1`). */
export const scaledModifiedBesselK1 = row("scaledModifiedBesselK1", "k1e", (y, x): Tensor =>
  sub(sub(y, scaledModifiedBesselK0(x)), div(y, x)),
);

/** J₀, the Bessel function of the first kind of order 0 (`torch.special.bessel_j0`). */
export const besselJ0 = row("besselJ0", "besselJ0", (_y, x): Tensor => neg(besselJ1(x)));

/** J₁ (`torch.special.bessel_j1`). */
export const besselJ1 = row("besselJ1", "besselJ1", (y, x): Tensor =>
  where(eq(x, 0), 0.5, sub(besselJ0(x), div(y, besideZero(x)))),
);

/** Y₀, the Bessel function of the second kind of order 0 (`torch.special.bessel_y0`). */
export const besselY0 = row("besselY0", "besselY0", (_y, x): Tensor => neg(besselY1(x)));

/** Y₁ (`torch.special.bessel_y1`). */
export const besselY1 = row("besselY1", "besselY1", (y, x): Tensor => sub(besselY0(x), div(y, x)));

/** sin x / x, and 1 at 0 (`torch.special.spherical_bessel_j0`). */
export const sphericalBesselJ0 = of(
  "sphericalBesselJ0",
  (x) => {
    const zero = number(0, x);
    const y = select(binary("eq", x, zero), number(1, x), binary("div", unary("sin", x), x));
    return select(binary("eq", unary("abs", x), number(Infinity, x)), zero, y);
  },
  sloped("specialSphericalBesselJ0", (y, x) => where(eq(x, 0), 0, div(sub(cos(x), y), besideZero(x)))),
);

/** Airy's function Ai (`torch.special.airy_ai`). It has no derivative here. */
export const airyAi = of("airyAi", (x) => unary("airyAi", x), without("airyAi"));

/** Two operands, numbers among them, as floats of one dtype. */
export function operands(name: string, a: Tensor | number, b: Tensor | number): readonly [Tensor, Tensor] {
  if (typeof a === "number" && typeof b === "number")
    throw new TypeError(`${name}: expected a tensor among its arguments, got two numbers; use tensor(${a})`);
  const x = typeof a === "number" ? numberTensor(b as Tensor, a) : a;
  checkTensor(name, x);
  const y = numberTensor(x, b);
  checkTensor(name, y);
  const common = commonDType(name, x, y);
  const dtype: DType = isFloating(common) ? common : getDefaultDtype();
  return [cast(x, dtype), cast(y, dtype)];
}

const XLOG1PY: Op = {
  name: "SpecialXlog1PyBackward0",
  saves: true,
  gradient(y, g) {
    const x = y._a;
    const other = y._b;
    const isNothing = logicalAnd(eq(x, 0), le(other, -1));
    return [
      wanted(x) ? where(isNothing, 0, mul(g, log1p(other))) : null,
      wanted(other) ? mul(g, div(x, add(other, 1))) : null,
    ];
  },
};

/** x · ln(1 + y), and 0 where x is 0, whatever y is but NaN (`torch.special.xlog1py`). */
export function xlog1py(a: Tensor | number, b: Tensor | number): Tensor {
  const [x, y] = operands("xlog1py", a, b);
  const [p, q] = [x.node, y.node];
  const zero = number(0, p);
  const isNothing = binary("and", binary("eq", p, zero), binary("eq", q, q));
  return record(XLOG1PY, select(isNothing, zero, binary("mul", p, unary("log1p", q))), x, y);
}

const ZETA: Op = {
  name: "SpecialZetaBackward0",
  saves: true,
  gradient(y, g) {
    const x = y._a;
    if (wanted(x))
      throw new Error("zeta: its derivative by x is not there, in PyTorch neither; use x.detach()");
    return [null, mul(mul(g, neg(x)), zeta(add(x, 1), y._b))];
  },
};

/** Hurwitz's ζ(x, q) = Σₖ (q + k)⁻ˣ (`torch.special.zeta`). */
export function zeta(x: Tensor | number, q: Tensor | number): Tensor {
  const [a, b] = operands("zeta", x, q);
  return record(ZETA, binary("zeta", a.node, b.node), a, b);
}

/** A family of polynomials; `shift` is done to x first. Degrees beyond 10⁶ give NaN. */
function polynomials(name: string, primitive: BinaryOp, isShifted = false) {
  const op = without(name);
  const f = (x: Tensor | number, n: Tensor | number): Tensor => {
    const [a, b] = operands(name, x, n);
    const one = number(1, a.node);
    const at = isShifted ? binary("sub", binary("add", a.node, a.node), one) : a.node;
    return record(op, binary(primitive, at, b.node), a, b);
  };
  setName(f, name);
  return f;
}

/** Chebyshev's polynomial of the first kind Tₙ(x) (`torch.special.chebyshev_polynomial_t`). */
export const chebyshevPolynomialT = polynomials("chebyshevPolynomialT", "chebyshevT");
/** Chebyshev's polynomial of the second kind Uₙ(x) (`torch.special.chebyshev_polynomial_u`). */
export const chebyshevPolynomialU = polynomials("chebyshevPolynomialU", "chebyshevU");
/** Chebyshev's polynomial of the third kind Vₙ(x) (`torch.special.chebyshev_polynomial_v`). */
export const chebyshevPolynomialV = polynomials("chebyshevPolynomialV", "chebyshevV");
/** Chebyshev's polynomial of the fourth kind Wₙ(x) (`torch.special.chebyshev_polynomial_w`). */
export const chebyshevPolynomialW = polynomials("chebyshevPolynomialW", "chebyshevW");
/** Tₙ(2x − 1) (`torch.special.shifted_chebyshev_polynomial_t`). */
export const shiftedChebyshevPolynomialT = polynomials("shiftedChebyshevPolynomialT", "chebyshevT", true);
/** Uₙ(2x − 1) (`torch.special.shifted_chebyshev_polynomial_u`). */
export const shiftedChebyshevPolynomialU = polynomials("shiftedChebyshevPolynomialU", "chebyshevU", true);
/** Vₙ(2x − 1) (`torch.special.shifted_chebyshev_polynomial_v`). */
export const shiftedChebyshevPolynomialV = polynomials("shiftedChebyshevPolynomialV", "chebyshevV", true);
/** Wₙ(2x − 1) (`torch.special.shifted_chebyshev_polynomial_w`). */
export const shiftedChebyshevPolynomialW = polynomials("shiftedChebyshevPolynomialW", "chebyshevW", true);
/** Hermite's polynomial Hₙ(x) of physics (`torch.special.hermite_polynomial_h`). */
export const hermitePolynomialH = polynomials("hermitePolynomialH", "hermiteH");
/** Hermite's polynomial Heₙ(x) of probability (`torch.special.hermite_polynomial_he`). */
export const hermitePolynomialHe = polynomials("hermitePolynomialHe", "hermiteHe");
/** Laguerre's polynomial Lₙ(x) (`torch.special.laguerre_polynomial_l`). */
export const laguerrePolynomialL = polynomials("laguerrePolynomialL", "laguerre");
/** Legendre's polynomial Pₙ(x) (`torch.special.legendre_polynomial_p`). */
export const legendrePolynomialP = polynomials("legendrePolynomialP", "legendre");
