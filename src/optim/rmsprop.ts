/** RMSprop: the gradient over the root of its averaged square. */
import { binary, scalar, unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Arguments, optimizerOptions } from "./arguments.js";
import { Optimizer, requireRange, type ParamGroup } from "./optimizer.js";
import { add, ascend, average, learningRate, momentum, type Transform, weightDecay } from "./transform.js";

/** Options of `RMSprop`; a parameter group may have its own. */
export interface RMSpropOptions {
  /** Learning rate; 0.01 if not given. */
  lr: number;
  /** How slowly the average of squares forgets; 0.99 if not given. */
  alpha: number;
  /** Keeps the denominator above zero; 1e-8 if not given. */
  eps: number;
  /** Weight decay, added to the gradient; 0 if not given. */
  weightDecay: number;
  /** Share of the last step's direction that is kept; 0 if not given. */
  momentum: number;
  /** Divides by an estimate of the gradient's standard deviation: the average gradient is taken off. */
  centered: boolean;
  /** Goes uphill. */
  maximize: boolean;
}

const defaults: RMSpropOptions = {
  lr: 1e-2,
  alpha: 0.99,
  eps: 1e-8,
  weightDecay: 0,
  momentum: 0,
  centered: false,
  maximize: false,
};

/** v ← α v + (1 - α) g²;  g / (√v + ε); centered with v - ḡ² for v, where ḡ ← α ḡ + (1 - α) g. */
const rmsprop: Transform<RMSpropOptions> = {
  elementwise: true,
  states: { squareAvg: {}, gradAvg: {} },
  update(direction, slot, { alpha, eps, centered }) {
    let spread = average(slot, "squareAvg", binary("mul", direction, direction), alpha);
    if (centered) {
      const mean = average(slot, "gradAvg", direction, alpha);
      spread = binary("sub", spread, binary("mul", mean, mean));
    }
    return binary("div", direction, add(unary("sqrt", spread), scalar(eps, direction.dtype)));
  },
};

/**
 * p ← p - lr · b with b ← momentum · b + g / (√v + ε), where v averages g². PyTorch's optim.RMSprop (Tieleman and Hinton 2012, lecture 6.5;
 * centered: Graves 2013).
 * @throws RangeError for options outside their range
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<RMSpropOptions>[],
    ...rest: Arguments<
      RMSpropOptions,
      [
        lr: "lr",
        alpha: "alpha",
        eps: "eps",
        weightDecay: "weightDecay",
        momentum: "momentum",
        centered: "centered",
        capturable: "capturable",
        foreach: "foreach",
        maximize: "maximize",
        differentiable: "differentiable",
      ]
    >
  ) {
    const options = optimizerOptions<RMSpropOptions>(
      "RMSprop",
      "lr, alpha, eps, weightDecay, momentum, centered, capturable, foreach, maximize, differentiable",
      rest,
    );
    super(params, options, defaults, [ascend, weightDecay, rmsprop, momentum, learningRate]);
  }

  protected override check(options: RMSpropOptions): void {
    super.check(options);
    for (const option of ["alpha", "eps", "weightDecay", "momentum"] as const)
      requireRange("RMSprop", option, options[option], 0, Infinity);
  }
}
