/** Distributions of single trials with two outcomes: Bernoulli, Geometric, and the relaxed one with a gradient. */
import { binaryCrossEntropyWithLogits } from "../nn/functional.js";
import { where } from "../ops/select.js";
import { arange } from "../tensor/creation/range.js";
import type { Given } from "../tensor/signature.js";
import { rand } from "../tensor/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { boolean, type Constraint, nonnegativeInteger, positive, real, unitInterval } from "./constraint.js";
import {
  asTensor,
  broadcastAll,
  Distribution,
  type DistributionOptions,
  type Numeric,
  oneOf,
  read,
} from "./distribution.js";
import { openUniform } from "./location-scale.js";

/** Options of `Bernoulli` and `Geometric`: one of the two. */
export interface ProbsOptions extends DistributionOptions {
  /** Probabilities. */
  probs?: Numeric | null;
  /** ln (p / (1 − p)). */
  logits?: Numeric | null;
}

/** Probabilities away from 0 and 1 by the epsilon of the dtype, as PyTorch keeps them where it takes logarithms. */
export function clampProbs(probs: Tensor): Tensor {
  const eps = probs.dtype === "float64" ? 2 ** -52 : 2 ** -23;
  return probs.clamp(eps, 1 - eps);
}

/** A distribution that is given by probabilities or by logits, and has both. */
export abstract class ByProbs extends Distribution {
  readonly #probs: Tensor | null;
  readonly #logits: Tensor | null;

  constructor(
    name: string,
    given: ProbsOptions,
    probability: Constraint = unitInterval,
    more: Readonly<Record<string, unknown>> = {},
  ) {
    const { validateArgs } = given;
    const parameters = broadcastAll<string>(name, {
      ...oneOf(name, given.probs ?? undefined, given.logits ?? undefined),
    });
    const value = Object.values(parameters)[0]!;
    super({
      parameters,
      constraints: { probs: probability, logits: real },
      batchShape: value.shape,
      validateArgs,
      more,
    });
    this.#probs = parameters.probs ?? null;
    this.#logits = parameters.logits ?? null;
  }

  get probs(): Tensor {
    return this.#probs ?? this.#logits!.sigmoid();
  }

