/**
 * Random numbers of the gamma distribution, computed without reading values: Marsaglia and Tsang's method in a fixed number of rounds, of which
 * each element takes one that is accepted.
 */
import { record } from "../autograd/record.js";
import { noGrad } from "../autograd/mode.js";
import { onesLike } from "../tensor/creation/constant.js";
import type { Op } from "../tensor/op.js";
import { rand, randn } from "../tensor/random.js";
import { Tensor } from "../tensor/tensor.js";
import { where } from "../ops/select.js";

/** A round is accepted with probability 0.95 or more, so 10⁻¹¹ of the elements stay at d. */
const rounds = 8;

/** The dtype to compute in: float64 stays, all others are float32. */
export function wideOf(x: Tensor): "float32" | "float64" {
  return x.dtype === "float64" ? "float64" : "float32";
}

/** The derivative of a sample by its concentration, where its distribution function is held. */
const STANDARD_GAMMA: Op = {
  name: "StandardGammaBackward0",
  saves: true,
  gradient(y, g) {
    return [g.mul(standardGammaGrad(y._a, y))];
  },
};

/** ln of gamma-distributed numbers, of which small concentrations give ones too small for the dtype itself. */
function logGamma(alpha: Tensor): Tensor {
  const dtype = wideOf(alpha);
  const { shape } = alpha;
  const draw = (kind: typeof rand): Tensor => kind(shape.slice(), { dtype }) as Tensor;
  const small = alpha.lt(1);
  // Below 1: Γ(α) is Γ(α + 1) times a uniform number to the power of 1 / α.
  const d = where(small, alpha.add(1), alpha).sub(1 / 3);
  const c = d.mul(9).rsqrt();
  let found: Tensor = onesLike(d);
  for (let round = 0; round < rounds; round++) {
    const x = draw(randn);
    const root = x.mul(c).add(1);
    const v = root.mul(root).mul(root);
    const isPositive = root.gt(0);
    const logV = where(isPositive, v, 1).log();
    const bound = x
      .square()
      .mul(0.5)
      .add(d.mul(v.neg().add(1).add(logV)));
    const isAccepted = isPositive.logicalAnd(draw(rand).neg().add(1).log().lt(bound));
    // Of the rounds that are accepted any one is as good as any other.
    found = where(isAccepted, v, found);
  }
  const power = draw(rand).neg().add(1).log().div(alpha);
  return d
    .mul(found)
    .log()
    .add(where(small, power, 0));
}

/**
 * Numbers of Γ(α, 1), one for each element of `alpha`, with the gradient by α of the implicit reparameterization (Figurnov et al. 2018;
 * `torch._standard_gamma`).
 */
export function standardGamma(alpha: Tensor): Tensor {
  const tiny = alpha.dtype === "float64" ? 2 ** -1022 : 2 ** -126;
  const sample = noGrad(() => {
    const wide = alpha.detach().to(wideOf(alpha));
    return logGamma(wide).exp().clampMin(tiny).to(alpha.dtype);
  });
  if (!alpha.requiresGrad) return sample;
  return record(STANDARD_GAMMA, sample.node, alpha);
}

/** ln of numbers of Γ(α, 1), without a gradient. */
export function logStandardGamma(alpha: Tensor): Tensor {
  return noGrad(() => logGamma(alpha.detach().to(wideOf(alpha))));
}

/** Of the rational function for middling values, by powers of v = ln α (rows) and of u = ln (x / α). */
const rational: readonly (readonly [number, number, number])[] = [
  [0.16009398, 0.53487893, 0.040121004],
  [-0.094634809, 0.1298071, -0.0065914022],
  [0.025146376, 0.065735949, -0.0026286047],
  [-0.0030648343, -0.0015649758, -0.0013441777],
  [1, 0.16639465, 0.017050642],
  [0.32668115, 0.020070113, -0.0021309326],
  [0.10406089, -0.0035938915, 0.00085092367],
  [0.0014179084, -0.00058392623, -1.5247877e-7],
];

/**
 * dx/dα = −(∂F/∂α) / f(x) of the gamma distribution, by PyTorch's three approximations (ATen's standard_gamma_grad_one): a Taylor series for
 * small x, a saddle-point expansion for large α, a rational function between.
 */
export function standardGammaGrad(alpha: Tensor, x: Tensor): Tensor {
  const small = x.lt(0.8);
  const large = alpha.gt(8);
  return where(
    small,
    bySeries(where(small, alpha, 1), where(small, x, 0.5)),
    where(
      large,
      bySaddlePoint(where(large, alpha, 10), x),
      byRational(where(large, 1, alpha), where(small, 1, x)),
    ),
  );
}

function bySeries(alpha: Tensor, x: Tensor): Tensor {
  let numerator: Tensor = onesLike(x);
  let first: Tensor = alpha.reciprocal();
  let second: Tensor = first.square();
  for (let i = 1; i <= 5; i++) {
    numerator = numerator.mul(x).mul(-1 / i);
    const share = alpha.add(i).reciprocal();
    first = first.add(numerator.mul(share));
    second = second.add(numerator.mul(share).mul(share));
  }
  // −x^α (…) / (x^(α − 1) e^(−x)) = −x eˣ (…)
  const slope = x.log().sub(alpha.digamma()).mul(first).sub(second);
  const result = slope.mul(x).mul(x.exp()).neg();
  return where(result.isnan(), 0, result);
}

function bySaddlePoint(alpha: Tensor, x: Tensor): Tensor {
  const near = x.ge(alpha.mul(0.9)).logicalAnd(x.le(alpha.mul(1.1)));
  const square = alpha.square();
  const first = alpha.mul(alpha.mul(12).add(1)).mul(24).add(1);
  const second = square
    .mul(1440)
    .add(x.mul(x.mul(-120).add(53)).mul(6))
    .sub(x.square().mul(65).div(alpha))
    .add(alpha.mul(x.mul(3600).add(107)));
  const atMode = first.mul(second).div(square.square().mul(1244160));
  const away = where(near, alpha.mul(2), x);
  const root = alpha.mul(8).sqrt();
  const ratio = away.div(alpha).log();
  const term2 = root.div(alpha.sub(away));
  const term3 = away.sub(alpha).sub(alpha.mul(ratio)).pow(-1.5);
  const both = where(away.lt(alpha), term2.sub(term3), term2.add(term3));
  const factor = alpha.reciprocal().mul(2).sqrt().mul(alpha.add(away)).div(alpha.sub(away).square());
  const term1 = ratio.mul(both).sub(factor);
  const stirling = alpha.mul(24).reciprocal().add(1).div(alpha.mul(12)).add(1);
  return where(near, atMode, stirling.mul(away).mul(term1).div(root).neg());
}

function byRational(alpha: Tensor, x: Tensor): Tensor {
  const u = x.div(alpha).log();
  const v = alpha.log();
  const coefficient = (i: number): Tensor => {
    const [a, b, c] = rational[i]!;
    return u.mul(u.mul(c).add(b)).add(a);
  };
  const polynomial = (from: number): Tensor => {
    let sum = coefficient(from + 3);
    for (let i = from + 2; i >= from; i--) sum = sum.mul(v).add(coefficient(i));
    return sum;
  };
  return polynomial(0).div(polynomial(4)).exp();
}
