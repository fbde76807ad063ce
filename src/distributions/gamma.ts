/** Distributions made of gamma-distributed numbers: Gamma, Chi2, Exponential, Beta, Dirichlet and FisherSnedecor. */
import { where } from "../ops/select.js";
import { stack } from "../ops/join.js";
import { standardGamma } from "../random/gamma.js";
import { igamma } from "../tensor/functions.js";
import type { Given } from "../tensor/signature.js";
import { Tensor } from "../tensor/tensor.js";
import {
  type Constraint,
  nonnegative,
  positive,
  positiveVector,
  simplex,
  unitInterval,
} from "./constraint.js";
import { broadcastAll, Distribution, type DistributionOptions, type Numeric, read } from "./distribution.js";
import { openUniform } from "./location-scale.js";

/** Options of `Gamma`. */
export interface GammaOptions extends DistributionOptions {
  concentration?: Numeric;
  rate?: Numeric;
}

/** β^α x^(α − 1) e^(−βx) / Γ(α) with concentration α and rate β; samples have a gradient by both. PyTorch's distributions.Gamma. */
export class Gamma extends Distribution {
  override readonly hasRsample = true;
  readonly concentration: Tensor;
  readonly rate: Tensor;
  constructor(
    ...rest: Given<GammaOptions, [concentration: "concentration", rate: "rate", validateArgs: "validateArgs"]>
  ) {
    const { validateArgs, ...given } = read<GammaOptions>("Gamma", "concentration, rate, validateArgs", rest);
    const parameters = broadcastAll("Gamma", { concentration: given.concentration, rate: given.rate });
    const constraints = { concentration: positive, rate: positive };
    super({ parameters, constraints, batchShape: parameters.rate.shape, validateArgs });
    ({ concentration: this.concentration, rate: this.rate } = parameters);
  }
  override get support(): Constraint {
    return nonnegative;
  }
  override get mean(): Tensor {
    return this.concentration.div(this.rate);
  }
  override get mode(): Tensor {
    return this.concentration.sub(1).div(this.rate).clampMin(0);
  }
  override get variance(): Tensor {
    return this.concentration.div(this.rate.square());
  }
  protected override draw(shape: readonly number[]): Tensor {
    return standardGamma(this.concentration.expand(shape.slice()) as Tensor).div(this.rate);
  }
  protected override logDensity(value: Tensor): Tensor {
    const { concentration: a, rate } = this;
    return a.xlogy(rate).add(a.sub(1).xlogy(value)).sub(rate.mul(value)).sub(a.lgamma());
  }
  protected override cumulative(value: Tensor): Tensor {
    return igamma(this.concentration, this.rate.mul(value));
  }
  override entropy(): Tensor {
    const { concentration: a } = this;
    return a.sub(this.rate.log()).add(a.lgamma()).add(a.neg().add(1).mul(a.digamma()));
  }
}

/** Options of `Chi2`. */
export interface Chi2Options extends DistributionOptions {
  df?: Numeric;
}

/** The sum of `df` squared normal numbers: Gamma(df / 2, ½). PyTorch's distributions.Chi2. */
export class Chi2 extends Gamma {
  constructor(...rest: Given<Chi2Options, [df: "df", validateArgs: "validateArgs"]>) {
    const { df, validateArgs } = read<Chi2Options>("Chi2", "df, validateArgs", rest);
    const parameters = broadcastAll("Chi2", { df });
    super(parameters.df.mul(0.5) as Tensor, 0.5, validateArgs);
    Object.assign(this, { made: { ...this.made, parameters } });
  }
  /** Degrees of freedom. */
  get df(): Tensor {
    return this.concentration.mul(2);
  }
}

/** Options of `Exponential` and `Poisson`. */
export interface RateOptions extends DistributionOptions {
  rate?: Numeric;
}

