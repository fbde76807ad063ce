/** Distributions with a location and a scale beside the normal ones: Laplace, Cauchy, HalfCauchy, Gumbel, StudentT; and Uniform. */
import { where } from "../ops/select.js";
import { standardGamma } from "../random/gamma.js";
import type { Given } from "../tensor/signature.js";
import { rand, randn } from "../tensor/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { between, type Constraint, nonnegative, positive, real } from "./constraint.js";
import { broadcastAll, Distribution, type DistributionOptions, type Numeric, read } from "./distribution.js";
import { LocScale, type LocScaleOptions, type ScaleOptions } from "./normal.js";

/** Uniform numbers of the open interval (0, 1), in the dtype of `like`. */
export function openUniform(shape: readonly number[], like: Tensor): Tensor {
  const tiny = like.dtype === "float64" ? 2 ** -53 : 2 ** -24;
  return rand(shape.slice(), { dtype: like.dtype }).clampMin(tiny);
}

/** e^(−|x − μ| / b) / 2b. PyTorch's distributions.Laplace. */
export class Laplace extends LocScale {
  constructor(...rest: Given<LocScaleOptions, [loc: "loc", scale: "scale", validateArgs: "validateArgs"]>) {
    super("Laplace", rest);
  }
  override get mean(): Tensor {
    return this.loc;
  }
  override get mode(): Tensor {
    return this.loc;
  }
  override get variance(): Tensor {
    return this.scale.square().mul(2);
  }
  override get stddev(): Tensor {
    return this.scale.mul(Math.SQRT2);
  }
  protected override draw(shape: readonly number[]): Tensor {
    const u = openUniform(shape, this.loc).mul(2).sub(1);
    return this.placed(u.sign().mul(u.abs().neg().log1p()).neg());
  }
  protected override logDensity(value: Tensor): Tensor {
    return value.sub(this.loc).abs().div(this.scale).neg().sub(this.scale.mul(2).log());
  }
  protected override cumulative(value: Tensor): Tensor {
    const d = value.sub(this.loc);
    return d.sign().mul(d.abs().neg().div(this.scale).expm1()).mul(-0.5).add(0.5);
  }
  protected override quantile(probability: Tensor): Tensor {
    const term = probability.sub(0.5);
    return this.placed(term.sign().mul(term.abs().mul(-2).log1p()).neg());
  }
  override entropy(): Tensor {
    return this.scale.mul(2).log().add(1);
  }
}

/** 1 / (π γ (1 + ((x − x₀) / γ)²)), without mean and variance. PyTorch's distributions.Cauchy. */
export class Cauchy extends LocScale {
  constructor(...rest: Given<LocScaleOptions, [loc: "loc", scale: "scale", validateArgs: "validateArgs"]>) {
    super("Cauchy", rest);
  }
  override get mean(): Tensor {
    return this.loc.detach().mul(NaN);
  }
  override get mode(): Tensor {
    return this.loc;
  }
  override get variance(): Tensor {
    return this.loc.detach().mul(0).add(Infinity);
  }
  protected override draw(shape: readonly number[]): Tensor {
    return this.placed(openUniform(shape, this.loc).sub(0.5).mul(Math.PI).tan());
  }
  protected override logDensity(value: Tensor): Tensor {
    return this.scale.log().add(Math.log(Math.PI)).add(this.standard(value).square().log1p()).neg();
  }
  protected override cumulative(value: Tensor): Tensor {
    return this.standard(value).atan().div(Math.PI).add(0.5);
  }
  protected override quantile(probability: Tensor): Tensor {
    return this.placed(probability.sub(0.5).mul(Math.PI).tan());
  }
  override entropy(): Tensor {
    return this.scale.log().add(Math.log(4 * Math.PI));
  }
}

