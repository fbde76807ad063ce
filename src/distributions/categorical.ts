/** Distributions over K classes: Categorical, OneHotCategorical, Multinomial, and the relaxed one with a gradient. */
import { where } from "../ops/select.js";
import { tensor } from "../tensor/creation/from-data.js";
import type { Given } from "../tensor/signature.js";
import { Tensor } from "../tensor/tensor.js";
import { type Numeric } from "./distribution.js";
import { clampProbs, enumerated, type RelaxedOptions } from "./bernoulli.js";
import { binomial } from "../random/counts.js";
import { stack } from "../ops/join.js";
import {
  type Constraint,
  countsOf,
  integerBetween,
  oneHot,
  positive,
  realVector,
  simplex,
} from "./constraint.js";
import { asTensor, Distribution, type DistributionOptions, oneOf, read } from "./distribution.js";
import { openUniform } from "./location-scale.js";

/** Options of distributions over classes: one of the two, of shape [..., K]. */
export interface ClassOptions extends DistributionOptions {
  /** Weights of the classes, at least 0; they are divided by their sum. */
  probs?: Tensor | null;
  /** Logarithms of weights. */
  logits?: Tensor | null;
}

/** Weights of K classes along the last dim. */
abstract class ByClasses extends Distribution {
  /** ln of the probabilities, of shape [..., K]. */
  readonly logits: Tensor;
  /** The probabilities. */
  readonly probs: Tensor;
  protected readonly classes: number;

  constructor(name: string, given: ClassOptions, hasVectors: boolean) {
    const which = oneOf(name, given.probs ?? undefined, given.logits ?? undefined);
    const value = (which.probs ?? which.logits)!;
    if (!(value instanceof Tensor) || value.ndim === 0)
      throw new TypeError(
        `${name}: expected probs or logits as a tensor [..., K], with a dim of the classes`,
      );
    const weights: Constraint = {
      ...simplex,
      text: "weights from 0 on with a sum above 0",
      check: (p) => p.ge(0).all(-1).logicalAnd(p.sum(-1).gt(0)),
    };
    super({
      parameters: which as Record<string, Tensor>,
      constraints: { probs: weights, logits: realVector },
      batchShape: value.shape.slice(0, -1),
      eventShape: hasVectors ? value.shape.slice(-1) : [],
      validateArgs: given.validateArgs,
    });
    this.classes = value.shape[value.ndim - 1]!;
    if (which.probs !== undefined) {
      this.probs = value.div(value.sum(-1, { keepdim: true }));
      this.logits = clampProbs(this.probs).log();
    } else {
      this.logits = value.sub(value.logsumexp(-1, { keepdim: true }));
      this.probs = this.logits.softmax(-1);
    }
  }

  /** −Σ p ln p. */
  protected entropyOfClasses(): Tensor {
    const least = this.logits.dtype === "float64" ? -Number.MAX_VALUE : -3.4028234663852886e38;
    return this.logits.clampMin(least).mul(this.probs).sum(-1).neg();
  }

  /** Numbers of classes, drawn as the greatest of logits and Gumbel noise, in the shape without classes. */
  protected drawClasses(shape: readonly number[]): Tensor {
    const u = openUniform([...shape, this.classes], this.logits);
    // Where a weight is 0 its class is never drawn.
    const scores = this.probs.log().sub(u.log().neg().log());
    return scores.argmax(-1);
  }
}

/** A class from 0 to K − 1. PyTorch's distributions.Categorical. */
export class Categorical extends ByClasses {
  override readonly hasEnumerateSupport = true;
  constructor(
    ...rest: Given<ClassOptions, [probs: "probs", logits: "logits", validateArgs: "validateArgs"]>
  ) {
    super("Categorical", read<ClassOptions>("Categorical", "probs, logits, validateArgs", rest), false);
  }
  override get support(): Constraint {
    return integerBetween(0, this.classes - 1);
  }
  override get mean(): Tensor {
    return this.probs.select(-1, 0).detach().mul(NaN);
  }
  override get mode(): Tensor {
    return this.probs.argmax(-1);
  }
  override get variance(): Tensor {
    return this.mean;
  }
  protected override draw(shape: readonly number[]): Tensor {
    return this.drawClasses(shape);
  }
  override logProb(value: Numeric): Tensor {
    return super.logProb(value instanceof Tensor ? value : tensor(value, { dtype: "int64" }));
  }
  protected override logDensity(value: Tensor): Tensor {
    const chosen = value.to("int64").unsqueeze(-1) as Tensor;
    const shape = chosen.add(this.logits.detach().mul(0).to("int64").narrow(-1, 0, 1)).shape.slice(0, -1);
    const logits = this.logits.expand([...shape, this.classes]) as Tensor;
    return logits.gather(-1, chosen.expand([...shape, 1]) as Tensor).squeeze(-1);
  }
  override entropy(): Tensor {
    return this.entropyOfClasses();
  }
  override enumerateSupport(expand: boolean | { expand?: boolean } = true): Tensor {
    return enumerated(this.classes, tensor(0, { dtype: "int64" }), this.batchShape, expand);
  }
}

