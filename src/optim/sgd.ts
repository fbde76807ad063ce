/** Stochastic gradient descent and its momentum. */
import type { Tensor } from "../tensor/tensor.js";
import { type Arguments, optimizerOptions } from "./arguments.js";
import { Optimizer, requireRange, type ParamGroup } from "./optimizer.js";
import { ascend, learningRate, momentum, weightDecay } from "./transform.js";

/** Options of `SGD`; a parameter group may have its own. */
export interface SGDOptions {
  /** Learning rate; 0.001 if not given. */
  lr: number;
  /** Share of the last step's direction that is kept; 0 if not given. */
  momentum: number;
  /** Reduces the gradient's share in the momentum; 0 if not given. */
  dampening: number;
  /** Adds weightDecay · parameter to the gradient; 0 if not given. */
  weightDecay: number;
  /** Nesterov's momentum; needs momentum > 0 and no dampening. */
  nesterov: boolean;
  /** Maximizes what the gradients are of, instead of minimizing it. */
  maximize: boolean;
}

const defaults: SGDOptions = {
  lr: 1e-3,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
};

/**
 * p ← p - lr · b with b ← momentum · b + (1 - dampening) · (g + weightDecay · p). PyTorch's optim.SGD.
 * @throws RangeError for options outside their range
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<SGDOptions>[],
    ...rest: Arguments<
      SGDOptions,
      [
        lr: "lr",
        momentum: "momentum",
        dampening: "dampening",
        weightDecay: "weightDecay",
        nesterov: "nesterov",
      ]
    >
  ) {
    const options = optimizerOptions<SGDOptions>(
      "SGD",
      "lr, momentum, dampening, weightDecay, nesterov, *, maximize",
      rest,
    );
    super(params, options, defaults, [ascend, weightDecay, momentum, learningRate]);
  }

  protected override check(options: SGDOptions): void {
    super.check(options);
    requireRange("SGD", "momentum", options.momentum, 0, Infinity);
    requireRange("SGD", "weightDecay", options.weightDecay, 0, Infinity);
    if (options.nesterov && (options.momentum === 0 || options.dampening !== 0))
      throw new RangeError(
        `SGD: nesterov needs momentum above 0 and dampening 0, not momentum ${options.momentum} and dampening ${options.dampening}`,
      );
  }
}
