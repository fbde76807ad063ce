/** Losses between numbers: squared and absolute error, and the two that are squared near zero and absolute far from it. */
import { fused } from "../../ops/fused.js";
import type { Checked, Ok, Shape } from "../../tensor/shape-types.js";
import type { Given } from "../../tensor/signature.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Paired, SamePair } from "./pair-types.js";
import {
  LEGACY,
  type LegacyOptions,
  Loss,
  pairedLoss,
  type LossOptions,
  lossOptions,
  reduced,
  type ReducedShape,
  type Reduction,
  sameShapes,
} from "./reduction.js";

type Legacy = typeof LEGACY;

/** Options of `mseLoss` and `l1Loss`. */
interface WeightedOptions extends LossOptions {
  /** A factor for each element; the mean is then divided by the sum of these. */
  weight?: Tensor | null;
}

/** Σ loss · weight / Σ weight for "mean", as PyTorch has it where a weight is given. */
function weighted(name: string, loss: Tensor, { weight, reduction }: WeightedOptions): Tensor {
  if (!weight) return reduced(loss, reduction);
  sameShapes(`${name} (weight)`, loss, weight);
  const factors = weight.to(loss.dtype);
  const each = loss.mul(factors);
  return (reduction ?? "mean") === "mean" ? each.sum().div(factors.sum()) : reduced(each, reduction);
}

/** (x - y)². PyTorch's nn.functional.mse_loss. @throws Error when the shapes differ */
export const mseLoss = pairedLoss(
  "mseLoss",
  [...LEGACY, "weight"] as [...typeof LEGACY, weight: "weight"],
  (input: Tensor, target: Tensor, options: WeightedOptions & LegacyOptions) => {
    return fused([input, target], (x, y) => weighted("mseLoss", x.sub(y).square(), options));
  },
);

/** |x - y|. PyTorch's nn.functional.l1_loss. @throws Error when the shapes differ */
export const l1Loss = pairedLoss(
  "l1Loss",
  [...LEGACY, "weight"] as [...typeof LEGACY, weight: "weight"],
  (input: Tensor, target: Tensor, options: WeightedOptions & LegacyOptions) => {
    return fused([input, target], (x, y) => weighted("l1Loss", x.sub(y).abs(), options));
  },
);

/**
 * d² / (2 beta) where d = |x - y| < beta, else d - beta / 2. PyTorch's nn.functional.smooth_l1_loss; beta is 1 if not given.
 * @throws Error when the shapes differ
 */
export const smoothL1Loss = pairedLoss(
  "smoothL1Loss",
  [...LEGACY, "beta"] as [...typeof LEGACY, beta: "beta"],
  (input: Tensor, target: Tensor, options: LossOptions & LegacyOptions & { beta?: number }): Tensor => {
    const { beta = 1, reduction } = options;
    if (!(beta >= 0)) throw new RangeError(`smoothL1Loss: beta must be at least 0, not ${beta}`);
    if (beta === 0) return l1Loss(input, target, { reduction });
    return fused([input, target], (x, y) => reduced(huber(x.sub(y), beta, 1 / beta), reduction));
  },
);

/**
 * d² / 2 where |d| ≤ delta, else delta (|d| - delta / 2): with c, d brought into [-delta, delta], both are c (d - c / 2). A choice between
 * two branches would let the infinity of the one that is not taken into the gradient. The result is `factor` times that.
 */
function huber(difference: Tensor, delta: number, factor = 1): Tensor {
  const c = difference.clamp(-delta, delta);
  return c.mul(factor).mul(difference.sub(c.mul(0.5)));
}

/**
 * d² / 2 where d = |x - y| ≤ delta, else delta (d - delta / 2). PyTorch's nn.functional.huber_loss (Huber 1964); delta is 1 if not
 * given. @throws Error when the shapes differ
 */
