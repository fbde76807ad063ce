/** ASGD: gradient descent that also keeps the average of the parameters on its way. */
import { binary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Arguments, optimizerOptions } from "./arguments.js";
import { Optimizer, requireRange, type ParamGroup } from "./optimizer.js";
import { add, ascend, scale, type Transform, weightDecay } from "./transform.js";

/** Options of `ASGD`; a parameter group may have its own. */
export interface ASGDOptions {
  /** Learning rate of the first step; 0.01 if not given. */
  lr: number;
  /** Decay of the parameters, and of the rate; 1e-4 if not given. */
  lambd: number;
  /** The power with which the rate falls; 0.75 if not given. */
  alpha: number;
  /** The step from which parameters are averaged; 1e6 if not given. */
  t0: number;
  /** Weight decay, added to the gradient; 0 if not given. */
  weightDecay: number;
  /** Goes uphill. */
  maximize: boolean;
}

const defaults: ASGDOptions = {
  lr: 1e-2,
  lambd: 1e-4,
  alpha: 0.75,
  t0: 1e6,
  weightDecay: 0,
  maximize: false,
};

/** η (λ p + g), and a ← a + μ (p - a) with the new p; then η = lr / (1 + λ lr t)^α and μ = 1 / max(1, t - t₀) for the next step. */
const asgd: Transform<ASGDOptions> = {
  states: { ax: {} },
  numbers: { eta: (options) => options.lr, mu: () => 1 },
  update(direction, slot, { lr, lambd, alpha, t0 }) {
    const { parameter, step } = slot;
    const change = scale(add(direction, scale(parameter, lambd)), slot.readNumber("eta"));
    const next = binary("sub", parameter, change);
    const [mean, share] = [slot.read("ax"), slot.readNumber("mu")];
    slot.write("ax", share === 1 ? next : add(mean, scale(binary("sub", next, mean), share)));
    slot.writeNumber("eta", lr / (1 + lambd * lr * step) ** alpha);
    slot.writeNumber("mu", 1 / Math.max(1, step - t0));
    return change;
  },
};

/**
 * p ← p - η (λ p + g) with η = lr / (1 + λ lr t)^α, and the average of p from step t₀ on as the state `ax` of `stateDict()`. PyTorch's
 * optim.ASGD (Polyak and Juditsky 1992).
 * @throws RangeError for options outside their range
 */
export class ASGD extends Optimizer<ASGDOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<ASGDOptions>[],
    ...rest: Arguments<
      ASGDOptions,
      [
        lr: "lr",
        lambd: "lambd",
        alpha: "alpha",
        t0: "t0",
        weightDecay: "weightDecay",
        foreach: "foreach",
        maximize: "maximize",
        differentiable: "differentiable",
        capturable: "capturable",
      ]
    >
  ) {
    const options = optimizerOptions<ASGDOptions>(
      "ASGD",
      "lr, lambd, alpha, t0, weightDecay, foreach, maximize, differentiable, capturable",
      rest,
    );
    super(params, options, defaults, [ascend, weightDecay, asgd]);
  }

  protected override check(options: ASGDOptions): void {
    super.check(options);
    for (const option of ["lambd", "weightDecay"] as const)
      requireRange("ASGD", option, options[option], 0, Infinity);
    for (const option of ["alpha", "t0"] as const)
      if (Number.isNaN(options[option])) throw new RangeError(`ASGD: ${option} must be a number, not NaN`);
  }
}
