/** A distribution of what a transform makes of another's samples. */
import { noGrad } from "../autograd/mode.js";
import type { Given } from "../tensor/signature.js";
import { Tensor } from "../tensor/tensor.js";
import type { Constraint } from "./constraint.js";
import { Distribution, type DistributionOptions, read, sumRightmost } from "./distribution.js";
import { ComposeTransform, Transform } from "./transforms.js";

/** Options of `TransformedDistribution`. */
export interface TransformedOptions extends DistributionOptions {
  baseDistribution?: Distribution;
  transforms?: Transform | readonly Transform[];
}

/**
 * y = f(x) with x of the base: ln p(y) = ln p(x) − ln |dy/dx|. Transforms keep the shape of an event. PyTorch's
 * distributions.TransformedDistribution.
 */
export class TransformedDistribution extends Distribution {
  override readonly hasRsample: boolean;
  readonly baseDist: Distribution;
  readonly transforms: readonly Transform[];
  readonly #transform: ComposeTransform;
  constructor(
    ...rest: Given<
      TransformedOptions,
      [baseDistribution: "baseDistribution", transforms: "transforms", validateArgs: "validateArgs"]
    >
  ) {
    const name = "TransformedDistribution";
    const given = read<TransformedOptions>(name, "baseDistribution, transforms, validateArgs", rest);
    const { baseDistribution: base, transforms = [], validateArgs } = given;
    if (!(base instanceof Distribution)) throw new TypeError(`${name}: expected a distribution first`);
    const list: readonly Transform[] = transforms instanceof Transform ? [transforms] : transforms;
    if (!list.every((one) => one instanceof Transform))
      throw new TypeError(`${name}: expected a transform or a list of transforms second`);
    const whole = new ComposeTransform(list);
    const shape = [...base.batchShape, ...base.eventShape];
    const eventDim = Math.max(base.eventShape.length, whole.eventDim);
    if (eventDim > shape.length)
      throw new RangeError(
        `${name}: the transform takes ${eventDim} dims, the distribution has ${shape.length}`,
      );
    // A transform may change how long its last dim is.
    const sizes = noGrad(() => whole.forward(base.sample())).shape;
    const at = sizes.length - eventDim;
    super({ parameters: {}, batchShape: sizes.slice(0, at), eventShape: sizes.slice(at), validateArgs });
    this.baseDist = base;
    this.transforms = list;
    this.#transform = whole;
    this.hasRsample = base.hasRsample;
  }
  override get support(): Constraint {
    const { codomain } = this.#transform;
    const more = this.eventShape.length - codomain.eventDim;
    if (more <= 0) return codomain;
    return {
      ...codomain,
      eventDim: this.eventShape.length,
      check: (x) => {
        let result = codomain.check(x);
        for (let i = 0; i < more; i++) result = result.all(-1);
        return result;
      },
    };
  }
  /** @internal */
  override get like(): Tensor {
    return this.baseDist.sample();
  }
  override sample(sampleShape: readonly number[] = []): Tensor {
    return noGrad(() => this.#transform.forward(this.baseDist.sample(sampleShape)));
  }
  override rsample(sampleShape: readonly number[] = []): Tensor {
    return this.#transform.forward(this.baseDist.rsample(sampleShape));
  }
  protected override logDensity(value: Tensor): Tensor {
    const eventDim = this.eventShape.length;
    let y = value;
    let sum: Tensor | null = null;
    for (const part of this.transforms.toReversed()) {
      const x = part.inverse(y);
      const slope = sumRightmost(part.logAbsDetJacobian(x, y), eventDim - part.eventDim);
      sum = sum === null ? slope.neg() : sum.sub(slope);
      y = x;
    }
    const density = sumRightmost(this.baseDist.logProb(y), eventDim - this.baseDist.eventShape.length);
    return sum === null ? density : density.add(sum);
  }
  /** F(x), or 1 − F(x) where the transform falls. */
  protected override cumulative(value: Tensor): Tensor {
    return this.turned(this.baseDist.cdf(this.#transform.inverse(value)));
  }
  protected override quantile(probability: Tensor): Tensor {
    return this.#transform.forward(this.baseDist.icdf(this.turned(probability)));
  }
  private turned(p: Tensor): Tensor {
    const { sign } = this.#transform;
    return p
      .sub(0.5)
      .mul(sign as Tensor)
      .add(0.5);
  }
  override expand(batchShape: readonly number[]): this {
    const extra = this.eventShape.length - this.baseDist.eventShape.length;
    const own = extra > 0 ? this.baseDist.batchShape.slice(-extra) : [];
    const base = this.baseDist.expand([...batchShape, ...own]);
    return new TransformedDistribution(base, this.transforms, false) as this;
  }
  override toString(): string {
    const names = this.transforms.map((part) => part.constructor.name).join(", ");
    return `TransformedDistribution(${this.baseDist.toString()}, [${names}])`;
  }
}
