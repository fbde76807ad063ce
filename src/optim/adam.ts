/** Adam and AdamW: the same transformations, chained in another order. */
import type { Tensor } from "../tensor/tensor.js";
import { Optimizer, requireRange, type ParamGroup } from "./optimizer.js";
import { adam, ascend, learningRate, type Transform, weightDecay } from "./transform.js";

/** Options of `Adam` and `AdamW`; a parameter group may have its own. */
export interface AdamOptions {
  /** Learning rate; 0.001 if not given. */
  lr: number;
  /** Decay rates of the running averages of the gradient and of its square; [0.9, 0.999] if not given. */
  betas: readonly [number, number];
  /** Keeps the denominator above zero; 1e-8 if not given. */
  eps: number;
  /** Weight decay; 0 for Adam and 0.01 for AdamW if not given. */
  weightDecay: number;
  /** Divides by the largest average so far. */
  amsgrad: boolean;
  /** Maximizes what the gradients are of, instead of minimizing it. */
  maximize: boolean;
}

const defaults: AdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
};

abstract class AdamFamily extends Optimizer<AdamOptions> {
  protected override check(options: AdamOptions): void {
    super.check(options);
    const name = this.constructor.name;
    requireRange(name, "betas[0]", options.betas[0], 0, 1);
    requireRange(name, "betas[1]", options.betas[1], 0, 1);
    requireRange(name, "eps", options.eps, 0, Infinity);
    requireRange(name, "weightDecay", options.weightDecay, 0, Infinity);
  }
}

/** p ← p - lr · m̂ / (√v̂ + ε), where weight decay is added to the gradient. PyTorch's optim.Adam (Kingma and Ba 2015). */
export class Adam extends AdamFamily {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<AdamOptions>[],
    options: Partial<AdamOptions> = {},
  ) {
    super(params, options, defaults, adamChain);
  }
}

/**
 * p ← p - lr · (m̂ / (√v̂ + ε) + weightDecay · p): the decay stays outside the averages. PyTorch's optim.AdamW (Loshchilov
 * and Hutter 2019).
 */
export class AdamW extends AdamFamily {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<AdamOptions>[],
    options: Partial<AdamOptions> = {},
  ) {
    super(params, options, { ...defaults, weightDecay: 0.01 }, adamWChain);
  }
}

const adamChain: readonly Transform<AdamOptions>[] = [ascend, weightDecay, adam, learningRate];
const adamWChain: readonly Transform<AdamOptions>[] = [ascend, adam, weightDecay, learningRate];