  get logits(): Tensor {
    if (this.#logits !== null) return this.#logits;
    const p = clampProbs(this.#probs!);
    return p.log().sub(p.neg().log1p());
  }
}

/** 1 with the probability p, else 0. PyTorch's distributions.Bernoulli. */
export class Bernoulli extends ByProbs {
  override readonly hasEnumerateSupport = true;
  constructor(
    ...rest: Given<ProbsOptions, [probs: "probs", logits: "logits", validateArgs: "validateArgs"]>
  ) {
    super("Bernoulli", read<ProbsOptions>("Bernoulli", "probs, logits, validateArgs", rest));
  }
  override get support(): Constraint {
    return boolean;
  }
  override get mean(): Tensor {
    return this.probs;
  }
  override get mode(): Tensor {
    const { probs } = this;
    return where(probs.eq(0.5), NaN, probs.ge(0.5).to(probs.dtype));
  }
  override get variance(): Tensor {
    const { probs } = this;
    return probs.mul(probs.neg().add(1));
  }
  protected override draw(shape: readonly number[]): Tensor {
    const { probs } = this;
    return (rand(shape.slice(), { dtype: probs.dtype }) as Tensor).lt(probs).to(probs.dtype);
  }
  protected override logDensity(value: Tensor): Tensor {
    const { logits } = this;
    // value · logits − softplus(logits), without the loss of digits of either sign.
    return value.mul(logits).sub(logits.clampMin(0)).sub(logits.abs().neg().exp().log1p());
  }
  override entropy(): Tensor {
    const { logits, probs } = this;
    return binaryCrossEntropyWithLogits(logits, probs, { reduction: "none" }) as Tensor;
  }
  override enumerateSupport(expand: boolean | { expand?: boolean } = true): Tensor {
    return enumerated(2, this.like, this.batchShape, expand);
  }
}

/** 0, 1, …, n − 1 along a new first dim. */
export function enumerated(
  n: number,
  like: Tensor,
  batchShape: readonly number[],
  expand: boolean | { expand?: boolean },
): Tensor {
  const dtype = like.dtype;
  const values = arange(n, { dtype }).reshape([n, ...batchShape.map(() => 1)]) as Tensor;
  const whole = typeof expand === "object" ? (expand.expand ?? true) : expand;
  return whole ? (values.expand([n, ...batchShape]) as Tensor) : values;
}

/** Failures before the first success: p (1 − p)^k. PyTorch's distributions.Geometric. */
export class Geometric extends ByProbs {
  constructor(
    ...rest: Given<ProbsOptions, [probs: "probs", logits: "logits", validateArgs: "validateArgs"]>
  ) {
    const aboveZero: Constraint = {
      ...unitInterval,
      text: "above 0 and at most 1",
      check: (p) => p.gt(0).logicalAnd(p.le(1)),
    };
    super("Geometric", read<ProbsOptions>("Geometric", "probs, logits, validateArgs", rest), aboveZero);
  }
  override get support(): Constraint {
    return nonnegativeInteger;
  }
  override get mean(): Tensor {
    return this.probs.reciprocal().sub(1);
  }
  override get mode(): Tensor {
    return this.probs.mul(0);
  }
  override get variance(): Tensor {
    const { probs } = this;
    return probs.reciprocal().sub(1).div(probs);
  }
  protected override draw(shape: readonly number[]): Tensor {
    const { probs } = this;
    return openUniform(shape, probs).log().div(probs.neg().log1p()).floor();
  }
  protected override logDensity(value: Tensor): Tensor {
    const { probs } = this;
    const never = probs.eq(1).logicalAnd(value.eq(0));
    const factor = where(never, 0, probs.neg());
    return value.mul(factor.log1p()).add(probs.log());
  }
  override entropy(): Tensor {
    const { logits, probs } = this;
    return (binaryCrossEntropyWithLogits(logits, probs, { reduction: "none" }) as Tensor).div(probs);
  }
}

/** Options of `RelaxedBernoulli` and `RelaxedOneHotCategorical`. */
export interface RelaxedOptions extends ProbsOptions {
  temperature?: Numeric;
}

/**
 * Numbers between 0 and 1 that come near to those of Bernoulli as the temperature falls, with a gradient. PyTorch's
 * distributions.RelaxedBernoulli (Maddison et al. 2017; Jang et al. 2017).
 */
export class RelaxedBernoulli extends ByProbs {
  override readonly hasRsample = true;
  readonly temperature: Tensor;
  constructor(
    ...rest: Given<
      RelaxedOptions,
      [temperature: "temperature", probs: "probs", logits: "logits", validateArgs: "validateArgs"]
    >
  ) {
    const name = "RelaxedBernoulli";
    const { temperature, ...given } = read<RelaxedOptions>(
      name,
      "temperature, probs, logits, validateArgs",
      rest,
    );
    super(name, given);
    if (temperature === undefined) throw new TypeError(`${name}: expected a temperature`);
    this.temperature = asTensor(temperature, this.like);
    Object.assign(this, { made: { ...this.made, more: { temperature: this.temperature } } });
    if (this.validates && !positive.check(this.temperature).all().item())
      throw new RangeError(`${name}: temperature must be above 0`);
  }
  override get support(): Constraint {
    return unitInterval;
  }
  protected override draw(shape: readonly number[]): Tensor {
    const u = openUniform(shape, this.like);
    const noise = u.log().sub(u.neg().log1p());
    return noise.add(this.logits).div(this.temperature).sigmoid();
  }
  protected override logDensity(value: Tensor): Tensor {
    const x = clampProbs(value);
    const y = x.log().sub(x.neg().log1p());
    const diff = this.logits.sub(y.mul(this.temperature));
    const atLogit = this.temperature.log().add(diff).sub(diff.exp().log1p().mul(2));
    return atLogit.sub(x.log()).sub(x.neg().log1p());
  }
}
