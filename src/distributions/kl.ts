/** The Kullback-Leibler divergence KL(p ‖ q) = E_p[ln p − ln q] of pairs of one kind that have a formula; kl-unlike.ts has the others. */
import { where } from "../ops/select.js";
import { full } from "../tensor/creation/constant.js";
import type { Tensor } from "../tensor/tensor.js";
import { Bernoulli, Geometric } from "./bernoulli.js";
import { Categorical, OneHotCategorical } from "./categorical.js";
import { ContinuousBernoulli } from "./continuous-bernoulli.js";
import { Binomial, Poisson } from "./counts.js";
import { Distribution, sumRightmost } from "./distribution.js";
import { Beta, Dirichlet, Exponential, Gamma } from "./gamma.js";
import { Independent } from "./independent.js";
import { Cauchy, Gumbel, Laplace, Uniform } from "./location-scale.js";
import { LowRankMultivariateNormal, lowRankDivergence } from "./low-rank-multivariate-normal.js";
import { MultivariateNormal } from "./multivariate-normal.js";
import { HalfNormal, LogNormal, Normal } from "./normal.js";
import { Pareto } from "./power.js";
import { TransformedDistribution } from "./transformed.js";

type Class<D extends Distribution> = abstract new (...args: never) => D;

interface Pair {
  readonly p: Class<Distribution>;
  readonly q: Class<Distribution>;
  readonly formula: (p: Distribution, q: Distribution) => Tensor;
}

const pairs: Pair[] = [];

/** Says how the divergence of two classes is computed; later ones win (`torch.distributions.kl.register_kl`). */
export function registerKl<P extends Distribution, Q extends Distribution>(
  p: Class<P>,
  q: Class<Q>,
  formula: (p: P, q: Q) => Tensor,
): void {
  pairs.unshift({ p, q, formula: formula as unknown as Pair["formula"] });
}

/**
 * KL(p ‖ q), of the shape of the batch, in nats (`torch.distributions.kl_divergence`).
 * @throws Error for a pair of which no formula is known; `registerKl` adds one
 */
export function klDivergence(p: Distribution, q: Distribution): Tensor {
  const found = pairs.find((pair) => p instanceof pair.p && q instanceof pair.q);
  if (found === undefined)
    throw new Error(
      `klDivergence: no formula for ${p.constructor.name} and ${q.constructor.name}; ` +
        "estimate it: const x = p.sample([1000]); p.logProb(x).sub(q.logProb(x)).mean(0)",
    );
  return found.formula(p, q);
}

/** Infinity for each of a batch that both broadcast to. @internal */
export function infinite(p: Distribution, q: Distribution): Tensor {
  const like = (d: Distribution): Tensor => full([...d.batchShape], Infinity, { dtype: d.like.dtype });
  return like(p).maximum(like(q));
}

function normals(p: { loc: Tensor; scale: Tensor }, q: { loc: Tensor; scale: Tensor }): Tensor {
  const ratio = p.scale.div(q.scale).square();
  const apart = p.loc.sub(q.loc).div(q.scale).square();
  return ratio.add(apart).sub(1).sub(ratio.log()).mul(0.5);
}

