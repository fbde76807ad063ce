/** GeneralizedPareto. */
import { where } from "../ops/select.js";
import type { Given } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { between, type Constraint, positive, real } from "./constraint.js";
import { broadcastAll, Distribution, type DistributionOptions, type Numeric, read } from "./distribution.js";
import { openUniform } from "./location-scale.js";

/** Options of `GeneralizedPareto`. */
export interface GeneralizedParetoOptions extends DistributionOptions {
  loc?: Numeric;
  scale?: Numeric;
  /** ξ: the tail is a power above 0, an exponential at 0, and ends below 0. */
  concentration?: Numeric;
}

/** (1 + ξ z)^(−1/ξ − 1) / σ with z = (x − μ) / σ, or e^(−z) / σ where ξ is 0. PyTorch's distributions.GeneralizedPareto. */
export class GeneralizedPareto extends Distribution {
  override readonly hasRsample = true;
  readonly loc: Tensor;
  readonly scale: Tensor;
  readonly concentration: Tensor;
  constructor(
    ...rest: Given<
      GeneralizedParetoOptions,
      [loc: "loc", scale: "scale", concentration: "concentration", validateArgs: "validateArgs"]
    >
  ) {
    const name = "GeneralizedPareto";
    const signature = "loc, scale, concentration, validateArgs";
    const { loc, scale, concentration, validateArgs } = read<GeneralizedParetoOptions>(name, signature, rest);
    const parameters = broadcastAll(name, { loc, scale, concentration });
    const constraints = { loc: real, scale: positive, concentration: real };
    super({ parameters, constraints, batchShape: parameters.loc.shape, validateArgs });
    ({ loc: this.loc, scale: this.scale, concentration: this.concentration } = parameters);
  }
  override get support(): Constraint {
    const { loc, scale, concentration } = this;
    return between(loc, where(concentration.lt(0), loc.sub(scale.div(concentration)), Infinity));
  }
  override get mean(): Tensor {
    const valid = this.concentration.lt(1);
    const xi = where(valid, this.concentration, 0.5);
    return where(valid, this.loc.add(this.scale.div(xi.neg().add(1))), NaN);
  }
  override get mode(): Tensor {
    return this.loc;
  }
  override get variance(): Tensor {
    const valid = this.concentration.lt(0.5);
    const xi = where(valid, this.concentration, 0.25);
    const divisor = xi.neg().add(1).square().mul(xi.mul(-2).add(1));
    return where(valid, this.scale.square().div(divisor), NaN);
  }
  /** ξ with 1 in the place of 0, and where it is 0. */
  private get shape(): { xi: Tensor; isZero: Tensor } {
    const isZero = this.concentration.abs().le(1e-8);
    return { xi: where(isZero, 1, this.concentration), isZero };
  }
  private standard(value: Tensor): Tensor {
    return value.sub(this.loc).div(this.scale);
  }
  protected override draw(shape: readonly number[]): Tensor {
    return this.quantile(openUniform(shape, this.loc));
  }
  protected override logDensity(value: Tensor): Tensor {
    const { xi, isZero } = this.shape;
    const z = this.standard(value);
    const slope = xi.reciprocal().add(1);
    const power = slope.mul(xi.mul(z).log1p());
    return where(isZero, z, where(slope.eq(0), 0, power))
      .add(this.scale.log())
      .neg();
  }
  /** ln (1 − F(x)). */
  private logSurvival(value: Tensor): Tensor {
    const { xi, isZero } = this.shape;
    const z = this.standard(value);
    return where(isZero, z, xi.mul(z).log1p().div(xi)).neg();
  }
  /** The logarithm of the probability of at most `value`. */
  logCdf(value: Numeric): Tensor {
    return this.cdf(value).log();
  }
  /** The logarithm of the probability of more than `value`. */
  logSurvivalFunction(value: Numeric): Tensor {
    return this.logSurvival(this.checked(value));
  }
  protected override cumulative(value: Tensor): Tensor {
    return this.logSurvival(value).expm1().neg();
  }
  protected override quantile(probability: Tensor): Tensor {
    const { xi, isZero } = this.shape;
    const left = probability.neg().log1p();
    const power = xi.mul(left).neg().expm1().div(xi);
    return this.loc.add(this.scale.mul(where(isZero, left.neg(), power)));
  }
  override entropy(): Tensor {
    return this.scale.log().add(this.concentration).add(1);
  }
}
