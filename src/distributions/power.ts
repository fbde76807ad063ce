/** Distributions whose samples are powers of uniform numbers: Weibull, Pareto and Kumaraswamy. */
import { where } from "../ops/select.js";
import type { Given } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { atLeast, type Constraint, positive, unitInterval } from "./constraint.js";
import { broadcastAll, Distribution, type DistributionOptions, type Numeric, read } from "./distribution.js";
import type { BetaOptions } from "./gamma.js";
import { openUniform } from "./location-scale.js";

const eulerGamma = 0.5772156649015328606;

/** Options of `Weibull`. */
export interface WeibullOptions extends DistributionOptions {
  scale?: Numeric;
  concentration?: Numeric;
}

/** k / λ · (x / λ)^(k − 1) e^(−(x / λ)^k) with scale λ and concentration k. PyTorch's distributions.Weibull. */
export class Weibull extends Distribution {
  override readonly hasRsample = true;
  readonly scale: Tensor;
  readonly concentration: Tensor;
  constructor(
    ...rest: Given<
      WeibullOptions,
      [scale: "scale", concentration: "concentration", validateArgs: "validateArgs"]
    >
  ) {
    const { validateArgs, ...given } = read<WeibullOptions>(
      "Weibull",
      "scale, concentration, validateArgs",
      rest,
    );
    const parameters = broadcastAll("Weibull", { scale: given.scale, concentration: given.concentration });
    const constraints = { scale: positive, concentration: positive };
    super({ parameters, constraints, batchShape: parameters.scale.shape, validateArgs });
    ({ scale: this.scale, concentration: this.concentration } = parameters);
  }
  override get support(): Constraint {
    return positive;
  }
  private moment(n: number): Tensor {
    return this.concentration.reciprocal().mul(n).add(1).lgamma();
  }
  override get mean(): Tensor {
    return this.scale.mul(this.moment(1).exp());
  }
  override get mode(): Tensor {
    const { concentration: k } = this;
    const ratio = k.sub(1).div(k);
    return this.scale.mul(ratio.pow(k.reciprocal()));
  }
  override get variance(): Tensor {
    return this.scale.square().mul(this.moment(2).exp().sub(this.moment(1).mul(2).exp()));
  }
  protected override draw(shape: readonly number[]): Tensor {
    return openUniform(shape, this.scale).log().neg().pow(this.concentration.reciprocal()).mul(this.scale);
  }
  protected override logDensity(value: Tensor): Tensor {
    const { scale, concentration: k } = this;
    const z = value.div(scale);
    return k.div(scale).log().add(k.sub(1).mul(z.log())).sub(z.pow(k));
  }
  protected override cumulative(value: Tensor): Tensor {
    return value.div(this.scale).pow(this.concentration).neg().expm1().neg();
  }
  protected override quantile(probability: Tensor): Tensor {
    return probability.neg().log1p().neg().pow(this.concentration.reciprocal()).mul(this.scale);
  }
  override entropy(): Tensor {
    const inverse = this.concentration.reciprocal();
    return inverse.neg().add(1).mul(eulerGamma).add(this.scale.mul(inverse).log()).add(1);
  }
}

/** Options of `Pareto`. */
export interface ParetoOptions extends DistributionOptions {
  scale?: Numeric;
  alpha?: Numeric;
}