registerKl(Normal, Normal, normals);
registerKl(LogNormal, LogNormal, normals);
registerKl(HalfNormal, HalfNormal, (p, q) => {
  const ratio = p.scale.div(q.scale).square();
  return ratio.sub(1).sub(ratio.log()).mul(0.5);
});
registerKl(Laplace, Laplace, (p, q) => {
  const ratio = p.scale.div(q.scale);
  const apart = p.loc.sub(q.loc).abs();
  const first = apart.div(q.scale);
  return ratio
    .log()
    .neg()
    .add(first)
    .add(ratio.mul(apart.div(p.scale).neg().exp()))
    .sub(1);
});
registerKl(Cauchy, Cauchy, (p, q) => {
  const both = p.scale.add(q.scale).square().add(p.loc.sub(q.loc).square());
  return both.log().sub(p.scale.mul(q.scale).mul(4).log());
});
registerKl(Gumbel, Gumbel, (p, q) => {
  const ratio = p.scale.div(q.scale);
  const pAtQ = p.loc.div(q.scale);
  const qAtQ = q.loc.div(q.scale);
  const power = qAtQ.sub(pAtQ).add(ratio.add(1).lgamma()).exp();
  const eulerGamma = 0.5772156649015328606;
  return ratio
    .log()
    .neg()
    .add(pAtQ)
    .sub(qAtQ)
    .add(ratio.mul(eulerGamma))
    .add(power)
    .sub(1 + eulerGamma);
});
registerKl(Uniform, Uniform, (p, q) => {
  const width = q.high.sub(q.low).div(p.high.sub(p.low)).log();
  return where(q.low.gt(p.low).logicalOr(q.high.lt(p.high)), Infinity, width);
});
registerKl(Pareto, Pareto, (p, q) => {
  const scale = p.scale.div(q.scale);
  const alpha = q.alpha.div(p.alpha);
  const result = q.alpha.mul(scale.log()).sub(alpha.log()).add(alpha).sub(1);
  return where(p.scale.lt(q.scale), Infinity, result);
});
registerKl(Exponential, Exponential, (p, q) => {
  const ratio = q.rate.div(p.rate);
  return ratio.log().neg().add(ratio).sub(1);
});
registerKl(Gamma, Gamma, (p, q) => {
  const a = p.concentration;
  const b = q.concentration;
  return b
    .mul(p.rate.div(q.rate).log())
    .add(b.lgamma().sub(a.lgamma()))
    .add(a.sub(b).mul(a.digamma()))
    .add(q.rate.sub(p.rate).mul(a.div(p.rate)));
});
registerKl(Beta, Beta, (p, q) => {
  const [a, b] = [p.concentration1, p.concentration0];
  const [c, d] = [q.concentration1, q.concentration0];
  const total = a.add(b);
  const other = c.add(d);
  return c
    .lgamma()
    .add(d.lgamma())
    .add(total.lgamma())
    .sub(a.lgamma().add(b.lgamma()).add(other.lgamma()))
    .add(a.sub(c).mul(a.digamma()))
    .add(b.sub(d).mul(b.digamma()))
    .add(other.sub(total).mul(total.digamma()));
});
registerKl(Dirichlet, Dirichlet, (p, q) => {
  const [a, b] = [p.concentration, q.concentration];
  const total = a.sum(-1, { keepdim: true });
  const norms = total.squeeze(-1).lgamma().sub(b.sum(-1).lgamma());
  const each = a.lgamma().sub(b.lgamma());
  const slopes = a.sub(b).mul(a.digamma().sub(total.digamma()));
  return norms.sub(each.sum(-1)).add(slopes.sum(-1));
});
registerKl(Bernoulli, Bernoulli, (p, q) => {
  const t = p.probs;
  const s = q.probs;
  const softplus = (x: Tensor): Tensor => x.clampMin(0).add(x.abs().neg().exp().log1p());
  const first = t.mul(softplus(q.logits.neg()).sub(softplus(p.logits.neg())));
  const rest = t.neg().add(1);
  const second = rest.mul(softplus(q.logits).sub(softplus(p.logits)));
  const some = where(s.eq(0), Infinity, where(t.eq(0), 0, first));
  const none = where(s.eq(1), Infinity, where(t.eq(1), 0, second));
  return some.add(none);
});
registerKl(Binomial, Binomial, (p, q) => {
  const result = p.totalCount.mul(
    p.probs.mul(p.logits.sub(q.logits)).add(p.probs.neg().log1p()).sub(q.probs.neg().log1p()),
  );
  return where(p.totalCount.gt(q.totalCount), Infinity, result);
});
registerKl(Geometric, Geometric, (p, q) =>
  p.entropy().neg().sub(q.probs.neg().log1p().div(p.probs)).sub(q.logits),
);
registerKl(Poisson, Poisson, (p, q) => p.rate.mul(p.rate.log().sub(q.rate.log())).sub(p.rate.sub(q.rate)));
registerKl(Categorical, Categorical, (p, q) => {
  const terms = p.probs.mul(p.logits.sub(q.logits));
  const allowed = where(q.probs.eq(0), Infinity, terms);
  return where(p.probs.eq(0), 0, allowed).sum(-1);
});
registerKl(OneHotCategorical, OneHotCategorical, (p, q) => {
  const terms = p.probs.mul(p.logits.sub(q.logits));
  const allowed = where(q.probs.eq(0), Infinity, terms);
  return where(p.probs.eq(0), 0, allowed).sum(-1);
});
registerKl(MultivariateNormal, MultivariateNormal, (p, q) => p.divergence(q));
registerKl(LowRankMultivariateNormal, LowRankMultivariateNormal, lowRankDivergence);
registerKl(LowRankMultivariateNormal, MultivariateNormal, lowRankDivergence);
registerKl(MultivariateNormal, LowRankMultivariateNormal, lowRankDivergence);
registerKl(ContinuousBernoulli, ContinuousBernoulli, (p, q) => {
  const own = p.logNorm.add(p.probs.neg().log1p());
  return p.mean.mul(p.logits.sub(q.logits)).add(own).sub(q.logNorm).sub(q.probs.neg().log1p());
});
registerKl(Independent, Independent, (p, q) => {
  if (p.reinterpretedBatchNdims !== q.reinterpretedBatchNdims)
    throw new Error("klDivergence: Independent distributions of different numbers of reinterpreted dims");
  return sumRightmost(klDivergence(p.baseDist, q.baseDist), p.reinterpretedBatchNdims);
});
registerKl(TransformedDistribution, TransformedDistribution, (p, q) => {
  const same =
    p.transforms.length === q.transforms.length && p.transforms.every((t, i) => t === q.transforms[i]);
  if (!same)
    throw new Error(
      "klDivergence: transformed distributions need the same transforms, the objects themselves",
    );
  const extra = p.eventShape.length - p.baseDist.eventShape.length;
  return sumRightmost(klDivergence(p.baseDist, q.baseDist), extra);
});
