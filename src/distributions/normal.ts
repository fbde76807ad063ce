/** Normal, LogNormal and HalfNormal. */
import type { Given } from "../tensor/signature.js";
import { randn } from "../tensor/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Constraint, nonnegative, positive, real } from "./constraint.js";
import { broadcastAll, Distribution, type DistributionOptions, type Numeric, read } from "./distribution.js";
import { where } from "../ops/select.js";

/** Options of `Normal` and `LogNormal`. */
export interface LocScaleOptions extends DistributionOptions {
  loc?: Numeric;
  scale?: Numeric;
}

/** Location and scale of a batch of distributions. */
export abstract class LocScale extends Distribution {
  override readonly hasRsample = true;
  readonly loc: Tensor;
  readonly scale: Tensor;

  constructor(name: string, rest: readonly unknown[]) {
    const { validateArgs, ...given } = read<LocScaleOptions>(name, "loc, scale, validateArgs", rest);
    const parameters = broadcastAll(name, { loc: given.loc, scale: given.scale });
    const constraints = { loc: real, scale: positive };
    super({ parameters, constraints, batchShape: parameters.loc.shape, validateArgs });
    ({ loc: this.loc, scale: this.scale } = parameters);
  }

  override get support(): Constraint {
    return real;
  }

  /** (value − loc) / scale. */
  protected standard(value: Tensor): Tensor {
    return value.sub(this.loc).div(this.scale);
  }

  protected placed(standard: Tensor): Tensor {
    return standard.mul(this.scale).add(this.loc);
  }
}

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI);

function standardNormal(shape: readonly number[], like: Tensor): Tensor {
  return randn(shape.slice(), { dtype: like.dtype });
}

/** e^(−(x − μ)² / 2σ²) / (σ √2π). PyTorch's distributions.Normal. */
export class Normal extends LocScale {
  constructor(...rest: Given<LocScaleOptions, [loc: "loc", scale: "scale", validateArgs: "validateArgs"]>) {
    super("Normal", rest);
  }
  override get mean(): Tensor {
    return this.loc;
  }
  override get mode(): Tensor {
    return this.loc;
  }
  override get variance(): Tensor {
    return this.scale.square();
  }
  protected override draw(shape: readonly number[]): Tensor {
    return this.placed(standardNormal(shape, this.loc));
  }
  protected override logDensity(value: Tensor): Tensor {
    return this.standard(value).square().mul(-0.5).sub(this.scale.log()).sub(halfLog2Pi);
  }
  protected override cumulative(value: Tensor): Tensor {
    return this.standard(value).mul(Math.SQRT1_2).erf().add(1).mul(0.5);
  }
  protected override quantile(probability: Tensor): Tensor {
    return this.placed(probability.mul(2).sub(1).erfinv().mul(Math.SQRT2));
  }
  override entropy(): Tensor {
    return this.scale.log().add(0.5 + halfLog2Pi);
  }
}

/** e to the power of normal numbers. PyTorch's distributions.LogNormal. */
export class LogNormal extends LocScale {
  constructor(...rest: Given<LocScaleOptions, [loc: "loc", scale: "scale", validateArgs: "validateArgs"]>) {
    super("LogNormal", rest);
  }
  override get support(): Constraint {
    return positive;
  }
  override get mean(): Tensor {
    return this.scale.square().mul(0.5).add(this.loc).exp();
  }
  override get mode(): Tensor {
    return this.loc.sub(this.scale.square()).exp();
  }
  override get variance(): Tensor {
    const square = this.scale.square();
    return square.expm1().mul(this.loc.mul(2).add(square).exp());
  }
  protected override draw(shape: readonly number[]): Tensor {
    return this.placed(standardNormal(shape, this.loc)).exp();
  }
  protected override logDensity(value: Tensor): Tensor {
    const log = value.log();
    return this.standard(log).square().mul(-0.5).sub(this.scale.log()).sub(halfLog2Pi).sub(log);
  }
  protected override cumulative(value: Tensor): Tensor {
    return this.standard(value.log()).mul(Math.SQRT1_2).erf().add(1).mul(0.5);
  }
  protected override quantile(probability: Tensor): Tensor {
    return this.placed(probability.mul(2).sub(1).erfinv().mul(Math.SQRT2)).exp();
  }
  override entropy(): Tensor {
    return this.scale
      .log()
      .add(0.5 + halfLog2Pi)
      .add(this.loc);
  }
}

/** Options of `HalfNormal` and `HalfCauchy`. */
export interface ScaleOptions extends DistributionOptions {
  scale?: Numeric;
}

/** |x| of normal numbers around 0. PyTorch's distributions.HalfNormal. */
export class HalfNormal extends Distribution {
  override readonly hasRsample = true;
  readonly scale: Tensor;
  constructor(...rest: Given<ScaleOptions, [scale: "scale", validateArgs: "validateArgs"]>) {
    const { scale, validateArgs } = read<ScaleOptions>("HalfNormal", "scale, validateArgs", rest);
    const parameters = broadcastAll("HalfNormal", { scale });
    super({ parameters, constraints: { scale: positive }, batchShape: parameters.scale.shape, validateArgs });
    this.scale = parameters.scale;
  }
  override get support(): Constraint {
    return nonnegative;
  }
  override get mean(): Tensor {
    return this.scale.mul(Math.sqrt(2 / Math.PI));
  }
  override get mode(): Tensor {
    return this.scale.mul(0);
  }
  override get variance(): Tensor {
    return this.scale.square().mul(1 - 2 / Math.PI);
  }
  protected override draw(shape: readonly number[]): Tensor {
    return standardNormal(shape, this.scale).abs().mul(this.scale);
  }
  protected override logDensity(value: Tensor): Tensor {
    const z = value.div(this.scale);
    const log = z
      .square()
      .mul(-0.5)
      .sub(this.scale.log())
      .add(Math.LN2 - halfLog2Pi);
    return where(value.ge(0), log, -Infinity);
  }
  protected override cumulative(value: Tensor): Tensor {
    return value.div(this.scale).mul(Math.SQRT1_2).erf();
  }
  protected override quantile(probability: Tensor): Tensor {
    return probability.erfinv().mul(Math.SQRT2).mul(this.scale);
  }
  override entropy(): Tensor {
    return this.scale.log().add(0.5 + halfLog2Pi - Math.LN2);
  }
}
