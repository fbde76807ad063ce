/** Adam and AdamW: the same transformations, chained in another order. */
import type { Tensor } from "../tensor/tensor.js";
import { type Arguments, optimizerOptions } from "./arguments.js";
import { Optimizer, requireBetas, requireRange, type ParamGroup } from "./optimizer.js";
import {
  adam,
  ascend,
  coupledDecay,
  decoupledDecay,
  learningRate,
  type Transform,
  weightDecay,
} from "./transform.js";

/** Options of `AdamW`; a parameter group may have its own. */
export interface AdamWOptions {
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

/** Options of `Adam`; a parameter group may have its own. */
export interface AdamOptions extends AdamWOptions {
  /** Keeps the weight decay outside the averages, as AdamW does; false if not given. */
  decoupledWeightDecay: boolean;
}

const defaults: AdamWOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
};

abstract class AdamFamily<Options extends AdamWOptions> extends Optimizer<Options> {
  protected override check(options: Options): void {
    super.check(options);
    const name = this.constructor.name;
    requireBetas(name, options.betas);
    requireRange(name, "eps", options.eps, 0, Infinity);
    requireRange(name, "weightDecay", options.weightDecay, 0, Infinity);
  }
}

/**
 * p ← p - lr · m̂ / (√v̂ + ε), where weight decay is added to the gradient unless it is decoupled. PyTorch's optim.Adam (Kingma and Ba 2015).
 * @throws RangeError for options outside their range
 */
export class Adam extends AdamFamily<AdamOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<AdamOptions>[],
    ...rest: Arguments<
      AdamOptions,
      [lr: "lr", betas: "betas", eps: "eps", weightDecay: "weightDecay", amsgrad: "amsgrad"]
    >
  ) {
    const options = optimizerOptions<AdamOptions>(
      "Adam",
      "lr, betas, eps, weightDecay, amsgrad, *, maximize, decoupledWeightDecay",
      rest,
    );
    super(params, options, { ...defaults, decoupledWeightDecay: false }, adamChain);
  }
}

/**
 * p ← p - lr · (m̂ / (√v̂ + ε) + weightDecay · p): the decay stays outside the averages. PyTorch's optim.AdamW (Loshchilov
 * and Hutter 2019).
 * @throws RangeError for options outside their range
 */
export class AdamW extends AdamFamily<AdamWOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<AdamWOptions>[],
    ...rest: Arguments<
      AdamWOptions,
      [lr: "lr", betas: "betas", eps: "eps", weightDecay: "weightDecay", amsgrad: "amsgrad"]
    >
  ) {
    const options = optimizerOptions<AdamWOptions>(
      "AdamW",
      "lr, betas, eps, weightDecay, amsgrad, *, maximize",
      rest,
    );
    super(params, options, { ...defaults, weightDecay: 0.01 }, adamWChain);
  }
}

const adamChain: readonly Transform<AdamOptions>[] = [
  ascend,
  coupledDecay,
  adam,
  decoupledDecay,
  learningRate,
];
const adamWChain: readonly Transform<AdamWOptions>[] = [ascend, adam, weightDecay, learningRate];
