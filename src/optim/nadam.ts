/** NAdam: Adam that looks ahead as Nesterov's momentum does. */
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

/** Options of `NAdam`; a parameter group may have its own. */
export interface NAdamOptions {
  /** Learning rate; 0.002 if not given. */
  lr: number;
  /** How slowly the averages of the gradient and of its square forget; [0.9, 0.999] if not given. */
  betas: readonly [number, number];
  /** Keeps the denominator above zero; 1e-8 if not given. */
  eps: number;
  /** Weight decay; 0 if not given. */
  weightDecay: number;
  /** How fast the momentum grows from β₁ / 2 towards β₁; 0.004 if not given. */
  momentumDecay: number;
  /** Keeps the weight decay outside the averages, as AdamW does; false if not given. */
  decoupledWeightDecay: boolean;
  /** Goes uphill. */
  maximize: boolean;
}

const defaults: NAdamOptions = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  momentumDecay: 4e-3,
  decoupledWeightDecay: false,
  maximize: false,
};

/**
 * m ← β₁ m + (1 - β₁) g,  v ← β₂ v + (1 - β₂) g²,  μₜ = β₁ (1 - ½ · 0.96^(t · momentumDecay));
 * (μₜ₊₁ m / (1 - μ₁ ⋯ μₜ₊₁) + (1 - μₜ) g / (1 - μ₁ ⋯ μₜ)) / (√v̂ + ε) with v̂ = v / (1 - β₂ᵗ).
 */
const nadam: Transform<NAdamOptions> = {
  states: { expAvg: {}, expAvgSq: {} },
  numbers: { muProduct: () => 1 },
  update(direction, slot, { betas, eps, momentumDecay }) {
    const [beta1, beta2] = betas;
    const momentumAt = (step: number) => beta1 * (1 - 0.5 * 0.96 ** (step * momentumDecay));
    const [now, next] = [momentumAt(slot.step), momentumAt(slot.step + 1)];
    const product = slot.readNumber("muProduct") * now;
    slot.writeNumber("muProduct", product);
    const mean = average(slot, "expAvg", direction, beta1);
    const square = average(slot, "expAvgSq", binary("mul", direction, direction), beta2);
    const root = scale(unary("sqrt", square), 1 / Math.sqrt(1 - beta2 ** slot.step));
    const ahead = scale(mean, next / (1 - product * next));
    const fresh = scale(direction, (1 - now) / (1 - product));
    return binary("div", add(ahead, fresh), add(root, scalar(eps, direction.dtype)));
  },
};

/**
 * p ← p - lr · m̄ / (√v̂ + ε), where m̄ is made of the average gradient with the next step's momentum and of the gradient. PyTorch's
 * optim.NAdam (Dozat 2016).
 * @throws RangeError for options outside their range
 */
export class NAdam extends Optimizer<NAdamOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<NAdamOptions>[],
    ...rest: Arguments<
      NAdamOptions,
      [
        lr: "lr",
        betas: "betas",
        eps: "eps",
        weightDecay: "weightDecay",
        momentumDecay: "momentumDecay",
        decoupledWeightDecay: "decoupledWeightDecay",
      ]
    >
  ) {
    const options = optimizerOptions<NAdamOptions>(
      "NAdam",
      "lr, betas, eps, weightDecay, momentumDecay, decoupledWeightDecay, *, maximize",
      rest,
    );
    super(params, options, defaults, [ascend, coupledDecay, nadam, decoupledDecay, learningRate]);
  }

  protected override check(options: NAdamOptions): void {
    super.check(options);
    requireBetas("NAdam", options.betas);
    for (const option of ["eps", "weightDecay", "momentumDecay"] as const)
      requireRange("NAdam", option, options[option], 0, Infinity);
  }
}
