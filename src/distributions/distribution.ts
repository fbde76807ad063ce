/** What all distributions have in common: their shapes, validation, and how arguments are read. */
import { noGrad } from "../autograd/mode.js";
import { broadcast } from "../graph/record/shapes.js";
import { tensor } from "../tensor/creation/from-data.js";
import { checkBroadcast, formatShape } from "../tensor/shape.js";
import { optionsOf } from "../tensor/signature.js";
import { Tensor } from "../tensor/tensor.js";
import { type Constraint, require } from "./constraint.js";

/** A parameter: a number, or a tensor with one for each of a batch. */
export type Numeric = Tensor | number;

/** The option that all distributions have. */
export interface DistributionOptions {
  /** Whether parameters and values are checked, which reads them; true if not given. */
  validateArgs?: boolean | null;
}

/** What a distribution is made of: its parameters by the names of its options, how many dims of each belong to one event, and conditions. */
interface Made {
  readonly parameters: Readonly<Record<string, Tensor>>;
  readonly constraints?: Readonly<Record<string, Constraint>>;
  readonly batchShape: readonly number[];
  readonly eventShape?: readonly number[];
  readonly validateArgs?: boolean | null | undefined;
  /** Options that are no tensors, which a distribution like this one is made with too. */
  readonly more?: Readonly<Record<string, unknown>>;
}

let validates = true;

/** Base of all distributions; PyTorch's distributions.Distribution. */
export abstract class Distribution {
  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[];
  /** Whether samples have a gradient. */
  readonly hasRsample: boolean = false;
  readonly hasEnumerateSupport: boolean = false;
  protected readonly made: Made;
  protected readonly validates: boolean;

  protected constructor(made: Made) {
    this.made = made;
    this.batchShape = made.batchShape;
    this.eventShape = made.eventShape ?? [];
    this.validates = made.validateArgs ?? validates;
    if (!this.validates) return;
    for (const [name, condition] of Object.entries(made.constraints ?? {})) {
      const value = made.parameters[name];
      if (value !== undefined) require(`${this.constructor.name}: ${name}`, value, condition);
    }
  }

  /** Whether distributions check what they are given where that is not said. True at first. */
  static setDefaultValidateArgs(value: boolean): void {
    validates = value;
  }

  /** What the parameters have to be, by their names. */
  get argConstraints(): Readonly<Record<string, Constraint>> {
    return this.made.constraints ?? {};
  }

  /** What samples are. */
  abstract get support(): Constraint;

  /** The mean of each distribution. */
  get mean(): Tensor {
    return this.missing("mean");
  }

  /** The variance of each distribution. */
  get variance(): Tensor {
    return this.missing("variance");
  }

  /** The value of the highest probability or density. */
  get mode(): Tensor {
    return this.missing("mode");
  }

  /** The square root of the variance. */
  get stddev(): Tensor {
    return this.variance.sqrt();
  }

  /** Random values of shape [...sampleShape, ...batchShape, ...eventShape], without a gradient. */
  sample(sampleShape: readonly number[] = []): Tensor {
    return noGrad(() => this.draw(this.extendedShape(sampleShape)).detach());
  }

  /** Random values with a gradient by the parameters. @throws Error where a distribution has none */
  rsample(sampleShape: readonly number[] = []): Tensor {
    if (!this.hasRsample)
      throw new Error(
        `${this.constructor.name}: samples have no gradient by the parameters; use sample(), and logProb() of what it gives in the loss`,
      );
    return this.draw(this.extendedShape(sampleShape));
  }

  /** The logarithm of the density or probability of `value`. */
  logProb(value: Numeric): Tensor {
    return this.logDensity(this.checked(value));
  }

  /** The probability of at most `value`. */
  cdf(value: Numeric): Tensor {
    return this.cumulative(this.checked(value));
  }

  /** The value below which a probability lies: the inverse of `cdf`. */
  icdf(probability: Numeric): Tensor {
    return this.quantile(asTensor(probability, this.like));
  }

  /** −E[ln p] in nats. */
  entropy(): Tensor {
    return this.missing("entropy");
  }

  /** e to the entropy. */
  perplexity(): Tensor {
    return this.entropy().exp();
  }

  /** All values of a discrete distribution along a new first dim; with `expand` false of size 1 where the batch is. */
  enumerateSupport(_expand: boolean | { expand?: boolean } = true): Tensor {
    return this.missing("enumerateSupport");
  }

  /** The same distribution for a batch of another shape, to which this one's broadcasts. */
  expand(batchShape: readonly number[]): this {
    const { parameters, more } = this.made;
    const old = this.batchShape.length;
    const fit = (p: Tensor): Tensor => p.expand([...batchShape, ...p.shape.slice(old)]) as Tensor;
    const expanded = Object.fromEntries(Object.entries(parameters).map(([name, p]) => [name, fit(p)]));
    const copy = new (this.constructor as new (options: object) => this)({
      ...expanded,
      ...more,
      validateArgs: false,
    });
    Object.defineProperty(copy, "validates", { value: this.validates });
    return copy;
  }