/** α m^α / x^(α + 1) for x ≥ m, with scale m. PyTorch's distributions.Pareto. */
export class Pareto extends Distribution {
  override readonly hasRsample = true;
  readonly scale: Tensor;
  readonly alpha: Tensor;
  constructor(...rest: Given<ParetoOptions, [scale: "scale", alpha: "alpha", validateArgs: "validateArgs"]>) {
    const { validateArgs, ...given } = read<ParetoOptions>("Pareto", "scale, alpha, validateArgs", rest);
    const parameters = broadcastAll("Pareto", { scale: given.scale, alpha: given.alpha });
    const constraints = { scale: positive, alpha: positive };
    super({ parameters, constraints, batchShape: parameters.scale.shape, validateArgs });
    ({ scale: this.scale, alpha: this.alpha } = parameters);
  }
  override get support(): Constraint {
    return atLeast(this.scale);
  }
  override get mean(): Tensor {
    const a = this.alpha.clampMin(1);
    return a.mul(this.scale).div(a.sub(1));
  }
  override get mode(): Tensor {
    return this.scale;
  }
  override get variance(): Tensor {
    const a = this.alpha.clampMin(2);
    return this.scale
      .square()
      .mul(a)
      .div(a.sub(1).square().mul(a.sub(2)));
  }
  protected override draw(shape: readonly number[]): Tensor {
    return openUniform(shape, this.scale).log().neg().div(this.alpha).exp().mul(this.scale);
  }
  protected override logDensity(value: Tensor): Tensor {
    const { scale, alpha } = this;
    return alpha.log().add(alpha.mul(scale.log())).sub(alpha.add(1).mul(value.log()));
  }
  protected override cumulative(value: Tensor): Tensor {
    return this.scale.div(value).pow(this.alpha).neg().add(1);
  }
  protected override quantile(probability: Tensor): Tensor {
    return probability.neg().log1p().neg().div(this.alpha).exp().mul(this.scale);
  }
  override entropy(): Tensor {
    return this.scale.div(this.alpha).log().add(this.alpha.reciprocal()).add(1);
  }
}

/** a b x^(a − 1) (1 − x^a)^(b − 1) with a = concentration1, b = concentration0. PyTorch's distributions.Kumaraswamy. */
export class Kumaraswamy extends Distribution {
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
      "Kumaraswamy",
      "concentration1, concentration0, validateArgs",
      rest,
    );
    const parameters = broadcastAll("Kumaraswamy", { concentration1, concentration0 });
    const constraints = { concentration1: positive, concentration0: positive };
    super({ parameters, constraints, batchShape: parameters.concentration1.shape, validateArgs });
    ({ concentration1: this.concentration1, concentration0: this.concentration0 } = parameters);
  }
  override get support(): Constraint {
    return unitInterval;
  }
  /** E[xⁿ] = b B(1 + n / a, b). */
  private moment(n: number): Tensor {
    const { concentration1: a, concentration0: b } = this;
    const first = a.reciprocal().mul(n).add(1);
    return b.mul(first.lgamma().add(b.lgamma()).sub(first.add(b).lgamma()).exp());
  }
  override get mean(): Tensor {
    return this.moment(1);
  }
  override get mode(): Tensor {
    const { concentration1: a, concentration0: b } = this;
    const log = a
      .reciprocal()
      .mul(b.neg().log1p())
      .sub(a.reciprocal().mul(a.mul(b).neg().log1p()));
    return where(a.lt(1).logicalOr(b.lt(1)), NaN, log.exp());
  }
  override get variance(): Tensor {
    return this.moment(2).sub(this.moment(1).square());
  }
  protected override draw(shape: readonly number[]): Tensor {
    return this.quantile(openUniform(shape, this.concentration1));
  }
  protected override logDensity(value: Tensor): Tensor {
    const { concentration1: a, concentration0: b } = this;
    const rest = value.pow(a).neg().log1p();
    return a.log().add(b.log()).add(a.sub(1).mul(value.log())).add(b.sub(1).mul(rest));
  }
  protected override cumulative(value: Tensor): Tensor {
    return this.concentration0.mul(value.pow(this.concentration1).neg().log1p()).expm1().neg();
  }
  protected override quantile(probability: Tensor): Tensor {
    const root = probability.neg().log1p().div(this.concentration0).expm1().neg();
    return root.pow(this.concentration1.reciprocal());
  }
  override entropy(): Tensor {
    const { concentration1: a, concentration0: b } = this;
    const t1 = a.reciprocal().neg().add(1);
    const t0 = b.reciprocal().neg().add(1);
    const h0 = b.add(1).digamma().add(eulerGamma);
    return t0.add(t1.mul(h0)).sub(a.log()).sub(b.log());
  }
}