/** A class as a vector with one 1. PyTorch's distributions.OneHotCategorical. */
export class OneHotCategorical extends ByClasses {
  override readonly hasEnumerateSupport = true;
  constructor(
    ...rest: Given<ClassOptions, [probs: "probs", logits: "logits", validateArgs: "validateArgs"]>
  ) {
    super(
      "OneHotCategorical",
      read<ClassOptions>("OneHotCategorical", "probs, logits, validateArgs", rest),
      true,
    );
  }
  override get support(): Constraint {
    return oneHot;
  }
  override get mean(): Tensor {
    return this.probs;
  }
  override get mode(): Tensor {
    return this.probs.argmax(-1).oneHot(this.classes).to(this.probs.dtype);
  }
  override get variance(): Tensor {
    return this.probs.mul(this.probs.neg().add(1));
  }
  protected override draw(shape: readonly number[]): Tensor {
    return this.drawClasses(shape.slice(0, -1)).oneHot(this.classes).to(this.probs.dtype);
  }
  protected override logDensity(value: Tensor): Tensor {
    return where(value.ne(0), this.logits, 0).sum(-1);
  }
  override entropy(): Tensor {
    return this.entropyOfClasses();
  }
  override enumerateSupport(expand: boolean | { expand?: boolean } = true): Tensor {
    const n = this.classes;
    const values = enumerated(n, tensor(0, { dtype: "int64" }), [], false)
      .oneHot(n)
      .to(this.probs.dtype);
    const shaped = values.reshape([n, ...this.batchShape.map(() => 1), n]) as Tensor;
    const whole = typeof expand === "object" ? (expand.expand ?? true) : expand;
    return whole ? (shaped.expand([n, ...this.batchShape, n]) as Tensor) : shaped;
  }
}

/**
 * OneHotCategorical whose `rsample` gives the sample with the gradient of the probabilities (Bengio et al. 2013). PyTorch's
 * distributions.OneHotCategoricalStraightThrough.
 */
export class OneHotCategoricalStraightThrough extends OneHotCategorical {
  override readonly hasRsample = true;
  override rsample(sampleShape: readonly number[] = []): Tensor {
    const { probs } = this;
    return this.sample(sampleShape).add(probs.sub(probs.detach()));
  }
}

/** Options of `Multinomial`. */
export interface MultinomialOptions extends ClassOptions {
  totalCount?: number;
}