/** |x| of Cauchy numbers around 0. PyTorch's distributions.HalfCauchy. */
export class HalfCauchy extends Distribution {
  override readonly hasRsample = true;
  readonly scale: Tensor;
  constructor(...rest: Given<ScaleOptions, [scale: "scale", validateArgs: "validateArgs"]>) {
    const { scale, validateArgs } = read<ScaleOptions>("HalfCauchy", "scale, validateArgs", rest);
    const parameters = broadcastAll("HalfCauchy", { scale });
    super({ parameters, constraints: { scale: positive }, batchShape: parameters.scale.shape, validateArgs });
    this.scale = parameters.scale;
  }
  override get support(): Constraint {
    return nonnegative;
  }
  override get mean(): Tensor {
    return this.scale.detach().mul(0).add(Infinity);
  }
  override get mode(): Tensor {
    return this.scale.mul(0);
  }
  override get variance(): Tensor {
    return this.scale.detach().mul(0).add(Infinity);
  }
  protected override draw(shape: readonly number[]): Tensor {
    return openUniform(shape, this.scale).sub(0.5).mul(Math.PI).tan().abs().mul(this.scale);
  }
  protected override logDensity(value: Tensor): Tensor {
    const z = value.div(this.scale);
    const log = this.scale
      .log()
      .add(z.square().log1p())
      .neg()
      .add(Math.log(2 / Math.PI));
    return where(value.ge(0), log, -Infinity);
  }
  protected override cumulative(value: Tensor): Tensor {
    return value
      .div(this.scale)
      .atan()
      .mul(2 / Math.PI);
  }
  protected override quantile(probability: Tensor): Tensor {
    return probability
      .mul(Math.PI / 2)
      .tan()
      .mul(this.scale);
  }
  override entropy(): Tensor {
    return this.scale.log().add(Math.log(2 * Math.PI));
  }
}

const eulerGamma = 0.5772156649015328606;

/** e^(−z − e^(−z)) / β with z = (x − μ) / β. PyTorch's distributions.Gumbel. */
export class Gumbel extends LocScale {
  constructor(...rest: Given<LocScaleOptions, [loc: "loc", scale: "scale", validateArgs: "validateArgs"]>) {
    super("Gumbel", rest);
  }
  override get mean(): Tensor {
    return this.scale.mul(eulerGamma).add(this.loc);
  }
  override get mode(): Tensor {
    return this.loc;
  }
  override get variance(): Tensor {
    return this.scale.square().mul(Math.PI ** 2 / 6);
  }
  protected override draw(shape: readonly number[]): Tensor {
    return this.placed(openUniform(shape, this.loc).log().neg().log().neg());
  }
  protected override logDensity(value: Tensor): Tensor {
    const y = this.standard(value).neg();
    return y.sub(y.exp()).sub(this.scale.log());
  }
  protected override cumulative(value: Tensor): Tensor {
    return this.standard(value).neg().exp().neg().exp();
  }
  protected override quantile(probability: Tensor): Tensor {
    return this.placed(probability.log().neg().log().neg());
  }
  override entropy(): Tensor {
    return this.scale.log().add(1 + eulerGamma);
  }
}

/** Options of `StudentT`. */
export interface StudentTOptions extends DistributionOptions {
  df?: Numeric;
  loc?: Numeric;
  scale?: Numeric;
}

