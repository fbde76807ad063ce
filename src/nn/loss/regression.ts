/** Losses between numbers: squared and absolute error, and the two that are squared near zero and absolute far from it. */
import { fused } from "../../ops/fused.js";
import type { Tensor } from "../../tensor/tensor.js";
import {
  Loss,
  reduced,
  sameShapes,
  type LossOptions,
  type ReducedShape,
  type Reduction,
} from "./reduction.js";

/** (x - y)². PyTorch's nn.functional.mse_loss. @throws Error when the shapes differ */
export function mseLoss<R extends Reduction = "mean">(
  input: Tensor,
  target: Tensor,
  { reduction }: LossOptions<R> = {},
): Tensor<ReducedShape<R>> {
  sameShapes("mseLoss", input, target);
  return fused([input, target], (x, y) => reduced(x.sub(y).square(), reduction));
}

/** |x - y|. PyTorch's nn.functional.l1_loss. @throws Error when the shapes differ */
export function l1Loss<R extends Reduction = "mean">(
  input: Tensor,
  target: Tensor,
  { reduction }: LossOptions<R> = {},
): Tensor<ReducedShape<R>> {
  sameShapes("l1Loss", input, target);
  return fused([input, target], (x, y) => reduced(x.sub(y).abs(), reduction));
}

/**
 * d² / (2 beta) where d = |x - y| < beta, else d - beta / 2. PyTorch's nn.functional.smooth_l1_loss; beta is 1 if not given.
 * @throws Error when the shapes differ
 */
export function smoothL1Loss<R extends Reduction = "mean">(
  input: Tensor,
  target: Tensor,
  { beta = 1, reduction }: LossOptions<R> & { beta?: number } = {},
): Tensor<ReducedShape<R>> {
  if (!(beta >= 0)) throw new RangeError(`smoothL1Loss: beta must be at least 0, not ${beta}`);
  if (beta === 0) return l1Loss(input, target, { reduction });
  sameShapes("smoothL1Loss", input, target);
  return fused([input, target], (x, y) => reduced(huber(x.sub(y), beta, 1 / beta), reduction));
}

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
export function huberLoss<R extends Reduction = "mean">(
  input: Tensor,
  target: Tensor,
  { delta = 1, reduction }: LossOptions<R> & { delta?: number } = {},
): Tensor<ReducedShape<R>> {
  if (!(delta > 0)) throw new RangeError(`huberLoss: delta must be above 0, not ${delta}`);
  sameShapes("huberLoss", input, target);
  return fused([input, target], (x, y) => reduced(huber(x.sub(y), delta), reduction));
}

/** `mseLoss` as a layer. */
export class MSELoss<R extends Reduction = "mean"> extends Loss<R> {
  constructor({ reduction }: LossOptions<R> = {}) {
    super(reduction);
  }

  forward(input: Tensor, target: Tensor): Tensor<ReducedShape<R>> {
    return mseLoss(input, target, { reduction: this.reduction });
  }
}

/** `l1Loss` as a layer. */
export class L1Loss<R extends Reduction = "mean"> extends Loss<R> {
  constructor({ reduction }: LossOptions<R> = {}) {
    super(reduction);
  }

  forward(input: Tensor, target: Tensor): Tensor<ReducedShape<R>> {
    return l1Loss(input, target, { reduction: this.reduction });
  }
}

/** `smoothL1Loss` as a layer. */
export class SmoothL1Loss<R extends Reduction = "mean"> extends Loss<R> {
  readonly beta: number;

  constructor({ beta = 1, reduction }: LossOptions<R> & { beta?: number } = {}) {
    super(reduction);
    this.beta = beta;
  }

  forward(input: Tensor, target: Tensor): Tensor<ReducedShape<R>> {
    return smoothL1Loss(input, target, { beta: this.beta, reduction: this.reduction });
  }
}

/** `huberLoss` as a layer. */
export class HuberLoss<R extends Reduction = "mean"> extends Loss<R> {
  readonly delta: number;

  constructor({ delta = 1, reduction }: LossOptions<R> & { delta?: number } = {}) {
    super(reduction);
    this.delta = delta;
  }

  forward(input: Tensor, target: Tensor): Tensor<ReducedShape<R>> {
    return huberLoss(input, target, { delta: this.delta, reduction: this.reduction });
  }
}
