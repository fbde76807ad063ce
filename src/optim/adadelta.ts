/** Adadelta: steps as long as the steps before, for gradients as large as those before. */
import { binary, scalar, unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Arguments, optimizerOptions } from "./arguments.js";
import { Optimizer, requireRange, type ParamGroup } from "./optimizer.js";
import { add, ascend, average, learningRate, type Transform, weightDecay } from "./transform.js";

/** Options of `Adadelta`; a parameter group may have its own. */
export interface AdadeltaOptions {
  /** Factor of the steps; 1 if not given. */
  lr: number;
  /** How slowly the averages of squares forget; 0.9 if not given. */
  rho: number;
  /** Keeps both roots above zero, and so begins the first steps; 1e-6 if not given. */
  eps: number;
  /** Weight decay, added to the gradient; 0 if not given. */
  weightDecay: number;
  /** Goes uphill. */
  maximize: boolean;
}

const defaults: AdadeltaOptions = { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false };

/** v ← ρ v + (1 - ρ) g²;  Δ = g √(u + ε) / √(v + ε);  u ← ρ u + (1 - ρ) Δ². */
const adadelta: Transform<AdadeltaOptions> = {
  elementwise: true,
  states: { squareAvg: {}, accDelta: {} },
  update(direction, slot, { rho, eps }) {
    const root = (square: typeof direction) => unary("sqrt", add(square, scalar(eps, direction.dtype)));
    const gradients = average(slot, "squareAvg", binary("mul", direction, direction), rho);
    const ratio = binary("div", root(slot.read("accDelta")), root(gradients));
    const delta = binary("mul", ratio, direction);
    average(slot, "accDelta", binary("mul", delta, delta), rho);
    return delta;
  },
};

/**
 * p ← p - lr · Δ, with Δ = g · √(u + ε) / √(v + ε), where v averages g² and u the Δ² of the steps before. PyTorch's optim.Adadelta
 * (Zeiler 2012).
 * @throws RangeError for options outside their range
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<AdadeltaOptions>[],
    ...rest: Arguments<
      AdadeltaOptions,
      [lr: "lr", rho: "rho", eps: "eps", weightDecay: "weightDecay", foreach: "foreach"]
    >
  ) {
    const options = optimizerOptions<AdadeltaOptions>(
      "Adadelta",
      "lr, rho, eps, weightDecay, foreach, *, maximize",
      rest,
    );
    super(params, options, defaults, [ascend, weightDecay, adadelta, learningRate]);
  }

  protected override check(options: AdadeltaOptions): void {
    super.check(options);
    requireRange("Adadelta", "rho", options.rho, 0, 1);
    requireRange("Adadelta", "eps", options.eps, 0, Infinity);
    requireRange("Adadelta", "weightDecay", options.weightDecay, 0, Infinity);
  }
}
