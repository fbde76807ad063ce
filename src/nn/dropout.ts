/** Dropout, of elements and of whole channels, and the kind that keeps mean and variance. */
import { rand } from "../tensor/random.js";
import { formatShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { type Given, optionsOf } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { SameShape } from "./activation.js";
import { type InPlace, sameShapeFunction } from "./function-form.js";

interface DropoutOptions extends InPlace {
  /** How likely an element, or a channel, becomes zero; 0.5 if not given. */
  readonly p?: number;
  /** Whether anything is dropped at all. */
  readonly training?: boolean;
}

const ORDER: [p: "p", training: "training", inplace: "inplace"] = ["p", "training", "inplace"];

function checkProbability(name: string, p: number): void {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`${name}: p must be between 0 and 1, not ${p}`);
}

/** 1 with probability 1 - p, else 0, for the elements of a shape. */
function drawn(x: Tensor, shape: Shape, p: number): Tensor {
  return rand(shape, { dtype: x.dtype }).ge(p).to(x.dtype);
}

/** x without what is dropped, the rest divided by 1 - p. */
function dropped(x: Tensor, shape: Shape, p: number): Tensor {
  // With p = 1 nothing is kept, and 0 · ∞ would be no number.
  return x.mul(drawn(x, shape, p).mul(p === 1 ? 0 : 1 / (1 - p)));
}

/** [N, C, 1, …]: a number for each channel of each example. */
function channelsOf(x: Tensor): Shape {
  return x.shape.map((size, dim) => (dim < 2 ? size : 1));
}

/**
 * In training each element is zero with probability p, and the others are divided by 1 - p; otherwise x itself. The mask is drawn
 * from the counter-based generator within the plan, so `manualSeed` decides it and it takes no memory. PyTorch's nn.functional.dropout
 * (Srivastava et al. 2014).
 */
export const dropout = sameShapeFunction(
  "dropout",
  ORDER,
  (x: Tensor, { p = 0.5, training = true }: DropoutOptions) => {
    checkProbability("dropout", p);
    return training && p !== 0 ? dropped(x, x.shape, p) : x;
  },
);

/** Drops whole channels of [N, C, ...], or of one example where `isBatched` says so. */
function channelDropout(
  name: string,
  ranks: readonly number[],
  words: string,
  isBatched: (rank: number) => boolean,
) {
  return sameShapeFunction(name, ORDER, (x: Tensor, { p = 0.5, training = true }: DropoutOptions): Tensor => {
    checkProbability(name, p);
    if (!ranks.includes(x.ndim))
      throw new Error(`${name}: expected an input ${words}, got ${formatShape(x.shape)}`);
    if (!training || p === 0) return x;
    const batch = isBatched(x.ndim) ? x : x.unsqueeze(0);
    const result = dropped(batch, channelsOf(batch), p);
    return batch === x ? result : result.squeeze(0);
  });
}

/** Drops whole channels of [N, C, L] or [C, L]. PyTorch's nn.functional.dropout1d. */
export const dropout1d = channelDropout("dropout1d", [2, 3], "[N, C, L] or [C, L]", (rank) => rank === 3);

/** Drops whole channels of [N, C, H, W]; [N, C, L] is taken as a batch, as in PyTorch. PyTorch's nn.functional.dropout2d (Tompson et al. 2015). */
export const dropout2d = channelDropout("dropout2d", [2, 3, 4, 5], "[N, C, H, W] or [N, C, L]", () => true);

/** Drops whole channels of [N, C, D, H, W] or [C, D, H, W]. PyTorch's nn.functional.dropout3d. */
export const dropout3d = channelDropout(
  "dropout3d",
  [2, 3, 4, 5],
  "[N, C, D, H, W] or [C, D, H, W]",
  (rank) => rank === 5,
);

/** What SELU's negative side comes to far from 0, which takes the place of what is dropped. */
const SATURATION = 1.7580993408473766;

function alphaDropped(name: string, shapeOf: (x: Tensor) => Shape) {
  return (x: Tensor, { p = 0.5, training = false }: DropoutOptions): Tensor => {
    checkProbability(name, p);
    if (!training || p === 0) return x;
    if (p === 1) return x.mul(0);
    const kept = drawn(x, shapeOf(x), p);
    const scale = 1 / Math.sqrt((SATURATION ** 2 * p + 1) * (1 - p));
    const shift = kept
      .sub(1)
      .mul(SATURATION * scale)
      .add(SATURATION * scale * p);
    return x.mul(kept.mul(scale)).add(shift);
  };
}

/**
 * Dropout that sets to SELU's least value instead of 0, and keeps mean 0 and variance 1; `training` is false if not given. PyTorch's
 * nn.functional.alpha_dropout (Klambauer et al. 2017).
 */
export const alphaDropout = sameShapeFunction(
  "alphaDropout",
  ORDER,
  alphaDropped("alphaDropout", (x) => x.shape),
);

/** `alphaDropout` of whole channels of [N, C, ...]. PyTorch's nn.functional.feature_alpha_dropout. */
export const featureAlphaDropout = sameShapeFunction(
  "featureAlphaDropout",
  ORDER,
  alphaDropped("featureAlphaDropout", channelsOf),
);

abstract class DropoutLayer extends SameShape {
  p: number;
  readonly inplace: boolean;

  /** @param given the probability (0.5), and whether the input itself is changed, by position or by name */
  constructor(...given: Given<{ p?: number; inplace?: boolean }, [p: "p", inplace: "inplace"]>) {
    super();
    const options = optionsOf<{ p: number; inplace: boolean }>(new.target.name, "p, inplace", given);
    this.p = options.p ?? 0.5;
    this.inplace = options.inplace ?? false;
    checkProbability(new.target.name, this.p);
  }

  override extraRepr(): string {
    return `p=${this.p}, inplace=${this.inplace}`;
  }
}

/** `dropout` as a layer that does nothing after `eval()`. PyTorch's nn.Dropout. */
export class Dropout extends DropoutLayer {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return dropout(input, { p: this.p, training: this.training, inplace: this.inplace });
  }
}

/** `dropout1d` as a layer. PyTorch's nn.Dropout1d. */
export class Dropout1d extends DropoutLayer {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return dropout1d(input, { p: this.p, training: this.training, inplace: this.inplace });
  }
}

/** `dropout2d` as a layer. PyTorch's nn.Dropout2d. */
export class Dropout2d extends DropoutLayer {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return dropout2d(input, { p: this.p, training: this.training, inplace: this.inplace });
  }
}

/** `dropout3d` as a layer. PyTorch's nn.Dropout3d. */
export class Dropout3d extends DropoutLayer {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return dropout3d(input, { p: this.p, training: this.training, inplace: this.inplace });
  }
}

/** `alphaDropout` as a layer. PyTorch's nn.AlphaDropout. */
export class AlphaDropout extends DropoutLayer {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return alphaDropout(input, { p: this.p, training: this.training, inplace: this.inplace });
  }
}

/** `featureAlphaDropout` as a layer. PyTorch's nn.FeatureAlphaDropout. */
export class FeatureAlphaDropout extends DropoutLayer {
  forward<S extends Shape>(input: Tensor<S>): Tensor<S> {
    return featureAlphaDropout(input, { p: this.p, training: this.training, inplace: this.inplace });
  }
}