/** λ e^(−λx). PyTorch's distributions.Exponential. */
export class Exponential extends Distribution {
  override readonly hasRsample = true;
  readonly rate: Tensor;
  constructor(...rest: Given<RateOptions, [rate: "rate", validateArgs: "validateArgs"]>) {
    const { rate, validateArgs } = read<RateOptions>("Exponential", "rate, validateArgs", rest);
    const parameters = broadcastAll("Exponential", { rate });
    super({ parameters, constraints: { rate: positive }, batchShape: parameters.rate.shape, validateArgs });
    this.rate = parameters.rate;
  }
  override get support(): Constraint {
    return nonnegative;
  }
  override get mean(): Tensor {
    return this.rate.reciprocal();
  }
  override get mode(): Tensor {
    return this.rate.mul(0);
  }
  override get stddev(): Tensor {
    return this.rate.reciprocal();
  }
  override get variance(): Tensor {
    return this.rate.pow(-2);
  }
  protected override draw(shape: readonly number[]): Tensor {
    return openUniform(shape, this.rate).log().neg().div(this.rate);
  }
  protected override logDensity(value: Tensor): Tensor {
    return this.rate.log().sub(this.rate.mul(value));
  }
  protected override cumulative(value: Tensor): Tensor {
    return this.rate.mul(value).neg().exp().neg().add(1);
  }
  protected override quantile(probability: Tensor): Tensor {
    return probability.neg().log1p().neg().div(this.rate);
  }
  override entropy(): Tensor {
    return this.rate.log().neg().add(1);
  }
}

/** Options of `Dirichlet`. */
export interface DirichletOptions extends DistributionOptions {
  concentration?: Tensor;
}

/** Points x of a simplex, Π xᵢ^(αᵢ − 1) / B(α), with α of shape [..., K]. PyTorch's distributions.Dirichlet. */
export class Dirichlet extends Distribution {
  override readonly hasRsample = true;
  readonly concentration: Tensor;
  constructor(
    ...rest: Given<DirichletOptions, [concentration: "concentration", validateArgs: "validateArgs"]>
  ) {
    const given = read<DirichletOptions>("Dirichlet", "concentration, validateArgs", rest);
    const { concentration: a, validateArgs } = given;
    if (!(a instanceof Tensor) || a.ndim === 0)
      throw new TypeError("Dirichlet: expected concentration as a tensor of at least one dim");
    super({
      parameters: { concentration: a },
      constraints: { concentration: positiveVector },
      batchShape: a.shape.slice(0, -1),
      eventShape: a.shape.slice(-1),
      validateArgs,
    });
    this.concentration = a;
  }
  override get support(): Constraint {
    return simplex;
  }
  override get mean(): Tensor {
    return this.concentration.div(this.concentration.sum(-1, { keepdim: true }));
  }
  override get mode(): Tensor {
    const { concentration: a } = this;
    const less = a.sub(1).clampMin(0);
    const usual = less.div(less.sum(-1, { keepdim: true }));
    // With all below 1 the density is highest in a corner.
    const isCorner = a.lt(1).all(-1, { keepdim: true });
    const k = a.shape[a.ndim - 1]!;
    const corner = a.argmax(-1).oneHot(k).to(a.dtype) as Tensor;
    return where(isCorner, corner, usual);
  }
  override get variance(): Tensor {
    const { concentration: a } = this;
    const total = a.sum(-1, { keepdim: true });
    return a.mul(total.sub(a)).div(total.square().mul(total.add(1)));
  }
  protected override draw(shape: readonly number[]): Tensor {
    const g = standardGamma(this.concentration.expand(shape.slice()) as Tensor);
    return g.div(g.sum(-1, { keepdim: true }));
  }
  protected override logDensity(value: Tensor): Tensor {
    const { concentration: a } = this;
    return a.sub(1).xlogy(value).sum(-1).add(a.sum(-1).lgamma()).sub(a.lgamma().sum(-1));
  }
  override entropy(): Tensor {
    const { concentration: a } = this;
    const k = a.shape[a.ndim - 1]!;
    const total = a.sum(-1);
    return a
      .lgamma()
      .sum(-1)
      .sub(total.lgamma())
      .sub(total.neg().add(k).mul(total.digamma()))
      .sub(a.sub(1).mul(a.digamma()).sum(-1));
  }
}

/** Options of `Beta` and `Kumaraswamy`. */
export interface BetaOptions extends DistributionOptions {
  concentration1?: Numeric;
  concentration0?: Numeric;
}

