/** Distributions of counts: Binomial, Poisson and NegativeBinomial. */
import { where } from "../ops/select.js";
import { binomial, poisson } from "../random/counts.js";
import { standardGamma } from "../random/gamma.js";
import type { Given } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { ByProbs, enumerated, type ProbsOptions } from "./bernoulli.js";
import { type Constraint, integerBetween, nonnegative, nonnegativeInteger, require } from "./constraint.js";
import { asTensor, broadcastAll, Distribution, type Numeric, read } from "./distribution.js";
import type { RateOptions } from "./gamma.js";

/** Options of `Binomial` and `NegativeBinomial`. */
export interface CountOptions extends ProbsOptions {
  totalCount?: Numeric;
}

/** Parameters of which both broadcast: the count goes along as an option of its own. */
function together(name: string, count: Numeric, given: ProbsOptions): { count: Tensor; given: ProbsOptions } {
  const which = given.probs == null ? "logits" : "probs";
  const value = given[which];
  if (value == null || (given.probs != null && given.logits != null))
    return { count: asTensor(count, undefined as never), given };
  const both = broadcastAll(name, { totalCount: count, value });
  return { count: both.totalCount.to(both.value.dtype), given: { ...given, [which]: both.value } };
}

/** Successes of `totalCount` trials: C(n, k) p^k (1 − p)^(n − k). PyTorch's distributions.Binomial. */
export class Binomial extends ByProbs {
  override readonly hasEnumerateSupport = true;
  readonly totalCount: Tensor;
  constructor(
    ...rest: Given<
      CountOptions,
      [totalCount: "totalCount", probs: "probs", logits: "logits", validateArgs: "validateArgs"]
    >
  ) {
    const name = "Binomial";
    const { totalCount = 1, ...options } = read<CountOptions>(
      name,
      "totalCount, probs, logits, validateArgs",
      rest,
    );
    const { count, given } = together(name, totalCount, options);
    super(name, given);
    this.totalCount = count;
    Object.assign(this, {
      made: { ...this.made, parameters: { ...this.made.parameters, totalCount: count } },
    });
    if (this.validates) require(`${name}: totalCount`, count, nonnegativeInteger);
  }
  override get support(): Constraint {
    return integerBetween(0, this.totalCount);
  }
  override get mean(): Tensor {
    return this.totalCount.mul(this.probs);
  }
  override get mode(): Tensor {
    return this.totalCount.add(1).mul(this.probs).floor().minimum(this.totalCount);
  }
  override get variance(): Tensor {
    const { probs } = this;
    return this.totalCount.mul(probs).mul(probs.neg().add(1));
  }
  protected override draw(shape: readonly number[]): Tensor {
    const fit = (x: Tensor): Tensor => x.expand(shape.slice()) as Tensor;
    return binomial(fit(this.totalCount), fit(this.probs));
  }
  protected override logDensity(value: Tensor): Tensor {
    const { totalCount: n, logits } = this;
    const ways = n.add(1).lgamma().sub(value.add(1).lgamma()).sub(n.sub(value).add(1).lgamma());
    // k ln p + (n − k) ln (1 − p) = k · logits − n · softplus(logits)
    const softplus = logits.clampMin(0).add(logits.abs().neg().exp().log1p());
    return ways.add(value.mul(logits)).sub(n.mul(softplus));
  }
  override entropy(): Tensor {
    const values = this.enumerateSupport(false);
    const log = this.logDensity(values);
    return log.exp().mul(log).sum(0).neg();
  }
  override enumerateSupport(expand: boolean | { expand?: boolean } = true): Tensor {
    const total = this.totalCount.max().item();
    if (this.totalCount.min().item() !== total)
      throw new Error("Binomial: enumerateSupport() and entropy() need one totalCount for the whole batch");
    return enumerated(total + 1, this.like, this.batchShape, expand);
  }
}

/** λ^k e^(−λ) / k!. PyTorch's distributions.Poisson. */
export class Poisson extends Distribution {
  readonly rate: Tensor;
  constructor(...rest: Given<RateOptions, [rate: "rate", validateArgs: "validateArgs"]>) {
    const { rate, validateArgs } = read<RateOptions>("Poisson", "rate, validateArgs", rest);
    const parameters = broadcastAll("Poisson", { rate });
    super({
      parameters,
      constraints: { rate: nonnegative },
      batchShape: parameters.rate.shape,
      validateArgs,
    });
    this.rate = parameters.rate;
  }
  override get support(): Constraint {
    return nonnegativeInteger;
  }
  override get mean(): Tensor {
    return this.rate;
  }
  override get mode(): Tensor {
    return this.rate.floor();
  }
  override get variance(): Tensor {
    return this.rate;
  }
  protected override draw(shape: readonly number[]): Tensor {
    return poisson(this.rate.expand(shape.slice()) as Tensor);
  }
  protected override logDensity(value: Tensor): Tensor {
    return value.xlogy(this.rate).sub(this.rate).sub(value.add(1).lgamma());
  }
}

/** Successes before `totalCount` failures: Γ(k + r) / (Γ(r) k!) (1 − p)^r p^k. PyTorch's distributions.NegativeBinomial. */
export class NegativeBinomial extends ByProbs {
  readonly totalCount: Tensor;
  constructor(
    ...rest: Given<
      CountOptions,
      [totalCount: "totalCount", probs: "probs", logits: "logits", validateArgs: "validateArgs"]
    >
  ) {
    const name = "NegativeBinomial";
    const { totalCount, ...options } = read<CountOptions>(
      name,
      "totalCount, probs, logits, validateArgs",
      rest,
    );
    if (totalCount === undefined) throw new TypeError(`${name}: expected totalCount`);
    const { count, given } = together(name, totalCount, options);
    super(name, given, {
      ...nonnegative,
      text: "from 0 up to but not 1",
      check: (p) => p.ge(0).logicalAnd(p.lt(1)),
    });
    this.totalCount = count;
    Object.assign(this, {
      made: { ...this.made, parameters: { ...this.made.parameters, totalCount: count } },
    });
    if (this.validates) require(`${name}: totalCount`, count, nonnegative);
  }
  override get support(): Constraint {
    return nonnegativeInteger;
  }
  override get mean(): Tensor {
    return this.totalCount.mul(this.logits.exp());
  }
  override get mode(): Tensor {
    return this.totalCount.sub(1).mul(this.logits.exp()).floor().clampMin(0);
  }
  override get variance(): Tensor {
    return this.mean.div(this.logits.neg().sigmoid());
  }
  protected override draw(shape: readonly number[]): Tensor {
    const rate = standardGamma(this.totalCount.expand(shape.slice()) as Tensor).mul(this.logits.exp());
    return poisson(rate);
  }
  protected override logDensity(value: Tensor): Tensor {
    const { totalCount: r, logits } = this;
    const unnormalized = r.mul(logits.neg().logSigmoid()).add(value.mul(logits.logSigmoid()));
    const ways = r.add(value).lgamma().sub(value.add(1).lgamma()).sub(r.lgamma());
    return unnormalized.add(where(r.add(value).eq(0), 0, ways));
  }
}