/** How often each of K classes comes in `totalCount` draws: n! / Π kᵢ! · Π pᵢ^kᵢ. PyTorch's distributions.Multinomial. */
export class Multinomial extends ByClasses {
  readonly totalCount: number;
  constructor(
    ...rest: Given<
      MultinomialOptions,
      [totalCount: "totalCount", probs: "probs", logits: "logits", validateArgs: "validateArgs"]
    >
  ) {
    const name = "Multinomial";
    const signature = "totalCount, probs, logits, validateArgs";
    const { totalCount = 1, ...given } = read<MultinomialOptions>(name, signature, rest);
    if (!Number.isInteger(totalCount) || totalCount < 0)
      throw new RangeError(`${name}: totalCount must be a whole number from 0 on, not ${String(totalCount)}`);
    super(name, given, true);
    this.totalCount = totalCount;
    Object.assign(this, { made: { ...this.made, more: { totalCount } } });
  }
  override get support(): Constraint {
    return countsOf(this.totalCount);
  }
  override get mean(): Tensor {
    return this.probs.mul(this.totalCount);
  }
  override get variance(): Tensor {
    return this.probs.mul(this.probs.neg().add(1)).mul(this.totalCount);
  }
  /** One class after the other: of the trials that are left each has the class with its share of the weights that are left. */
  protected override draw(shape: readonly number[]): Tensor {
    const probs = (this.probs.expand(shape.slice()) as Tensor).to("float64");
    let left: Tensor = probs.select(-1, 0).mul(0).add(this.totalCount);
    let weight: Tensor = left.mul(0).add(1);
    const counts: Tensor[] = [];
    for (let i = 0; i < this.classes; i++) {
      const p: Tensor = probs.select(-1, i);
      const isLast = i === this.classes - 1;
      const share = where(weight.gt(0), p.div(where(weight.gt(0), weight, 1)), 0).clamp(0, 1);
      const count: Tensor = isLast ? left : binomial(left, share);
      counts.push(count);
      left = left.sub(count);
      weight = weight.sub(p);
    }
    return stack(counts, -1).to(this.probs.dtype);
  }
  protected override logDensity(value: Tensor): Tensor {
    const logits = where(value.eq(0).logicalAnd(this.logits.eq(-Infinity)), 0, this.logits);
    const ways = value.sum(-1).add(1).lgamma().sub(value.add(1).lgamma().sum(-1));
    return ways.add(logits.mul(value).sum(-1));
  }
  override entropy(): Tensor {
    const n = this.totalCount;
    const size: Tensor = tensor(n + 1, { dtype: this.probs.dtype }).lgamma();
    const values = enumerated(n + 1, this.probs, this.probs.shape, false).slice([1, null]) as Tensor;
    const { probs } = this;
    const p = clampProbs(probs);
    const logWays = tensor(n, { dtype: probs.dtype })
      .add(1)
      .lgamma()
      .sub(values.add(1).lgamma())
      .sub(
        values
          .neg()
          .add(n + 1)
          .lgamma(),
      );
    const logBinomial = logWays.add(values.mul(p.log())).add(values.neg().add(n).mul(p.neg().log1p()));
    const weighted = logBinomial.exp().mul(values.add(1).lgamma());
    return this.entropyOfClasses()
      .mul(n)
      .sub(size)
      .add(weighted.sum([0, -1]));
  }
}

/**
 * Points of the simplex that come near to those of OneHotCategorical as the temperature falls, with a gradient. PyTorch's
 * distributions.RelaxedOneHotCategorical (Jang, Gu and Poole 2017).
 */
export class RelaxedOneHotCategorical extends ByClasses {
  override readonly hasRsample = true;
  readonly temperature: Tensor;
  constructor(
    ...rest: Given<
      ClassOptions & Pick<RelaxedOptions, "temperature">,
      [temperature: "temperature", probs: "probs", logits: "logits", validateArgs: "validateArgs"]
    >
  ) {
    const name = "RelaxedOneHotCategorical";
    const { temperature, ...given } = read<ClassOptions & Pick<RelaxedOptions, "temperature">>(
      name,
      "temperature, probs, logits, validateArgs",
      rest,
    );
    if (temperature === undefined) throw new TypeError(`${name}: expected a temperature`);
    super(name, given, true);
    this.temperature = asTensor(temperature, this.logits);
    Object.assign(this, { made: { ...this.made, more: { temperature: this.temperature } } });
    if (this.validates && !positive.check(this.temperature).all().item())
      throw new RangeError(`${name}: temperature must be above 0`);
  }
  override get support(): Constraint {
    return simplex;
  }
  protected override draw(shape: readonly number[]): Tensor {
    const gumbel = openUniform(shape, this.logits).log().neg().log().neg();
    return this.logits.add(gumbel).div(this.temperature).softmax(-1);
  }
  protected override logDensity(value: Tensor): Tensor {
    const k = this.classes;
    const { temperature } = this;
    const log = value.log();
    const score = this.logits.sub(log.mul(temperature));
    const normalized = score.sub(score.logsumexp(-1, { keepdim: true })).sum(-1);
    const norm = temperature
      .log()
      .mul(k - 1)
      .add(tensor(k, { dtype: log.dtype }).lgamma());
    return normalized.add(norm).sub(log.sum(-1));
  }
}