/** x^(α − 1) (1 − x)^(β − 1) / B(α, β) with α = concentration1, β = concentration0. PyTorch's distributions.Beta. */
export class Beta extends Distribution {
  override readonly hasRsample = true;
  readonly concentration1: Tensor;
  readonly concentration0: Tensor;
  constructor(
    ...rest: Given<
      BetaOptions,
      [concentration1: "concentration1", concentration0: "concentration0", validateArgs: "validateArgs"]
    >
  ) {
    const { concentration1, concentration0, validateArgs } = read<BetaOptions>(
      "Beta",
      "concentration1, concentration0, validateArgs",
      rest,
    );
    const parameters = broadcastAll("Beta", { concentration1, concentration0 });
    const constraints = { concentration1: positive, concentration0: positive };
    super({ parameters, constraints, batchShape: parameters.concentration0.shape, validateArgs });
    ({ concentration1: this.concentration1, concentration0: this.concentration0 } = parameters);
  }
  override get support(): Constraint {
    return unitInterval;
  }
  override get mean(): Tensor {
    return this.concentration1.div(this.concentration1.add(this.concentration0));
  }
  override get mode(): Tensor {
    return this.pair().mode.select(-1, 0);
  }
  override get variance(): Tensor {
    const total = this.concentration1.add(this.concentration0);
    return this.concentration1.mul(this.concentration0).div(total.square().mul(total.add(1)));
  }
  protected override draw(shape: readonly number[]): Tensor {
    const sample = (a: Tensor): Tensor => standardGamma(a.expand(shape.slice()) as Tensor);
    const x = sample(this.concentration1);
    return x.div(x.add(sample(this.concentration0)));
  }
  protected override logDensity(value: Tensor): Tensor {
    const { concentration1: a, concentration0: b } = this;
    const density = a
      .sub(1)
      .xlogy(value)
      .add(b.sub(1).xlogy(value.neg().add(1)));
    return density.add(a.add(b).lgamma()).sub(a.lgamma()).sub(b.lgamma());
  }
  override entropy(): Tensor {
    return this.pair().entropy();
  }
  private pair(): Dirichlet {
    const both = stack([this.concentration1, this.concentration0], -1) as Tensor;
    return new Dirichlet(both, false);
  }
}

/** Options of `FisherSnedecor`. */
export interface FisherSnedecorOptions extends DistributionOptions {
  df1?: Numeric;
  df2?: Numeric;
}

/** The ratio of two Chi2 numbers, each over its degrees of freedom. PyTorch's distributions.FisherSnedecor. */
export class FisherSnedecor extends Distribution {
  override readonly hasRsample = true;
  readonly df1: Tensor;
  readonly df2: Tensor;
  constructor(...rest: Given<FisherSnedecorOptions, [df1: "df1", df2: "df2", validateArgs: "validateArgs"]>) {
    const { validateArgs, ...given } = read<FisherSnedecorOptions>(
      "FisherSnedecor",
      "df1, df2, validateArgs",
      rest,
    );
    const parameters = broadcastAll("FisherSnedecor", { df1: given.df1, df2: given.df2 });
    const constraints = { df1: positive, df2: positive };
    super({ parameters, constraints, batchShape: parameters.df1.shape, validateArgs });
    ({ df1: this.df1, df2: this.df2 } = parameters);
  }
  override get support(): Constraint {
    return positive;
  }
  override get mean(): Tensor {
    const { df2 } = this;
    const known = where(df2.gt(2), df2, NaN);
    return known.div(known.sub(2));
  }
  override get mode(): Tensor {
    const { df1, df2 } = this;
    const mode = df1.sub(2).div(df1).mul(df2).div(df2.add(2));
    return where(df1.gt(2), mode, NaN);
  }
  override get variance(): Tensor {
    const { df1 } = this;
    const df2 = where(this.df2.gt(4), this.df2, NaN);
    const size = df2.square().mul(df1.add(df2).sub(2)).mul(2);
    return size.div(df1.mul(df2.sub(2).square()).mul(df2.sub(4)));
  }
  protected override draw(shape: readonly number[]): Tensor {
    const part = (df: Tensor): Tensor => standardGamma(df.mul(0.5).expand(shape.slice()) as Tensor).div(df);
    return part(this.df1).div(part(this.df2));
  }
  protected override logDensity(value: Tensor): Tensor {
    const { df1, df2 } = this;
    const [half1, half2] = [df1.mul(0.5), df2.mul(0.5)];
    const ratio = df1.div(df2);
    const norm = half1.add(half2).lgamma().sub(half1.lgamma()).sub(half2.lgamma());
    const power = half1.mul(ratio.log()).add(half1.sub(1).mul(value.log()));
    return norm.add(power).sub(half1.add(half2).mul(ratio.mul(value).log1p()));
  }
}
