/** Standardization: numbers of one size for every feature, by what the training data say. */
import { noGrad } from "../autograd/mode.js";
import { where } from "../ops/select.js";
import { formatShape } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";

/**
 * Brings features to mean 0 and standard deviation 1: (x − mean) / scale. `fit` it on the training data alone: what is taken from validation data
 * is something that the model should not know. scikit-learn's StandardScaler.
 *
 *     const scaler = new data.StandardScaler().fit(training);
 *     const [x, v] = [scaler.transform(training), scaler.transform(validation)];
 */
export class StandardScaler {
  #mean: Tensor | null = null;
  #scale: Tensor | null = null;

  /**
   * Takes mean and standard deviation (of the population, in float64) of each feature of [N, features…]; a feature that is the same everywhere has
   * scale 1.
   * @throws Error for less than one example or no dim of examples
   */
  fit(x: Tensor): this {
    const examples = checkTensor("fit", x).shape[0];
    if (!examples)
      throw new Error(
        `StandardScaler.fit: expected examples [N, features…] with N of at least 1, got ${formatShape(x.shape)}`,
      );
    noGrad(() => {
      const exact = x.detach().to("float64");
      const deviation = exact.std(0, { correction: 0 });
      this.#mean = exact.mean(0);
      this.#scale = where(deviation.eq(0), 1, deviation);
    });
    return this;
  }

  /** Mean of each feature, float64. @throws Error before `fit` */
  get mean(): Tensor {
    return this.#mean ?? notFitted();
  }

  /** Standard deviation of each feature, float64. @throws Error before `fit` */
  get scale(): Tensor {
    return this.#scale ?? notFitted();
  }

  /** (x − mean) / scale, of the floating dtype of `x`, float32 for integers. @throws Error before `fit` and for other features */
  transform(x: Tensor): Tensor {
    const [mean, scale] = this.#like("transform", x);
    return x.sub(mean).div(scale);
  }

  /** `fit`, then `transform`. */
  fitTransform(x: Tensor): Tensor {
    return this.fit(x).transform(x);
  }

  /** x · scale + mean: from predictions back to the features' own units. @throws Error before `fit` and for other features */
  inverseTransform(x: Tensor): Tensor {
    const [mean, scale] = this.#like("inverseTransform", x);
    return x.mul(scale).add(mean);
  }

  /** What a file keeps: `await io.saveSafetensors(path, scaler.stateDict())`. @throws Error before `fit` */
  stateDict(): { mean: Tensor; scale: Tensor } {
    return { mean: this.mean, scale: this.scale };
  }

  /** Takes what `stateDict` gave. @throws Error where the two do not fit each other */
  loadStateDict(state: Readonly<Record<string, Tensor>>): this {
    const { mean, scale } = state;
    if (!(mean instanceof Tensor && scale instanceof Tensor) || String(mean.shape) !== String(scale.shape))
      throw new Error("StandardScaler.loadStateDict: expected { mean, scale }, tensors of one shape");
    this.#mean = mean.detach().to("float64");
    this.#scale = scale.detach().to("float64");
    return this;
  }

  /** Mean and scale in the dtype of `x`. */
  #like(method: string, x: Tensor): [Tensor, Tensor] {
    const { mean, scale } = this;
    const features = checkTensor(method, x).shape.slice(1);
    if (x.ndim === 0 || String(features) !== String(mean.shape))
      throw new Error(
        `StandardScaler.${method}: it was fitted to features ${formatShape(mean.shape)}, got ${formatShape(x.shape)}; expected [N, features…]`,
      );
    const dtype = x.isFloatingPoint() ? x.dtype : "float32";
    return [mean.to(dtype), scale.to(dtype)];
  }
}

function checkTensor(method: string, x: unknown): Tensor {
  if (x instanceof Tensor) return x;
  throw new TypeError(`StandardScaler.${method}: expected a tensor of examples, got ${typeof x}`);
}

function notFitted(): never {
  throw new Error("StandardScaler: call fit(training) first");
}
