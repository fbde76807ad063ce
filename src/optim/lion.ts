/** Lion: steps of one size in the direction of the signs of an average. */
import { unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Arguments, optimizerOptions } from "./arguments.js";
import { Optimizer, requireRange, type ParamGroup } from "./optimizer.js";
import { add, ascend, average, learningRate, scale, type Transform, weightDecay } from "./transform.js";

/** Options of `Lion`; a parameter group may have its own. */
export interface LionOptions {
  /** Learning rate, three to ten times less than Adam's; 1e-4 if not given. */
  lr: number;
  /** The average's share in the step's direction, and how slowly the average forgets; [0.9, 0.99] if not given. */
  betas: readonly [number, number];
  /** Weight decay, apart from the gradient; 0 if not given. */
  weightDecay: number;
  /** Goes uphill. */
  maximize: boolean;
}

const defaults: LionOptions = { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0, maximize: false };

/** sign(β₁ m + (1 - β₁) g), then m ← β₂ m + (1 - β₂) g. */
const lion: Transform<LionOptions> = {
  elementwise: true,
  states: { expAvg: {} },
  update(direction, slot, { betas }) {
    const [beta1, beta2] = betas;
    const mixed = add(scale(slot.read("expAvg"), beta1), scale(direction, 1 - beta1));
    average(slot, "expAvg", direction, beta2);
    return unary("sign", mixed);
  },
};

/**
 * p ← p - lr · (sign(β₁ m + (1 - β₁) g) + weightDecay · p), with m the average of g at β₂ (Chen et al. 2023, "Symbolic discovery of
 * optimization algorithms", algorithm 2). Not in PyTorch.
 * @throws RangeError for options outside their range
 */
export class Lion extends Optimizer<LionOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<LionOptions>[],
    ...rest: Arguments<LionOptions, [lr: "lr", betas: "betas", weightDecay: "weightDecay"]>
  ) {
    const options = optimizerOptions<LionOptions>("Lion", "lr, betas, weightDecay, *, maximize", rest);
    super(params, options, defaults, [ascend, lion, weightDecay, learningRate]);
  }

  protected override check(options: LionOptions): void {
    super.check(options);
    requireRange("Lion", "betas[0]", options.betas[0], 0, 1);
    requireRange("Lion", "betas[1]", options.betas[1], 0, 1);
    requireRange("Lion", "weightDecay", options.weightDecay, 0, Infinity);
  }
}
