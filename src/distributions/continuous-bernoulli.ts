/** ContinuousBernoulli. */
import { where } from "../ops/select.js";
import type { Given } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { ByProbs, clampProbs, type ProbsOptions } from "./bernoulli.js";
import { type Constraint, unitInterval } from "./constraint.js";
import { read } from "./distribution.js";
import { openUniform } from "./location-scale.js";

/** Options of `ContinuousBernoulli`: `probs` or `logits`. */
export interface ContinuousBernoulliOptions extends ProbsOptions {
  /** Between these probabilities series about ½ stand for formulas that divide by 0 there; [0.499, 0.501] if not given. */
  lims?: readonly [number, number];
}

/** C(λ) λ^x (1 − λ)^(1 − x) on [0, 1] (Loaiza-Ganem and Cunningham 2019). PyTorch's distributions.ContinuousBernoulli. */
export class ContinuousBernoulli extends ByProbs {
  override readonly hasRsample = true;
  readonly #lims: readonly [number, number];
  constructor(
    ...rest: Given<
      ContinuousBernoulliOptions,
      [probs: "probs", logits: "logits", lims: "lims", validateArgs: "validateArgs"]
    >
  ) {
    const name = "ContinuousBernoulli";
    const given = read<ContinuousBernoulliOptions>(name, "probs, logits, lims, validateArgs", rest);
    const lims = given.lims ?? [0.499, 0.501];
    super(name, given, unitInterval, { lims });
    this.#lims = lims;
  }
  override get support(): Constraint {
    return unitInterval;
  }
  /** λ, a little away from 0 and 1. */
  private get lambda(): Tensor {
    return clampProbs(this.probs);
  }
  /** `exact` of λ where that is far enough from ½, else `series` of λ − ½. */
  private apart(exact: (p: Tensor) => Tensor, series: (x: Tensor) => Tensor): Tensor {
    const p = this.lambda;
    const [low, high] = this.#lims;
    const isFar = p.le(low).logicalOr(p.gt(high));
    return where(isFar, exact(where(isFar, p, low)), series(p.sub(0.5)));
  }
  /** ln C(λ). @internal */
  get logNorm(): Tensor {
    return this.apart(
      (p) => {
        const odds = p.neg().log1p().sub(p.log()).abs().log();
        return odds.sub(p.mul(-2).add(1).abs().log());
      },
      (x) => {
        const square = x.square();
        return square
          .mul(104 / 45)
          .add(4 / 3)
          .mul(square)
          .add(Math.LN2);
      },
    );
  }
  override get mean(): Tensor {
    return this.apart(
      (p) => p.div(p.mul(2).sub(1)).add(p.neg().log1p().sub(p.log()).reciprocal()),
      (x) =>
        x
          .square()
          .mul(16 / 45)
          .add(1 / 3)
          .mul(x)
          .add(0.5),
    );
  }
  override get variance(): Tensor {
    return this.apart(
      (p) =>
        p
          .mul(p.sub(1))
          .div(p.mul(-2).add(1).square())
          .add(p.neg().log1p().sub(p.log()).square().reciprocal()),
      (x) => {
        const square = x.square();
        return square
          .mul(128 / 945)
          .sub(1 / 15)
          .mul(square)
          .add(1 / 12);
      },
    );
  }
  protected override draw(shape: readonly number[]): Tensor {
    return this.quantile(openUniform(shape, this.probs));
  }
  protected override logDensity(value: Tensor): Tensor {
    const { logits } = this;
    // −softplus of the logits, with the value's share of them.
    const entropy = logits.clampMin(0).sub(logits.mul(value)).add(logits.abs().neg().exp().log1p());
    return this.logNorm.sub(entropy);
  }
  protected override cumulative(value: Tensor): Tensor {
    const inside = this.within(value, (p) =>
      p
        .pow(value)
        .mul(p.neg().add(1).pow(value.neg().add(1)))
        .add(p)
        .sub(1)
        .div(p.mul(2).sub(1)),
    );
    return where(value.le(0), 0, where(value.ge(1), 1, inside));
  }
  protected override quantile(probability: Tensor): Tensor {
    return this.within(probability, (p) => {
      const left = p.neg().log1p();
      return probability.mul(p.mul(2).sub(1)).sub(p).log1p().sub(left).div(p.log().sub(left));
    });
  }
  /** `exact` of λ, and where λ is near to ½ the value itself. */
  private within(value: Tensor, exact: (p: Tensor) => Tensor): Tensor {
    return this.apart(exact, (x) => value.add(x.mul(0)));
  }
  override entropy(): Tensor {
    const p = this.lambda;
    const none = p.neg().log1p();
    return this.mean.mul(none.sub(p.log())).sub(this.logNorm).sub(none);
  }
}
