/** Distributions made of another: Independent and MixtureSameFamily. */
import type { Given } from "../tensor/signature.js";
import { Tensor } from "../tensor/tensor.js";
import { Categorical } from "./categorical.js";
import { type Constraint, independent } from "./constraint.js";
import { Distribution, type DistributionOptions, read, sumRightmost } from "./distribution.js";

/** Options of `Independent`. */
export interface IndependentOptions extends DistributionOptions {
  baseDistribution?: Distribution;
  reinterpretedBatchNdims?: number;
}

/** Counts the last dims of a batch as dims of one event: their log-probabilities are summed. PyTorch's distributions.Independent. */
export class Independent extends Distribution {
  override readonly hasRsample: boolean;
  override readonly hasEnumerateSupport: boolean;
  readonly baseDist: Distribution;
  readonly reinterpretedBatchNdims: number;
  constructor(
    ...rest: Given<
      IndependentOptions,
      [
        baseDistribution: "baseDistribution",
        reinterpretedBatchNdims: "reinterpretedBatchNdims",
        validateArgs: "validateArgs",
      ]
    >
  ) {
    const {
      baseDistribution: base,
      reinterpretedBatchNdims: dims,
      validateArgs,
    } = read<IndependentOptions>(
      "Independent",
      "baseDistribution, reinterpretedBatchNdims, validateArgs",
      rest,
    );
    if (!(base instanceof Distribution)) throw new TypeError("Independent: expected a distribution first");
    if (dims === undefined || !Number.isInteger(dims) || dims < 0 || dims > base.batchShape.length)
      throw new RangeError(
        `Independent: expected 0 to ${base.batchShape.length} dims of the batch [${base.batchShape.join(", ")}], got ${String(dims)}`,
      );
    const at = base.batchShape.length - dims;
    super({
      parameters: {},
      batchShape: base.batchShape.slice(0, at),
      eventShape: [...base.batchShape.slice(at), ...base.eventShape],
      validateArgs,
    });
    this.baseDist = base;
    this.reinterpretedBatchNdims = dims;
    this.hasRsample = base.hasRsample;
    this.hasEnumerateSupport = base.hasEnumerateSupport && dims === 0;
  }
  override get support(): Constraint {
    return independent(this.baseDist.support, this.reinterpretedBatchNdims);
  }
  override get mean(): Tensor {
    return this.baseDist.mean;
  }
  override get mode(): Tensor {
    return this.baseDist.mode;
  }
  override get variance(): Tensor {
    return this.baseDist.variance;
  }
  override sample(sampleShape: readonly number[] = []): Tensor {
    return this.baseDist.sample(sampleShape);
  }
  override rsample(sampleShape: readonly number[] = []): Tensor {
    return this.baseDist.rsample(sampleShape);
  }
  override logProb(value: Tensor | number): Tensor {
    return sumRightmost(this.baseDist.logProb(value), this.reinterpretedBatchNdims);
  }
  override entropy(): Tensor {
    return sumRightmost(this.baseDist.entropy(), this.reinterpretedBatchNdims);
  }
  override expand(batchShape: readonly number[]): this {
    const { baseDist, reinterpretedBatchNdims: n } = this;
    const own = this.eventShape.slice(0, n);
    return new Independent(baseDist.expand([...batchShape, ...own]), n, false) as this;
  }
  override enumerateSupport(expand: boolean | { expand?: boolean } = true): Tensor {
    if (this.reinterpretedBatchNdims > 0)
      return this.missing("enumerateSupport: combinations are not enumerated");
    return this.baseDist.enumerateSupport(expand);
  }
  override toString(): string {
    return `Independent(${this.baseDist.toString()}, ${this.reinterpretedBatchNdims})`;
  }
}

/** Options of `MixtureSameFamily`. */
export interface MixtureOptions extends DistributionOptions {
  mixtureDistribution?: Categorical;
  componentDistribution?: Distribution;
}

