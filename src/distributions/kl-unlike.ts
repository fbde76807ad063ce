/**
 * The Kullback-Leibler divergences of distributions of two kinds that have a formula, those of torch.distributions.kl; kl.ts has those of one
 * kind. Where the second gives no probability to what the first may give, the divergence is infinite.
 */
import { where } from "../ops/select.js";
import type { Tensor } from "../tensor/tensor.js";
import { Bernoulli } from "./bernoulli.js";
import { ContinuousBernoulli } from "./continuous-bernoulli.js";
import { Binomial, Poisson } from "./counts.js";
import type { Distribution } from "./distribution.js";
import { Beta, Exponential, Gamma } from "./gamma.js";
import { infinite, registerKl } from "./kl.js";
import { Gumbel, Laplace, Uniform } from "./location-scale.js";
import { Normal } from "./normal.js";
import { Pareto } from "./power.js";

const eulerGamma = 0.5772156649015328606;
const twoPi = 2 * Math.PI;

/** x ln x, which is 0 at 0. Below 0, where the divergence is infinite, it is 0 too, so that no NaN comes into gradients. */
function xLogX(x: Tensor): Tensor {
  const inside = x.clampMin(0);
  return inside.xlogy(inside);
}

/** E_p[−ln q] of a normal distribution q, from what p has as mean and variance. */
function inNormal(mean: Tensor, variance: Tensor, q: Normal): Tensor {
  const apart = variance.add(mean.sub(q.loc).square()).div(q.scale.square().mul(2));
  return apart.add(q.scale.log()).add(0.5 * Math.log(twoPi));
}

/** E_p[−ln q] of an exponential distribution q. */
function inExponential(mean: Tensor, q: Exponential): Tensor {
  return q.rate.mul(mean).sub(q.rate.log());
}

/** E_p[−ln q] of a gamma distribution q, from the means of x and of ln x. */
function inGamma(mean: Tensor, ofLog: Tensor, q: Gamma): Tensor {
  const norm = q.concentration.lgamma().sub(q.concentration.mul(q.rate.log()));
  return norm.sub(q.concentration.sub(1).mul(ofLog)).add(q.rate.mul(mean));
}

/** E_p[−ln q] of a Gumbel distribution q, from the means of x and of e^(−x / scale). */
function inGumbel(mean: Tensor, ofPower: Tensor, q: Gumbel): Tensor {
  return mean.sub(q.loc).div(q.scale).add(q.loc.div(q.scale).exp().mul(ofPower)).add(q.scale.log());
}

/** E_p[−ln q] of a continuous Bernoulli distribution q. */
function inContinuousBernoulli(mean: Tensor, q: ContinuousBernoulli): Tensor {
  return mean.mul(q.logits).add(q.probs.neg().log1p()).add(q.logNorm).neg();
}

/** E_p[ln x] of a Pareto distribution. */
function meanLog(p: Pareto): Tensor {
  return p.scale.log().add(p.alpha.reciprocal());
}

/** Mean and variance of a Pareto distribution, and other numbers where α is at most `least`: no infinity comes into gradients. */
function momentsOf(p: Pareto, least: 1 | 2): { mean: Tensor; variance: Tensor } {
  const alpha = where(p.alpha.gt(least), p.alpha, 3);
  const { mean, variance } = new Pareto(p.scale, alpha, { validateArgs: false });
  return { mean, variance };
}

/** E_p[ln x] of a uniform distribution. */
function meanLogOf(p: Uniform): Tensor {
  return xLogX(p.high).sub(xLogX(p.low)).div(p.high.sub(p.low)).sub(1);
}

/** Infinite where `outside`. */
function orInfinite(outside: Tensor, result: Tensor): Tensor {
  return where(outside, Infinity, result);
}

registerKl(Bernoulli, Poisson, (p, q) => p.entropy().neg().sub(p.probs.mul(q.rate.log())).add(q.rate));

registerKl(Beta, ContinuousBernoulli, (p, q) => inContinuousBernoulli(p.mean, q).sub(p.entropy()));
registerKl(Beta, Exponential, (p, q) => inExponential(p.mean, q).sub(p.entropy()));
registerKl(Beta, Gamma, (p, q) => {
  const ofLog = p.concentration1.digamma().sub(p.concentration1.add(p.concentration0).digamma());
  return inGamma(p.mean, ofLog, q).sub(p.entropy());
});
registerKl(Beta, Normal, (p, q) => inNormal(p.mean, p.variance, q).sub(p.entropy()));
registerKl(Beta, Uniform, (p, q) =>
  orInfinite(q.low.gt(0).logicalOr(q.high.lt(1)), q.high.sub(q.low).log().sub(p.entropy())),
);

registerKl(ContinuousBernoulli, Exponential, (p, q) => inExponential(p.mean, q).sub(p.entropy()));
registerKl(ContinuousBernoulli, Normal, (p, q) => inNormal(p.mean, p.variance, q).sub(p.entropy()));
// PyTorch has infinity for a uniform distribution that begins at 0 or ends at 1 too, and so for the one from 0 to 1 below.
registerKl(ContinuousBernoulli, Uniform, (p, q) =>
  orInfinite(q.low.gt(0).logicalOr(q.high.lt(1)), q.high.sub(q.low).log().sub(p.entropy())),
);