  /** The name and the parameters. */
  toString(): string {
    const entries = Object.entries(this.made.parameters).map(([name, p]) =>
      p.numel() === 1 ? `${name}: ${String(p.item())}` : `${name}: ${formatShape(p.shape)}`,
    );
    return `${this.constructor.name}(${entries.join(", ")})`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** A sample of the whole shape, with a gradient where `hasRsample`. */
  protected draw(_shape: readonly number[]): Tensor {
    return this.missing("sample");
  }

  /** `logProb` of a checked value. */
  protected logDensity(_value: Tensor): Tensor {
    return this.missing("logProb");
  }

  /** `cdf` of a checked value. */
  protected cumulative(_value: Tensor): Tensor {
    return this.missing("cdf");
  }

  /** `icdf` of a probability. */
  protected quantile(_probability: Tensor): Tensor {
    return this.missing("icdf");
  }

  /** The shape of so many samples. */
  protected extendedShape(sampleShape: readonly number[] = []): number[] {
    if (!Array.isArray(sampleShape))
      throw new TypeError(
        `${this.constructor.name}: expected the shape of samples as a list of sizes such as [1000], got ${String(sampleShape)}`,
      );
    return [...(sampleShape as readonly number[]), ...this.batchShape, ...this.eventShape];
  }

  /** @internal Any of the parameters, for dtype. */
  get like(): Tensor {
    return Object.values(this.made.parameters)[0]!;
  }

  /** The value as a tensor, of the shape and kind that values have. */
  protected checked(value: Numeric): Tensor {
    const v = asTensor(value, this.like);
    if (!this.validates) return v;
    const name = this.constructor.name;
    const size = this.eventShape.length;
    const ending = v.shape.slice(Math.max(0, v.ndim - size));
    if (ending.length !== size || ending.some((n, i) => n !== this.eventShape[i] && n !== 1))
      throw new RangeError(
        `${name}: a value has the shape ${formatShape(this.eventShape)}, but got ${formatShape(v.shape)}`,
      );
    checkBroadcast(`${name}: value and batch`, v.shape.slice(0, v.ndim - size), this.batchShape);
    require(`${name}: a value`, v, this.support);
    return v;
  }

  /** Refuses what this family has no closed form of. @throws Error */
  protected missing(what: string): never {
    throw new Error(`${this.constructor.name} has no ${what}`);
  }
}

/** A number as a tensor of the dtype of `like`. */
export function asTensor(value: Numeric, like: Tensor): Tensor {
  return value instanceof Tensor ? value : tensor(value, { dtype: like.dtype });
}

/** The options of `name` by position or by name. */
export function read<O extends object>(
  name: string,
  signature: string,
  rest: readonly unknown[],
): Partial<O> {
  return optionsOf<O>(name, signature, rest);
}

/**
 * All parameters in the shape that they broadcast to, numbers in the dtype of the tensors among them.
 * @throws TypeError for one that is missing
 */
export function broadcastAll<K extends string>(
  name: string,
  values: Readonly<Record<K, Numeric | undefined>>,
): Record<K, Tensor> {
  const entries = Object.entries(values) as [K, Numeric | undefined][];
  const like = entries.map(([, value]) => value).find((value) => value instanceof Tensor);
  const tensors = entries.map(([key, value]): [K, Tensor] => {
    if (typeof value !== "number" && !(value instanceof Tensor))
      throw new TypeError(
        `${name}: expected ${key} as a number or a tensor, got ${value === undefined ? "nothing" : typeof value}`,
      );
    return [
      key,
      value instanceof Tensor ? value : tensor(value, like === undefined ? {} : { dtype: like.dtype }),
    ];
  });
  let shape: readonly number[] = [];
  for (const [key, value] of tensors) {
    checkBroadcast(`${name}: ${key}`, shape, value.shape);
    shape = broadcast(shape, value.shape);
  }
  const fit = (t: Tensor): Tensor =>
    t.ndim === shape.length && t.numel() === sizeOf(shape) ? t : (t.expand(shape.slice()) as Tensor);
  return Object.fromEntries(tensors.map(([key, value]) => [key, fit(value)])) as Record<K, Tensor>;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Exactly one of `probs` and `logits`. @throws TypeError for both or none */
export function oneOf(
  name: string,
  probs: Numeric | undefined,
  logits: Numeric | undefined,
): { readonly probs?: Numeric; readonly logits?: Numeric } {
  if ((probs === undefined) === (logits === undefined))
    throw new TypeError(
      `${name}: expected either probs or logits, got ${probs === undefined ? "neither" : "both"}`,
    );
  return probs === undefined ? { logits: logits! } : { probs };
}

/** The sum of the last `dims` dims. */
export function sumRightmost(x: Tensor, dims: number): Tensor {
  return dims === 0 ? x : x.sum(Array.from({ length: dims }, (_, i) => i - dims));
}