export const huberLoss = pairedLoss(
  "huberLoss",
  ["reduction", "delta", "weight"] as [reduction: "reduction", delta: "delta", weight: "weight"],
  (input: Tensor, target: Tensor, options: WeightedOptions & { delta?: number }) => {
    const { delta = 1 } = options;
    if (!(delta > 0)) throw new RangeError(`huberLoss: delta must be above 0, not ${delta}`);
    const { weight, reduction } = options;
    if (weight) sameShapes("huberLoss (weight)", input, weight);
    // The mean is over the elements here, whatever their weights, as in PyTorch.
    return fused([input, target, weight ?? null], (x, y, factors) => {
      const loss = huber(x.sub(y), delta);
      return reduced(factors === null ? loss : loss.mul(factors), reduction);
    });
  },
);

/** `mseLoss` as a layer. */
export class MSELoss<R extends Reduction = "mean"> extends Loss<R> {
  constructor(options?: LossOptions<R> & LegacyOptions);
  constructor(...options: Given<LossOptions<R> & LegacyOptions, Legacy>);
  constructor(...given: readonly unknown[]) {
    super(lossOptions<LossOptions<R> & LegacyOptions>("MSELoss", LEGACY, given).reduction);
  }

  forward<A extends Shape, B extends Shape>(
    input: Tensor<A>,
    target: Checked<Paired<SamePair<"MSELoss">, A, B>, Tensor<B>>,
  ): Tensor<ReducedShape<R, Ok<Paired<SamePair<"MSELoss">, A, B>>>>;
  forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, { reduction: this.reduction });
  }
}

/** `l1Loss` as a layer. */
export class L1Loss<R extends Reduction = "mean"> extends Loss<R> {
  constructor(options?: LossOptions<R> & LegacyOptions);
  constructor(...options: Given<LossOptions<R> & LegacyOptions, Legacy>);
  constructor(...given: readonly unknown[]) {
    super(lossOptions<LossOptions<R> & LegacyOptions>("L1Loss", LEGACY, given).reduction);
  }

  forward<A extends Shape, B extends Shape>(
    input: Tensor<A>,
    target: Checked<Paired<SamePair<"L1Loss">, A, B>, Tensor<B>>,
  ): Tensor<ReducedShape<R, Ok<Paired<SamePair<"L1Loss">, A, B>>>>;
  forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, { reduction: this.reduction });
  }
}

type SmoothOptions<R extends Reduction> = LossOptions<R> & LegacyOptions & { beta?: number };

/** `smoothL1Loss` as a layer. */
export class SmoothL1Loss<R extends Reduction = "mean"> extends Loss<R> {
  readonly beta: number;

  constructor(options?: SmoothOptions<R>);
  constructor(...options: Given<SmoothOptions<R>, [...Legacy, beta: "beta"]>);
  constructor(...given: readonly unknown[]) {
    const { reduction, beta = 1 } = lossOptions<SmoothOptions<R>>("SmoothL1Loss", [...LEGACY, "beta"], given);
    super(reduction);
    this.beta = beta;
  }

  forward<A extends Shape, B extends Shape>(
    input: Tensor<A>,
    target: Checked<Paired<SamePair<"SmoothL1Loss">, A, B>, Tensor<B>>,
  ): Tensor<ReducedShape<R, Ok<Paired<SamePair<"SmoothL1Loss">, A, B>>>>;
  forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, { beta: this.beta, reduction: this.reduction });
  }
}

type HuberOptions<R extends Reduction> = LossOptions<R> & { delta?: number };

/** `huberLoss` as a layer. */
export class HuberLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly delta: number;

  constructor(options?: HuberOptions<R>);
  constructor(...options: Given<HuberOptions<R>, [reduction: "reduction", delta: "delta"]>);
  constructor(...given: readonly unknown[]) {
    const { reduction, delta = 1 } = lossOptions<HuberOptions<R>>("HuberLoss", ["reduction", "delta"], given);
    super(reduction);
    this.delta = delta;
  }

  forward<A extends Shape, B extends Shape>(
    input: Tensor<A>,
    target: Checked<Paired<SamePair<"HuberLoss">, A, B>, Tensor<B>>,
  ): Tensor<ReducedShape<R, Ok<Paired<SamePair<"HuberLoss">, A, B>>>>;
  forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, { delta: this.delta, reduction: this.reduction });
  }
}