registerKl(Exponential, Gamma, (p, q) =>
  inGamma(p.mean, p.rate.log().neg().sub(eulerGamma), q).sub(p.entropy()),
);
registerKl(Exponential, Gumbel, (p, q) => {
  const product = p.rate.mul(q.scale);
  return inGumbel(p.mean, product.div(product.add(1)), q).sub(p.entropy());
});
registerKl(Exponential, Normal, (p, q) => inNormal(p.mean, p.variance, q).sub(p.entropy()));

registerKl(Gamma, Exponential, (p, q) => inExponential(p.mean, q).sub(p.entropy()));
registerKl(Gamma, Gumbel, (p, q) => {
  const ofPower = p.rate.mul(q.scale).reciprocal().add(1).pow(p.concentration.neg());
  return inGumbel(p.mean, ofPower, q).sub(p.entropy());
});
registerKl(Gamma, Normal, (p, q) => inNormal(p.mean, p.variance, q).sub(p.entropy()));

registerKl(Gumbel, Normal, (p, q) => inNormal(p.mean, p.variance, q).sub(p.entropy()));

registerKl(Laplace, Normal, (p, q) => inNormal(p.mean, p.variance, q).sub(p.entropy()));

registerKl(Normal, Gumbel, (p, q) => {
  const ofPower = p.loc.div(q.scale).neg().add(p.scale.div(q.scale).square().mul(0.5)).exp();
  return inGumbel(p.mean, ofPower, q).sub(p.entropy());
});
registerKl(Normal, Laplace, (p, q) => {
  // E|x − loc| of a normal x.
  const apart = p.loc.sub(q.loc);
  const ratio = apart.div(p.scale);
  const spread = p.scale.mul(Math.sqrt(2 / Math.PI)).mul(ratio.square().mul(-0.5).exp());
  const distance = spread.add(apart.mul(ratio.mul(Math.SQRT1_2).erf()));
  return distance.div(q.scale).add(q.scale.mul(2).log()).sub(p.entropy());
});

registerKl(Pareto, Exponential, (p, q) =>
  orInfinite(p.alpha.le(1), inExponential(momentsOf(p, 1).mean, q).sub(p.entropy())),
);
registerKl(Pareto, Gamma, (p, q) =>
  orInfinite(p.alpha.le(1), inGamma(momentsOf(p, 1).mean, meanLog(p), q).sub(p.entropy())),
);
registerKl(Pareto, Normal, (p, q) => {
  const { mean, variance } = momentsOf(p, 2);
  return orInfinite(p.alpha.le(2), inNormal(mean, variance, q).sub(p.entropy()));
});

registerKl(Uniform, Beta, (p, q) => {
  const [a, b] = [q.concentration1, q.concentration0];
  const mirrored = xLogX(p.low.neg().add(1)).sub(xLogX(p.high.neg().add(1)));
  const ofRest = mirrored.div(p.high.sub(p.low)).sub(1);
  const norm = a.lgamma().add(b.lgamma()).sub(a.add(b).lgamma());
  const result = norm
    .sub(a.sub(1).mul(meanLogOf(p)))
    .sub(b.sub(1).mul(ofRest))
    .sub(p.entropy());
  return orInfinite(p.high.gt(1).logicalOr(p.low.lt(0)), result);
});
registerKl(Uniform, ContinuousBernoulli, (p, q) =>
  orInfinite(p.high.gt(1).logicalOr(p.low.lt(0)), inContinuousBernoulli(p.mean, q).sub(p.entropy())),
);
registerKl(Uniform, Exponential, (p, q) =>
  orInfinite(p.low.lt(0), inExponential(p.mean, q).sub(p.entropy())),
);
registerKl(Uniform, Gamma, (p, q) =>
  orInfinite(p.low.lt(0), inGamma(p.mean, meanLogOf(p), q).sub(p.entropy())),
);
registerKl(Uniform, Gumbel, (p, q) => {
  const power = (x: Tensor): Tensor => x.div(q.scale).neg().exp();
  const ofPower = power(p.low).sub(power(p.high)).mul(q.scale).div(p.high.sub(p.low));
  return inGumbel(p.mean, ofPower, q).sub(p.entropy());
});
registerKl(Uniform, Normal, (p, q) => inNormal(p.mean, p.variance, q).sub(p.entropy()));
registerKl(Uniform, Pareto, (p, q) => {
  const result = q.alpha.add(1).mul(meanLogOf(p)).sub(q.alpha.log()).sub(q.alpha.mul(q.scale.log()));
  return orInfinite(p.low.lt(q.scale), result.sub(p.entropy()));
});

/** Pairs of which the first gives values that the second never gives. */
const never: readonly (readonly [
  Parameters<typeof registerKl>[0],
  readonly Parameters<typeof registerKl>[1][],
])[] = [
  [Beta, [Pareto]],
  [ContinuousBernoulli, [Pareto]],
  [Exponential, [Beta, ContinuousBernoulli, Pareto, Uniform]],
  [Gamma, [Beta, ContinuousBernoulli, Pareto, Uniform]],
  [Gumbel, [Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform]],
  [Laplace, [Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform]],
  [Normal, [Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform]],
  [Pareto, [Beta, ContinuousBernoulli, Uniform]],
  [Poisson, [Bernoulli, Binomial]],
];
for (const [p, list] of never)
  for (const q of list)
    registerKl(p, q, (first: Distribution, second: Distribution) => infinite(first, second));
