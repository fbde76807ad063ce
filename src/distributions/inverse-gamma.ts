/** Distributions that are another's with a transform: InverseGamma and LogisticNormal. */
import { where } from "../ops/select.js";
import type { Given } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { positive, simplex, type Constraint } from "./constraint.js";
import { read } from "./distribution.js";
import { Gamma, type GammaOptions } from "./gamma.js";
import { Normal, type LocScaleOptions } from "./normal.js";
import { PowerTransform, StickBreakingTransform } from "./transforms.js";
import { TransformedDistribution } from "./transformed.js";

/** 1 / x for x of Gamma(concentration, rate). PyTorch's distributions.InverseGamma. */
export class InverseGamma extends TransformedDistribution {
  constructor(
    ...rest: Given<GammaOptions, [concentration: "concentration", rate: "rate", validateArgs: "validateArgs"]>
  ) {
    const { validateArgs, ...given } = read<GammaOptions>(
      "InverseGamma",
      "concentration, rate, validateArgs",
      rest,
    );
    super(new Gamma({ ...given, validateArgs: validateArgs ?? null }), new PowerTransform(-1), validateArgs);
  }
  override get support(): Constraint {
    return positive;
  }
  /** α. */
  get concentration(): Tensor {
    return (this.baseDist as Gamma).concentration;
  }
  /** β. */
  get rate(): Tensor {
    return (this.baseDist as Gamma).rate;
  }
  override get mean(): Tensor {
    const { concentration: a, rate } = this;
    return where(a.gt(1), rate.div(a.sub(1)), Infinity);
  }
  override get mode(): Tensor {
    return this.rate.div(this.concentration.add(1));
  }
  override get variance(): Tensor {
    const { concentration: a, rate } = this;
    const divisor = a.sub(1).square().mul(a.sub(2));
    return where(a.gt(2), rate.square().div(divisor), Infinity);
  }
  override entropy(): Tensor {
    const { concentration: a, rate } = this;
    return a.add(rate.log()).add(a.lgamma()).sub(a.add(1).mul(a.digamma()));
  }
  override expand(batchShape: readonly number[]): this {
    const fit = (p: Tensor): Tensor => p.expand(batchShape.slice()) as Tensor;
    return new InverseGamma(fit(this.concentration), fit(this.rate), false) as this;
  }
}

/** Points of a simplex of K + 1 numbers: a stick broken by K normal numbers. PyTorch's distributions.LogisticNormal. */
export class LogisticNormal extends TransformedDistribution {
  constructor(...rest: Given<LocScaleOptions, [loc: "loc", scale: "scale", validateArgs: "validateArgs"]>) {
    const { validateArgs, ...given } = read<LocScaleOptions>(
      "LogisticNormal",
      "loc, scale, validateArgs",
      rest,
    );
    const base = new Normal({ ...given, validateArgs: validateArgs ?? null });
    super(base.batchShape.length === 0 ? base.expand([1]) : base, new StickBreakingTransform(), validateArgs);
  }
  override get support(): Constraint {
    return simplex;
  }
  /** The means of the normal numbers. */
  get loc(): Tensor {
    return (this.baseDist as Normal).loc;
  }
  /** The standard deviations of the normal numbers. */
  get scale(): Tensor {
    return (this.baseDist as Normal).scale;
  }
  override expand(batchShape: readonly number[]): this {
    const k = this.loc.shape.at(-1)!;
    const fit = (p: Tensor): Tensor => p.expand([...batchShape, k]) as Tensor;
    return new LogisticNormal(fit(this.loc), fit(this.scale), false) as this;
  }
}
