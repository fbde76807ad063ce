/** RAdam: Adam that begins as momentum and divides by the root of averaged squares only once enough steps are in the average. */
import { binary, scalar, unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Arguments, optimizerOptions } from "./arguments.js";
import { Optimizer, requireBetas, requireRange, type ParamGroup } from "./optimizer.js";
import {
  add,
  ascend,
  average,
  coupledDecay,
  decoupledDecay,
  learningRate,
  scale,
  type Transform,
} from "./transform.js";

/** Options of `RAdam`; a parameter group may have its own. */
export interface RAdamOptions {
  /** Learning rate; 0.001 if not given. */
  lr: number;
  /** How slowly the averages of the gradient and of its square forget; [0.9, 0.999] if not given. */
  betas: readonly [number, number];
  /** Keeps the denominator above zero; 1e-8 if not given. */
  eps: number;
  /** Weight decay; 0 if not given. */
  weightDecay: number;
  /** Keeps the weight decay outside the averages, as AdamW does; false if not given. */
  decoupledWeightDecay: boolean;
  /** Goes uphill. */
  maximize: boolean;
}

const defaults: RAdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  decoupledWeightDecay: false,
  maximize: false,
};

/**
 * m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²;  m̂ · r √(1 - β₂ᵗ) / (√v + ε) while ρₜ > 5, m̂ otherwise, with m̂ = m / (1 - β₁ᵗ).
 */
const radam: Transform<RAdamOptions> = {
  elementwise: true,
  states: { expAvg: {}, expAvgSq: {} },
  update(direction, slot, { betas, eps }) {
    const [beta1, beta2] = betas;
    const { step } = slot;
    const mean = average(slot, "expAvg", direction, beta1);
    const square = average(slot, "expAvgSq", binary("mul", direction, direction), beta2);
    const corrected = scale(mean, 1 / (1 - beta1 ** step));
    const factor = rectification(beta2, step);
    if (factor === null) return corrected;
    const denominator = add(unary("sqrt", square), scalar(eps, direction.dtype));
    return binary("div", scale(corrected, factor * Math.sqrt(1 - beta2 ** step)), denominator);
  },
};

/**
 * r, which makes up for the variance of 1 / √v̂ while few steps are in the average; null where the variance is not defined.
 * ρ∞ = 2 / (1 - β₂) - 1 and ρₜ = ρ∞ - 2 t β₂ᵗ / (1 - β₂ᵗ) are the average's length at the end and now.
 */
function rectification(beta2: number, step: number): number | null {
  const end = 2 / (1 - beta2) - 1;
  const now = end - (2 * step * beta2 ** step) / (1 - beta2 ** step);
  if (!(now > 5)) return null;
  return Math.sqrt(((now - 4) * (now - 2) * end) / ((end - 4) * (end - 2) * now));
}

/**
 * Adam whose step is multiplied by r while few steps are in the average of squares, and without its denominator in the first ones.
 * PyTorch's optim.RAdam (Liu et al. 2020).
 * @throws RangeError for options outside their range
 */
export class RAdam extends Optimizer<RAdamOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<RAdamOptions>[],
    ...rest: Arguments<
      RAdamOptions,
      [
        lr: "lr",
        betas: "betas",
        eps: "eps",
        weightDecay: "weightDecay",
        decoupledWeightDecay: "decoupledWeightDecay",
      ]
    >
  ) {
    const options = optimizerOptions<RAdamOptions>(
      "RAdam",
      "lr, betas, eps, weightDecay, decoupledWeightDecay, *, maximize",
      rest,
    );
    super(params, options, defaults, [ascend, coupledDecay, radam, decoupledDecay, learningRate]);
  }

  protected override check(options: RAdamOptions): void {
    super.check(options);
    requireBetas("RAdam", options.betas);
    requireRange("RAdam", "eps", options.eps, 0, Infinity);
    requireRange("RAdam", "weightDecay", options.weightDecay, 0, Infinity);
  }
}