/** Σ wₖ pₖ(x): the last dim of the components' batch is k, and `mixtureDistribution` has their weights. PyTorch's distributions.MixtureSameFamily. */
export class MixtureSameFamily extends Distribution {
  readonly mixtureDistribution: Categorical;
  readonly componentDistribution: Distribution;
  constructor(
    ...rest: Given<
      MixtureOptions,
      [
        mixtureDistribution: "mixtureDistribution",
        componentDistribution: "componentDistribution",
        validateArgs: "validateArgs",
      ]
    >
  ) {
    const {
      mixtureDistribution: mixture,
      componentDistribution: components,
      validateArgs,
    } = read<MixtureOptions>(
      "MixtureSameFamily",
      "mixtureDistribution, componentDistribution, validateArgs",
      rest,
    );
    if (!(mixture instanceof Categorical))
      throw new TypeError("MixtureSameFamily: expected a Categorical of the weights first");
    if (!(components instanceof Distribution))
      throw new TypeError("MixtureSameFamily: expected the distribution of the components second");
    const k = mixture.probs.shape.at(-1);
    if (components.batchShape.at(-1) !== k)
      throw new RangeError(
        `MixtureSameFamily: there are ${String(k)} weights, but the components' batch is [${components.batchShape.join(", ")}]`,
      );
    const { eventShape } = components;
    super({ parameters: {}, batchShape: components.batchShape.slice(0, -1), eventShape, validateArgs });
    this.mixtureDistribution = mixture;
    this.componentDistribution = components;
  }
  override get support(): Constraint {
    const { support } = this.componentDistribution;
    const size = this.eventShape.length;
    return { ...support, check: (x) => support.check(x.unsqueeze(-1 - size)).all(-1) };
  }
  /** Weights beside the dims of an event. */
  private get weights(): Tensor {
    const { probs } = this.mixtureDistribution;
    return probs.reshape([...probs.shape, ...this.eventShape.map(() => 1)]);
  }
  private averaged(x: Tensor): Tensor {
    return x.mul(this.weights).sum(-1 - this.eventShape.length);
  }
  override get mean(): Tensor {
    return this.averaged(this.componentDistribution.mean);
  }
  override get variance(): Tensor {
    const { mean, variance } = this.componentDistribution;
    const center = this.mean.unsqueeze(-1 - this.eventShape.length) as Tensor;
    return this.averaged(variance).add(this.averaged(mean.sub(center).square()));
  }
  /** @internal */
  override get like(): Tensor {
    return this.mixtureDistribution.probs;
  }
  protected override draw(shape: readonly number[]): Tensor {
    const size = this.eventShape.length;
    const sampleShape = shape.slice(0, shape.length - this.batchShape.length - size);
    const dim = sampleShape.length + this.batchShape.length;
    const all = this.componentDistribution.sample(sampleShape);
    const chosen = this.mixtureDistribution.expand(this.batchShape).sample(sampleShape);
    const index = chosen.reshape([...chosen.shape, 1, ...this.eventShape.map(() => 1)]) as Tensor;
    const full = index.expand([...chosen.shape, 1, ...this.eventShape]) as Tensor;
    return all.gather(dim, full).squeeze(dim);
  }
  protected override logDensity(value: Tensor): Tensor {
    const each = this.componentDistribution.logProb(value.unsqueeze(-1 - this.eventShape.length) as Tensor);
    return each.add(this.mixtureDistribution.logits).logsumexp(-1);
  }
  protected override cumulative(value: Tensor): Tensor {
    const each = this.componentDistribution.cdf(value.unsqueeze(-1) as Tensor);
    return each.mul(this.mixtureDistribution.probs).sum(-1);
  }
  override expand(batchShape: readonly number[]): this {
    const k = this.mixtureDistribution.probs.shape.at(-1)!;
    return new MixtureSameFamily(
      this.mixtureDistribution.expand(batchShape),
      this.componentDistribution.expand([...batchShape, k]),
      false,
    ) as this;
  }
  override toString(): string {
    return `MixtureSameFamily(${this.mixtureDistribution.toString()}, ${this.componentDistribution.toString()})`;
  }
}
