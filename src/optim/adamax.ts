/** Adamax: Adam with the largest gradient of late in place of the root of averaged squares. */
import { binary, scalar, unary } from "../graph/record/build.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Arguments, optimizerOptions } from "./arguments.js";
import { Optimizer, requireBetas, requireRange, type ParamGroup } from "./optimizer.js";
import { add, ascend, average, learningRate, scale, type Transform, weightDecay } from "./transform.js";

/** Options of `Adamax`; a parameter group may have its own. */
export interface AdamaxOptions {
  /** Learning rate; 0.002 if not given. */
  lr: number;
  /** How slowly the average of the gradient and its largest size forget; [0.9, 0.999] if not given. */
  betas: readonly [number, number];
  /** Keeps the denominator above zero; 1e-8 if not given. */
  eps: number;
  /** Weight decay, added to the gradient; 0 if not given. */
  weightDecay: number;
  /** Goes uphill. */
  maximize: boolean;
}

const defaults: AdamaxOptions = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  maximize: false,
};

/** m ← β₁ m + (1 - β₁) g,  u ← max(β₂ u, |g| + ε);  m̂ / u with m̂ = m / (1 - β₁ᵗ). */
const adamax: Transform<AdamaxOptions> = {
  elementwise: true,
  states: { expAvg: {}, expInf: {} },
  update(direction, slot, { betas, eps }) {
    const [beta1, beta2] = betas;
    const mean = average(slot, "expAvg", direction, beta1);
    const size = add(unary("abs", direction), scalar(eps, direction.dtype));
    const largest = binary("max", scale(slot.read("expInf"), beta2), size);
    slot.write("expInf", largest);
    return binary("div", scale(mean, 1 / (1 - beta1 ** slot.step)), largest);
  },
};

/**
 * p ← p - lr · m̂ / u, with m̂ the corrected average of g and u ← max(β₂ u, |g| + ε). PyTorch's optim.Adamax (Kingma and Ba 2015, section 7).
 * @throws RangeError for options outside their range
 */
export class Adamax extends Optimizer<AdamaxOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<AdamaxOptions>[],
    ...rest: Arguments<
      AdamaxOptions,
      [lr: "lr", betas: "betas", eps: "eps", weightDecay: "weightDecay", foreach: "foreach"]
    >
  ) {
    const options = optimizerOptions<AdamaxOptions>(
      "Adamax",
      "lr, betas, eps, weightDecay, foreach, *, maximize",
      rest,
    );
    super(params, options, defaults, [ascend, weightDecay, adamax, learningRate]);
  }

  protected override check(options: AdamaxOptions): void {
    super.check(options);
    requireBetas("Adamax", options.betas);
    requireRange("Adamax", "eps", options.eps, 0, Infinity);
    requireRange("Adamax", "weightDecay", options.weightDecay, 0, Infinity);
  }
}