/** Student's t with `df` degrees of freedom, around `loc` (0) with `scale` (1). PyTorch's distributions.StudentT. */
export class StudentT extends Distribution {
  override readonly hasRsample = true;
  readonly df: Tensor;
  readonly loc: Tensor;
  readonly scale: Tensor;
  constructor(
    ...rest: Given<StudentTOptions, [df: "df", loc: "loc", scale: "scale", validateArgs: "validateArgs"]>
  ) {
    const given = read<StudentTOptions>("StudentT", "df, loc, scale, validateArgs", rest);
    const { df, loc = 0, scale = 1, validateArgs } = given;
    const parameters = broadcastAll("StudentT", { df, loc, scale });
    const constraints = { df: positive, loc: real, scale: positive };
    super({ parameters, constraints, batchShape: parameters.df.shape, validateArgs });
    ({ df: this.df, loc: this.loc, scale: this.scale } = parameters);
  }
  override get support(): Constraint {
    return real;
  }
  override get mean(): Tensor {
    return where(this.df.gt(1), this.loc, NaN);
  }
  override get mode(): Tensor {
    return this.loc;
  }
  override get variance(): Tensor {
    const { df } = this;
    const finite = this.scale
      .square()
      .mul(df)
      .div(where(df.gt(2), df.sub(2), 1));
    return where(df.gt(2), finite, where(df.gt(1), Infinity, NaN));
  }
  protected override draw(shape: readonly number[]): Tensor {
    const df = this.df.expand(shape.slice()) as Tensor;
    const z = randn(shape.slice(), { dtype: this.df.dtype }) as Tensor;
    const chi2 = standardGamma(df.mul(0.5)).mul(2);
    return z.mul(chi2.div(df).rsqrt()).mul(this.scale).add(this.loc);
  }
  protected override logDensity(value: Tensor): Tensor {
    const { df } = this;
    const y = value.sub(this.loc).div(this.scale);
    const norm = this.scale
      .log()
      .add(df.log().mul(0.5))
      .add(0.5 * Math.log(Math.PI))
      .add(df.mul(0.5).lgamma())
      .sub(df.add(1).mul(0.5).lgamma());
    return df.add(1).mul(-0.5).mul(y.square().div(df).log1p()).sub(norm);
  }
  override entropy(): Tensor {
    const { df } = this;
    const half = df.mul(0.5);
    const more = df.add(1).mul(0.5);
    const beta = half
      .lgamma()
      .add(0.5 * Math.log(Math.PI))
      .sub(more.lgamma());
    return this.scale
      .log()
      .add(more.mul(more.digamma().sub(half.digamma())))
      .add(df.log().mul(0.5))
      .add(beta);
  }
}

/** Options of `Uniform`. */
export interface UniformOptions extends DistributionOptions {
  low?: Numeric;
  high?: Numeric;
}

/** 1 / (high − low) in [low, high). PyTorch's distributions.Uniform. */
export class Uniform extends Distribution {
  override readonly hasRsample = true;
  readonly low: Tensor;
  readonly high: Tensor;
  constructor(...rest: Given<UniformOptions, [low: "low", high: "high", validateArgs: "validateArgs"]>) {
    const { validateArgs, ...given } = read<UniformOptions>("Uniform", "low, high, validateArgs", rest);
    const parameters = broadcastAll("Uniform", { low: given.low, high: given.high });
    const { low } = parameters;
    const above = { ...real, text: "above low", check: (x: Tensor): Tensor => x.gt(low.detach()) };
    super({ parameters, constraints: { low: real, high: above }, batchShape: low.shape, validateArgs });
    ({ low: this.low, high: this.high } = parameters);
  }
  override get support(): Constraint {
    return between(this.low, this.high);
  }
  override get mean(): Tensor {
    return this.low.add(this.high).mul(0.5);
  }
  override get mode(): Tensor {
    return this.high.mul(NaN);
  }
  override get variance(): Tensor {
    return this.high
      .sub(this.low)
      .square()
      .mul(1 / 12);
  }
  override get stddev(): Tensor {
    return this.high.sub(this.low).mul(1 / Math.sqrt(12));
  }
  protected override draw(shape: readonly number[]): Tensor {
    const u = rand(shape.slice(), { dtype: this.low.dtype }) as Tensor;
    return u.mul(this.high.sub(this.low)).add(this.low);
  }
  protected override logDensity(value: Tensor): Tensor {
    const isInside = value.ge(this.low).logicalAnd(value.lt(this.high));
    return where(isInside, this.high.sub(this.low).log().neg(), -Infinity);
  }
  protected override cumulative(value: Tensor): Tensor {
    return value.sub(this.low).div(this.high.sub(this.low)).clamp(0, 1);
  }
  protected override quantile(probability: Tensor): Tensor {
    return probability.mul(this.high.sub(this.low)).add(this.low);
  }
  override entropy(): Tensor {
    return this.high.sub(this.low).log();
  }
}
